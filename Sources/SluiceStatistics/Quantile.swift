/// Quantiles of values that are all known.
///
/// For waiting times use ``KaplanMeier`` instead.
public enum Quantile {
    /// The quantile at a share of 0...1, interpolated between neighbours; nil without a value.
    ///
    /// Hyndman and Fan 1996, American Statistician 50:361-365, definition 7, which is PostgreSQL's
    /// `percentile_cont`. The median of 1, 2, 3 and 10 is 2.5. Values that are not finite are left
    /// out.
    public static func linear(_ share: Double, of values: [Double]) -> Double? {
        let sorted = values.filter(\.isFinite).sorted()
        guard let last = sorted.indices.last else { return nil }
        let position = share.held(in: 0...1) * Double(last)
        let index = min(Int(position), last)
        let next = min(index + 1, last)
        let fraction = position - Double(index)
        return sorted[index] * (1 - fraction) + sorted[next] * fraction
    }

    /// The smallest value at or below which at least a share of 0...1 of the values lie.
    ///
    /// Definition 1 of Hyndman and Fan, which is PostgreSQL's `percentile_disc`. The median of 1, 2,
    /// 3 and 10 is 2. Values that are not finite are left out; nil without a value.
    public static func discrete(_ share: Double, of values: [Double]) -> Double? {
        let sorted = values.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        let rank = (share.held(in: 0...1) * Double(sorted.count)).rounded(.up)
        return sorted[max(Int(rank), 1) - 1]
    }
}

/// P-values made to hold for all of several questions asked of the same data.
public enum Holm {
    /// The p-values as they count when any of the questions could have come out by chance, 0...1.
    ///
    /// Holm 1979, Scand. J. Stat. 6:65-70: the smallest times how many there are, the next times one
    /// fewer, none below the one before. 0.001, 0.012, 0.03, 0.04, 0.2 and 0.5 become 0.006, 0.06,
    /// 0.12, 0.12, 0.4 and 0.5. Rejecting what is at most 0.05 is wrong about any of the true ones in
    /// at most 5 % of all cases, however they depend on each other.
    public static func adjusted(_ values: [Double]) -> [Double] {
        var adjusted = values
        var least = 0.0
        for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
            least = min(max(least, values[index] * Double(values.count - rank)), 1)
            adjusted[index] = least
        }
        return adjusted
    }
}

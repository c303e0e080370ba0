/// What p-values are worth when several questions were asked at once.
///
/// Both adjust: compare an adjusted value with the same alpha as a single one. Values keep their
/// order; those outside 0...1 are held to it.
public enum MultipleTests {
    /// P-values such that, of those at or below alpha, an expected share of at most alpha is false.
    ///
    /// For alarms out of many signals. Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289-300;
    /// valid for independent and for positively dependent tests. 0.001, 0.012, 0.03, 0.04, 0.2 and
    /// 0.5 give 0.006, 0.036, 0.06, 0.06, 0.24 and 0.5.
    public static func benjaminiHochberg(_ values: [Double]) -> [Double] {
        let count = Double(values.count)
        var adjusted = values
        var least = 1.0
        for (rank, index) in order(values).enumerated().reversed() {
            least = min(least, held(values[index]) * count / Double(rank + 1))
            adjusted[index] = least
        }
        return adjusted
    }

    /// P-values such that the probability that any one at or below alpha is false is at most alpha,
    /// however the tests depend on each other.
    ///
    /// For claims that somebody is singled out by. Holm 1979, Scand. J. Stat. 6:65-70. 0.001,
    /// 0.012, 0.03, 0.04, 0.2 and 0.5 give 0.006, 0.06, 0.12, 0.12, 0.4 and 0.5.
    public static func holm(_ values: [Double]) -> [Double] {
        var adjusted = values
        var greatest = 0.0
        for (rank, index) in order(values).enumerated() {
            greatest = max(greatest, min(held(values[index]) * Double(values.count - rank), 1))
            adjusted[index] = greatest
        }
        return adjusted
    }

    private static func held(_ value: Double) -> Double { value.isNaN ? 1 : value.held(in: 0...1) }

    private static func order(_ values: [Double]) -> [Int] {
        values.indices.sorted { (held(values[$0]), $0) < (held(values[$1]), $1) }
    }
}

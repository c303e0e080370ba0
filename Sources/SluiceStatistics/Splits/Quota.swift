/// Whole numbers as close to given shares as can be.
public enum Quota {
    /// Parts of `n` in the proportion of the shares: their sum is `n`.
    ///
    /// The largest remainder (Hamilton's method; Balinski and Young 2001, Fair Representation): each
    /// part gets its whole number, and what is left goes to the largest fractions, equal ones to the
    /// earlier part. 30 in 0.6, 0.2 and 0.2 are 18, 6 and 6; 11 in 0.8, 0.1 and 0.1 are 9, 1 and 1.
    ///
    /// - Parameter shares: not negative, with a sum above 0; they are divided by it.
    public static func parts(of n: Int, shares: [Double]) -> [Int] {
        let sum = shares.reduce(0, +)
        precondition(n >= 0 && sum > 0 && shares.allSatisfy { $0 >= 0 }, "these are shares")
        let exact = shares.map { Double(n) * $0 / sum }
        // 100 times 0.29 is 28.999999999999996: a rounding error must not cost a whole item.
        var parts = exact.map { Int(($0 + rounding).rounded(.down)) }
        let order = shares.indices.sorted {
            let (one, other) = (exact[$0] - Double(parts[$0]), exact[$1] - Double(parts[$1]))
            return abs(one - other) > rounding ? one > other : $0 < $1
        }
        let left = n - parts.reduce(0, +)
        for index in order.prefix(max(left, 0)) { parts[index] += 1 }
        return parts
    }

    private static let rounding = 1e-9
}

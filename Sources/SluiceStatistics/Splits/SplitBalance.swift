import Glibc

/// Whether labels are spread over the splits as chance alone would spread them.
public struct SplitBalance: Hashable, Sendable {
    /// How many items each label has in each of the three splits, label first.
    public let table: [[Int]]

    /// Takes the counts.
    ///
    /// - Throws: ``Unknown`` if there is no item or a row has not three counts.
    public init(_ table: [[Int]]) throws(Unknown) {
        guard table.allSatisfy({ $0.count == 3 && $0.allSatisfy { $0 >= 0 } }) else {
            throw Unknown(.impossibleCounts)
        }
        self.table = table.filter { $0.contains { $0 > 0 } }
        guard !self.table.isEmpty else { throw Unknown(.noObservations) }
    }

    /// The p-value, 0...1, of the claim that every label has the same share in each split.
    ///
    /// Pearson's chi-square over the splits that have an item. One label alone, or one split alone, is
    /// always balanced: 1. Two labels with 10, 20, 30 and 20, 20, 20 items give 0.069483.
    public var independenceP: Double {
        let columns = (0..<3).map { column in table.reduce(0) { $0 + $1[column] } }
        let all = Double(columns.reduce(0, +))
        let used = columns.filter { $0 > 0 }.count
        guard table.count > 1, used > 1 else { return 1 }
        let statistic = table.reduce(0.0) { sum, row in
            let size = Double(row.reduce(0, +))
            return zip(row, columns).reduce(sum) {
                let expected = size * Double($1.1) / all
                guard expected > 0 else { return $0 }
                return $0 + (Double($1.0) - expected) * (Double($1.0) - expected) / expected
            }
        }
        return Self.chiSquareTail(statistic, freedom: (table.count - 1) * (used - 1))
    }

    /// The p-value, 0...1, of the claim that the splits have those shares of the items.
    ///
    /// 7,999, 982 and 1,019 of 10,000 in 80, 10 and 10 % give 0.709949.
    public func sharesP(_ shares: [Double]) -> Double {
        let columns = (0..<3).map { column in table.reduce(0) { $0 + $1[column] } }
        let all = Double(columns.reduce(0, +))
        let statistic = zip(columns, shares).reduce(0.0) {
            let expected = all * $1.1
            return $0 + (Double($1.0) - expected) * (Double($1.0) - expected) / expected
        }
        return Self.chiSquareTail(statistic, freedom: shares.count - 1)
    }

    /// The chi-square distribution's upper tail.
    ///
    /// Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), from Q(1/2, x) = erfc(sqrt x) or Q(1, x) = e^-x:
    /// NIST Digital Library of Mathematical Functions, 8.8.6 and 8.4.
    private static func chiSquareTail(_ statistic: Double, freedom: Int) -> Double {
        let x = statistic / 2
        var a = freedom % 2 == 0 ? 1.0 : 0.5
        var tail = freedom % 2 == 0 ? exp(-x) : erfc(x.squareRoot())
        guard x > 0 else { return 1 }
        while 2 * a < Double(freedom) {
            tail += exp(a * log(x) - x - SpecialFunctions.logGamma(a + 1))
            a += 1
        }
        return min(tail, 1)
    }
}

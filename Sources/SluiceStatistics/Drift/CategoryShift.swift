import Glibc

/// How far the mix of categories in a current window is from that in a reference window.
///
/// Categories neither window holds tell nothing and are left out.
public struct CategoryShift: Hashable, Sendable {
    /// A test statistic with its p-value.
    public struct Test: Hashable, Sendable {
        /// The statistic, at least 0.
        public let statistic: Double
        /// Its degrees of freedom.
        public let degreesOfFreedom: Int
        /// The probability of so large a statistic without a shift, 0...1.
        public let p: Double

        /// Compares a statistic with the chi-square distribution.
        init(chiSquare statistic: Double, degreesOfFreedom: Int) {
            self.statistic = statistic
            self.degreesOfFreedom = degreesOfFreedom
            p = SpecialFunctions.chiSquareTail(statistic, degreesOfFreedom: degreesOfFreedom)
        }
    }

    private let cells: [Cell]
    /// How many items the reference holds, at least 1.
    public let referenceSize: Int
    /// How many items the current window holds, at least 1.
    public let currentSize: Int

    /// Takes the counts of both windows, category by category in the same order.
    ///
    /// - Throws: ``Unknown`` if a window is empty, a count is negative or the windows have different
    ///   numbers of categories.
    public init(reference: [Int], current: [Int]) throws(Unknown) {
        guard
            reference.count == current.count, reference.allSatisfy({ $0 >= 0 }),
            current.allSatisfy({ $0 >= 0 })
        else { throw Unknown(.impossibleCounts) }
        cells = zip(reference, current).map(Cell.init).filter { $0.reference + $0.current > 0 }
        referenceSize = reference.reduce(0, +)
        currentSize = current.reduce(0, +)
        guard referenceSize > 0, currentSize > 0 else { throw Unknown(.noObservations) }
    }

    /// How many categories at least one of the windows holds.
    public var categories: Int { cells.count }

    /// The population stability index: the sum of (q - p) ln(q / p) over categories, at least 0.
    ///
    /// Kullback and Leibler 1951, Ann. Math. Stat. 22:79-86 (their J). 120, 80, 300, 250 and 250
    /// against 30, 10, 90, 40 and 80 without a pseudo-count give 0.096111.
    ///
    /// - Parameter pseudoCount: added to every category of both windows, so that one missing from a
    ///   window does not make the index infinite; above 0 unless both windows hold every category.
    public func stabilityIndex(pseudoCount: Double = 0.5) -> Double {
        let added = max(
            pseudoCount, cells.contains { min($0.reference, $0.current) == 0 } ? 1e-9 : 0)
        let extra = added * Double(cells.count)
        return cells.reduce(0) { sum, cell in
            let before = (Double(cell.reference) + added) / (Double(referenceSize) + extra)
            let now = (Double(cell.current) + added) / (Double(currentSize) + extra)
            return sum + (now - before) * log(now / before)
        }
    }

    /// What the index is on average without a shift: (categories - 1)(1/N + 1/M).
    ///
    /// Yurdakul 2018, Statistical Properties of Population Stability Index. With five categories,
    /// 1000 and 250 items: 0.02, so that a fixed limit on the index means little in small windows.
    public var expectedStabilityIndex: Double {
        Double(max(cells.count - 1, 0)) * reciprocalSizes
    }

    /// Whether the index is larger than chance makes it at these sizes: the index over 1/N + 1/M
    /// against chi-square with one degree of freedom less than there are categories.
    public func stabilityTest(pseudoCount: Double = 0.5) -> Test {
        Test(
            chiSquare: stabilityIndex(pseudoCount: pseudoCount) / reciprocalSizes,
            degreesOfFreedom: max(cells.count - 1, 0))
    }

    /// Pearson's test that both windows come from the same mix.
    ///
    /// Pearson 1900, Philosophical Magazine 50:157-175, without a continuity correction.
    public var chiSquare: Test {
        let all = Double(referenceSize + currentSize)
        let statistic = cells.reduce(0.0) { sum, cell in
            let counted = Double(cell.reference + cell.current)
            let before = counted * Double(referenceSize) / all
            let now = counted * Double(currentSize) / all
            let difference = Double(cell.reference) - before
            return sum + difference * difference / before + difference * difference / now
        }
        return Test(chiSquare: statistic, degreesOfFreedom: max(cells.count - 1, 0))
    }

    /// The Jensen-Shannon divergence in bits, 0...1; finite whatever is missing.
    ///
    /// Lin 1991, IEEE Trans. Inf. Theory 37:145-151.
    public var jensenShannonDivergence: Double {
        let sum = shares.reduce(0.0) { sum, share in
            let middle = (share.reference + share.current) / 2
            return sum + part(share.reference, middle) + part(share.current, middle)
        }
        return (sum / 2).held(in: 0...1)
    }

    /// The root of the divergence, a distance, 0...1.
    ///
    /// Endres and Schindelin 2003, IEEE Trans. Inf. Theory 49:1858-1860. The example of
    /// ``stabilityIndex(pseudoCount:)`` gives 0.131013.
    public var jensenShannonDistance: Double { jensenShannonDivergence.squareRoot() }

    /// The largest difference of any category's shares, 0...1.
    public var largestDifference: Double {
        shares.reduce(0) { max($0, abs($1.reference - $1.current)) }
    }

    /// The share of items that would have to change category, 0...1.
    public var totalVariation: Double {
        shares.reduce(0) { $0 + abs($1.reference - $1.current) } / 2
    }

    /// The Hellinger distance, 0...1.
    ///
    /// Hellinger 1909, J. reine angew. Math. 136:210-271.
    public var hellingerDistance: Double {
        let sum = shares.reduce(0.0) { sum, share in
            let difference = share.reference.squareRoot() - share.current.squareRoot()
            return sum + difference * difference
        }
        return (sum / 2).squareRoot()
    }

    private var reciprocalSizes: Double { 1 / Double(referenceSize) + 1 / Double(currentSize) }

    private var shares: [(reference: Double, current: Double)] {
        cells.map {
            (
                Double($0.reference) / Double(referenceSize),
                Double($0.current) / Double(currentSize)
            )
        }
    }

    private func part(_ share: Double, _ middle: Double) -> Double {
        share > 0 ? share * log2(share / middle) : 0
    }

    private struct Cell: Hashable {
        let reference, current: Int
    }
}

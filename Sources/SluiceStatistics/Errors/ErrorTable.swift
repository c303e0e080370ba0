/// Where the errors are: every slice of the reviewed items with its share of them, and of the data.
///
/// The form is that of Ng's error analysis (what share of the errors has a tag, how often a tag is
/// wrong, how much of the data has it, what there is to gain), with every sum weighted by
/// 1/propensity: counted alike, whatever lives in the uncertain part of the queue looks as if it made
/// half of all errors. An item may belong to several slices, so shares need not sum to 1.
public struct ErrorTable<Slice: Hashable & Comparable & Sendable>: Sendable {
    /// All items, in a slice or not.
    public private(set) var all = WeightedCounts()
    /// The items of each slice.
    public private(set) var slices: [Slice: WeightedCounts] = [:]

    /// Fewer items than this say too little to call a slice worse than the rest.
    public static var fewest: Int { 30 }

    /// Starts without an item.
    public init() {}

    /// Counts a reviewed item.
    ///
    /// - Parameters:
    ///   - slices: what it belongs to, each named once.
    ///   - propensity: the probability with which it was chosen, known when it was routed.
    public mutating func add(_ slices: Set<Slice>, isWrong: Bool, propensity: Double) {
        all.add(propensity: propensity, holds: isWrong)
        for slice in slices {
            self.slices[slice, default: WeightedCounts()]
                .add(propensity: propensity, holds: isWrong)
        }
    }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: ErrorTable) {
        all.merge(other.all)
        for (slice, counts) in other.slices {
            slices[slice, default: WeightedCounts()].merge(counts)
        }
    }

    /// One line of the table.
    public struct Row: Sendable {
        /// The slice.
        public let slice: Slice
        /// How many of its items were reviewed.
        public let items: Int
        /// In how many of them the prediction was wrong.
        public let errors: Int
        /// How often the prediction is wrong in the slice.
        public let errorRate: Estimate
        /// Which share of all errors the slice has; nil where there is no error.
        public let shareOfErrors: Estimate?
        /// Which share of all items the slice has.
        public let shareOfData: Estimate
        /// How many times as often as everywhere the prediction is wrong here; nil without an error.
        public let lift: Double?
        /// The error rate here minus that of all other items; nil where there are none.
        public let againstRest: Estimate?
        /// The p-value of the claim that it is not wrong more often here than in the rest, made to hold
        /// for all slices with ``ErrorTable/fewest`` items or more; nil for the others.
        public let worsePAdjusted: Double?

        /// Whether there are too few items to say anything.
        public var isFew: Bool { items < ErrorTable.fewest }
        /// Whether the prediction is wrong more often here than in the rest, at 5 % over all slices.
        public var isWorse: Bool { worsePAdjusted.map { $0 <= 0.05 } ?? false }
    }

    /// The lines, the largest share of the errors first; slices without an item are left out.
    ///
    /// - Throws: ``Unknown`` if there is no item or a propensity cannot be.
    public func rows(level: Double = 0.95) throws(Unknown) -> [Row] {
        let total = all.weight
        let wrong = all.weightHolding
        _ = try all.sample()
        var rows: [Row] = []
        var tested: [Int] = []
        var values: [Double] = []
        for (slice, counts) in slices.sorted(by: { $0.key < $1.key }) where counts.n > 0 {
            let rate = try counts.estimate(level: level)
            let rest = all.without(counts)
            var against: WeightedDifference?
            if rest.n > 0 {
                against = WeightedDifference(try counts.sample(), minus: try rest.sample())
            }
            if let against, counts.n >= Self.fewest {
                tested.append(rows.count)
                values.append(against.fisherP)
            }
            rows.append(
                Row(
                    slice: slice, items: counts.n, errors: counts.x, errorRate: rate,
                    shareOfErrors: wrong > 0
                        ? try share(counts, \.holding).estimate(level: level) : nil,
                    shareOfData: try share(counts, \.everything).estimate(level: level),
                    lift: wrong > 0 ? rate.value * total / wrong : nil,
                    againstRest: try against?.estimate(level: level), worsePAdjusted: nil))
        }
        for (row, value) in zip(tested, MultipleTests.holm(values)) {
            rows[row] = rows[row].tested(value)
        }
        return rows.sorted {
            $0.weight == $1.weight ? $0.slice < $1.slice : $0.weight > $1.weight
        }
    }

    /// The share of a slice in the items, or in the errors alone.
    private func share(
        _ slice: WeightedCounts, _ part: KeyPath<WeightedCounts, WeightedCounts>
    ) -> WeightedCounts {
        WeightedCounts(slice[keyPath: part], in: all[keyPath: part])
    }
}

extension ErrorTable.Row {
    fileprivate var weight: (Double, Double, Int) {
        (shareOfErrors?.value ?? 0, shareOfData.value, items)
    }

    fileprivate func tested(_ adjusted: Double) -> Self {
        Self(
            slice: slice, items: items, errors: errors, errorRate: errorRate,
            shareOfErrors: shareOfErrors, shareOfData: shareOfData, lift: lift,
            againstRest: againstRest, worsePAdjusted: adjusted)
    }
}

/// An error table in which disputed audits are right at one end of every figure, and wrong at the other.
public struct DisputedErrorTable<Slice: Hashable & Comparable & Sendable>: Sendable {
    /// The items with a label alone.
    public private(set) var labelled = ErrorTable<Slice>()
    /// The disputed ones alone, as if the model were right.
    public private(set) var waiting = ErrorTable<Slice>()
    private var right = ErrorTable<Slice>()
    private var wrong = ErrorTable<Slice>()
    /// How many are disputed, and what became of those settled.
    public private(set) var disputes = DisputedAudits()

    /// Starts without an item.
    public init() {}

    /// Counts a reviewed item, which may have been disputed before.
    public mutating func add(
        _ slices: Set<Slice>, isWrong: Bool, propensity: Double, wasDisputed: Bool
    ) {
        labelled.add(slices, isWrong: isWrong, propensity: propensity)
        right.add(slices, isWrong: isWrong, propensity: propensity)
        wrong.add(slices, isWrong: isWrong, propensity: propensity)
        guard wasDisputed else { return }
        disputes += DisputedAudits(settled: 1, confirmed: isWrong ? 1 : 0)
    }

    /// Counts an audit that waits for a second look.
    public mutating func addDisputed(_ slices: Set<Slice>, propensity: Double) {
        waiting.add(slices, isWrong: false, propensity: propensity)
        right.add(slices, isWrong: false, propensity: propensity)
        wrong.add(slices, isWrong: true, propensity: propensity)
        disputes += DisputedAudits(waiting: 1)
    }

    /// Whether something was counted in a slice.
    public func knows(_ slice: Slice) -> Bool { right.slices[slice] != nil }

    /// How many slices something was counted in.
    public var slices: Int { right.slices.count }

    /// How often the model is wrong.
    ///
    /// - Throws: ``Unknown`` if no item has a label.
    public func errorRate(level: Double = 0.95) throws(Unknown) -> Estimate {
        guard labelled.all.n > 0 else { throw Unknown(.noObservations) }
        return try disputes.estimate { (areWrong) throws(Unknown) -> Estimate in
            try (areWrong ? wrong : right).all.estimate(level: level)
        }
    }

    /// The lines, the largest share of the errors first; a slice is worse than the rest only if it is so
    /// at both ends.
    ///
    /// - Throws: ``Unknown`` if there is no item or a propensity cannot be.
    public func rows(level: Double = 0.95) throws(Unknown) -> [ErrorTable<Slice>.Row] {
        guard labelled.all.n > 0 else { throw Unknown(.noObservations) }
        let lower = try right.rows(level: level)
        guard disputes.waiting > 0 else { return lower }
        let upper = Dictionary(
            try wrong.rows(level: level).map { ($0.slice, $0) },
            uniquingKeysWith: { first, _ in first })
        return lower.map { row in
            upper[row.slice].map { between(row, $0) } ?? row
        }.sorted { one, other in
            let (first, second) = (one.shareOfErrors?.value ?? 0, other.shareOfErrors?.value ?? 0)
            return first != second ? first > second : one.slice < other.slice
        }
    }

    /// Every two of the slices with the most items; they differ only if they do at both ends.
    public func pairs(
        atMost count: Int = 8, level: Double = 0.95
    ) throws(Unknown) -> [ErrorTable<Slice>.Pair] {
        let lower = try right.pairs(atMost: count, level: level)
        guard disputes.waiting > 0 else { return lower }
        let upper = try wrong.pairs(atMost: count, level: level)
        return lower.compactMap { pair in
            if let same = upper.first(where: { $0.one == pair.one && $0.other == pair.other }) {
                return .init(
                    one: pair.one, other: pair.other,
                    difference: disputes.between(pair.difference, same.difference, waiting: 0),
                    pAdjusted: max(pair.pAdjusted, same.pAdjusted))
            }
            // At the other end the other one is the worse of the two.
            return upper.first { $0.one == pair.other && $0.other == pair.one }.map {
                .init(
                    one: pair.one, other: pair.other,
                    difference: disputes.between(
                        pair.difference, $0.difference.negated, waiting: 0),
                    pAdjusted: 1)
            }
        }
    }

    private func between(
        _ lower: ErrorTable<Slice>.Row, _ upper: ErrorTable<Slice>.Row
    ) -> ErrorTable<Slice>.Row {
        let count = waiting.slices[lower.slice]?.n ?? 0
        func mixed(_ one: Estimate?, _ other: Estimate?) -> Estimate? {
            guard let one, let other else { return one ?? other }
            return disputes.between(one, other, waiting: 0)
        }
        func mean(_ one: Double?, _ other: Double?) -> Double? {
            guard let one, let other else { return one ?? other }
            return one + disputes.wrongShare * (other - one)
        }
        let known = labelled.slices[lower.slice]
        return .init(
            slice: lower.slice, items: known?.n ?? 0, errors: known?.x ?? 0,
            errorRate: disputes.between(lower.errorRate, upper.errorRate, waiting: count),
            shareOfErrors: mixed(lower.shareOfErrors, upper.shareOfErrors),
            shareOfData: lower.shareOfData, lift: mean(lower.lift, upper.lift),
            againstRest: mixed(lower.againstRest, upper.againstRest),
            worsePAdjusted: lower.worsePAdjusted.flatMap { one in
                upper.worsePAdjusted.map { max(one, $0) }
            })
    }
}

extension Estimate {
    /// The same difference taken the other way round.
    fileprivate var negated: Estimate {
        Estimate(
            value: -value, lo: -hi, hi: -lo, level: level, method: method, n: n,
            nEffective: nEffective)
    }
}

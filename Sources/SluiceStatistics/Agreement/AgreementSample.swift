/// Items with the answers they got, to say how sure a coefficient of agreement is.
///
/// Items with the same answers, in whatever order, are one kind and counted: a hundred thousand
/// items with five answers of four labels are at most 56 kinds, and a resample of them costs as much
/// as of a hundred items.
public struct AgreementSample: Hashable, Sendable {
    /// How many labels there are to choose from, used or not.
    public let labels: Int
    private(set) var kinds: [[Int]: Int] = [:]

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
    }

    /// Counts an item with the answers it got, by the numbers of their labels, in any order.
    public mutating func add(_ answers: [Int], times: Int = 1) {
        guard !answers.isEmpty, times > 0 else { return }
        precondition(answers.allSatisfy { 0..<labels ~= $0 }, "answers are numbers of labels")
        kinds[answers.sorted(), default: 0] += times
    }

    /// Takes out an item that was counted with these answers.
    public mutating func remove(_ answers: [Int]) {
        let kind = answers.sorted()
        guard let count = kinds[kind] else {
            preconditionFailure("only what was counted is taken out")
        }
        kinds[kind] = count > 1 ? count - 1 : nil
    }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: AgreementSample) {
        precondition(labels == other.labels, "both count the same labels")
        kinds.merge(other.kinds, uniquingKeysWith: +)
    }

    /// The counts behind all coefficients.
    public var agreement: Agreement { agreement(Array(kinds)) }

    /// A coefficient with its interval from a bootstrap over items.
    ///
    /// Efron 1979, Ann. Stat. 7:1-26, percentiles. Items are drawn, not answers: the answers of an
    /// item depend on each other. The same generator gives the same interval, in whatever order items
    /// were counted. Resamples in which the coefficient is undefined are left out.
    ///
    /// - Throws: ``Unknown`` if the coefficient is undefined for the items, or for more than half of
    ///   the resamples, or the level is out of range.
    public func estimate(
        _ coefficient: AgreementCoefficient, level: Double = 0.95, resamples: Int = 1000,
        using generator: inout some RandomNumberGenerator
    ) throws(Unknown) -> Estimate {
        let level = try checked(level)
        // A fixed order, or the same draws would meet other kinds on every run.
        let kinds = kinds.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let whole = agreement(kinds.map { ($0.key, $0.value) })
        let value = try coefficient.value(of: whole)
        let weights = kinds.map(\.value)
        return try Bootstrap.estimate(
            value, n: whole.items, level: level, resamples: resamples
        ) { () throws(Unknown) in
            let counts = Multinomial.resample(weights, using: &generator)
            return try coefficient.value(of: agreement(Array(zip(kinds.map(\.key), counts))))
        }
    }

    private func agreement(_ counts: [(key: [Int], value: Int)]) -> Agreement {
        var agreement = Agreement(labels: labels)
        for (answers, times) in counts { agreement.add(answers, times: times) }
        return agreement
    }
}

/// A measure of agreement; the raw values are what reports print.
public enum AgreementCoefficient: String, Hashable, Sendable, CaseIterable {
    /// The share of agreeing pairs of answers, averaged over items.
    case percent
    /// Krippendorff's alpha for labels without an order.
    case krippendorff
    /// Krippendorff's alpha for labels in order.
    case krippendorffOrdinal = "krippendorff_ordinal"
    /// Fleiss' kappa.
    case fleiss
    /// Gwet's AC1.
    case gwet

    /// The coefficient of what was counted.
    public func value(of agreement: Agreement) throws(Unknown) -> Double {
        switch self {
        case .percent: try agreement.percent()
        case .krippendorff: try agreement.krippendorff()
        case .krippendorffOrdinal: try agreement.krippendorff(.ordinal)
        case .fleiss: try agreement.fleiss()
        case .gwet: try agreement.gwet()
        }
    }
}

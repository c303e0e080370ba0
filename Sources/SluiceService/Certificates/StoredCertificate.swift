import SluiceDomain
import SluiceJSON
import SluiceStatistics
import SluiceStore

/// A stored certificate read back: its thresholds, computed again from the counts stored with it.
struct StoredCertificate: Sendable {
    /// One chain read back.
    struct Chain: Sendable {
        let labels: [String]?
        let isRest: Bool
        let grid: ConfidenceGrid
        let start: Int?
        let threshold: Double?
        /// The threshold that the stored counts lead to.
        let recomputed: Double?
    }

    let chains: [Chain]
    /// Where the labels begin, for looks that go on with the same grid.
    let from: Timestamp
    /// Items up to this key are not among the labels.
    let afterItem: Int64
    let isPerLabel: Bool

    /// Whether the stored counts lead to the stored thresholds.
    var isSound: Bool {
        chains.allSatisfy { $0.threshold == $0.recomputed }
    }

    /// Reads the document of a record.
    ///
    /// - Throws: `internalError` for a document that is not one of ours; `JSONError`.
    init(_ record: CertificateRecord) throws {
        let document = try JSONValue(parsing: record.document)
        guard let method = CertificateMethod(rawValue: record.method),
            let window = document["window"],
            let from = window["from"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let after = window["after_item"]?.int, let chains = document["chains"]?.array
        else { throw ReviewError.internalError }
        self.from = from
        afterItem = Int64(after)
        isPerLabel = document["per_label"]?.bool ?? false
        self.chains = try chains.map { chain in try Self.chain(chain, method) }
    }

    private static func chain(
        _ value: JSONValue, _ method: CertificateMethod
    ) throws(ReviewError) -> Chain {
        guard let limit = value["limit"]?.double, let delta = value["delta"]?.double,
            let promise = ErrorPromise(limit: limit, delta: delta),
            let rows = value["steps"]?.array
        else { throw .internalError }
        var places: [ConfidenceGrid.Step] = []
        var steps: [ThresholdStep] = []
        for row in rows {
            guard let threshold = row["threshold"]?.double, let share = row["share"]?.double,
                let strata = row["strata"]?.array
            else { throw .internalError }
            places.append(.init(threshold: threshold, share: share))
            steps.append(
                ThresholdStep(
                    threshold: threshold,
                    strata: strata.map {
                        .init(
                            propensity: $0["propensity"]?.double ?? 0,
                            items: $0["items"]?.int ?? 0, labelled: $0["labelled"]?.int ?? 0,
                            errors: $0["errors"]?.int ?? 0)
                    }))
        }
        let starts = value["starts"]?.array?.compactMap(\.int) ?? []
        let certified: Int?
        switch method {
        case .fixedSequence, .robust:
            certified = ThresholdWalk(steps, promise: promise, starts: starts).certified
        case .eProcess:
            // The order of the labels is not kept here; that the evidence reached its mark is.
            let kept = (value["tests"]?.array ?? []).prefix {
                ($0["evidence"]?.double ?? 0) >= 1 / promise.delta
            }
            certified = kept.last?["step"]?.int
        }
        return Chain(
            labels: value["labels"]?.array?.compactMap(\.string),
            isRest: value["is_rest"]?.bool ?? false, grid: ConfidenceGrid(steps: places),
            start: starts.first, threshold: value["threshold"]?.double,
            recomputed: certified.flatMap { $0 < steps.count ? steps[$0].threshold : nil })
    }

    /// The policy with these thresholds in place of its own.
    ///
    /// Labels without a certified threshold go to people, as far as a threshold of 1 can say so.
    ///
    /// - Throws: `certificateRefused` when it certifies nothing.
    func applied(to policy: Policy, number: Int) throws(ReviewError) -> Policy {
        guard chains.contains(where: { $0.threshold != nil }) else {
            throw .certificateRefused(number: number, .certifiesNothing)
        }
        guard isSound else { throw .certificateRefused(number: number, .unsound) }
        var policy = policy
        policy.degree = .partial
        guard isPerLabel else {
            policy.accept = Policy.Thresholds(standard: chains.first?.threshold ?? 1)
            return policy
        }
        var thresholds: [ExactText: Double] = [:]
        for chain in chains where !chain.isRest {
            for label in chain.labels ?? [] {
                thresholds[ExactText(label)] = chain.threshold ?? 1
            }
        }
        policy.accept = Policy.Thresholds(
            standard: chains.first { $0.isRest }?.threshold ?? 1, labels: thresholds)
        return policy
    }
}

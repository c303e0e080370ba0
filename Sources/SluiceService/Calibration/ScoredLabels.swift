import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The predictions of one version that people labelled, in the order of the labels.
struct ScoredLabels: Sendable {
    /// The predictions with their weights.
    private(set) var outcomes: [ScoredOutcome] = []
    /// When the label of each was given.
    private(set) var decidedAt: [Timestamp] = []

    private static let page = 10_000

    /// Reads the labels given in `[from, to)`, page by page, each as things stand when it is read.
    ///
    /// Left out are items without a confidence, answers that say nothing of the label, and what was
    /// labelled without a recorded chance.
    static func read(
        modelVersion: Int64, project: Int64, from: Timestamp, to: Timestamp,
        through pool: ConnectionPool
    ) async throws -> ScoredLabels {
        var labels = ScoredLabels()
        var (moment, item) = (from, Int64(0))
        while true {
            let (after, afterItem) = (moment, item)
            let page = try await pool.withSession { session in
                try Store(session).decidedEvidence(
                    project: project, from: from, to: to, modelVersion: modelVersion,
                    after: after, item: afterItem, limit: Self.page)
            }
            for row in page { labels.add(row) }
            guard page.count == Self.page, let last = page.last, let at = last.decidedAt else {
                return labels
            }
            (moment, item) = (at, last.item)
        }
    }

    private mutating func add(_ row: EvidenceRow) {
        guard row.isAsked, row.propensity > 0, let confidence = row.confidence,
            let isWrong = row.isWrong, let at = row.decidedAt
        else { return }
        outcomes.append(
            ScoredOutcome(
                confidence: confidence, isRight: !isWrong, weight: 1 / row.propensity))
        decidedAt.append(at)
    }

    /// The labels given from a moment on.
    func from(_ moment: Timestamp) -> ScoredLabels {
        let first = decidedAt.firstIndex { $0 >= moment } ?? decidedAt.count
        return part(first..<decidedAt.count)
    }

    /// The earlier and the later half, both with the moment the later one begins.
    var halves: (earlier: ScoredLabels, later: ScoredLabels) {
        let middle = outcomes.count / 2
        return (part(0..<middle), part(middle..<outcomes.count))
    }

    private func part(_ range: Range<Int>) -> ScoredLabels {
        var part = ScoredLabels()
        part.outcomes = Array(outcomes[range])
        part.decidedAt = Array(decidedAt[range])
        return part
    }
}

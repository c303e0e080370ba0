import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The predictions of one version that people labelled, in the order of the labels, and beside them the
/// audits that wait for a second look.
struct ScoredLabels: Sendable {
    /// The predictions with their weights.
    private(set) var outcomes: [ScoredOutcome] = []
    /// When the label of each was given.
    private(set) var decidedAt: [Timestamp] = []
    /// The disputed audits, as if the model were right.
    private var waiting: [ScoredOutcome] = []
    /// When each of them arrived.
    private var waitingSince: [Timestamp] = []
    /// How many they are, and what became of those settled.
    private(set) var disputes = DisputedAudits()

    private static let page = 10_000

    /// Reads the labels given in `[from, to)`, page by page, each as things stand when it is read.
    ///
    /// Left out are items without a confidence, answers that say nothing of the label, and what was
    /// labelled without a recorded chance. Disputed audits count from their arrival.
    static func read(
        modelVersion: Int64, project: Int64, from: Timestamp, to: Timestamp,
        through pool: ConnectionPool
    ) async throws -> ScoredLabels {
        var labels = ScoredLabels()
        let disputed = try await pool.withSession { session in
            try Store(session).disputedEvidence(
                project: project, from: from, to: to, modelVersion: modelVersion)
        }
        for row in disputed { labels.add(row) }
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
        guard row.wasDisputed else { return }
        disputes += DisputedAudits(settled: 1, confirmed: isWrong ? 1 : 0)
    }

    private mutating func add(_ row: DisputedEvidence) {
        guard row.propensity > 0, let confidence = row.confidence else { return }
        waiting.append(
            ScoredOutcome(confidence: confidence, isRight: true, weight: 1 / row.propensity))
        waitingSince.append(row.receivedAt)
        disputes += DisputedAudits(waiting: 1)
    }

    /// The labels, and the disputed audits as if the model were right in all of them, or wrong.
    func outcomes(disputedAreWrong areWrong: Bool) -> [ScoredOutcome] {
        outcomes
            + waiting.map {
                ScoredOutcome(
                    confidence: $0.confidence, isRight: !areWrong, weight: $0.weight)
            }
    }

    /// The labels, and each disputed audit as a part that is right and a part that is wrong, by the
    /// share that was confirmed: what a map is fitted to.
    var mixed: [ScoredOutcome] {
        let share = disputes.wrongShare
        return outcomes
            + waiting.flatMap { outcome in
                [(true, 1 - share), (false, share)].filter { $0.1 > 0 }.map {
                    ScoredOutcome(
                        confidence: outcome.confidence, isRight: $0.0,
                        weight: outcome.weight * $0.1)
                }
            }
    }

    /// The same with all confidences through a map.
    func applying(_ map: CalibrationMap) -> ScoredLabels {
        var mapped = self
        mapped.outcomes = map.applied(to: outcomes)
        mapped.waiting = map.applied(to: waiting)
        return mapped
    }

    /// The labels given from a moment on.
    func from(_ moment: Timestamp) -> ScoredLabels {
        let first = decidedAt.firstIndex { $0 >= moment } ?? decidedAt.count
        return part(first..<decidedAt.count) { $0 >= moment }
    }

    /// The earlier and the later half, both with the moment the later one begins.
    var halves: (earlier: ScoredLabels, later: ScoredLabels) {
        let middle = outcomes.count / 2
        guard middle < outcomes.count else { return (self, ScoredLabels()) }
        let moment = decidedAt[middle]
        return (
            part(0..<middle) { $0 < moment }, part(middle..<outcomes.count) { $0 >= moment }
        )
    }

    private func part(
        _ range: Range<Int>, waitingSince isIncluded: (Timestamp) -> Bool
    ) -> ScoredLabels {
        var part = ScoredLabels()
        for (outcome, since) in zip(waiting, waitingSince) where isIncluded(since) {
            part.waiting.append(outcome)
            part.waitingSince.append(since)
        }
        // How many disputes are confirmed is known best from all of them.
        part.disputes = disputes
        part.disputes.waiting = part.waiting.count
        part.outcomes = Array(outcomes[range])
        part.decidedAt = Array(decidedAt[range])
        return part
    }
}

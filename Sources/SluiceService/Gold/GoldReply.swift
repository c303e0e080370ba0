import SluiceDomain
import SluiceStore

/// The reply to an answer to a gold item: what any item of its form would get, told by its shape.
///
/// Where one reviewer settles an item, the reply to an answer has the decision in it; a gold item
/// whose reply had none would be known for what it is.
struct GoldReply {
    private let recorded: RecordedGold
    private let verdict: Verdict
    private let project: ProjectContext

    init(_ recorded: RecordedGold, _ verdict: Verdict, _ project: ProjectContext) {
        self.recorded = recorded
        self.verdict = verdict
        self.project = project
    }

    func result(reviewID: String) throws(ReviewError) -> AnswerResult {
        switch recorded.status {
        case .unknown: throw .unknownLease
        case .conflict: throw .reviewConflict(id: reviewID)
        case .superseded: throw .leaseSuperseded
        case .already: throw .alreadyReviewed
        case .counted, .skipped, .repeated: break
        }
        guard let reviewedAt = recorded.reviewedAt else { throw .internalError }
        return AnswerResult(
            externalID: recorded.externalID, status: verdict == .skip ? "skipped" : "counted",
            reviewedAt: reviewedAt, isDuplicate: recorded.status == .repeated,
            decision: decision, gold: told)
    }

    private var isCorrect: Bool {
        verdict.labelName.map { isSame($0, recorded.label) } ?? false
    }

    private func isSame(_ one: String, _ other: String) -> Bool {
        ExactText(project.labels.current(one)) == ExactText(project.labels.current(other))
    }

    /// What the reviewer is told, in projects that tell, of an answer; a skip is none.
    private var told: GoldAnswer? {
        guard project.policy.gold.givesFeedback, verdict != .skip, verdict != .escalate
        else { return nil }
        return GoldAnswer(
            isCorrect: isCorrect, label: project.labels.name(of: recorded.label),
            note: recorded.note)
    }

    /// The decision that this answer would be on an item like this.
    private var decision: DecidedLabel? {
        guard project.policy.reviewers == 1, let sole = SoleOutcomes(of: verdict, in: project)
        else { return nil }
        func decided(_ outcome: Outcome) -> DecidedLabel {
            DecidedLabel(bySole: verdict, outcome: outcome.rawValue)
        }
        switch recorded.form {
        case .bare: return decided(sole.withoutPrediction)
        case .shown:
            let isPredicted =
                recorded.predicted.flatMap { predicted in
                    verdict.labelName.map { isSame($0, predicted) }
                } ?? (verdict.labelName == nil && recorded.predicted == nil)
            return decided(isPredicted ? sole.asPredicted : sole.otherwise)
        case .blind:
            if isCorrect { return decided(sole.asPredicted) }
            // Where blind items are audits, an answer that is not the model's decides nothing yet.
            let auditsOnly =
                [.partial, .full].contains(project.policy.degree) && project.policy.drawsAudits
                && !project.policy.drawsBlindness
            return auditsOnly && project.policy.audits.asksSecondLook
                ? nil : decided(sole.otherwise)
        }
    }
}

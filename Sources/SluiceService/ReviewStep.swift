import SluiceDomain
import SluicePostgres
import SluiceStore

/// What a transaction made of an answer; an error that keeps something must not roll it back, so
/// it travels as a value.
struct ReviewStepResult: Sendable {
    let recorded: RecordedReview
    let reviewID: String
    var decision: DecidedLabel?

    func result() throws(ReviewError) -> AnswerResult {
        let status = recorded.status
        switch status {
        case .unknown, .several, .busy: throw .unknownLease
        case .conflict: throw .reviewConflict(id: reviewID)
        case .superseded: throw .leaseSuperseded
        case .already: throw .alreadyReviewed
        // Work that others made needless under a live lease is no mistake of the reviewer; a lapsed
        // lease whose slot somebody else took is to be heard of.
        case .lapsed: throw .leaseLost(decided: recorded.isDecided)
        case .counted, .late, .skipped, .surplus: break
        }
        guard let reviewedAt = recorded.reviewedAt else { throw .internalError }
        return AnswerResult(
            externalID: recorded.externalID,
            status: status.rawValue, reviewedAt: reviewedAt, isDuplicate: recorded.isRepeated,
            decision: decision)
    }
}

extension SoleOutcomes {
    /// Nil for answers that settle nothing: a skip, an escalation.
    init?(of verdict: Verdict, in project: ProjectContext) {
        switch Consensus.settle(
            votes: [verdict].filter { $0 != .skip }, skips: 0, asked: 1, rule: .majority(of: 1))
        {
        case .label(let name, _):
            guard let label = project.labels.label(id: name) else { return nil }
            self.init(
                asPredicted: Outcome(label: label, predicted: label.id),
                // No label is empty.
                otherwise: Outcome(label: label, predicted: ""),
                withoutPrediction: Outcome(label: label, predicted: nil))
        case .unusable:
            self.init(
                asPredicted: .unusable, otherwise: .unusable, withoutPrediction: .unusable)
        case .open, .oneMore, .adjudicate: return nil
        }
    }
}

/// Records one answer and does what follows from it, in the transaction of its store.
struct ReviewStep {
    let store: Store
    let project: ProjectContext

    /// - Parameter note: what the answer proposes to change in the guidelines; kept if the answer is.
    func take(_ review: ReviewRow, guidelineNote note: String?) throws -> ReviewStepResult {
        let recorded = try store.recordReview(review, project: project.id)
        let decision = try follow(review, recorded)
        if let note, recorded.status.isKept {
            try store.appendProposal(
                note, item: review.item, reviewID: review.id, project: project.id,
                by: review.actor)
        }
        return ReviewStepResult(recorded: recorded, reviewID: review.id, decision: decision)
    }

    /// Does what follows from an answer that was recorded: the decision that stands now, if any.
    private func follow(_ review: ReviewRow, _ recorded: RecordedReview) throws -> DecidedLabel? {
        switch recorded.status {
        case .counted, .late, .skipped:
            return recorded.isRepeated || recorded.isDecided
                ? try standing(review, recorded) : try settle(review, recorded)
        case .surplus: return try standing(review, recorded)
        case .lapsed, .conflict, .superseded, .already, .unknown, .several, .busy: return nil
        }
    }

    /// The decision that stands when an answer adds nothing to it: that of people, or of whoever
    /// made the answer surplus.
    func standing(
        _ review: ReviewRow, _ recorded: RecordedReview
    ) throws(PostgresError) -> DecidedLabel? {
        try store.currentDecision(
            item: review.item, project: project.id, includingModels: recorded.status == .surplus)
    }

    private func settle(_ review: ReviewRow, _ recorded: RecordedReview) throws -> DecidedLabel? {
        guard review.queue == .review else { return try adjudicate(review, recorded) }
        let item = review.item
        let (given, skips) = try store.readVotes(
            project: project.id, item: item, queue: review.queue)
        let votes = given.map {
            $0.mapLabel { project.labels.counted($0, predicted: recorded.predicted) }
        }
        let policy = try project.policy(version: recorded.policyVersion, through: store)
        let settlement =
            secondLook(at: votes, skips, recorded, under: policy)
            ?? Consensus.settle(
                votes: votes, skips: skips, asked: recorded.asked,
                rule: policy.consensusRule(asked: recorded.asked),
                borderline: project.labels.borderline?.id)
        switch settlement {
        case .open: return nil
        case .oneMore:
            try store.askOneMore(project: project.id, item: item)
            return nil
        case .adjudicate:
            try store.openAdjudication(project: project.id, item: item)
            return nil
        case .label(let label, let agreement):
            return try decide(
                review, recorded, label: label, agreement: agreement, reviews: votes.count,
                source: votes.count == 1 ? .reviewer : .consensus)
        case .unusable(let agreement):
            return try decide(
                review, recorded, label: nil, agreement: agreement, reviews: votes.count,
                source: votes.count == 1 ? .reviewer : .consensus)
        }
    }

    private func adjudicate(
        _ review: ReviewRow, _ recorded: RecordedReview
    ) throws(PostgresError) -> DecidedLabel? {
        switch review.verdict {
        case .skip, .escalate: return nil
        case .label(let label):
            return try decide(
                review, recorded, label: label, agreement: 1, reviews: 1, source: .adjudicator)
        case .unusable:
            return try decide(
                review, recorded, label: nil, agreement: 1, reviews: 1, source: .adjudicator)
        }
    }

    private func decide(
        _ review: ReviewRow, _ recorded: RecordedReview, label: String?, agreement: Double,
        reviews: Int, source: DecisionSource
    ) throws(PostgresError) -> DecidedLabel {
        var outcome = Outcome.unusable
        let label = label.map { project.labels.counted($0, predicted: recorded.predicted) }
        if let label = label.flatMap(project.labels.label(id:)) {
            outcome = Outcome(label: label, predicted: recorded.predicted)
        }
        try store.appendDecision(
            DecisionRow(
                item: review.item, revision: recorded.revision + 1, reviews: reviews,
                modelVersionID: recorded.modelVersionID,
                actor: source == .consensus ? nil : review.actor, agreement: agreement,
                label: label, source: source, outcome: outcome),
            project: project.id)
        if recorded.isAudit, outcome != .accepted {
            try store.appendCorrection(
                project: project.id, item: review.item, revision: recorded.revision + 1)
        } else if recorded.revision > 0 {
            try store.followCorrection(
                project: project.id, item: review.item, revision: recorded.revision + 1)
        }
        // A task of one review has no slot left; only then is there nothing to close.
        if recorded.asked > 1 || source == .adjudicator {
            try store.closeTask(project: project.id, item: review.item)
        }
        return DecidedLabel(label: label, source: source.rawValue, outcome: outcome.rawValue)
    }
}

/// What a transaction made of an undo.
enum UndoStepResult: Sendable {
    /// It is taken back, now or before; with the token and the end of the reviewer's lease.
    case undone(UndoneReview, ReviewContent, held: (token: Int64, expiresAt: Timestamp))
    /// It was an answer to a gold item, and nothing was done.
    case gold
    case refused(ReviewError)
}

/// Takes one review back and does what follows from it, in the transaction of its store.
struct UndoStep {
    let store: Store
    let project: ProjectContext

    func take(reviewID: String, actor: Int64, token: Int64) throws -> UndoStepResult {
        let undone = try store.undoReview(
            project: project.id, id: reviewID, actor: actor, token: token,
            leaseSeconds: project.policy.leaseSeconds)
        switch undone.status {
        case .unknown: return .refused(.unknownReview(id: reviewID))
        case .gold: return .gold
        case .superseded:
            return .refused(
                .undoTooLate(reason: "an adjudicator has the item or has settled it"))
        case .taken:
            return .refused(
                .undoTooLate(reason: "your answer held no slot, and others have them all by now"))
        case .undone, .repeated: break
        }
        if undone.status == .undone, undone.isDecided { try reopen(undone) }
        guard
            let content = try store.reviewContent(
                project: project.id, item: undone.item, modelVersionID: undone.modelVersionID)
        else { return .refused(.internalError) }
        if let expiresAt = undone.expiresAt {
            return .undone(undone, content, held: (token, expiresAt))
        }
        let held = try store.heldLease(
            project: project.id, item: undone.item, actor: actor, queue: undone.queue)
        return .undone(
            undone, content, held: held ?? (token, expiresAt: Timestamp(microseconds: 0)))
    }

    /// Without the review there is no decision by people: an audited item has the model's again, a
    /// queued one has none.
    private func reopen(_ undone: UndoneReview) throws(PostgresError) {
        let label =
            undone.isAudit
            ? try store.predictedLabel(
                project: project.id, item: undone.item, modelVersionID: undone.modelVersionID)
            : nil
        try store.appendDecision(
            DecisionRow(
                item: undone.item, revision: undone.revision + 1, reviews: 0,
                modelVersionID: undone.modelVersionID, actor: nil, agreement: nil, label: label,
                source: undone.isAudit ? .model : .reviewer,
                outcome: undone.isAudit ? .autoAccepted : .reopened),
            project: project.id)
        try store.followCorrection(
            project: project.id, item: undone.item, revision: undone.revision + 1)
    }
}

extension Store {
    /// The decision of people that stands, or of whoever decided; nil when there is none.
    fileprivate func currentDecision(
        item: Int64, project: Int64, includingModels: Bool = false
    ) throws(PostgresError) -> DecidedLabel? {
        guard let last = try decisions(item: item, project: project).last,
            includingModels || last.source != DecisionSource.model.rawValue,
            last.outcome != Outcome.reopened.rawValue
        else { return nil }
        return DecidedLabel(label: last.label, source: last.source, outcome: last.outcome)
    }
}

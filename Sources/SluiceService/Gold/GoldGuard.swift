import SluiceDomain
import SluiceStatistics
import SluiceStore

/// Pauses a reviewer whose accuracy on gold items is certainly too low, in the transaction of its
/// store.
struct GoldGuard {
    let store: Store
    let project: ProjectContext

    /// Pauses `reviewer` if, after as many gold answers as the policy says, even the upper end of the
    /// 95 % interval of their accuracy is below its limit.
    func check(_ reviewer: Int64) throws {
        guard let limit = project.policy.gold.pauseBelow else { return }
        let (answers, correct) = try store.goldSinceResumed(
            project: project.id, actor: reviewer)
        guard answers >= project.policy.gold.pauseAfter else { return }
        let accuracy = try Proportion(correct, of: answers).wilson()
        guard accuracy.hi < limit else { return }
        let service = try store.ensureActor(Store.serviceActor)
        try ReviewerPauses(store: store, project: project).pause(
            reviewer,
            why: "\(correct) of \(answers) gold items right: at most "
                + "\(Self.percent(accuracy.hi)) with 95 % confidence, and "
                + "\(Self.percent(limit)) are asked for",
            by: service)
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

/// Pauses and resumes reviewers, in the transaction of its store.
struct ReviewerPauses {
    let store: Store
    let project: ProjectContext

    /// Pauses a reviewer; nothing happens when they are paused.
    func pause(_ reviewer: Int64, why: String, by actor: Int64) throws {
        guard
            try store.pauseReviewer(reviewer, why: why, project: project.id, by: actor)
        else { return }
        try store.appendAuditEntry(
            .reviewerPaused, reason: why, before: nil, after: try facts(reviewer),
            project: project.id, by: actor)
        try store.announceChange(of: project.name)
    }

    /// Lets a reviewer go on; nothing happens when they are not paused.
    func resume(_ reviewer: Int64, reason: String, by actor: Int64) throws {
        guard try store.resumeReviewer(reviewer, project: project.id) else { return }
        try store.appendAuditEntry(
            .reviewerResumed, reason: reason, before: try facts(reviewer), after: nil,
            project: project.id, by: actor)
        try store.announceChange(of: project.name)
    }

    private func facts(_ reviewer: Int64) throws -> [UInt8] {
        AuditFacts.reviewer(try store.actorName(reviewer))
    }
}

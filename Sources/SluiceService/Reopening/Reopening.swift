import SluiceDomain
import SluicePostgres
import SluiceStore

/// What reopening an item came to.
public struct Reopened: Sendable, Hashable {
    /// The item's external id.
    public let externalID: String
    /// Whether it had been reopened before and is not decided again; nothing was done then.
    public let isRepeated: Bool
    /// Who looks at it now.
    public let asks: Asked
    /// The number of the decision that says so.
    public let revision: Int

    /// Who looks at a reopened item.
    public enum Asked: String, Sendable, CaseIterable {
        /// Reviewers, who get it anew.
        case review
        /// Those who have it anyway, for an audit.
        case audit
        /// An adjudicator, because reviewers have answered it.
        case adjudication
    }
}

/// Takes a decision back because somebody complained about it, and has people look at the item.
///
/// That nobody drew the item is kept in mind: what people find then had no known probability of being
/// found. If the model was wrong it counts among the known errors, and is in no estimate; see
/// `AutoAcceptError`. An audit that is under way goes on and counts, as it was drawn before.
public struct Reopening: Sendable {
    private let pool: ConnectionPool
    private let arrived: @Sendable (Int64) -> Void

    /// Works through `pool`; `arrived` is told of projects that have got a task.
    public init(pool: ConnectionPool, arrived: @escaping @Sendable (Int64) -> Void = { _ in }) {
        self.pool = pool
        self.arrived = arrived
    }

    /// Reopens an item; done again while it is open, it changes nothing.
    ///
    /// The item has no decision until people have decided. They do not see what the model had said.
    /// The list of corrections says so to whoever acted on the model's decision.
    ///
    /// - Parameter reason: what the complaint is, for the audit log.
    /// - Throws: `unknownItem`; `notReopened` if nothing is decided yet, or an adjudicator has settled
    ///   it.
    public func reopen(
        _ externalID: String, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> Reopened {
        let reopened = try await pool.transaction { session in
            try ReopenStep(store: Store(session), project: project, actor: caller.actor)
                .take(externalID, reason: reason)
        }
        if !reopened.isRepeated { arrived(project.id) }
        return reopened
    }
}

/// Reopens one item, in the transaction of its store.
private struct ReopenStep {
    let store: Store
    let project: ProjectContext
    let actor: Int64

    func take(_ externalID: String, reason: String) throws -> Reopened {
        // Before anything is read: two complaints at once are one after the other.
        try store.lockProject(project.id)
        guard let item = try store.item(externalID: externalID, project: project.id) else {
            throw ReviewError.unknownItem(externalID)
        }
        let standing = try store.lockReopenable(item.id, project: project.id)
        guard let standing, let decision = standing.decision else {
            throw ReviewError.notReopened(why: "nobody has decided the item yet")
        }
        guard decision.outcome != Outcome.reopened.rawValue else {
            return Reopened(
                externalID: externalID, isRepeated: true, asks: standing.asks,
                revision: decision.revision)
        }
        guard decision.source != DecisionSource.adjudicator.rawValue else {
            throw ReviewError.notReopened(
                why: "an adjudicator has settled the item, and may take that back")
        }
        let asks = standing.asks
        let revision = decision.revision + 1
        try store.appendDecision(
            DecisionRow(
                item: item.id, revision: revision, reviews: 0,
                modelVersionID: standing.modelVersionID, actor: actor, agreement: nil, label: nil,
                source: .reviewer, outcome: .reopened), project: project.id)
        if standing.route.answersWithLabel {
            try store.appendCorrection(project: project.id, item: item.id, revision: revision)
        }
        switch asks {
        case .audit: break
        case .adjudication: try store.openAdjudication(project: project.id, item: item.id)
        case .review: try ask(standing)
        }
        _ = try store.appendAuditEntry(
            .itemReopened, reason: reason, before: nil,
            after: AuditFacts.reopened(externalID, revision: revision), project: project.id,
            by: actor)
        return Reopened(
            externalID: externalID, isRepeated: false, asks: asks, revision: revision)
    }

    /// Puts the item before what has not waited long: somebody waits for an answer.
    private func ask(_ standing: ReopenableItem) throws(PostgresError) {
        var columns = TaskColumns()
        columns.append(standing, project, .urgent)
        if standing.hasTask {
            try store.requeueTasks(
                columns, project: project.id, policyVersion: project.policyVersion)
        } else {
            try store.insertTasks(
                columns, project: project.id, policyVersion: project.policyVersion)
        }
    }
}

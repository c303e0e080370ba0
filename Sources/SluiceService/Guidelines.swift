import SluiceDomain
import SluicePostgres
import SluiceStore
import Synchronization

/// News of the guidelines for one reviewer.
public struct GuidelineNews: Sendable, Hashable {
    /// The newest version the reviewer said to have read; nil for none.
    public let since: Int?
    /// What changed since, the summaries of the versions in order with `; ` between them; empty when
    /// nobody said.
    public let summary: String
}

/// The guidelines in their versions: who has read which, and what reviewers propose to change.
public struct Guidelines: Sendable {
    private struct Reader: Hashable {
        let project: Int64
        let actor: Int64
    }

    /// The newest version each reviewer is known to have read.
    ///
    /// It only grows, so what is remembered is never wrong, at worst old; whoever has read what is in
    /// force costs no query.
    private final class Reads: Sendable {
        private let versions = Mutex<[Reader: Int]>([:])

        func newest(_ reader: Reader) -> Int? { versions.withLock { $0[reader] } }

        func remember(_ version: Int, for reader: Reader) {
            versions.withLock { versions in
                if versions.count >= 10_000 { versions.removeAll() }
                versions[reader] = max(version, versions[reader] ?? 0)
            }
        }
    }

    private let pool: ConnectionPool
    private let reads = Reads()

    /// Works through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// Every version of a project's guidelines, the newest first.
    public func history(of project: ProjectContext) async throws -> [GuidelineRecord] {
        try await pool.withSession { session in
            try Store(session).guidelines(of: project.id)
        }
    }

    /// One version with its text.
    ///
    /// - Throws: `unknownGuidelines`.
    public func version(
        _ version: Int, of project: ProjectContext
    ) async throws -> (record: GuidelineRecord, text: String) {
        let found = try await pool.withSession { session in
            try Store(session).guideline(version: version, project: project.id)
        }
        guard let found else { throw ReviewError.unknownGuidelines(version: "\(version)") }
        return found
    }

    /// Notes that the caller has read a version; noting it again changes nothing.
    ///
    /// - Throws: `unknownGuidelines`.
    public func markRead(
        _ version: Int, of project: ProjectContext, by caller: Caller
    ) async throws {
        try await pool.transaction { session in
            let store = Store(session)
            guard try store.guideline(version: version, project: project.id) != nil else {
                throw ReviewError.unknownGuidelines(version: "\(version)")
            }
            try store.markGuidelineRead(
                version: version, project: project.id, actor: caller.actor)
        }
        reads.remember(version, for: Reader(project: project.id, actor: caller.actor))
    }

    /// What the caller has not read yet of the guidelines in force; nil when there is nothing new.
    ///
    /// What a project began with is no news to anybody.
    public func news(
        of project: ProjectContext, for caller: Caller
    ) async throws -> GuidelineNews? {
        let inForce = project.record.guidelinesVersion
        let reader = Reader(project: project.id, actor: caller.actor)
        guard inForce > 1, reads.newest(reader) ?? 0 < inForce else { return nil }
        let unread = try await pool.statement { session in
            try Store(session).unreadGuidelines(project: project.id, actor: caller.actor)
        }
        if let since = unread.since { reads.remember(since, for: reader) }
        guard unread.newest != nil else { return nil }
        return GuidelineNews(
            since: unread.since, summary: unread.summaries.joined(separator: "; "))
    }

    /// Proposals by key; nil for those of every status.
    public func proposals(
        _ status: ProposalStatus?, of project: ProjectContext, after: Int64, limit: Int
    ) async throws -> [ProposalRecord] {
        try await pool.withSession { session in
            try Store(session).proposals(
                status, project: project.id, after: after, limit: limit)
        }
    }

    /// Accepts or rejects a proposal; doing the same again changes nothing.
    ///
    /// Accepting changes no guidelines: it says that somebody will have seen to it.
    ///
    /// - Throws: `unknownProposal`, `proposalSettled` the other way.
    public func settle(
        _ id: Int64, as status: ProposalStatus, of project: ProjectContext, by caller: Caller
    ) async throws {
        try await pool.transaction { session in
            let store = Store(session)
            // First, as every change of a project: entries of the audit log are in order of commit.
            try store.lockProject(project.id)
            guard
                let note = try store.settleProposal(
                    id, as: status, project: project.id, by: caller.actor)
            else {
                guard let found = try store.proposalStatus(id, project: project.id) else {
                    throw ReviewError.unknownProposal(id: "\(id)")
                }
                guard found == status else {
                    throw ReviewError.proposalSettled(id: "\(id)", found)
                }
                return
            }
            try store.appendAuditEntry(
                status == .accepted ? .proposalAccepted : .proposalRejected, reason: "",
                before: nil, after: AuditFacts.proposal(id, note: note), project: project.id,
                by: caller.actor)
        }
    }
}

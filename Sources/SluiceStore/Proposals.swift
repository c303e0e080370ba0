import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A change of the guidelines that a reviewer proposed along with an answer.
public struct ProposalRecord: Sendable {
    /// Its key.
    public let id: Int64
    /// The item the answer was about.
    public let externalID: String
    /// Who proposed it.
    public let reviewer: String
    /// What is to be changed, in the reviewer's words.
    public let note: String
    /// Whether somebody has settled it, and how.
    public let status: ProposalStatus
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was accepted or rejected; nil while it is open.
    public let settledAt: Timestamp?
    /// Who did that; nil while it is open.
    public let settledBy: String?
    /// The answer it came with.
    public let reviewID: String
    /// The label of that answer; nil for an answer without one.
    public let label: String?
}

extension Store {
    /// Keeps what an answer proposes to change in the guidelines, in the transaction of the answer.
    ///
    /// A second one for the same review changes nothing, so that an answer can be sent again.
    ///
    /// - Parameter note: 1 to 4,096 bytes.
    public func appendProposal(
        _ note: String, item: Int64, reviewID: String, project: Int64, by actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.appendProposal,
            [.int64(project), .int64(item), .text(reviewID), .int64(actor), .text(note)])
    }

    /// Proposals by key, those that came with a review taken back left out while they are open.
    ///
    /// - Parameter status: nil for all.
    public func proposals(
        _ status: ProposalStatus?, project: Int64, after: Int64 = 0, limit: Int
    ) throws(PostgresError) -> [ProposalRecord] {
        try session.query(
            SQLCatalog.listProposals,
            [
                .int64(project), status.map { .text($0.rawValue) } ?? .null, .int64(after),
                .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> ProposalRecord in
            ProposalRecord(
                id: try row.int64(0), externalID: try row.text(1), reviewer: try row.text(2),
                note: try row.text(3),
                status: ProposalStatus(rawValue: try row.text(4)) ?? .open,
                createdAt: Timestamp(microseconds: try row.timestamp(5)),
                settledAt: try row.timestampIfPresent(6).map { Timestamp(microseconds: $0) },
                settledBy: try row.textIfPresent(7), reviewID: try row.text(8),
                label: try row.textIfPresent(9))
        }
    }

    /// Accepts or rejects an open proposal.
    ///
    /// - Returns: its note; nil when there is no open proposal of that id.
    public func settleProposal(
        _ id: Int64, as status: ProposalStatus, project: Int64, by actor: Int64
    ) throws(PostgresError) -> String? {
        try session.queryOne(
            SQLCatalog.settleProposal,
            [.int64(project), .int64(id), .text(status.rawValue), .int64(actor)]
        ) { (row) throws(PostgresError) -> String in try row.text(0) }
    }

    /// Where a proposal stands; nil when there is none of that id.
    public func proposalStatus(
        _ id: Int64, project: Int64
    ) throws(PostgresError) -> ProposalStatus? {
        let word = try session.queryOne(
            SQLCatalog.proposalStatus, [.int64(project), .int64(id)]
        ) { (row) throws(PostgresError) -> String in try row.text(0) }
        return word.flatMap(ProposalStatus.init)
    }
}

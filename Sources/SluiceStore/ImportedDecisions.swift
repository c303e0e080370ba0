import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Where an item stands that imported answers may decide.
public struct ImportedStanding: Sendable {
    /// The item.
    public let item: Int64
    /// Whether a reviewer has it in hand or has answered it, or it waits for a version of the model.
    public let isBegun: Bool
    /// The last decision; nil when there was none.
    public let decision: Decision?
    /// The version whose route the item has; nil when it has none.
    public let modelVersionID: Int64?
    /// What that version predicted; nil when it predicted nothing.
    public let predicted: String?

    /// A decision there is.
    public struct Decision: Sendable {
        /// Its number among the item's decisions, counted from 1.
        public let revision: Int
        /// Who decided.
        public let source: String
        /// How it relates to the prediction.
        public let outcome: String
        /// The label; nil when there is none.
        public let label: String?
    }
}

/// How often one answer was given to an item.
public struct ImportedVotes: Sendable {
    /// The item.
    public let item: Int64
    /// The answer.
    public let verdict: Verdict
    /// How many people gave it; at least 1.
    public let count: Int
    /// One of those who did.
    public let actor: Int64
}

extension Store {
    /// Holds the tasks of some items to the end of the transaction, and says where the items stand.
    public func lockImportedStandings(
        of items: [Int64], project: Int64
    ) throws(PostgresError) -> [ImportedStanding] {
        let parameters: [Parameter] = [.int64(project), .array(ParameterArray(items))]
        _ = try session.query(SQLCatalog.lockTasks, parameters, firstInt64)
        return try session.query(SQLCatalog.importedStandings, parameters) {
            (row) throws(PostgresError) -> ImportedStanding in
            ImportedStanding(
                item: try row.int64(0), isBegun: try row.bool(1),
                decision: try row.intIfPresent(2).map { (revision) throws(PostgresError) in
                    ImportedStanding.Decision(
                        revision: revision, source: try row.text(3), outcome: try row.text(4),
                        label: try row.textIfPresent(5))
                }, modelVersionID: try row.int64IfPresent(6),
                predicted: try row.textIfPresent(7))
        }
    }

    /// The imported answers of some items, by item.
    public func importedVotes(
        of items: [Int64], project: Int64
    ) throws(PostgresError) -> [ImportedVotes] {
        try session.query(
            SQLCatalog.importedVotes, [.int64(project), .array(ParameterArray(items))]
        ) { (row) throws(PostgresError) -> ImportedVotes in
            ImportedVotes(
                item: try row.int64(0),
                verdict: Verdict(word: try row.text(1), label: try row.textIfPresent(2)),
                count: try row.int(3), actor: try row.int64(4))
        }
    }

    /// Decides items whose tasks the caller holds, and takes them out of the queue.
    public func insertImportedDecisions(
        _ rows: [DecisionRow], project: Int64
    ) throws(PostgresError) {
        guard !rows.isEmpty else { return }
        _ = try session.execute(
            SQLCatalog.insertImportedDecisions, rows.parameters(project: project))
        _ = try session.execute(
            SQLCatalog.appendMoves, [.int64(project), .array(ParameterArray(rows.map(\.item)))])
    }
}

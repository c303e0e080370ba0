import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A project that was deleted.
public struct RemovalRecord: Sendable {
    /// What it was called.
    public let name: String
    /// Why it was deleted.
    public let reason: String
    /// When.
    public let deletedAt: Timestamp
    /// Who did it.
    public let deletedBy: String
    /// How many rows of it have been removed.
    public let rowsRemoved: Int64
    /// When nothing of it was left; nil while its rows are being removed.
    public let finishedAt: Timestamp?
}

extension Store {
    /// Has a project take no predictions and give out no work; false when it was so already.
    public func archiveProject(_ project: Int64) throws(PostgresError) -> Bool {
        try session.execute(SQLCatalog.archiveProject, [.int64(project)]) > 0
    }

    /// Takes an archived project up again; false when it was not archived.
    public func unarchiveProject(_ project: Int64) throws(PostgresError) -> Bool {
        try session.execute(SQLCatalog.unarchiveProject, [.int64(project)]) > 0
    }

    /// Marks an archived project as deleted, revokes the tokens that are good for it alone, and says who
    /// did it and why.
    ///
    /// - Returns: false when it is not archived, or not there any more.
    public func deleteProject(
        _ project: Int64, named name: ProjectName, reason: String, by actor: Int64
    ) throws(PostgresError) -> Bool {
        guard try session.execute(SQLCatalog.deleteProject, [.int64(project)]) > 0 else {
            return false
        }
        _ = try session.execute(SQLCatalog.revokeProjectTokens, [.int64(project)])
        _ = try session.execute(
            SQLCatalog.insertRemoval,
            [.int64(project), .text(name.text), .text(reason), .int64(actor)])
        return true
    }

    /// The projects that were deleted last, the newest first.
    public func removals(limit: Int) throws(PostgresError) -> [RemovalRecord] {
        try session.query(SQLCatalog.listRemovals, [.int32(Int32(limit))]) {
            (row) throws(PostgresError) -> RemovalRecord in
            RemovalRecord(
                name: try row.text(0), reason: try row.text(1),
                deletedAt: Timestamp(microseconds: try row.timestamp(2)),
                deletedBy: try row.text(3), rowsRemoved: try row.int64(4),
                finishedAt: try row.timestampIfPresent(5).map(Timestamp.init(microseconds:)))
        }
    }

    /// The projects whose rows are being removed, oldest first.
    public func deletedProjects() throws(PostgresError) -> [Int64] {
        try session.query(SQLCatalog.deletedProjects, [], firstInt64)
    }

    /// Removes rows of a deleted project; within a transaction.
    ///
    /// - Parameter limit: how many at most.
    /// - Returns: how many; 0 when none are left, nil while another instance is at it.
    public func removeRows(ofProject project: Int64, limit: Int) throws(PostgresError) -> Int64? {
        guard try session.queryOne(SQLCatalog.claimRemoval, [.int64(project)], firstInt64) != nil
        else { return nil }
        let removed =
            try session.queryOne(
                SQLCatalog.removeProjectRows, [.int64(project), .int32(Int32(limit))], firstInt64)
            ?? 0
        if removed > 0 {
            _ = try session.execute(
                SQLCatalog.noteRemovedRows, [.int64(project), .int64(removed)])
        }
        return removed
    }

    /// Removes a deleted project that has no rows left.
    ///
    /// - Parameter graceSeconds: how long ago it must have been deleted.
    /// - Returns: false when it is too early.
    public func finishRemoval(
        ofProject project: Int64, graceSeconds: Double
    ) throws(PostgresError) -> Bool {
        try session.execute(
            SQLCatalog.finishRemoval, [.int64(project), .double(graceSeconds)]) > 0
    }
}

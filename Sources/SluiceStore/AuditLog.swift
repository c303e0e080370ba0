import SluiceDomain
import SluicePostgres
import SluiceSQL

/// One entry of the audit log as stored.
public struct AuditRecord: Sendable {
    /// Its key; a larger one is a later change of the project.
    public let id: Int64
    /// When it happened.
    public let at: Timestamp
    /// Who did it.
    public let actor: String
    /// What was done, one of `AuditAction`.
    public let action: String
    /// Why.
    public let reason: String
    /// What was in force before, as JSON; nil when nothing was.
    public let before: [UInt8]?
    /// What was in force after, as JSON; nil when nothing was.
    public let after: [UInt8]?

    /// Reads a row of the seven columns in this order.
    init(_ row: Row) throws(PostgresError) {
        id = try row.int64(0)
        at = Timestamp(microseconds: try row.timestamp(1))
        actor = try row.text(2)
        action = try row.text(3)
        reason = try row.text(4)
        before = try row.bytesIfPresent(5)
        after = try row.bytesIfPresent(6)
    }
}

extension Store {
    /// The channel that instances listen on.
    public static let changeChannel = "sluice_change"
    /// The name of the actor that the service itself acts as.
    public static let serviceActor = "sluice"

    /// Says in the audit log what was changed, in the transaction that changes it.
    ///
    /// The project is locked first, so that its entries are numbered in the order of the commits.
    ///
    /// - Parameters:
    ///   - before: what was in force, as JSON; nil when nothing was.
    ///   - after: what is in force now, as JSON; nil when nothing is.
    /// - Returns: the key of the entry.
    @discardableResult
    public func appendAuditEntry(
        _ action: AuditAction, reason: String, before: [UInt8]?, after: [UInt8]?, project: Int64,
        by actor: Int64
    ) throws(PostgresError) -> Int64 {
        try lockProject(project)
        let id = try session.queryOne(
            SQLCatalog.appendAuditEntry,
            [
                .int64(project), .int64(actor), .text(action.rawValue), .text(reason),
                before.map { .json($0) } ?? .null, after.map { .json($0) } ?? .null,
            ], firstInt64)
        guard let id else { throw PostgresError.noRow(SQLCatalog.appendAuditEntry) }
        return id
    }

    /// The entries after a key, oldest first; without one, the newest, oldest first too.
    public func auditEntries(
        project: Int64, after: Int64?, limit: Int
    ) throws(PostgresError) -> [AuditRecord] {
        let read = { (row: Row) throws(PostgresError) -> AuditRecord in try AuditRecord(row) }
        guard let after else {
            return try session.query(
                SQLCatalog.newestAuditEntries, [.int64(project), .int64(Int64(limit))], read)
        }
        return try session.query(
            SQLCatalog.auditEntriesAfter,
            [.int64(project), .int64(after), .int64(Int64(limit))], read)
    }

    /// Tells every instance that a project changed, when the transaction commits.
    ///
    /// What is told is a hint: an instance that misses it reads the project anew within a second.
    public func announceChange(of project: ProjectName) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.announceChange, [.text(project.text)])
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A version of the guidelines, without its text.
public struct GuidelineRecord: Sendable, Hashable {
    /// Its number, counted from 1 in each project.
    public let version: Int
    /// What changed against the version before; empty when nobody said.
    public let summary: String
    /// When it was put in force.
    public let createdAt: Timestamp
    /// By whom.
    public let createdBy: String

    /// Reads a row of the four columns in this order.
    init(_ row: Row) throws(PostgresError) {
        version = try row.int(0)
        summary = try row.text(1)
        createdAt = Timestamp(microseconds: try row.timestamp(2))
        createdBy = try row.text(3)
    }
}

/// What a reviewer has not read of the guidelines.
public struct UnreadGuidelines: Sendable, Hashable {
    /// The newest version the reviewer said to have read; nil for none.
    public let since: Int?
    /// What each later version changed, in order, without those that do not say.
    public let summaries: [String]
    /// The newest version there is after `since`; nil when the reviewer is up to date.
    ///
    /// Version 1 is what the project began with, and is never news.
    public let newest: Int?
}

extension Store {
    /// Stores the next version of the guidelines and puts it in force.
    ///
    /// The caller has locked the project, or made it in this transaction.
    ///
    /// - Returns: its number.
    @discardableResult
    public func appendGuideline(
        _ text: String, summary: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> Int {
        let version = try session.queryOne(
            SQLCatalog.appendGuideline,
            [.int64(project), .text(text), .text(summary), .int64(actor)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) }
        guard let version else { throw PostgresError.noRow(SQLCatalog.appendGuideline) }
        return version
    }

    /// Every version of a project's guidelines, the newest first.
    public func guidelines(of project: Int64) throws(PostgresError) -> [GuidelineRecord] {
        try session.query(SQLCatalog.listGuidelines, [.int64(project)]) {
            (row) throws(PostgresError) -> GuidelineRecord in try GuidelineRecord(row)
        }
    }

    /// One version with its text; nil when there is none of that number.
    public func guideline(
        version: Int, project: Int64
    ) throws(PostgresError) -> (record: GuidelineRecord, text: String)? {
        guard let number = Int32(exactly: version) else { return nil }
        return try session.queryOne(SQLCatalog.findGuideline, [.int64(project), .int32(number)]) {
            (row) throws(PostgresError) -> (GuidelineRecord, String) in
            (try GuidelineRecord(row), try row.text(4))
        }
    }

    /// Notes that a reviewer has read a version, which exists; noting it again changes nothing.
    public func markGuidelineRead(
        version: Int, project: Int64, actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.markGuidelineRead,
            [.int64(project), .int64(actor), .int32(Int32(version))])
    }

    /// What changed in the guidelines since a reviewer last read them.
    public func unreadGuidelines(
        project: Int64, actor: Int64
    ) throws(PostgresError) -> UnreadGuidelines {
        let rows = try session.query(
            SQLCatalog.unreadGuidelines, [.int64(project), .int64(actor)]
        ) { (row) throws(PostgresError) -> (Int?, String, Int?) in
            (try row.intIfPresent(0), try row.textIfPresent(1) ?? "", try row.intIfPresent(2))
        }
        return UnreadGuidelines(
            since: rows.first?.0, summaries: rows.map(\.1).filter { !$0.isEmpty },
            newest: rows.last?.2)
    }
}

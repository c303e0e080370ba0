import SluiceDomain
import SluicePostgres
import SluiceSQL

/// The tables, as functions: one for each named statement, domain values in and out.
///
/// A store speaks through one session and is as synchronous as it; several calls make a
/// transaction when the session is in one. It never decides anything.
public struct Store {
    /// The session every call goes through.
    public let session: Session

    /// Reads and writes through `session`.
    public init(_ session: Session) { self.session = session }

    /// Whether the database answers.
    public func probe() throws(PostgresError) {
        _ = try session.execute(SQLCatalog.probe)
    }

    /// The server's settings that decide whether an acknowledged commit survives a crash.
    ///
    /// - Returns: the names of those that are not `on`; empty when all are.
    public func settingsThatLoseCommits() throws(PostgresError) -> [String] {
        let names = ["fsync", "synchronous_commit", "full_page_writes"]
        let values = try session.queryOne(SQLCatalog.durabilitySettings) {
            (row) throws(PostgresError) -> [String] in
            [try row.text(0), try row.text(1), try row.text(2)]
        }
        return zip(names, values ?? []).filter { $0.1 == "off" }.map(\.0)
    }
}

/// The schema: what `migrate` applies and `serve` checks.
public enum Schema {
    /// Every migration, in order.
    public static var migrator: Migrator { Migrator(migrations: SQLCatalog.migrations) }
}

extension PostgresError {
    /// The error that a statement which always gives a row gave none.
    static func noRow(_ statement: Statement) -> PostgresError {
        PostgresError(
            .decoding(column: "(row)", expected: "a row", found: "none"),
            statement: statement.name)
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What a server says of itself.
public struct ServerFacts: Sendable {
    /// PostgreSQL's version.
    public let version: String
    /// Its clock.
    public let now: Timestamp
    /// How long the oldest transaction of others has been open, in seconds.
    public let oldestTransactionSeconds: Double
}

extension Store {
    /// What the server says of itself.
    public func serverFacts() throws(PostgresError) -> ServerFacts {
        let facts = try session.queryOne(SQLCatalog.serverFacts) {
            (row) throws(PostgresError) -> ServerFacts in
            ServerFacts(
                version: try row.text(0), now: Timestamp(microseconds: try row.timestamp(1)),
                oldestTransactionSeconds: try row.double(2))
        }
        guard let facts else { throw PostgresError.noRow(SQLCatalog.serverFacts) }
        return facts
    }
}

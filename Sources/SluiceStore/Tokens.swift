import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Who is calling.
public struct Caller: Sendable, Hashable {
    /// The actor's key.
    public let actor: Int64
    /// The actor's name.
    public let name: String
    /// What the token allows.
    public let role: Role
    /// The one project the token is good for; nil for all.
    public let project: String?

    /// Makes a caller.
    public init(actor: Int64, name: String, role: Role, project: String?) {
        self.actor = actor
        self.name = name
        self.role = role
        self.project = project
    }
}

/// A token in a list; the token itself is nowhere.
public struct TokenRecord: Sendable {
    /// Its key.
    public let id: Int64
    /// Whose it is.
    public let name: String
    /// What it allows.
    public let role: String
    /// The one project it is good for; nil for all.
    public let project: String?
    /// Its first characters.
    public let hint: String
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was revoked; nil while it is good.
    public let revokedAt: Timestamp?
}

extension Store {
    /// Stores a token by its hash.
    ///
    /// - Parameter hash: SHA-256 of the token's bytes; 32 bytes.
    public func insertToken(
        hash: [UInt8], hint: String, role: Role, actor: Int64, project: Int64?
    ) throws(PostgresError) -> Int64 {
        try session.queryOne(
            SQLCatalog.insertToken,
            [
                .int64(actor), project.map { .int64($0) } ?? .null, .text(role.rawValue),
                .bytes(hash), .text(hint),
            ], firstInt64) ?? 0
    }

    /// Whose live token has that hash; nil when there is none.
    public func caller(tokenHash: [UInt8]) throws(PostgresError) -> Caller? {
        try session.queryOne(SQLCatalog.findToken, [.bytes(tokenHash)]) {
            (row) throws(PostgresError) -> Caller? in
            guard let role = Role(rawValue: try row.text(2)) else { return nil }
            return Caller(
                actor: try row.int64(0), name: try row.text(1), role: role,
                project: try row.textIfPresent(4))
        } ?? nil
    }

    /// Every token there ever was.
    public func tokens() throws(PostgresError) -> [TokenRecord] {
        try session.query(SQLCatalog.listTokens) { (row) throws(PostgresError) -> TokenRecord in
            TokenRecord(
                id: try row.int64(0), name: try row.text(1), role: try row.text(2),
                project: try row.textIfPresent(3), hint: try row.text(4),
                createdAt: Timestamp(microseconds: try row.timestamp(5)),
                revokedAt: try row.timestampIfPresent(6).map(Timestamp.init(microseconds:)))
        }
    }

    /// Revokes a token.
    ///
    /// - Returns: whether there was a live token of that id.
    public func revokeToken(id: Int64) throws(PostgresError) -> Bool {
        try session.execute(SQLCatalog.revokeToken, [.int64(id)]) > 0
    }
}

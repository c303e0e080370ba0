/// One forward step of the schema.
///
/// Its text runs in one transaction, unless one of the comment lines it begins with says
/// `-- transaction: none`. That is for what cannot run in one, such as `CREATE INDEX CONCURRENTLY`: the
/// text must then be a single statement that may be repeated, since it can be cut off half-way.
public struct Migration: Sendable, Hashable {
    /// The name it is recorded under, in whose order migrations apply: `0001_items`.
    public let name: String
    /// The SQL, which may not be changed once it was applied anywhere.
    public let text: String

    /// Names a step.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Whether the text runs in a transaction.
    public var isTransactional: Bool {
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("--") else { break }
            if line == "-- transaction: none" { return false }
        }
        return true
    }
}

/// Why a schema was not, or may not be, migrated.
public enum MigrationError: Error, Sendable, Hashable {
    /// The database records a migration that this program does not have: it is newer.
    case unknown(name: String)
    /// A recorded migration's text is not the one that was applied.
    case changed(name: String)
    /// A migration would have to be applied before one that already is.
    case outOfOrder(name: String, after: String)
    /// Migrations have not been applied.
    case pending(names: [String])
    /// Another migration held the lock for too long.
    case locked
    /// A migration's text ended the transaction it runs in.
    case leftTransaction(name: String)
    /// A migration of this name was given twice.
    case duplicate(name: String)
}

extension MigrationError: CustomStringConvertible {
    /// What is wrong, by name.
    public var description: String {
        switch self {
        case .unknown(let name):
            "the database has migration \(name), which this version does not know"
        case .changed(let name): "migration \(name) was applied with another text"
        case .outOfOrder(let name, let after):
            "migration \(name) is missing, though the later \(after) was applied"
        case .pending(let names): "not migrated: \(names.joined(separator: ", "))"
        case .locked: "another migration is running"
        case .leftTransaction(let name): "migration \(name) ends its own transaction"
        case .duplicate(let name): "there are two migrations \(name)"
        }
    }
}

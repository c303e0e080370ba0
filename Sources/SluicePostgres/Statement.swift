/// One named statement; prepared under its name when a connection first uses it.
public struct Statement: Sendable, Hashable {
    /// The name it is prepared under, so that the server's logs and statistics speak it too.
    public let name: String
    /// The text exactly as the server receives it.
    public let text: String

    /// Makes a statement.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// One step of the schema's history.
public struct Migration: Sendable, Hashable {
    /// The file name without its ending, such as `0001_projects`.
    public let name: String
    /// The SQL.
    public let text: String

    /// Makes a migration.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

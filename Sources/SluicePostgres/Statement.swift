/// One SQL statement under the name the server, its logs and `pg_stat_statements` know it by.
///
/// A statement is prepared once per connection, at its first use, under `name`. Two statements of
/// one name and different texts must not meet on one connection: the second is refused.
public struct Statement: Sendable, Hashable {
    /// The name it is prepared under: at most 63 bytes, and unique in the program.
    public let name: String
    /// The text exactly as the server receives it, with `$1`, `$2`, … for its parameters.
    public let text: String

    /// Names a statement's text.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

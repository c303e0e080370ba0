import SluiceCluster
import SluiceDomain

/// A value of the configuration that cannot be used: which one, what it is, what is accepted.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The flag or variable.
    public let name: String
    /// What it was set to.
    public let value: String
    /// The accepted form.
    public let accepted: String

    /// All three in a sentence.
    public var description: String { "\(name) is \"\(value)\"; accepted: \(accepted)" }
}

/// Where the data is.
public enum DatabaseChoice: Hashable, Sendable {
    /// A private cluster below a directory.
    case embedded(directory: String)
    /// A server of the user's, as a libpq connection string; empty for libpq's own environment.
    case external(String)
}

/// What a service needs to know before it starts.
///
/// Flags win over the environment.
public struct Configuration: Hashable, Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// Where the data is.
    public var database: DatabaseChoice
    /// The largest number of connections to the database.
    public var poolSize: Int
    /// The largest payload of a prediction in bytes.
    public var maximumPayloadBytes: Int

    /// The time one statement may take in the database, in seconds; then the request fails.
    public var statementSeconds: Int

    /// The time a client may take nothing of a reply, in seconds; then it is cut off.
    public var stalledSeconds: Int

    /// The environment variables that are read.
    public static let variables = [
        "SLUICE_LISTEN", "SLUICE_DATA_DIR", "DATABASE_URL", "PGHOST", "PGDATABASE", "PGSERVICE",
        "SLUICE_POOL_SIZE", "SLUICE_MAX_PAYLOAD_BYTES", "SLUICE_STATEMENT_SECONDS",
        "SLUICE_STALLED_SECONDS",
    ]

    /// Reads the configuration.
    ///
    /// - Parameters:
    ///   - flags: values of the command line by variable name; nil values were not given.
    ///   - environment: the process's environment.
    /// - Throws: the first value that does not parse.
    public init(
        flags: [String: String?] = [:], environment: [String: String]
    ) throws(ConfigurationError) {
        func value(_ name: String) -> String? { (flags[name] ?? nil) ?? environment[name] }

        let listen = value("SLUICE_LISTEN") ?? "127.0.0.1:8420"
        guard let colon = listen.lastIndex(of: ":"),
            let port = Int(listen[listen.index(after: colon)...]), (0...65_535).contains(port),
            colon > listen.startIndex
        else {
            throw ConfigurationError(
                name: "SLUICE_LISTEN", value: listen, accepted: "HOST:PORT with port 0 to 65535")
        }
        host = String(listen[..<colon].filter { $0 != "[" && $0 != "]" })
        self.port = port
        database = Self.database(value)
        poolSize = try Self.number(
            "SLUICE_POOL_SIZE", value("SLUICE_POOL_SIZE"), 1...500, standard: 8)
        maximumPayloadBytes = try Self.number(
            "SLUICE_MAX_PAYLOAD_BYTES", value("SLUICE_MAX_PAYLOAD_BYTES"), 1024...(256 << 20),
            standard: 1 << 20)
        statementSeconds = try Self.number(
            "SLUICE_STATEMENT_SECONDS", value("SLUICE_STATEMENT_SECONDS"), 1...3600, standard: 30)
        stalledSeconds = try Self.number(
            "SLUICE_STALLED_SECONDS", value("SLUICE_STALLED_SECONDS"), 1...3600, standard: 60)
    }

    /// A database URL or libpq's variables mean the user's server; a data directory given by flag, or
    /// none of them, means the private one.
    private static func database(_ value: (String) -> String?) -> DatabaseChoice {
        if let url = value("DATABASE_URL"), !url.isEmpty { return .external(url) }
        let isLibpqSet = ["PGHOST", "PGDATABASE", "PGSERVICE"].contains { value($0) != nil }
        if isLibpqSet, value("SLUICE_DATA_DIR") == nil { return .external("") }
        var environment: [String: String] = [:]
        for name in ["HOME", "XDG_DATA_HOME"] { environment[name] = value(name) }
        return .embedded(
            directory: value("SLUICE_DATA_DIR")
                ?? EmbeddedCluster.defaultDirectory(environment: environment))
    }

    private static func number(
        _ name: String, _ text: String?, _ range: ClosedRange<Int>, standard: Int
    ) throws(ConfigurationError) -> Int {
        guard let text else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                name: name, value: text,
                accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

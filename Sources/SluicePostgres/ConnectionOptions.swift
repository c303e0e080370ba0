/// How to reach a server, and what every session of it starts with.
public struct ConnectionOptions: Sendable, Hashable {
    /// A libpq connection string, as a URI or as `key=value` pairs; empty: libpq's environment.
    public var connectionString: String
    /// What the server shows as the session's name.
    public var applicationName: String
    /// How long a connection may take to be made.
    public var connectTimeout: Duration
    /// How long one statement may take before the connection is given up.
    public var statementDeadline: Duration
    /// Settings that each session starts with, by name; values are quoted.
    public var settings: [String: String]

    /// Makes options.
    ///
    /// A transaction that idles 60 seconds is ended by the server, so that a lost client does not
    /// hold the queue's dead rows for ever; a lock is waited for 10 seconds.
    public init(
        connectionString: String, applicationName: String = "sluice",
        connectTimeout: Duration = .seconds(3), statementDeadline: Duration = .seconds(30),
        settings: [String: String] = [
            "TimeZone": "UTC", "DateStyle": "ISO", "client_encoding": "UTF8",
            "client_min_messages": "warning", "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "60s",
        ]
    ) {
        self.connectionString = connectionString
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementDeadline = statementDeadline
        self.settings = settings
    }

    /// The statements that set the settings; names are letters, digits, `_` and `.` only.
    var settingsScript: String {
        settings.sorted { $0.key < $1.key }
            .filter { $0.key.utf8.allSatisfy(Self.isNameByte) }
            .map { "SET \($0.key) = '\($0.value.split(separator: "'").joined(separator: "''"))'" }
            .joined(separator: ";")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// How to reach a PostgreSQL server, and how its connections are to behave.
public struct ConnectionOptions: Sendable {
    /// A `postgresql://` URI or `key=value` pairs; empty means libpq's environment (`PGHOST`, …).
    ///
    /// Several hosts and `target_session_attrs=read-write` work as libpq documents them.
    public var connectionString: String
    /// The name shown in `pg_stat_activity`.
    public var applicationName: String
    /// How long an attempt may take for each host, name lookup not counted.
    public var connectTimeout: Duration
    /// How long one statement may take, or a stream or copy may make no progress.
    ///
    /// A statement that runs out of time is thrown away with its connection.
    public var statementDeadline: Duration
    /// How long a statement waits for a lock; nil waits as long as the statement may run.
    public var lockTimeout: Duration?
    /// How long the server lets a transaction sit without a statement; nil is no limit.
    public var idleInTransactionTimeout: Duration?
    /// Further server settings for each connection.
    public var settings: [String: String]
    /// Whether statements are prepared under their names.
    ///
    /// Turn it off behind a pooler in transaction mode that does not track prepared statements.
    public var preparesStatements: Bool

    /// Collects the options; each default is what the parameter list says.
    public init(
        connectionString: String = "", applicationName: String = "sluice",
        connectTimeout: Duration = .seconds(5), statementDeadline: Duration = .seconds(30),
        lockTimeout: Duration? = .seconds(10), idleInTransactionTimeout: Duration? = .seconds(60),
        settings: [String: String] = [:], preparesStatements: Bool = true
    ) {
        self.connectionString = connectionString
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementDeadline = statementDeadline
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.settings = settings
        self.preparesStatements = preparesStatements
    }

    /// The server settings of a session, by name; the caller's own win.
    var sessionSettings: [(name: String, value: String)] {
        var all = [
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            // The server notices within seconds that a client which gave up is gone.
            "client_connection_check_interval": "5000",
            "lock_timeout": lockTimeout.map { "\($0.wholeMilliseconds)" } ?? "0",
            "idle_in_transaction_session_timeout":
                idleInTransactionTimeout.map { "\($0.wholeMilliseconds)" } ?? "0",
        ]
        all.merge(settings) { _, own in own }
        return all.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }
}

extension ConnectionOptions: CustomStringConvertible {
    /// Says nothing of the connection string, which may hold a password.
    public var description: String { "ConnectionOptions(applicationName: \(applicationName))" }
}

extension Duration {
    /// Milliseconds, rounded up so that a short duration never becomes "no limit" or "at once".
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : milliseconds + part
    }
}

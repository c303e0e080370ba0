/// What may be chosen about a private cluster; the defaults are those of the service.
public struct ClusterOptions: Hashable, Sendable {
    /// What the cluster keeps through a crash.
    public enum Durability: Hashable, Sendable {
        /// Everything that was acknowledged.
        case full
        /// Nothing: for tests only. No file is ever forced to disk.
        case none
    }

    /// The directory of `postgres` and `initdb`.
    ///
    /// Nil takes `SLUICE_POSTGRES_BIN`, else the newest
    /// version of the system's packages, else what `PATH` has.
    public var binaries: String?
    /// The account to run the server as when the service is root.
    public var account: String
    /// The database made with the cluster and owned by the role `sluice`.
    public var database: String
    /// What the cluster keeps through a crash.
    public var durability: Durability
    /// Server settings on top of, and stronger than, the cluster's own.
    public var settings: [String: String]
    /// How long a start may take before it counts as failed, crash recovery included.
    public var startTimeout: Duration

    /// Creates options; each argument left out has the service's default.
    public init(
        binaries: String? = nil, account: String = "postgres", database: String = "sluice",
        durability: Durability = .full, settings: [String: String] = [:],
        startTimeout: Duration = .seconds(300)
    ) {
        self.binaries = binaries
        self.account = account
        self.database = database
        self.durability = durability
        self.settings = settings
        self.startTimeout = startTimeout
    }
}

/// The settings the server is started with.
enum ServerSettings {
    /// Nobody but this machine's owner of the socket directory gets in.
    private static let privacy: [String: String] = [
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "port": "\(ClusterAddress.serverPort)",
    ]

    /// Chosen for a queue on a shared machine: small rows that come and go fast, modest memory.
    private static let queue: [String: String] = [
        "shared_buffers": "128MB",
        "max_connections": "100",
        // The queue's tables turn over completely within minutes: visit them often, without pauses.
        "autovacuum_naptime": "10s",
        "autovacuum_vacuum_cost_delay": "0",
        "autovacuum_max_workers": "2",
        // Compiling a plan costs more than any statement of the queue.
        "jit": "off",
        "wal_compression": "on",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        // A forgotten transaction keeps dead rows in front of every claim.
        "idle_in_transaction_session_timeout": "10min",
    ]

    /// The log says what happened, never what is in the rows: payloads are people's data.
    private static let log: [String: String] = [
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "lc_messages": "C",
        "timezone": "UTC",
    ]

    private static let volatile: [String: String] = [
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    ]

    /// `-c name=value` for every setting, in a stable order.
    static func arguments(for options: ClusterOptions, socketDirectory: String) -> [String] {
        var settings = privacy
        settings.merge(queue) { $1 }
        settings.merge(log) { $1 }
        if options.durability == .none { settings.merge(volatile) { $1 } }
        settings["unix_socket_directories"] = quotedList(socketDirectory)
        settings.merge(options.settings) { $1 }
        return settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    /// A path as the only element of a list setting; there, commas and spaces would separate.
    private static func quotedList(_ path: String) -> String {
        "\""
            + path.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}

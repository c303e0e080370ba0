import Logging
import SluiceCluster
import SluicePostgres
import SluiceStore

/// The database a command works on: the user's, or the private cluster, started when nobody else
/// has.
public struct Database: Sendable {
    /// How to connect.
    public let options: ConnectionOptions
    /// The cluster this process started; nil when the server is somebody else's.
    public let cluster: EmbeddedCluster?

    /// Opens the database for a service: the private cluster must be this process's alone.
    ///
    /// - Throws: `ClusterError`.
    public static func own(_ choice: DatabaseChoice, logger: Logger) async throws -> Database {
        switch choice {
        case .external(let connectionString):
            return Database(
                options: ConnectionOptions(connectionString: connectionString), cluster: nil)
        case .embedded(let directory):
            let cluster = EmbeddedCluster(
                directory: directory, options: ClusterOptions(), logger: logger)
            let address = try await cluster.start()
            return Database(options: address.connectionOptions, cluster: cluster)
        }
    }

    /// Opens the database for a command that may run beside a service.
    ///
    /// The server of a service that runs is used as it is; else the cluster is started for the command. None
    /// is made: a mistyped directory must not become a second, empty database.
    ///
    /// - Throws: `ClusterError`; `noCluster` where there is none.
    public static func shared(_ choice: DatabaseChoice, logger: Logger) async throws -> Database {
        guard case .embedded(let directory) = choice else {
            return try await own(choice, logger: logger)
        }
        try EmbeddedCluster.requireCluster(directory: directory)
        do {
            let address = try await EmbeddedCluster.runningAddress(directory: directory)
            return Database(options: address.connectionOptions, cluster: nil)
        } catch .notRunning {
            logger.info("starting PostgreSQL for this command", metadata: ["data": "\(directory)"])
            return try await own(choice, logger: logger)
        } catch .notAnswering(let data, let process, let reason) {
            do {
                // Its service may be gone, and then it is ours to wait for, or to replace.
                return try await own(choice, logger: logger)
            } catch ClusterError.inUse {
                throw ClusterError.notAnswering(directory: data, process: process, reason: reason)
            }
        }
    }

    /// Brings the schema up to date, where that is ours to do.
    ///
    /// A private cluster and an empty database are migrated. A database of the user's that lacks
    /// migrations is not touched: `sluice migrate` is theirs to run.
    ///
    /// - Throws: `MigrationError`, `PostgresError`.
    public func prepareSchema(_ pool: ConnectionPool, logger: Logger) async throws {
        let isOurs = cluster != nil
        let applied = try await pool.withSession { session in
            let migrator = Schema.migrator
            let pending = try migrator.pending(session)
            guard isOurs || pending.count == migrator.migrations.count else {
                try migrator.check(session)
                return [String]()
            }
            return try migrator.migrate(session)
        }
        if !applied.isEmpty {
            logger.info("schema brought up to date", metadata: ["applied": "\(applied.count)"])
        }
    }

    /// Stops the cluster, when this process started it.
    public func close() async { await cluster?.stop() }
}

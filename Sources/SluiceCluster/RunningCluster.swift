import Glibc
import SluicePostgres

extension EmbeddedCluster {
    /// How to reach the server that another process keeps below `directory`.
    ///
    /// For commands that run beside a service: they use its server and leave it alone. Nothing is made or
    /// changed, and the server has answered when this returns.
    ///
    /// - Throws: `notRunning` when no server runs there; `notAnswering` when one does and refuses or stays
    ///   silent for 5 s; `accountMissing` and `unsafeSocketDirectory` as `start()` would; `fileSystem` when
    ///   the directory may not be looked into.
    public static func runningAddress(
        directory: String, options: ClusterOptions = ClusterOptions()
    ) async throws(ClusterError) -> ClusterAddress {
        let account = try ServerAccount.required(named: options.account)
        guard
            let layout = try ClusterLayout.existing(
                directory: directory, environment: ProcessEnvironment.current)
        else { throw .notRunning(directory: directory) }
        guard let process = try layout.serverProcess() else {
            throw .notRunning(directory: layout.directory)
        }
        let address = ClusterAddress(of: layout, database: options.database)
        try ClusterLayout.requirePrivate(address.socketDirectory, for: account)
        do throws(PostgresError) {
            let connection = try await Connection.open(address.connectionOptions)
            await connection.close()
        } catch {
            // Said to who may see the directory; nothing of what is stored is in it. The first line has the
            // fact, the others guess.
            let reason = error.message.split(separator: "\n").first.map(String.init)
            throw .notAnswering(
                directory: layout.directory, process: process, reason: reason ?? error.description)
        }
        return address
    }
}

extension EmbeddedCluster {
    /// Checks that a cluster is there, for commands that make none.
    ///
    /// - Throws: `noCluster` when there is none; `fileSystem` when that cannot be seen.
    public static func requireCluster(directory: String) throws(ClusterError) {
        guard
            let layout = try ClusterLayout.existing(
                directory: directory, environment: ProcessEnvironment.current)
        else { throw .noCluster(directory: directory, exists: false) }
        guard access("\(layout.data)/PG_VERSION", F_OK) == 0 else {
            // The directory of a server's account is closed to others; what is in it is not said then.
            guard errno == ENOENT else {
                throw .fileSystem(operation: "enter", path: layout.data, errno: errno)
            }
            throw .noCluster(directory: layout.directory, exists: true)
        }
    }
}

extension ClusterLayout {
    /// Finds the one true path of a directory that is there.
    ///
    /// - Returns: nil when it is not.
    /// - Throws: `fileSystem` when that cannot be seen.
    static func existing(
        directory: String, environment: [String: String]
    ) throws(ClusterError) -> ClusterLayout? {
        guard let path = FileSystem.realPath(directory) else {
            guard errno == ENOENT else {
                throw .fileSystem(operation: "find", path: directory, errno: errno)
            }
            return nil
        }
        return ClusterLayout(directory: path, environment: environment)
    }

    /// The process id of the server that works on the data directory; nil when none does.
    ///
    /// - Throws: `fileSystem` when the directory may not be looked into.
    fileprivate func serverProcess() throws(ClusterError) -> Int32? {
        guard access(data, X_OK) == 0 else {
            guard errno == ENOENT else {
                throw .fileSystem(operation: "enter", path: data, errno: errno)
            }
            return nil
        }
        guard let file = PostmasterFile(dataDirectory: data) else { return nil }
        switch ProcessFacts.of(file.process, servingFrom: data) {
        case .serves, .hidden: return file.process
        case .gone, .unrelated: return nil
        }
    }
}

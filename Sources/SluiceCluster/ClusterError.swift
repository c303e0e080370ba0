/// Why the private PostgreSQL server could not be prepared, started or kept.
///
/// Each case carries the facts; `description` says what failed and `hint` what to do about it.
public enum ClusterError: Error, Hashable, Sendable {
    /// No `postgres` program was found in any of the directories searched.
    case notInstalled(searched: [String])
    /// The data directory was written by a major version that is not installed.
    case versionMissing(data: String, installed: [String])
    /// The service runs as root and the account PostgreSQL should run as does not exist.
    case accountMissing(name: String)
    /// The account PostgreSQL runs as may not enter the directory.
    case unreachable(directory: String, account: String)
    /// The data directory holds files that are not a PostgreSQL cluster.
    case notACluster(directory: String)
    /// Another process serves from this directory. The process is nil when it could not be read.
    case inUse(directory: String, process: Int32?)
    /// A file operation failed with this `errno`.
    case fileSystem(operation: String, path: String, errno: Int32)
    /// The directory meant for the socket belongs to someone else or is open to others.
    case unsafeSocketDirectory(path: String)
    /// `initdb`, or the creation of the database after it, failed.
    case initialisationFailed(step: String, output: String)
    /// The server program could not be started or ended before it answered.
    case startFailed(exit: String, log: String, lastLines: String)
    /// The server did not answer in time; it was stopped again unless it was not ours to stop.
    case startTimedOut(seconds: Int64, log: String)
    /// There is no cluster in the directory, or no such directory.
    case noCluster(directory: String, exists: Bool)
    /// No server runs on the directory.
    case notRunning(directory: String)
    /// The directory's server runs and does not let a connection in.
    case notAnswering(directory: String, process: Int32, reason: String)
    /// `stop()` was called, or the task was cancelled, while the server was starting.
    case stoppedWhileStarting
}

extension ClusterError: CustomStringConvertible {
    /// One line that says what failed and why, with the last lines of PostgreSQL's log where it has
    /// any to say.
    public var description: String {
        switch self {
        case .notInstalled(let searched):
            "PostgreSQL is not installed (looked in \(searched.joined(separator: ", ")))"
        case .versionMissing(let data, let installed):
            "the data directory belongs to PostgreSQL \(data), installed: "
                + (installed.isEmpty ? "none" : installed.joined(separator: ", "))
        case .accountMissing(let name):
            "PostgreSQL does not run as root, and there is no account '\(name)' to run it as"
        case .unreachable(let directory, let account):
            "the account '\(account)' may not enter \(directory)"
        case .notACluster(let directory):
            "\(directory) is not empty and is not a PostgreSQL data directory"
        case .inUse(let directory, let process):
            "\(directory) is in use by another sluice"
                + (process.map { " (process \($0))" } ?? "")
        case .fileSystem(let operation, let path, let errno):
            "cannot \(operation) \(path): \(String(errno: errno))"
        case .unsafeSocketDirectory(let path):
            "\(path) exists and is not a private directory of this account"
        case .initialisationFailed(let step, let output):
            "\(step) failed: \(output)"
        case .startFailed(let exit, let log, let lastLines):
            "PostgreSQL ended while starting (\(exit)); \(log) says: \(lastLines)"
        case .startTimedOut(let seconds, let log):
            "PostgreSQL did not answer within \(seconds) s; see \(log)"
        case .noCluster(let directory, let exists):
            exists
                ? "there is no database in \(directory)" : "there is no directory \(directory)"
        case .notRunning(let directory):
            "no service runs on \(directory)"
        case .notAnswering(let directory, let process, let reason):
            "the PostgreSQL of \(directory) (process \(process)) does not answer: \(reason)"
        case .stoppedWhileStarting:
            "stopped while PostgreSQL was starting"
        }
    }

    /// What the operator can do about it.
    public var hint: String {
        switch self {
        case .notInstalled:
            "apt-get install postgresql, or set SLUICE_POSTGRES_BIN, or give DATABASE_URL"
        case .versionMissing(let data, _):
            "apt-get install postgresql-\(data), or move the data with pg_upgrade"
        case .accountMissing(let name):
            "install Debian's postgresql package, create the account '\(name)', or do not run as root"
        case .unreachable(let directory, let account):
            "choose a data directory outside private homes, or let '\(account)' enter \(directory)"
        case .notACluster:
            "choose another data directory with SLUICE_DATA_DIR"
        case .inUse:
            "stop the other service, or choose another data directory with SLUICE_DATA_DIR"
        case .fileSystem:
            "check the owner, the permissions and the free space of the data directory"
        case .unsafeSocketDirectory(let path):
            "remove \(path), or choose a data directory with a shorter path"
        case .initialisationFailed, .startFailed, .startTimedOut:
            "the lines above come from PostgreSQL; free space and permissions are the usual causes"
        case .noCluster:
            "check --data-dir and SLUICE_DATA_DIR; `sluice serve` makes a database where there is none"
        case .notRunning:
            "start `sluice serve`, or choose its data directory with SLUICE_DATA_DIR"
        case .notAnswering:
            "try again when the service is up, or restart it"
        case .stoppedWhileStarting:
            "start the service again"
        }
    }
}

import Glibc
import Logging
import SluicePostgres

/// A private PostgreSQL cluster that lives below one directory and is served to this machine only.
///
/// `start()` makes the cluster if there is none, starts its server, or takes over the server that a
/// killed service left running. `run()` keeps the server up until the task is cancelled. `stop()`
/// ends it in order. The three may be called from anywhere in any order; they take turns.
///
/// As root, PostgreSQL's programs run as the account of the options. The server is reached through a
/// unix socket in a directory only that account and root may enter, so it asks for no password.
/// One `EmbeddedCluster` at a time may be started on a directory, in this process or any other.
public actor EmbeddedCluster {
    /// The directory as it was given.
    public nonisolated let directory: String
    private let options: ClusterOptions
    private let environment: [String: String]
    private let logger: Logger

    /// Held from the first start to the stop.
    private var holding: (lock: DirectoryLock, launcher: ServerLauncher)?
    private var server: Server?
    /// Callers of `stop()` that are not served yet: a start in progress gives up for them.
    private var stopsWaiting = 0
    private var turns = TurnTaking()

    /// Describes a cluster; nothing is touched before `start()`.
    ///
    /// - Parameter directory: made when missing. Below it lie `data`, `log`, `run` and `lock`.
    public init(
        directory: String, options: ClusterOptions = ClusterOptions(), logger: Logger
    ) {
        self.directory = directory
        self.options = options
        self.logger = logger
        environment = ProcessEnvironment.current
    }

    /// Where the service keeps its data unless told: `/var/lib/sluice` for root, else
    /// `$XDG_DATA_HOME/sluice`, else `~/.local/share/sluice`.
    public static func defaultDirectory(environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/sluice" }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/sluice" }
        return "\(environment["HOME"] ?? "/var/tmp")/.local/share/sluice"
    }

    /// The process id of the server; nil when none runs.
    public var serverProcess: Int32? {
        guard let server, !server.hasEnded else { return nil }
        return server.process
    }

    /// Brings the server up; at once when it is up already.
    ///
    /// - Returns: how to connect. It stays valid over restarts of the server.
    /// - Throws: the `ClusterError` that says what is wrong; after a first start nothing is left
    ///   running and the directory is free again. `stoppedWhileStarting` when the calling task is cancelled.
    public func start() async throws(ClusterError) -> ClusterAddress {
        let cancelled = Flag()
        return try await withTaskCancellationHandler {
            await turns.queue { await self.bringUp(unless: cancelled) }.value
        } onCancel: {
            cancelled.raise()
        }.get()
    }

    /// Stops the server in order and frees the directory.
    ///
    /// Does nothing when it is not started. Sessions are cut off, what is committed is kept. A server that needs longer than 10 s is
    /// told to end at once, and recovers at its next start.
    public func stop() async {
        stopsWaiting += 1
        await turns.queue {
            await self.bringDown()
            await self.stopServed()
        }.value
    }

    /// Starts the server and keeps it up until the task is cancelled or `stop()` is called, then stops
    /// it.
    ///
    /// A server that ends by itself is started again: at once the first time, then after pauses that
    /// double from 0.1 s to 10 s until it has stayed up for a minute.
    ///
    /// - Throws: only what `start()` throws. Later failures are logged and tried again.
    public func run() async throws(ClusterError) {
        _ = try await start()
        let cancelled = Flag()
        await withTaskCancellationHandler {
            await supervise(unless: cancelled)
        } onCancel: {
            cancelled.raise()
        }
        await stop()
    }

    private func supervise(unless cancelled: Flag) async {
        var backoff = Backoff()
        while !Task.isCancelled, let server {
            let watchedSince = ContinuousClock.now
            await server.waitForEnd()
            let pauseLength = backoff.next(afterUptime: ContinuousClock.now - watchedSince)
            guard await pause(pauseLength) else { return }
            await turns.queue { await self.replace(server, unless: cancelled) }.value
        }
    }

    private func bringUp(unless cancelled: Flag) async -> Result<ClusterAddress, ClusterError> {
        let isHeld = holding != nil
        do throws(ClusterError) {
            let launcher: ServerLauncher
            if let holding {
                launcher = holding.launcher
            } else {
                let account = try ServerAccount.required(named: options.account)
                let layout = try ClusterLayout.prepare(
                    directory: directory, environment: environment, for: account)
                let lock = try DirectoryLock(path: layout.lock, directory: layout.directory)
                do throws(ClusterError) {
                    launcher = try await ServerLauncher(
                        layout: layout, account: account, options: options,
                        environment: environment, logger: logger)
                } catch {
                    lock.release()
                    throw error
                }
                holding = (lock, launcher)
            }
            if server?.hasEnded ?? true {
                server = try await launcher.bringUp { await self.givesUp(cancelled) }
            }
            return .success(launcher.address)
        } catch {
            // A supervisor that lost its server keeps the directory, and goes on trying.
            if !isHeld { letGo() }
            return .failure(error)
        }
    }

    private func replace(_ ended: Server, unless cancelled: Flag) async {
        // Someone may have stopped or replaced it while this waited for its turn.
        guard let holding, server?.process == ended.process, ended.hasEnded else { return }
        logger.error("PostgreSQL ended by itself; starting it again", metadata: ended.metadata)
        do throws(ClusterError) {
            let fresh = try await holding.launcher.bringUp { await self.givesUp(cancelled) }
            server = fresh
            logger.notice("PostgreSQL is back", metadata: fresh.metadata)
        } catch {
            logger.error("PostgreSQL does not start: \(error)")
        }
    }

    private func bringDown() async {
        guard let holding else { return }
        if let server { await holding.launcher.end(server) }
        server = nil
        holding.launcher.removeForeignSocketDirectory()
        letGo()
    }

    private func letGo() {
        holding?.lock.release()
        holding = nil
    }

    private func givesUp(_ cancelled: Flag) -> Bool { cancelled.isRaised || stopsWaiting > 0 }

    private func stopServed() { stopsWaiting -= 1 }
}

extension Server {
    fileprivate var metadata: Logger.Metadata {
        switch self {
        case .child(let child):
            ["process": "\(process)", "exit": "\(child.exit ?? "running")"]
        case .adopted: ["process": "\(process)", "adopted": "true"]
        }
    }
}

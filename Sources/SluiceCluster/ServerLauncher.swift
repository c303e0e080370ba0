import Glibc
import Logging

/// Brings a server up on a prepared directory and takes it down again.
///
/// Holds no state: who calls it holds the directory's lock.
struct ServerLauncher: Sendable {
    private let layout: ClusterLayout
    private let options: ClusterOptions
    private let context: ProgramContext
    private let logger: Logger
    let address: ClusterAddress

    /// How long servers of a life before may keep the shared memory of the directory busy.
    private static let leftoversLimit = Duration.seconds(60)
    private static let longestLogBytes = 16 << 20

    /// Finds the programs, and makes the cluster where there is none yet.
    init(
        layout: ClusterLayout, account: ServerAccount?, options: ClusterOptions,
        environment: [String: String], logger: Logger
    ) async throws(ClusterError) {
        self.layout = layout
        self.options = options
        self.logger = logger
        let directory = DataDirectory(layout: layout)
        let version = try directory.version()
        let binaries = try ServerBinaries.locate(
            explicit: options.binaries ?? environment["SLUICE_POSTGRES_BIN"],
            dataVersion: version, path: environment["PATH"] ?? "")
        context = ProgramContext(binaries: binaries, account: account)
        if version == nil {
            logger.info("making a PostgreSQL cluster", metadata: ["directory": "\(layout.data)"])
            try await directory.initialise(context: context, options: options)
        }
        address = ClusterAddress(of: layout, database: options.database)
    }

    /// Takes over the server that runs on the directory, or starts one, and waits until it answers.
    ///
    /// - Parameter givesUp: asked again and again; a start that is no longer wanted is undone.
    func bringUp(
        givesUp: @Sendable () async -> Bool
    ) async throws(ClusterError) -> Server {
        let deadline = ContinuousClock.now + options.startTimeout
        if let survivor = try await survivor(deadline: deadline, givesUp: givesUp) {
            logger.notice(
                "took over the running PostgreSQL", metadata: ["process": "\(survivor.process)"])
            return survivor
        }
        try ClusterLayout.prepareSocketDirectory(
            address.socketDirectory, for: context.account)
        try FileSystem.createPrivateDirectory(layout.logDirectory, for: context.account)
        if FileSystem.size(of: layout.log) > Self.longestLogBytes {
            try FileSystem.rename(layout.log, to: layout.previousLog)
        }
        let leftoversDeadline = ContinuousClock.now + Self.leftoversLimit
        while true {
            let logStart = FileSystem.size(of: layout.log)
            let child = try await ServerChild.launch(
                context: context,
                arguments: ["-D", layout.data]
                    + ServerSettings.arguments(
                        for: options, socketDirectory: address.socketDirectory),
                log: layout.log)
            let server = Server.child(child)
            if try await becomesReady(server, deadline: deadline, givesUp: givesUp) {
                return server
            }
            let said = FileSystem.text(of: layout.log, from: logStart) ?? ""
            guard meansLeftovers(said), ContinuousClock.now < leftoversDeadline,
                await pause(.milliseconds(100))
            else {
                throw .startFailed(
                    exit: child.exit ?? "", log: layout.log, lastLines: lastLines(of: said))
            }
            if await givesUp() { throw .stoppedWhileStarting }
        }
    }

    /// Ends a server: in order within 10 s, else at once (it recovers at the next start), else by
    /// force when it does not even hear that.
    func end(_ server: Server) async {
        for (signal, limit) in [(SIGINT, 10), (SIGQUIT, 10), (SIGKILL, 10)] {
            server.signal(signal)
            if await server.hasEnded(within: .seconds(limit)) { return }
            logger.warning(
                "PostgreSQL does not stop", metadata: ["process": "\(server.process)"])
        }
    }

    /// Removes a socket directory that lies outside the cluster's own; one in use stays.
    func removeForeignSocketDirectory() {
        if layout.socketIsElsewhere { rmdir(layout.socketDirectory) }
    }

    private func survivor(
        deadline: ContinuousClock.Instant, givesUp: @Sendable () async -> Bool
    ) async throws(ClusterError) -> Server? {
        guard let file = PostmasterFile(dataDirectory: layout.data) else { return nil }
        switch ProcessFacts.of(file.process, servingFrom: layout.data) {
        case .gone, .hidden:
            // PostgreSQL itself knows a stale file from a live one.
            return nil
        case .unrelated:
            // PostgreSQL would take any live process of that number for a server and refuse for ever.
            // We see that it is none, and the lock says that nobody else is starting one.
            unlink(PostmasterFile.path(in: layout.data))
            return nil
        case .serves:
            let server = Server.adopted(process: file.process, dataDirectory: layout.data)
            // One that was on its way out is gone now: the next one is ours.
            return try await becomesReady(server, deadline: deadline, givesUp: givesUp)
                ? server : nil
        }
    }

    /// Waits until a server answers.
    ///
    /// - Returns: false when it ended instead.
    /// - Throws: when it does neither in time or is no longer wanted; a child is ended then.
    private func becomesReady(
        _ server: Server, deadline: ContinuousClock.Instant, givesUp: @Sendable () async -> Bool
    ) async throws(ClusterError) -> Bool {
        while !server.hasEnded {
            if let file = PostmasterFile(dataDirectory: layout.data),
                file.process == server.process, file.status == .ready,
                await SocketProbe.answers(
                    socketDirectory: address.socketDirectory, within: .seconds(1))
            {
                return true
            }
            let isUnwanted = await givesUp()
            if isUnwanted || ContinuousClock.now >= deadline {
                if case .child = server { await end(server) }
                guard !isUnwanted else { throw .stoppedWhileStarting }
                throw .startTimedOut(
                    seconds: options.startTimeout.components.seconds, log: layout.log)
            }
            _ = await pause(.milliseconds(5))
        }
        return false
    }

    /// Whether a start failed only because processes of the server before have not ended yet: after a
    /// `kill -9` of the server its sessions live on for a moment, and its number may still be taken.
    private func meansLeftovers(_ log: String) -> Bool {
        log.contains("pre-existing shared memory block")
            || log.contains("lock file \"postmaster.pid\" already exists")
    }
}

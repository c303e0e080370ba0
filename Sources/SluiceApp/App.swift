import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import SluiceCluster
import SluiceDomain
import SluiceHTTP
import SluicePostgres
import SluiceService
import SluiceStore
import UnixSignals

/// The whole service as a value: open it, run it, and it stops in order.
public struct App: Sendable {
    /// The database it works on.
    public let database: Database
    /// The connections it shares.
    public let pool: ConnectionPool
    /// What its handlers call.
    public let services: Services
    private let configuration: Configuration
    private let logger: Logger

    /// Opens the database and brings its schema up to date.
    ///
    /// - Throws: `ClusterError`, `PostgresError`, `MigrationError`; nothing is left running then.
    public init(_ configuration: Configuration, logger: Logger) async throws {
        self.configuration = configuration
        self.logger = logger
        database = try await Database.own(configuration.database, logger: logger)
        var options = database.options
        options.statementDeadline = .seconds(configuration.statementSeconds)
        pool = ConnectionPool(
            options: options,
            configuration: ConnectionPool.Configuration(
                maximum: configuration.poolSize,
                shares: PoolShares(dividing: configuration.poolSize)),
            logger: logger)
        services = Services(
            pool: pool, limits: IngestLimits(payloadBytes: configuration.maximumPayloadBytes),
            logger: logger)
        do {
            try await database.prepareSchema(pool, logger: logger)
        } catch {
            await close()
            throw error
        }
    }

    /// Serves until one of `signals` arrives or the task is cancelled.
    ///
    /// Requests under way get ten seconds; then connections are closed, the pool, and last the
    /// cluster.
    ///
    /// - Parameter started: called with the port once requests are taken.
    public func run(
        stoppingOn signals: [UnixSignal] = [],
        started: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        try await closingAtTheEnd { try await serve(signals, started, work: nil) }
    }

    /// Serves while `work` goes on, and stops in order when it ends, as `run(stoppingOn:started:)`
    /// does on a signal.
    ///
    /// - Parameter work: gets the port once requests are taken; cancelled when a signal arrives.
    /// - Throws: what `work` throws.
    public func run(
        stoppingOn signals: [UnixSignal] = [],
        while work: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await closingAtTheEnd {
            let (ports, sink) = AsyncStream.makeStream(of: Int.self)
            try await serve(
                signals, { sink.yield($0) },
                work: Loop {
                    try await cancelWhenGracefulShutdown {
                        for await port in ports { return try await work(port) }
                    }
                })
        }
    }

    private func closingAtTheEnd(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func serve(
        _ signals: [UnixSignal], _ started: @escaping @Sendable (Int) async -> Void, work: Loop?
    ) async throws {
        let application = Application(
            router: Routes.router(services),
            server: HTTPServerBuilder { [configuration] responder in
                LoopBoundChannel(
                    channel: HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            additionalChannelHandlers: [
                                ContinueHandlerPlacement(), ClientPresence(),
                            ], idleTimeout: .seconds(75))),
                    reserve: DescriptorReserve(poolSize: configuration.poolSize),
                    stalledLimit: .seconds(Int64(configuration.stalledSeconds)))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "sluice", reuseAddress: true),
            onServerRunning: { channel in await started(channel.localAddress?.port ?? 0) },
            logger: logger)
        let background = pool.lane(.upkeep)
        let upkeep = Upkeep(pool: background, logger: logger)
        let statistics = StatisticsUpkeep(pool: background, logger: logger)
        let rollups = Rollups(pool: background, logger: logger)
        let waits = Waits(pool: background, directory: services.directory, logger: logger)
        let reopening = services.bulkReopening
        let counter = services.counter
        let follower = ChangeFollower(
            options: database.options, directory: services.directory, logger: logger)
        let ramps = RampUpkeep(
            pool: background, directory: services.directory, judge: services.judge, logger: logger)
        let drift = DriftUpkeep(pool: background, directory: services.directory, logger: logger)
        let autopilot = AutopilotUpkeep(
            pool: background, directory: services.directory,
            certifying: Certifying(pool: background, administration: services.administration),
            logger: logger)
        let removal = ProjectRemoval(
            pool: background, grace: .seconds(configuration.statementSeconds + 5), logger: logger)
        let fallbacks = FallbackUpkeep(
            pool: background, directory: services.directory, logger: logger)
        // They stop in reverse: the work, upkeep, the server, and last what all of them use.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let cluster = database.cluster {
            services.append(
                .init(
                    service: Loop {
                        try await cancelWhenGracefulShutdown { try await cluster.run() }
                    })
            )
        }
        services.append(Self.loop { await follower.run() })
        services.append(.init(service: application))
        services += [
            Self.loop { await upkeep.run() }, Self.loop { await statistics.run() },
            Self.loop { await rollups.run() }, Self.loop { await ramps.run() },
            Self.loop { await waits.run() }, Self.loop { await reopening.run() },
            Self.loop { await drift.run() }, Self.loop { await autopilot.run() },
            Self.loop { await removal.run() }, Self.loop { await fallbacks.run() },
            Self.loop { await counter.run(logger: logger) },
        ]
        if let work {
            services.append(
                .init(
                    service: work, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup))
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: signals, logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }

    /// What runs until the service stops.
    private static func loop(
        _ run: @escaping @Sendable () async -> Void
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(service: Loop { await cancelWhenGracefulShutdown { await run() } })
    }

    /// Closes what `init` opened; `run` does it by itself.
    public func close() async {
        await pool.shutdown()
        await database.close()
    }
}

/// A service that is one function.
private struct Loop: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}

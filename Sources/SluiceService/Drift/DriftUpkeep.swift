import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Closes windows, watches audits against the error limit, and fits calibration maps, without
/// anybody asking.
///
/// Any number of instances may run it: the windows of a version are closed by one at a time, each
/// once, and each audit is read once.
public struct DriftUpkeep: Sendable {
    /// How many of the newest versions are watched.
    static let versions: Int = 10
    /// How many windows of one version are closed in one step.
    private static let windows = 50

    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let calibrating: Calibrating
    private let settling: Duration
    private let idSpan: Duration
    private let logger: Logger

    /// Works through `pool`.
    ///
    /// - Parameters:
    ///   - settling: how long after a moment everything of it is taken to be stored, unless a
    ///     transaction that has written is older and goes on.
    ///   - idSpan: how far apart items arrive whose ids are in the order of their arrival.
    public init(
        pool: ConnectionPool, directory: ProjectDirectory, settling: Duration = .seconds(2),
        idSpan: Duration = Ingestion.idSpan, logger: Logger
    ) {
        self.pool = pool
        self.directory = directory
        calibrating = Calibrating(pool: pool, directory: directory)
        self.settling = settling
        self.idSpan = idSpan
        self.logger = logger
    }

    /// Looks at every project each two seconds until the task is cancelled; less often when looking
    /// takes long, so that it never takes more than a tenth of the time.
    public func run() async {
        await Rounds(
            pause: .seconds(2), restFactor: 9, complaint: "the watch of drift waits", logger: logger
        ).run { try await step() }
    }

    /// What a step did.
    public struct Outcome: Sendable {
        /// The windows closed, in order.
        public var windows: [ClosedWindow] = []
        /// The alarms of broken error limits.
        public var conceptAlarms: [ConceptAlarm] = []
    }

    /// Looks at every project once.
    @discardableResult
    public func step() async throws -> Outcome {
        let projects = try await pool.withSession { session in
            try Store(session).watchedProjects()
        }
        let steps = ProjectSteps(complaint: "the watch of drift waits", logger: logger)
        let done = await steps.take(projects, in: \.name) { _, name in
            try await step(directory.context(name.text))
        }
        return done.reduce(into: Outcome()) { outcome, project in
            outcome.windows += project.done.windows
            outcome.conceptAlarms += project.done.conceptAlarms
        }
    }

    private func step(_ project: ProjectContext) async throws -> Outcome {
        var outcome = Outcome()
        let (versions, settings, alarmsFrom, now, settled, arrivals) = try await pool.withSession {
            session in
            let store = Store(session)
            let stored = try store.driftSetting(project: project.id)
            let settled = try store.settledTime(settling: settling / .seconds(1))
            return (
                try store.newestModelVersions(project: project.id, limit: Self.versions),
                try DriftSettings(stored: stored?.document),
                stored?.changedAt ?? project.record.createdAt, try store.currentTime(), settled,
                try store.settledArrivals(
                    project: project.id, before: settled,
                    idsBefore: settled.adding(seconds: -idSpan.components.seconds))
            )
        }
        for version in versions {
            for _ in 0..<Self.windows {
                let closed = try await pool.transaction { session in
                    try WindowCloser(
                        store: Store(session), project: project.id, version: version,
                        settings: settings, alarmsFrom: alarmsFrom, arrivals: arrivals
                    ).close()
                }
                guard let closed else { break }
                outcome.windows.append(closed)
                log(closed, version, project)
            }
            if let alarm = try await watchAudits(of: version, project, settings, settled: settled) {
                outcome.conceptAlarms.append(alarm)
            }
            try await calibrating.fitIfDue(version, of: project, now: now)
        }
        return outcome
    }

    private func watchAudits(
        of version: SeenModelVersion, _ project: ProjectContext, _ settings: DriftSettings,
        settled: Timestamp
    ) async throws -> ConceptAlarm? {
        let (alarm, broken) = try await pool.transaction { session in
            let store = Store(session)
            guard
                let promise = try Promise(
                    project.policy, of: version.version, labels: project.labels,
                    project: project.id, store)
            else {
                try ConceptEpisodes(
                    store: store, project: project.id, version: version
                ).endOthers(than: nil)
                return (ConceptAlarm?.none, FallbackOutcome?.none)
            }
            let (alarm, isChanged) = try ConceptWatch(
                store: store, project: project.id, version: version,
                errorLimit: promise.errorLimit,
                auditsToFalseAlarm: Double(settings.auditsToFalseAlarm),
                smallestRate: project.policy.smallestAuditRate,
                deadlineSeconds: project.policy.audits.deadlineSeconds,
                since: project.record.policy.createdAt, settled: settled
            ).readNews()
            guard alarm == nil, isChanged else { return (alarm, alarm?.fallback) }
            let broken = try LimitCheck(
                store: store, project: project, version: version, promise: promise,
                settled: settled
            ).read()
            return (nil, broken)
        }
        if let broken {
            await directory.forget(project.name)
            logger.warning(
                "an alarm was acted on",
                metadata: ["project": "\(project.name.text)", "done": "\(broken.reason)"])
        }
        guard let alarm else { return nil }
        logger.warning(
            "a model is wrong more often than its limit allows",
            metadata: [
                "project": "\(project.name.text)", "version": "\(version.version)",
                "what": "\(alarm.sentence(of: version.version))",
            ])
        return alarm
    }

    private func log(
        _ closed: ClosedWindow, _ version: SeenModelVersion, _ project: ProjectContext
    ) {
        for alarm in closed.alarms {
            logger.warning(
                "traffic has drifted",
                metadata: [
                    "project": "\(project.name.text)", "version": "\(version.version)",
                    "what": "\(alarm.signal.sentence(alarm.level))",
                ])
        }
    }
}

extension DriftSettings {
    /// The settings as stored; the standard where nothing is.
    ///
    /// - Throws: what today's rules say of it.
    init(stored document: [UInt8]?) throws {
        guard let document else {
            self = .standard
            return
        }
        self = try DriftSettings(document: JSONValue(parsing: document))
    }
}

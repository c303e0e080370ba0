import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore

/// The service's parts on a database of their own, with one project.
public struct TestService: Sendable {
    /// The database.
    public let database: TestDatabase
    /// What everything speaks through.
    public let pool: ConnectionPool
    /// Reads projects.
    public let directory: ProjectDirectory
    /// Changes projects.
    public let administration: Administration
    /// Takes predictions.
    public private(set) var ingestion: Ingestion
    /// Leases and takes reviews.
    public private(set) var reviewing: Reviewing
    /// Sweeps leases.
    public let upkeep: Upkeep
    /// Ends waits for versions.
    public let waits: Waits
    /// Folds and checks the rollups.
    public let rollups: Rollups
    /// The one project.
    public let name: ProjectName
    /// Who made it, and may do everything.
    public let admin: Caller

    /// Runs `body` with a fresh service whose project has these labels and this policy document.
    ///
    /// A label written as `?name` is the borderline one.
    public static func run(
        labels: [String] = ["a", "b", "c"], policy: String = "{}", connections: Int = 6,
        _ body: @Sendable (TestService) async throws -> Void
    ) async throws {
        let database: TestDatabase
        if let current = TestDatabase.current {
            database = current
        } else {
            database = try await TestDatabase.make()
        }
        let pool = database.pool(connections: connections)
        do {
            let service = try await TestService(
                database, pool: pool, labels: labels, policy: policy)
            try await body(service)
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
    }

    private init(
        _ database: TestDatabase, pool: ConnectionPool, labels: [String], policy: String
    ) async throws {
        guard let name = ProjectName("test") else { throw ReviewError.internalError }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.database = database
        self.pool = pool
        self.name = name
        directory = ProjectDirectory(pool: pool)
        administration = Administration(pool: pool, directory: directory)
        // However slow the machine is, a look gets through.
        let reviewing = Reviewing(pool: pool, matchingLimit: .seconds(60))
        self.reviewing = reviewing
        ingestion = Ingestion(
            pool: pool, logger: quiet, stored: { reviewing.tasksArrived(in: $0) })
        upkeep = Upkeep(pool: pool, logger: quiet)
        waits = Waits(pool: pool, directory: directory, logger: quiet)
        rollups = Rollups(pool: pool, logger: quiet)
        let actor = try await pool.withSession { try Store($0).ensureActor("admin") }
        admin = Caller(actor: actor, name: "admin", role: .admin, project: nil)
        // As an older service may have stored them: their names may look alike.
        let set = try LabelSet(
            stored: labels.map { label in
                label.hasPrefix("?")
                    ? Label(name: String(label.dropFirst()), isBorderline: true)
                    : Label(name: label)
            }, version: 1)
        _ = try await administration.createProject(
            name, labels: set, guidelines: "", by: actor)
        // Before anything is drawn: which items are audited and which are blind is the same in every run.
        try await sql(
            """
            UPDATE salt SET secret = decode(repeat('5a', 32), 'hex')
            WHERE purpose = 'routing' AND project_id = (SELECT max(id) FROM project)
            """
        )
        await directory.forget(name)
        if policy != "{}" { try await setPolicy(policy) }
    }

    /// Another instance of the service on the same database: it shares nothing with this one's
    /// predictions, leases and answers but the tables.
    public func twin() -> TestService {
        var twin = self
        let reviewing = Reviewing(pool: pool, matchingLimit: .seconds(60))
        twin.reviewing = reviewing
        twin.ingestion = Ingestion(
            pool: pool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            stored: { reviewing.tasksArrived(in: $0) })
        return twin
    }

    /// The project as it stands.
    public func project() async throws -> ProjectContext {
        try await directory.context(name.text)
    }

    /// Puts a policy in force.
    public func setPolicy(_ document: String) async throws {
        _ = try await administration.setPolicy(
            JSONValue(parsing: document), reason: "test", of: project(), by: admin)
    }

    /// A reviewer of that name.
    public func reviewer(_ name: String) async throws -> Caller {
        let actor = try await pool.withSession { try Store($0).ensureActor(name) }
        return Caller(actor: actor, name: name, role: .reviewer, project: nil)
    }

    /// Stores lines as one batch; an outcome each.
    @discardableResult
    public func ingest(
        lines: [String], limits: IngestLimits = IngestLimits()
    ) async throws -> [LineOutcome] {
        let project = try await project()
        return try await ingestion.ingest(
            batch(lines, project: project, limits: limits), project: project)
    }

    /// Stores predictions as one batch; an outcome each.
    @discardableResult
    public func ingest(_ predictions: [SentPrediction]) async throws -> [LineOutcome] {
        try await ingest(lines: predictions.map(\.line))
    }

    /// Lines read into a batch.
    public func batch(
        _ lines: [String], project: ProjectContext, limits: IngestLimits = IngestLimits()
    ) -> IngestBatch {
        var batch = IngestBatch()
        for (index, line) in lines.enumerated() {
            var line = line
            line.withUTF8 {
                batch.append($0, number: index + 1, labels: project.labels, limits: limits)
            }
        }
        return batch
    }

    /// Leases up to `count` tasks.
    public func lease(
        _ count: Int = 1, queue: Queue = .review, only filter: LeaseFilter = LeaseFilter(),
        by caller: Caller
    ) async throws -> [GivenLease] {
        try await reviewing.lease(
            count, queue: queue, only: filter, project: project(), by: caller)
    }

    /// Answers a lease.
    @discardableResult
    public func answer(
        _ lease: GivenLease, _ verdict: Verdict, id: String, by caller: Caller,
        seconds: Double? = nil
    ) async throws -> AnswerResult {
        try await reviewing.answer(
            Answer(reviewID: id, verdict: verdict, seconds: seconds), lease: lease.id,
            project: project(), by: caller)
    }

    /// Takes a review back.
    public func undo(_ id: String, by caller: Caller) async throws -> GivenLease? {
        try await reviewing.undo(reviewID: id, project: project(), by: caller)
    }

    /// Runs SQL as the owner of the server; the rows, one a line, columns separated by `|`.
    @discardableResult
    public func sql(_ text: String) async throws -> String { try await database.execute(text) }

    /// Changes the label set; what the change was, nil when the set was so already.
    @discardableResult
    public func change(
        _ change: LabelChange, base: Int? = nil, reason: String = "test"
    ) async throws -> LabelChangeResult {
        try await LabelSets(pool: pool, directory: directory).change(
            change, base: base, reason: reason, of: project(), by: admin)
    }

    /// Makes every live lease one that lapsed a second ago.
    public func lapseLeases() async throws {
        try await pool.withSession { session in
            try session.script("UPDATE lease SET expires_at = now() - interval '1 second'")
        }
    }

    /// The export as text.
    public func export(
        _ format: LabelExport.Format = .jsonLines, _ filter: LabelFilter = LabelFilter(),
        pageItems: Int = 20_000
    ) async throws -> String {
        let text = Gathered()
        try await LabelExport(pool: pool, pageItems: pageItems).run(
            format, filter: filter, project: project()
        ) {
            await text.append($0)
        }
        return await String(decoding: text.bytes, as: UTF8.self)
    }

    private actor Gathered {
        var bytes: [UInt8] = []
        func append(_ chunk: [UInt8]) { bytes += chunk }
    }
}

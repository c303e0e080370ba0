import SluiceDomain
import SluicePostgres
import SluiceStore

/// One thing that was looked at, and what was found.
public struct DoctorFinding: Sendable, Hashable {
    /// How it is.
    public enum State: String, Sendable, Hashable {
        /// As it should be.
        case ok
        /// Something will go wrong, or has.
        case bad
        /// It could not be looked at in the time there was.
        case unknown
    }

    /// What was looked at: `database`, `migrations`, `durability`, `clock`, `transactions`,
    /// `queue`, `rollups`.
    public let check: String
    /// The project, where it is about one.
    public let project: String?
    /// How it is.
    public let state: State
    /// What was found, in a sentence.
    public let found: String
    /// What to do about it; nil where nothing is to be done.
    public let advice: String?

    /// Collects the parts.
    public init(
        _ check: String, project: String? = nil, _ state: State, _ found: String,
        advice: String? = nil
    ) {
        self.check = check
        self.project = project
        self.state = state
        self.found = found
        self.advice = advice
    }
}

/// Looks a service's database over.
public struct Doctor: Sendable {
    private let pool: ConnectionPool
    private let rollups: Rollups
    private let patience: Duration

    /// Works through `pool`.
    ///
    /// - Parameter patience: how long one look at one project may take.
    public init(pool: ConnectionPool, rollups: Rollups, patience: Duration = .seconds(300)) {
        self.pool = pool
        self.rollups = rollups
        self.patience = patience
    }

    /// Looks at the server and the schema.
    ///
    /// - Parameter now: this machine's clock.
    /// - Throws: `PostgresError` when the database does not answer.
    public func examineServer(now: @Sendable @escaping () -> Timestamp) async throws
        -> [DoctorFinding]
    {
        try await pool.withSession { session in
            let store = Store(session)
            let before = now()
            let facts = try store.serverFacts()
            let after = now()
            let pending = try Schema.migrator.pending(session).map(\.name)
            let unsafe = try store.settingsThatLoseCommits()
            return [
                DoctorFinding("database", .ok, "PostgreSQL \(facts.version) answers"),
                pending.isEmpty
                    ? DoctorFinding("migrations", .ok, "the schema is up to date")
                    : DoctorFinding(
                        "migrations", .bad, "not applied: \(pending.joined(separator: ", "))",
                        advice: "run `sluice migrate`"),
                unsafe.isEmpty
                    ? DoctorFinding("durability", .ok, "an acknowledged commit survives a crash")
                    : DoctorFinding(
                        "durability", .bad,
                        "a crash loses acknowledged commits: \(unsafe.joined(separator: ", ")) is off",
                        advice: "set it to on in the server's configuration"),
                Self.clock(facts, before, after),
                Self.transactions(facts),
            ]
        }
    }

    /// How far a clock may be off before times in logs mislead, in seconds.
    ///
    /// Nothing is decided by this machine's clock.
    private static let clockTolerance = 5.0

    private static func clock(
        _ facts: ServerFacts, _ before: Timestamp, _ after: Timestamp
    ) -> DoctorFinding {
        let early = before.seconds(since: facts.now)
        let late = facts.now.seconds(since: after)
        let off = max(early, late, 0)
        let tenths = Double(Int(off * 10)) / 10
        return off <= clockTolerance
            ? DoctorFinding("clock", .ok, "this machine's clock and the database's agree")
            : DoctorFinding(
                "clock", .bad,
                "the database's clock is \(tenths) seconds \(early > late ? "behind" : "ahead of") this machine's",
                advice: "set both by a time service; leases and reports go by the database's")
    }

    /// How long a transaction may be open before it is worth a word, in seconds.
    private static let transactionTolerance = 300.0

    private static func transactions(_ facts: ServerFacts) -> DoctorFinding {
        let seconds = Int(facts.oldestTransactionSeconds)
        return facts.oldestTransactionSeconds <= transactionTolerance
            ? DoctorFinding("transactions", .ok, "none has been open for long")
            : DoctorFinding(
                "transactions", .bad,
                "one has been open for \(seconds) seconds and keeps dead rows from being removed",
                advice: "end it: claims and reports get slower as long as it lasts")
    }

    /// Adds up the slots of every task of a project that people have not decided.
    ///
    /// - Complexity: reads every task of the project, in pages.
    public func examineQueue(of project: ProjectContext) async throws -> DoctorFinding {
        try await withinPatience("queue", project) {
            let result = try await QueueAudit(pool: pool).run(
                project: project.id, deadline: .now + patience)
            guard let item = result.firstItem else {
                return DoctorFinding(
                    "queue", project: project.name.text, .ok,
                    "free, leased and answered slots are as many as were asked, "
                        + "in all \(result.open) open tasks")
            }
            let name = try await pool.withSession { session in
                try Store(session).externalIDs(of: [item], project: project.id)[item]
            }
            return DoctorFinding(
                "queue", project: project.name.text, .bad,
                "free, leased and answered slots are not as many as were asked in "
                    + "\(result.unbalanced) of \(result.open) open tasks, "
                    + "the first that of item \(name ?? "\(item)")",
                advice: "such an item is asked about too often or never: keep a dump and report it")
        }
    }

    /// Compares a project's rollups with a recount of its rows.
    ///
    /// - Complexity: reads every row of the project.
    public func examineRollups(of project: ProjectContext) async throws -> DoctorFinding {
        try await withinPatience("rollups", project) {
            let differences = try await rollups.check(
                project: project.id, deadline: .now + patience)
            guard let first = differences.first else {
                return DoctorFinding(
                    "rollups", project: project.name.text, .ok, "equal to a recount of the rows")
            }
            return DoctorFinding(
                "rollups", project: project.name.text, .bad,
                "\(first.kind) of the \(first.grain) from \(first.startsAt.rfc3339) are off by "
                    + "\(first.difference)"
                    + (differences.count > 1 ? ", and \(differences.count - 1) more counts" : ""),
                advice: "run `sluice doctor --rebuild-rollups`")
        }
    }

    private func withinPatience(
        _ check: String, _ project: ProjectContext,
        _ examine: () async throws -> DoctorFinding
    ) async throws -> DoctorFinding {
        do {
            return try await examine()
        } catch let error as PostgresError where error.code == .deadlineExceeded {
            return DoctorFinding(
                check, project: project.name.text, .unknown,
                "not looked at to the end within \(patience.components.seconds) seconds",
                advice: "give it longer with `--within`, or look at a quieter time")
        }
    }

    /// Makes a project's rollups anew.
    public func rebuildRollups(of project: ProjectContext) async throws {
        try await rollups.rebuild(project: project.id)
    }
}

import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore

/// How many items a reopening would open.
public struct ReopeningCount: Sendable, Hashable {
    /// Those it would open, by who decided them.
    public fileprivate(set) var bySource: [DecisionSource: Int] = [:]
    /// Those that match as well, and that an adjudicator has settled: they stay.
    public fileprivate(set) var settled = 0

    /// How many it would open.
    public var items: Int { bySource.values.reduce(0, +) }
}

/// Takes many decisions back at once, as one operation with a number, and undoes that as a whole.
///
/// A batch is one transaction, and how far it is stands in the database: whichever instance is there
/// goes on after a restart, and of two instances one works. Each item is judged under the lock on its
/// task, as a single complaint is; see `Reopening`. An item that is open already is left alone.
public struct BulkReopening: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory
    private let logger: Logger
    private let arrived: @Sendable (Int64) -> Void

    /// How many items one transaction reopens or restores at most.
    static let batch = 1_000
    /// How many items are looked at to find those.
    static let page = 5_000

    /// Works through `pool` on the projects of `directory`; `arrived` is told of projects that have
    /// got tasks.
    public init(
        pool: ConnectionPool, directory: ProjectDirectory, logger: Logger,
        arrived: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.pool = pool
        self.directory = directory
        self.logger = logger
        self.arrived = arrived
    }

    /// Counts what would be reopened, and changes nothing.
    ///
    /// - Throws: `unknownLabel`, `unknownPolicy`; `invalidField` for an unknown model or a filter that
    ///   matches everything.
    /// - Complexity: in the items of the project, a page of them at a time.
    public func count(
        _ filter: ReopeningFilter, of project: ProjectContext
    ) async throws -> ReopeningCount {
        let filter = try filter.sought(in: project.labels)
        let versions = try await check(filter, of: project)
        let labels = filter.labels(in: project.labels)
        var count = ReopeningCount()
        var last = Int64(-1)
        while true {
            try Task.checkCancellation()
            let after = last
            let rows = try await pool.withSession { session in
                try Store(session).reopeningPage(
                    filter, labels: labels, modelVersions: versions, project: project.id,
                    after: after,
                    limit: Self.page)
            }
            for row in rows where row.isMatch {
                let source = row.source.flatMap(DecisionSource.init) ?? .model
                if source == .adjudicator {
                    count.settled += 1
                } else {
                    count.bySource[source, default: 0] += 1
                }
            }
            guard rows.count == Self.page, let end = rows.last else { return count }
            last = end.item
        }
    }

    /// Begins a reopening, which `run` does; decisions made from now on are not of it.
    ///
    /// - Parameters:
    ///   - priority: how soon people see the items, counted from now.
    ///   - reason: what the complaint is, for the audit log.
    /// - Throws: as `count`; `notReopened` while another one of the project is not finished.
    public func start(
        _ filter: ReopeningFilter, priority: RuleEffect.Priority = .normal, reason: String,
        of project: ProjectContext, by caller: Caller
    ) async throws -> ReopeningRecord {
        let filter = try filter.sought(in: project.labels)
        _ = try await check(filter, of: project)
        return try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            try refuseSecond(store, project.id)
            let id = try store.insertReopening(
                filter, priority: priority, reason: reason, project: project.id, by: caller.actor)
            _ = try store.appendAuditEntry(
                .itemsReopened, reason: reason, before: nil,
                after: AuditFacts.reopening(id, filter.named(in: project.labels)),
                project: project.id, by: caller.actor)
            return try find(id, store, project.id)
        }
    }

    /// Begins to restore what a reopening has open, which `run` does; done again, it restores what
    /// was in somebody's hand and has been given back since.
    ///
    /// Items that people have decided since stay decided, and are counted.
    ///
    /// - Throws: `unknownReopening`; `notReopened` while another one is not finished.
    public func undo(
        _ id: Int, reason: String, of project: ProjectContext, by caller: Caller
    ) async throws -> ReopeningRecord {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let record = try find(id, store, project.id)
            if record.status.isFinished { try refuseSecond(store, project.id) }
            if try store.startUndoing(id, project: project.id) {
                _ = try store.appendAuditEntry(
                    .itemsRestored, reason: reason,
                    before: AuditFacts.reopening(id, record.filter.named(in: project.labels)),
                    after: nil,
                    project: project.id, by: caller.actor)
            }
            return try find(id, store, project.id)
        }
    }

    /// One reopening.
    ///
    /// - Throws: `unknownReopening`.
    public func show(_ id: Int, of project: ProjectContext) async throws -> ReopeningRecord {
        try await pool.withSession { session in try find(id, Store(session), project.id) }
    }

    /// All reopenings of a project, newest first.
    public func list(of project: ProjectContext) async throws -> [ReopeningRecord] {
        try await pool.withSession { session in try Store(session).reopenings(project: project.id) }
    }

    /// Does what has been begun, every second until the task is cancelled.
    public func run() async {
        await Rounds(
            pause: .seconds(1), complaint: "decisions are not taken back", logger: logger
        ).run { try await work() }
    }

    /// Does what has been begun and no other instance has in hand; one begun while a decision was being
    /// stored waits for that.
    public func work() async throws {
        let names = try await pool.withSession { session in try Store(session).projectsReopening() }
        for name in names {
            let project = try await directory.context(name)
            while try await step(project) {
                try Task.checkCancellation()
                arrived(project.id)
            }
        }
    }

    /// Does one batch.
    ///
    /// - Returns: false when there was nothing to do.
    func step(_ project: ProjectContext) async throws -> Bool {
        try await pool.transaction { session in
            let store = Store(session)
            // Before anything is read, as a single complaint does: both are one after the other.
            try store.lockProject(project.id)
            guard let record = try store.takeReopening(project: project.id) else { return false }
            // What was decided before it began may be stored a moment later, and items that were passed
            // are not looked at again.
            if record.status == .reopening, let until = record.filter.until,
                try store.settledTime(settling: 0) < until
            {
                return false
            }
            let step = BulkReopeningStep(store: store, project: project, record: record)
            switch record.status {
            case .reopening: try step.reopen()
            case .undoing: try step.restore()
            case .reopened, .undone: return false
            }
            return true
        }
    }

    private func find(
        _ id: Int, _ store: Store, _ project: Int64
    ) throws -> ReopeningRecord {
        guard let record = try store.reopenings(project: project, id: id).first else {
            throw ReviewError.unknownReopening(id: "\(id)")
        }
        return record
    }

    /// Two at once would share items between them, and neither could be undone as a whole.
    private func refuseSecond(_ store: Store, _ project: Int64) throws {
        if let other = try store.reopenings(project: project).first(where: { !$0.status.isFinished }
        ) {
            throw ReviewError.notReopened(
                why: "reopening \(other.id) is not finished: it is \(other.status.rawValue)")
        }
    }

    /// The versions a filter names; nil for any.
    private func check(
        _ filter: ReopeningFilter, of project: ProjectContext
    ) async throws -> [Int64]? {
        guard !filter.matchesEverything else {
            throw ReviewError.invalidField(
                path: "", found: "asking for every decision of the project",
                accepted: "one of policy_version, label, model, source, since and until at least")
        }
        if let since = filter.since, let until = filter.until, since >= until {
            throw ReviewError.invalidField(
                path: "since", found: since.rfc3339, accepted: "a time before \(until.rfc3339)")
        }
        return try await pool.withSession { session in
            let store = Store(session)
            if let version = filter.policyVersion,
                try store.policy(version: version, project: project.id) == nil
            {
                throw ReviewError.unknownPolicy(version: "\(version)")
            }
            return try store.modelVersions(of: filter, project: project.id)
        }
    }
}

extension ReopeningFilter {
    /// The filter with the id of its label in place of the name.
    ///
    /// - Throws: `unknownLabel`.
    fileprivate func sought(in labels: LabelSet) throws(ReviewError) -> ReopeningFilter {
        var filter = self
        if let label { filter.label = ExactText(try labels.sought(label.text)) }
        return filter
    }

    /// The filter with the present name of its label in place of the id.
    public func named(in labels: LabelSet) -> ReopeningFilter {
        var filter = self
        filter.label = label.map { ExactText(labels.ownName(of: $0.text)) }
        return filter
    }

    /// The ids of the labels it asks for: its own, and what was merged into that.
    func labels(in labels: LabelSet) -> [String]? {
        label.map { [$0.text] + labels.merged(into: $0.text) }
    }
}

extension Store {
    /// The versions a filter names; nil for any.
    ///
    /// - Throws: `invalidField` when the project has seen none of that name.
    func modelVersions(of filter: ReopeningFilter, project: Int64) throws -> [Int64]? {
        guard let model = filter.model else {
            guard filter.modelVersion == nil else { throw ReviewError.missingField(path: "model") }
            return nil
        }
        let versions = try modelVersions(
            project: project, model: model.text, version: filter.modelVersion?.text)
        guard !versions.isEmpty else {
            let name = filter.modelVersion.map { "\(model)/\($0)" } ?? model.text
            throw ReviewError.invalidField(
                path: "model", found: "\"\(name)\", which the project has had no prediction of",
                accepted: "a model and a version that the project knows")
        }
        return versions
    }
}

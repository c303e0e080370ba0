import SluiceDomain
import SluicePostgres
import SluiceStore

/// A batch whose items are taken to be new, in the form `COPY` takes.
///
/// Copying costs PostgreSQL half of what statements do that look for each key first. It is made
/// without the database, so that one batch can be made while the one before is stored; and it fails
/// as a whole when an item turns out to be there already.
struct BulkIngest: Sendable {
    /// From how many lines on copying is worth its round trips.
    static let minimumLines = 50

    let outcomes: [LineOutcome]
    private let project: ProjectContext
    private var items = CopyRows()
    private var predictions = CopyRows()
    private var decisions = CopyRows()
    private var tasks = TaskColumns()
    private var waits: [PredictionKey] = []
    private var arrivals = ArrivalColumns()

    /// Encodes what a run decided.
    init(_ run: IngestRun) {
        project = run.plan.project
        outcomes = run.outcomes()
        let size = run.batch.bytes.count
        items.reserve(bytes: size)
        predictions.reserve(bytes: size / 2)
        let id = project.id
        run.batch.bytes.withUnsafeBufferPointer { bytes in
            for item in run.items {
                guard case .prediction(let prediction) = run.batch.lines[item.line] else {
                    continue
                }
                items.append(item.id, prediction, project: id, bytes)
            }
        }
        var (predictions, decisions, tasks, waits) = (predictions, decisions, tasks, waits)
        var counts = ArrivalCounts()
        run.forEachStored { [project] line, bytes in
            predictions.append(
                line.prediction, line.key, line.routing, stands: line.stands, project: project,
                bytes)
            if let label = line.decidedLabel {
                decisions.append(decided: label, line.key, project: id, bytes)
            }
            if line.isTask { tasks.append(line.key, line.routing) }
            if line.isWait { waits.append(line.key) }
            if line.stands { counts.count(line, bytes) }
        }
        arrivals = counts.columns
        (self.predictions, self.decisions) = (predictions, decisions)
        (self.tasks, self.waits) = (tasks, waits)
    }

    /// Stores everything in the transaction of `store`.
    ///
    /// - Throws: an error with the constraint `item_external_id_unique` when an item was there.
    func store(_ store: Store) throws {
        try store.copyItems(items)
        try store.copyPredictions(predictions)
        try store.copyModelDecisions(decisions)
        try store.insertTasks(
            tasks, project: project.id, policyVersion: project.policyVersion)
        try store.insertWaits(waits, project)
        try store.appendArrivals(
            arrivals, project: project.id, policyVersion: project.policyVersion)
    }
}

extension PostgresError {
    /// Whether an item that was taken to be new is stored already.
    var meansKnownItem: Bool { constraint == "item_external_id_unique" }
}

/// Which projects were sent again what they have; only a hint, which saves copies that would fail.
struct RepeatForecast {
    private var projects: Set<Int64> = []

    func isExpected(_ project: Int64) -> Bool { projects.contains(project) }

    /// What a batch has shown.
    mutating func note(_ project: Int64, isAllNew: Bool) {
        if isAllNew {
            projects.remove(project)
        } else {
            projects.insert(project)
        }
    }
}

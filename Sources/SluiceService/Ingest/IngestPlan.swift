import SluiceDomain
import SluicePostgres
import SluiceStore

/// The storing of one batch: what goes where, decided before and between its statements.
///
/// The plan is a value and may run several times, when a transaction is retried.
struct IngestPlan: Sendable {
    let batch: IngestBatch
    let project: ProjectContext
    let modelVersions: [ModelVersionName: Int64]

    /// Stores the batch by copying, which is possible only while all its items are new.
    ///
    /// - Returns: nil when the batch has to look into the tables in any case.
    func bulk(firstItemID: Int64) -> BulkIngest? {
        var run = IngestRun(plan: self)
        run.scan()
        run.number(from: firstItemID)
        // With all items new there is nothing to ask the tables.
        _ = run.judge()
        return run.needsTables ? nil : BulkIngest(run)
    }

    /// Runs in the transaction of `store`, whatever of the batch is stored already.
    ///
    /// - Returns: one outcome a line, and whether every item was new.
    func run(
        _ store: Store, itemIDs: ItemIDs
    ) throws(PostgresError) -> (outcomes: [LineOutcome], isAllNew: Bool) {
        var run = IngestRun(plan: self)
        run.scan()
        let isAllNew = try run.storeItems(store, itemIDs)
        try run.markRepeats(run.judge(), store)
        try run.judgeKnown(store)
        try run.storePredictions(store)
        return (outcomes: run.outcomes(), isAllNew: isAllNew)
    }
}

import SluiceDomain

/// Group commit: requests of one prediction each that arrive together share a transaction.
///
/// Under load the disk is flushed once for many requests, and a request alone waits for nobody. Each
/// request gets its own lines' outcomes.
public struct IngestCoalescer: Sendable {
    /// Batches that may share a transaction: they were read by the same rules.
    private struct Key: Hashable, Sendable {
        let project: Int64
        let policyVersion: Int
        let rolloutRevision: Int?
    }

    private struct Call: Sendable {
        let batch: IngestBatch
        let project: ProjectContext
    }

    private let coalescer: Coalescer<Key, Call, [LineOutcome]>

    /// Stores through `ingestion`, `lanes` batches of a project at a time.
    public init(ingestion: Ingestion, lanes: Int = 2) {
        coalescer = Coalescer(lanes: lanes, limit: IngestBatch.maximumLines) { _, calls in
            // A full batch is milliseconds of work, for which no event loop is to stand still.
            let outcomes = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                var together = IngestBatch()
                for call in calls { together.append(call.batch) }
                return try await ingestion.ingest(together, project: calls[0].project)
            }
            var first = 0
            return calls.map { call in
                defer { first += call.batch.count }
                return Array(outcomes[first..<first + call.batch.count])
            }
        }
    }

    /// Stores a small batch together with what else arrives; its outcomes, one a line.
    public func ingest(
        _ batch: IngestBatch, project: ProjectContext
    ) async throws -> [LineOutcome] {
        try await coalescer.reply(
            to: Call(batch: batch, project: project), weighing: batch.weight,
            of: Key(
                project: project.id, policyVersion: project.policyVersion,
                rolloutRevision: project.rolloutRevision))
    }
}

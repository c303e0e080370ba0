import SluiceDomain

/// Group commit: requests of one prediction each that arrive together share a transaction.
///
/// While a project's batch is being stored, what arrives is gathered; when it is done, the next
/// batch is everything gathered. Under load the disk is flushed once for many requests, and a
/// request alone waits for nobody. Each request gets its own lines' outcomes.
public actor IngestCoalescer {
    private struct Waiting {
        var batch = IngestBatch()
        var requests:
            [(lines: Range<Int>, continuation: CheckedContinuation<[LineOutcome], any Error>)] = []
        var context: ProjectContext
    }

    private let ingestion: Ingestion
    private let lanes: Int
    private var waiting: [Int64: [Waiting]] = [:]
    private var running: [Int64: Int] = [:]

    /// Stores through `ingestion`, `lanes` batches of a project at a time.
    public init(ingestion: Ingestion, lanes: Int = 2) {
        self.ingestion = ingestion
        self.lanes = lanes
    }

    /// Stores a small batch together with what else arrives; its outcomes, one a line.
    public func ingest(
        _ batch: IngestBatch, project: ProjectContext
    ) async throws -> [LineOutcome] {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(batch, project, continuation)
            if running[project.id, default: 0] < lanes {
                running[project.id, default: 0] += 1
                Task { await self.drain(project.id) }
            }
        }
    }

    private func enqueue(
        _ batch: IngestBatch, _ project: ProjectContext,
        _ continuation: CheckedContinuation<[LineOutcome], any Error>
    ) {
        var queue = waiting[project.id] ?? []
        let fits = queue.last.map {
            !$0.batch.isFull && $0.batch.count + batch.count <= IngestBatch.maximumLines
                && $0.context.policyVersion == project.policyVersion
                && $0.context.rolloutRevision == project.rolloutRevision
        }
        if fits != true { queue.append(Waiting(context: project)) }
        let last = queue.count - 1
        let start = queue[last].batch.count
        queue[last].batch.append(batch)
        queue[last].requests.append(
            (lines: start..<start + batch.count, continuation: continuation))
        waiting[project.id] = queue
    }

    private func drain(_ project: Int64) async {
        while var queue = waiting[project], !queue.isEmpty {
            let next = queue.removeFirst()
            waiting[project] = queue
            do {
                let outcomes = try await ingestion.ingest(next.batch, project: next.context)
                for request in next.requests {
                    request.continuation.resume(returning: Array(outcomes[request.lines]))
                }
            } catch {
                for request in next.requests { request.continuation.resume(throwing: error) }
            }
        }
        waiting[project] = nil
        running[project, default: 1] -= 1
    }
}

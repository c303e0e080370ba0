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
        let context: ProjectContext

        /// Whether `other` may share this transaction: it fits, and was read by the same rules.
        func takes(_ other: IngestBatch, _ project: ProjectContext) -> Bool {
            guard !batch.isFull, batch.count + other.count <= IngestBatch.maximumLines else {
                return false
            }
            return context.policyVersion == project.policyVersion
                && context.rolloutRevision == project.rolloutRevision
        }

        mutating func add(
            _ other: IngestBatch,
            _ continuation: CheckedContinuation<[LineOutcome], any Error>
        ) {
            let lines = batch.count..<batch.count + other.count
            batch.append(other)
            requests.append((lines: lines, continuation: continuation))
        }
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
        // Taken out of the dictionary, it grows in place.
        var queue = waiting.removeValue(forKey: project.id) ?? []
        if queue.last?.takes(batch, project) != true { queue.append(Waiting(context: project)) }
        queue[queue.count - 1].add(batch, continuation)
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

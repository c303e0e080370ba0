import SluiceDomain
import SluicePostgres

/// Stores an NDJSON stream of any length in constant memory, replying line by line in order.
public struct IngestStream: Sendable {
    private let ingestion: Ingestion
    private let directory: ProjectDirectory
    private let project: ProjectContext
    private let limits: IngestLimits

    /// Stores through `ingestion`.
    ///
    /// Each batch is routed by what is in force when it is stored, as `directory` knows it: a stream
    /// may last longer than a policy or a rollout.
    public init(
        ingestion: Ingestion, directory: ProjectDirectory, project: ProjectContext,
        limits: IngestLimits
    ) {
        self.ingestion = ingestion
        self.directory = directory
        self.project = project
        self.limits = limits
    }

    /// Reads `chunks` to their end; `reply` gets the outcomes of each batch when it is stored.
    ///
    /// Reading and storing overlap. When the database does not answer, the lines of that batch are
    /// answered with `databaseUnavailable`; nothing acknowledged is lost, and the stream goes on.
    /// When `chunks` throws, what was read whole is stored and answered, then the error is thrown.
    ///
    /// - Returns: how many lines were answered.
    @discardableResult
    public func run<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks,
        reply: @escaping @Sendable ([Int], [LineOutcome]) async throws -> Void
    ) async throws -> Int where Chunks.Element == [UInt8] {
        let mailbox = BatchMailbox()
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                do {
                    try await read(chunks, into: mailbox)
                } catch {
                    await mailbox.finish()
                    throw error
                }
                await mailbox.finish()
                return 0
            }
            group.addTask {
                var count = 0
                while let batch = await mailbox.take() {
                    let outcomes = await store(batch)
                    do {
                        try await reply(batch.numbers, outcomes)
                    } catch {
                        await mailbox.finish()
                        throw error
                    }
                    count += batch.count
                }
                return count
            }
            var total = 0
            var failure: (any Error)?
            // Both are awaited: the lines read before an error are still stored and answered.
            while let result = await group.nextResult() {
                switch result {
                case .success(let count): total += count
                case .failure(let error): failure = failure ?? error
                }
            }
            if let failure { throw failure }
            return total
        }
    }

    private func store(_ batch: IngestBatch) async -> [LineOutcome] {
        do {
            return try await ingestion.ingest(
                batch, project: directory.context(project.name.text))
        } catch let error as PostgresError {
            let refusal: ReviewError = error.isOverload ? .overloaded : .databaseUnavailable
            return [LineOutcome](repeating: .refused(refusal), count: batch.count)
        } catch let error as ReviewError {
            // The project was archived or deleted while the lines came.
            return [LineOutcome](repeating: .refused(error), count: batch.count)
        } catch {
            return [LineOutcome](repeating: .refused(.internalError), count: batch.count)
        }
    }

    private func read<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, into mailbox: BatchMailbox
    ) async throws where Chunks.Element == [UInt8] {
        var splitter = LineSplitter(limit: limits.lineBytes)
        var batch = IngestBatch()
        var labels = project.labels
        for try await chunk in chunks {
            labels = await labelsOfNow() ?? labels
            batch = await mailbox.reclaim() ?? IngestBatch()
            // A chunk can hold many lines: full batches leave from inside it.
            var full: [IngestBatch] = []
            chunk.withUnsafeBufferPointer { bytes in
                splitter.feed(bytes) { line in
                    take(line, labels, into: &batch)
                    if batch.isFull {
                        full.append(batch)
                        batch = IngestBatch()
                    }
                }
            }
            for batch in full { await mailbox.put(batch) }
            if batch.count > 0 {
                await mailbox.leave(batch)
                batch = IngestBatch()
            }
        }
        batch = await mailbox.reclaim() ?? IngestBatch()
        splitter.finish { take($0, labels, into: &batch) }
        if batch.count > 0 { await mailbox.put(batch) }
    }

    /// The label set in force, which a stream may outlast.
    ///
    /// Nil while the database does not answer, which storing the lines will say.
    private func labelsOfNow() async -> LabelSet? {
        do {
            return try await directory.context(project.name.text).labels
        } catch {
            return nil
        }
    }

    private func take(
        _ line: LineSplitter.Line, _ labels: LabelSet, into batch: inout IngestBatch
    ) {
        switch line {
        case .bytes(let bytes, let number):
            batch.append(bytes, number: number, labels: labels, limits: limits)
        case .tooLong(let number):
            batch.refuse(.lineTooLong(limit: limits.lineBytes), number: number)
        }
    }
}

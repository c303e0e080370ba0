/// Hands batches from the reader of a stream to the one who stores them, one at a time.
///
/// A fast stream gathers until a batch is full, and then `put` waits: back-pressure. What has been
/// gathered so far is left here while the reader waits for more bytes, so a slow stream is stored line
/// by line as it comes, however the two sides meet.
actor BatchMailbox {
    private var slot: IngestBatch?
    private var growing: IngestBatch?
    private var isFinished = false
    private var taker: CheckedContinuation<IngestBatch?, Never>?
    private var putter: CheckedContinuation<Void, Never>?

    /// Leaves a batch that may still grow: whoever stores takes it as it is when there is nothing
    /// else to do.
    func leave(_ batch: IngestBatch) {
        if !handOver(batch) { growing = batch }
    }

    /// Takes back the batch that was left; nil when it is being stored.
    func reclaim() -> IngestBatch? {
        defer { growing = nil }
        return growing
    }

    private func handOver(_ batch: IngestBatch) -> Bool {
        guard let taker else { return false }
        self.taker = nil
        taker.resume(returning: batch)
        return true
    }

    /// Hands `batch` over, waiting until the one before it was taken.
    func put(_ batch: IngestBatch) async {
        if handOver(batch) { return }
        while slot != nil, !isFinished {
            await withCheckedContinuation { putter = $0 }
        }
        if !isFinished, !handOver(batch) { slot = batch }
    }

    /// No more batches come.
    func finish() {
        isFinished = true
        taker?.resume(returning: nil)
        taker = nil
        putter?.resume()
        putter = nil
    }

    /// The next batch; nil when there are no more.
    func take() async -> IngestBatch? {
        if let batch = slot {
            slot = nil
            putter?.resume()
            putter = nil
            return batch
        }
        if let batch = reclaim() { return batch }
        if isFinished { return nil }
        return await withCheckedContinuation { taker = $0 }
    }
}

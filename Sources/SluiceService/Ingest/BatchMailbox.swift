/// Hands batches from the reader of a stream to the one who stores them, one at a time.
///
/// `offer` succeeds only while the other side waits, so a slow stream is stored line by line as it
/// comes; a fast one gathers until a batch is full, and then `put` waits: back-pressure.
actor BatchMailbox {
    private var slot: IngestBatch?
    private var isFinished = false
    private var taker: CheckedContinuation<IngestBatch?, Never>?
    private var putter: CheckedContinuation<Void, Never>?

    /// Hands `batch` over if somebody waits for it; says whether it did.
    func offer(_ batch: IngestBatch) -> Bool {
        guard let taker else { return false }
        self.taker = nil
        taker.resume(returning: batch)
        return true
    }

    /// Hands `batch` over, waiting until the one before it was taken.
    func put(_ batch: IngestBatch) async {
        if offer(batch) { return }
        while slot != nil, !isFinished {
            await withCheckedContinuation { putter = $0 }
        }
        if !isFinished, !offer(batch) { slot = batch }
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
        if isFinished { return nil }
        return await withCheckedContinuation { taker = $0 }
    }
}

/// The operations not confirmed yet, sent strictly in the order they were done.
///
/// Each is kept in the journal before it is sent. One is under way at a time; it stays first until
/// the service has answered, and is sent again under the same id when no answer came.
struct PendingOperations: Hashable, Sendable {
    private(set) var operations: [PendingOperation] = []
    private(set) var isSending = false
    /// Whether the first operation may have reached the service although no answer came.
    private var isFirstTried = false
    /// Since the start of the session; nothing is sent before it.
    var notBefore: Duration = .zero
    /// What is to be kept on disk.
    var ledger: JournalLedger

    init(ledger: JournalLedger = JournalLedger(isOn: false), recovered: [PendingOperation] = []) {
        self.ledger = ledger
        operations = recovered
    }

    var isEmpty: Bool { operations.isEmpty }
    var count: Int { operations.count }

    /// How many would survive the end of this process: what is still being written would not.
    var keptCount: Int { operations.count { ledger.maySend($0.key) } }

    mutating func append(_ operation: PendingOperation) {
        operations.append(operation)
        ledger.add(operation)
    }

    /// The effect that sends the first operation, when it may be sent now.
    mutating func next(at now: Duration) -> Effect? {
        guard !isSending, now >= notBefore, let first = operations.first,
            ledger.maySend(first.key)
        else { return nil }
        isSending = true
        isFirstTried = true
        switch first.action {
        case .answer(let lease, let request): return .submit(lease: lease, request)
        case .undo(let reviewID): return .undo(reviewID: reviewID)
        }
    }

    /// The first operation got its answer.
    mutating func finishFirst() -> PendingOperation? {
        guard isSending, !operations.isEmpty else { return nil }
        isSending = false
        isFirstTried = false
        let operation = operations.removeFirst()
        ledger.settle(operation.key)
        return operation
    }

    /// No answer came; it is sent again at that time.
    mutating func retry(at moment: Duration) {
        isSending = false
        notBefore = moment
    }

    /// Removes an answer that has not been sent at all.
    ///
    /// - Returns: false when it was sent or is unknown.
    mutating func cancelAnswer(_ reviewID: String) -> Bool {
        let key = PendingOperation.Key(reviewID: reviewID, isUndo: false)
        let untried = operations.indices.dropFirst(isFirstTried ? 1 : 0)
        guard let index = untried.first(where: { operations[$0].key == key }) else { return false }
        operations.remove(at: index)
        ledger.withdraw(key)
        return true
    }

    /// Removes what is still to be sent about a review.
    mutating func removeUndo(of reviewID: String) {
        let key = PendingOperation.Key(reviewID: reviewID, isUndo: true)
        guard operations.contains(where: { $0.key == key }) else { return }
        operations.removeAll { $0.key == key }
        ledger.withdraw(key)
    }
}

import SluiceDomain

/// The operations not confirmed yet, sent strictly in the order they were done.
///
/// Each is kept in the journal before it is sent. One is under way at a time; it stays first until
/// the service has answered, and is sent again under the same id when no answer came. An answer to
/// an item that was taken back names its lease by that undo: the undo goes first, and where its
/// reply is not known to this process it is sent once more, which changes nothing.
struct PendingOperations: Hashable, Sendable {
    private(set) var operations: [PendingOperation] = []
    private(set) var isSending = false
    /// Whether the first operation may have reached the service although no answer came.
    private var isFirstTried = false
    /// The leases that undos gave, by the id of the review taken back.
    private var leases: [String: String] = [:]
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
        switch first.action {
        case .answer(.undo(let reviewID), _) where leases[reviewID] == nil:
            return .undo(reviewID: reviewID)
        case .answer(let reference, let request):
            isFirstTried = true
            return .submit(lease: lease(reference) ?? "", request)
        case .undo(let reviewID):
            isFirstTried = true
            return .undo(reviewID: reviewID)
        }
    }

    /// The answer under way got its reply; nil when none is.
    mutating func finishAnswer(_ reviewID: String) -> PendingOperation? {
        finishFirst(PendingOperation.Key(reviewID: reviewID, isUndo: false))
    }

    /// The undo under way got its reply; nil when it was sent only to learn its lease.
    mutating func finishUndo(of reviewID: String) -> PendingOperation? {
        finishFirst(PendingOperation.Key(reviewID: reviewID, isUndo: true))
    }

    private mutating func finishFirst(_ key: PendingOperation.Key) -> PendingOperation? {
        guard isSending else { return nil }
        isSending = false
        guard isFirstTried, operations.first?.key == key else { return nil }
        isFirstTried = false
        ledger.settle(key)
        return operations.removeFirst()
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

    /// Removes operations that are not to be sent any more; the first one only if it is not tried.
    mutating func withdraw(_ keys: [PendingOperation.Key]) {
        for key in keys where operations.contains(where: { $0.key == key }) {
            operations.removeAll { $0.key == key }
            ledger.withdraw(key)
        }
    }

    // MARK: - Leases that undos give

    /// Remembers the lease under which the item of a review that is taken back is answered.
    mutating func know(lease: String, ofUndo reviewID: String) { leases[reviewID] = lease }

    /// The lease an answer is sent under; nil while it is not known.
    func lease(_ reference: PendingOperation.LeaseReference) -> String? {
        switch reference {
        case .lease(let id): id
        case .undo(let reviewID): leases[reviewID]
        }
    }

    /// What depends on taking a review back: the answer given since, whether that is taken back in
    /// its turn, the answer after that, and so on, in order.
    func following(undoOf reviewID: String) -> [PendingOperation] {
        var undone: Set<String> = [reviewID]
        return operations.filter { operation in
            switch operation.action {
            case .answer(.undo(let former), let answer):
                guard undone.contains(former) else { return false }
                undone.insert(answer.reviewID)
                return true
            case .answer: return false
            case .undo(let id): return id != reviewID && undone.contains(id)
            }
        }
    }
}

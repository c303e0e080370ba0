/// What the client has to write into its journal, and what may be sent because it is there.
///
/// One write is under way at a time; what happens meanwhile goes with the next, so a slow disk
/// costs one wait and not one for each answer.
struct JournalLedger: Hashable, Sendable {
    /// Between two attempts to write to a journal that fails.
    static let patience = Duration.seconds(5)

    /// Whether there is a journal at all.
    let isOn: Bool
    /// Why the last write failed; nil while the journal can be relied on.
    private(set) var failure: JournalError?
    private var records: [JournalRecord] = []
    private var writing: [JournalRecord] = []
    /// What must not be sent before it is written.
    private var unwritten: Set<PendingOperation.Key> = []
    private var notBefore: Duration = .zero

    init(isOn: Bool, failure: JournalError? = nil) {
        self.isOn = isOn
        self.failure = failure
    }

    /// Whether everything done is on disk.
    var isReliable: Bool { isOn && failure == nil }

    /// Whether nothing is left to write; what cannot be written is not waited for.
    var isIdle: Bool { writing.isEmpty && (records.isEmpty || failure != nil) }

    func maySend(_ key: PendingOperation.Key) -> Bool { !unwritten.contains(key) }

    mutating func add(_ operation: PendingOperation) {
        guard isOn else { return }
        records.append(.done(operation))
        // With a journal that fails, sending it at once is the safest there is.
        if failure == nil { unwritten.insert(operation.key) }
    }

    mutating func settle(_ key: PendingOperation.Key) { end(key, .settled(key)) }

    mutating func withdraw(_ key: PendingOperation.Key) { end(key, .withdrawn(key)) }

    mutating func refuse(_ refusal: JournalRefusal) {
        if isOn { records.append(.refused(refusal)) }
    }

    mutating func acknowledge(_ key: PendingOperation.Key) {
        guard isOn else { return }
        let known = records.count
        records.removeAll { record in
            guard case .refused(let refusal) = record else { return false }
            return refusal.key == key
        }
        if records.count == known { records.append(.acknowledged(key)) }
    }

    /// The effect that writes what is to be written, when it may be tried now.
    mutating func next(at now: Duration) -> Effect? {
        guard writing.isEmpty, !records.isEmpty, now >= notBefore else { return nil }
        swap(&writing, &records)
        return .keep(writing)
    }

    /// The write under way ended.
    mutating func written(_ error: JournalError?, at now: Duration) {
        failure = error
        if error != nil {
            records = writing + records
            notBefore = now + Self.patience
            unwritten = []
        } else {
            for case .done(let operation) in writing { unwritten.remove(operation.key) }
        }
        writing = []
    }

    /// Nothing needs to be said about what was never written.
    private mutating func end(_ key: PendingOperation.Key, _ record: JournalRecord) {
        guard isOn else { return }
        unwritten.remove(key)
        let known = records.count
        records.removeAll { $0.begins(key) }
        if records.count == known { records.append(record) }
    }
}

extension JournalRecord {
    fileprivate func begins(_ key: PendingOperation.Key) -> Bool {
        guard case .done(let operation) = self else { return false }
        return operation.key == key
    }
}

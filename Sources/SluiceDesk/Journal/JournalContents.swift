/// What a journal says once it is read from its beginning: what is still to be done.
public struct JournalContents: Hashable, Sendable {
    /// What no service has confirmed, in the order it was done.
    public private(set) var operations: [PendingOperation] = []
    /// What was refused and not put away yet.
    public private(set) var refusals: [JournalRefusal] = []
    /// Lines in the middle that could not be read; the file they stood in is kept beside it.
    public internal(set) var damagedLines = 0

    /// Makes the contents of an empty journal.
    public init() {}

    /// Whether nothing has to be remembered.
    public var isEmpty: Bool { operations.isEmpty && refusals.isEmpty }

    /// The fewest records that say the same.
    var records: [JournalRecord] {
        operations.map { .done($0) } + refusals.map { .refused($0) }
    }

    /// Adds what a record says.
    mutating func apply(_ record: JournalRecord) {
        switch record {
        case .opened: break
        case .done(let operation):
            guard !operations.contains(where: { $0.key == operation.key }) else { return }
            operations.append(operation)
        case .withdrawn(let key), .settled(let key): operations.removeAll { $0.key == key }
        case .refused(let refusal):
            operations.removeAll { $0.key == refusal.key }
            refusals.removeAll { $0.key == refusal.key }
            refusals.append(refusal)
        case .acknowledged(let key): refusals.removeAll { $0.key == key }
        }
    }

    /// Reads a file.
    ///
    /// - Returns: the contents, and how many bytes of the file are good: what follows the last whole
    ///   line is a write that was never finished, and nothing that depends on it has happened.
    static func read(_ bytes: [UInt8]) -> (contents: JournalContents, length: Int) {
        var contents = JournalContents()
        var (good, position, unread) = (0, 0, 0)
        while let end = bytes[position...].firstIndex(of: 10) {
            if let record = JournalLine.record(in: bytes[position..<end]) {
                contents.apply(record)
                contents.damagedLines += unread
                unread = 0
                good = end + 1
            } else {
                unread += 1
            }
            position = end + 1
        }
        return (contents, good)
    }
}

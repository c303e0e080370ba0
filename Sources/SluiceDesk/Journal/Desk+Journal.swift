import SluiceAPI
import SluiceDomain

/// What the journal gives the client, and what the client says about it.
extension Desk {
    /// Answers of an earlier session on their way.
    struct Replay: Hashable, Sendable {
        var left: Set<PendingOperation.Key>
        let total: Int
        var refused = 0
    }

    /// Takes over what an earlier session left.
    mutating func take(journal: Result<JournalContents, JournalError>) {
        switch journal {
        case .success(let contents):
            let operations = contents.operations
            pending = PendingOperations(
                ledger: JournalLedger(isOn: true), recovered: operations)
            mustDrain = !operations.isEmpty
            if !operations.isEmpty {
                replay = Replay(left: Set(operations.map(\.key)), total: operations.count)
            }
            notices = contents.refusals.map {
                Notice(title: $0.title, detail: $0.detail, key: $0.key)
            }
            if contents.damagedLines > 0 {
                let lines = DeskText.count(contents.damagedLines, "line")
                notices.append(
                    Notice(
                        title: "The journal was damaged",
                        detail: "\(lines) could not be read; the file is kept as .damaged"))
            }
        case .failure(let error):
            pending = PendingOperations(ledger: JournalLedger(isOn: true, failure: error))
            tellUnkept(error)
        }
    }

    /// A write into the journal ended.
    mutating func take(kept error: JournalError?) -> [Effect] {
        let before = pending.ledger.failure
        pending.ledger.written(error, at: now)
        if let error, before == nil { tellUnkept(error) }
        if error == nil, before != nil {
            notices.removeAll { $0.title == Self.unkeptTitle }
            flash = "answers are kept on this machine again"
        }
        return []
    }

    private static let unkeptTitle = "Answers are not kept on this machine"

    private mutating func tellUnkept(_ error: JournalError) {
        notices.append(
            Notice(
                title: Self.unkeptTitle,
                detail: "\(error.description). Go on: answers are sent as ever, but what is not "
                    + "sent is lost if this program or machine stops."))
    }

    /// In the header while answers are not kept.
    var journalNote: String? {
        pending.ledger.isOn && !pending.ledger.isReliable ? "NO JOURNAL" : nil
    }

    // MARK: - Replay

    /// An operation has its answer, good or bad.
    mutating func replayed(_ operation: PendingOperation, isRefused: Bool = false) {
        if isRefused { replay?.refused += 1 }
        guard replay?.left.remove(operation.key) != nil, let done = replay, done.left.isEmpty
        else { return }
        replay = nil
        let answers = DeskText.count(done.total, "answer")
        let refused = done.refused > 0 ? ", \(done.refused) refused" : ""
        flash = "\(answers) of an earlier session sent\(refused)"
    }

    /// What goes on behind the work on the screen; empty when nothing has to be said.
    var backgroundText: String {
        if case .offline(_, let reason) = connection { return "no connection: \(reason)" }
        guard let replay else { return "" }
        let sent = replay.total - replay.left.count
        let answers = DeskText.count(replay.total, "answer")
        return "sending \(answers) of an earlier session: \(sent) done"
    }

    // MARK: - Refusals

    /// Explains an operation that will never count, until the reviewer puts that away.
    mutating func explain(_ operation: PendingOperation, title: String, detail: String) {
        notices.append(Notice(title: title, detail: detail, key: operation.key))
        pending.ledger.refuse(JournalRefusal(operation.key, title: title, detail: detail))
    }

    /// Puts the first notice away.
    mutating func acknowledge() {
        guard !notices.isEmpty else { return }
        if let key = notices.removeFirst().key { pending.ledger.acknowledge(key) }
    }
}

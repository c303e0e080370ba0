import SluiceAPI
import SluiceDomain

/// Plain mode's journal: answers are kept before they are sent, one at a time.
extension PlainSession {
    /// Sends what an earlier session left, and says what became of it.
    mutating func replay() async {
        guard let journal else { return }
        let contents: JournalContents
        do {
            contents = try await journal.open()
        } catch {
            tellUnkept(error)
            return
        }
        refusals = contents.refusals
        if contents.damagedLines > 0 {
            let lines = DeskText.count(contents.damagedLines, "line")
            say(["The journal was damaged: \(lines) could not be read; the file is kept."])
        }
        for refusal in refusals {
            say([PlainText.safe("\(refusal.title): \(refusal.detail)")])
        }
        outcome.unsent = contents.operations
        outcome.isKept = true
        if !contents.operations.isEmpty {
            let answers = DeskText.count(contents.operations.count, "answer")
            say(["Sending \(answers) of an earlier session."])
        }
        for operation in contents.operations where !isOver { await send(again: operation) }
        held = undone.map(\.held)
        undone = []
        if !contents.operations.isEmpty, !isOver { say(["Sent."]) }
        if !refusals.isEmpty { say(["Type :ok to put away what was said about refused answers."]) }
    }

    private mutating func send(again operation: PendingOperation) async {
        let service = self.service
        switch operation.action {
        case .answer(let reference, let answer):
            _ = await carry(
                operation,
                refusedAs: "\(operation.externalID): \(describe(answer.verdict)) was refused",
                isKept: true
            ) { () async throws(ServiceFailure) -> ReviewReply in
                try await service.review(lease: service.lease(reference), answer)
            }
            if case .undo(let reviewID) = reference {
                undone.removeAll { $0.reviewID == reviewID }
            }
        case .undo(let reviewID):
            let askedAt = now
            let reply = await carry(
                operation, refusedAs: "\(operation.externalID) was not taken back", isKept: true
            ) { () async throws(ServiceFailure) -> UndoReply in
                try await service.undo(reviewID: reviewID)
            }
            if let lease = reply?.lease {
                undone.append((reviewID, HeldLease(lease, askedAt: askedAt)))
            }
        }
    }

    /// Keeps an operation, sends it until the service answers, and keeps what the answer was.
    ///
    /// - Returns: nil when it was refused, or the session ended before an answer came.
    mutating func carry<Reply>(
        _ operation: PendingOperation, refusedAs title: String, isKept: Bool = false,
        _ call: () async throws(ServiceFailure) -> Reply
    ) async -> Reply? {
        if !isKept {
            outcome.unsent.append(operation)
            await keep([.done(operation)])
        }
        lastRefusal = nil
        let reply = await repeated(call, about: PlainText.safe(title))
        guard reply != nil || lastRefusal != nil else { return nil }
        outcome.unsent.removeAll { $0.key == operation.key }
        if let lastRefusal {
            let refusal = JournalRefusal(operation.key, title: title, detail: lastRefusal)
            refusals.append(refusal)
            await keep([.refused(refusal)])
        } else {
            await keep([.settled(operation.key)])
        }
        return reply
    }

    /// Puts away what was refused.
    mutating func acknowledge() async {
        let records = refusals.map { JournalRecord.acknowledged($0.key) }
        guard !records.isEmpty else {
            say(["Nothing was refused."])
            return
        }
        refusals = []
        await keep(records)
        say(["Put away."])
    }

    private mutating func keep(_ records: [JournalRecord]) async {
        guard let journal else { return }
        do {
            try await journal.write(records)
            outcome.isKept = true
            saidUnkept = false
        } catch {
            tellUnkept(error)
        }
    }

    private mutating func tellUnkept(_ error: JournalError) {
        outcome.isKept = false
        if !saidUnkept {
            say(["Answers are not kept on this machine: \(PlainText.safe(error.description))."])
        }
        saidUnkept = true
    }
}

extension DeskService {
    /// The lease an answer is sent under; where an undo gives it, the undo is sent once more, which
    /// changes nothing.
    fileprivate func lease(
        _ reference: PendingOperation.LeaseReference
    ) async throws(ServiceFailure) -> String {
        switch reference {
        case .lease(let id): return id
        case .undo(let reviewID):
            guard let lease = try await undo(reviewID: reviewID).lease else {
                throw .refused(Problem(.leaseLost(decided: false)))
            }
            return lease.lease
        }
    }
}

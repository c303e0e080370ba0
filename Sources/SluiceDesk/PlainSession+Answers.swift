import SluiceAPI
import SluiceDomain

/// Giving answers in plain mode, and taking them back.
extension PlainSession {
    mutating func submit(_ verdict: Verdict, since: Duration) async {
        guard let item = held.last else { return }
        let request = Answer(
            reviewID: ids.next(), verdict: verdict, tags: item.tags,
            comment: item.comment.isEmpty ? nil : item.comment,
            seconds: (min((now - since).seconds, 3_600) * 10).rounded() / 10,
            guidelineNote: item.guidelineNote.isEmpty ? nil : item.guidelineNote)
        let name = PlainText.safe(item.externalID)
        let operation = PendingOperation(
            .answer(lease: item.id, request), externalID: item.externalID)
        let service = self.service
        let reply = await carry(
            operation, refusedAs: "\(item.externalID): \(describe(verdict)) was refused"
        ) { () async throws(ServiceFailure) -> ReviewReply in
            try await service.review(lease: item.id, request)
        }
        // Cancelled before an answer came: it stays among the unsent.
        guard !isOver || reply != nil else { return }
        if let reply {
            held.removeLast()
            history.append((request.reviewID, item.externalID))
            outcome.done += 1
            say(["\(name): \(describe(verdict))\(passingWord(on: reply))"])
        } else if lastRefusalEndsItem {
            held.removeLast()
        }
    }

    /// The model's next guess of that number; nil, with the reason said, when there is none.
    mutating func guess(_ number: Int, on held: HeldLease) -> String? {
        let guesses = held.suggestion?.guesses(among: labels.keys) ?? []
        guard guesses.indices.contains(number - 1) else {
            say([
                held.suggestion == nil
                    ? "No suggestion is shown for this item: type a label."
                    : "The model gave no guess \(number) after its suggestion."
            ])
            return nil
        }
        return guesses[number - 1].label
    }

    mutating func undo() async {
        guard let last = history.popLast() else {
            say(["Nothing to take back in this session; :history lists earlier answers."])
            return
        }
        await undo(reviewID: last.reviewID, externalID: last.externalID, isCounted: true)
    }

    /// An answer is no longer this session's to take back.
    ///
    /// - Returns: whether it was.
    mutating func forget(_ reviewID: String) -> Bool {
        guard let index = history.firstIndex(where: { $0.reviewID == reviewID }) else {
            return false
        }
        history.remove(at: index)
        return true
    }

    /// Takes an answer back; its item is the next to be answered.
    ///
    /// - Parameter isCounted: whether it is among the answers of this session.
    mutating func undo(reviewID: String, externalID: String, isCounted: Bool) async {
        let service = self.service
        let name = PlainText.safe(externalID)
        let askedAt = now
        let operation = PendingOperation(.undo(reviewID: reviewID), externalID: externalID)
        let reply = await carry(operation, refusedAs: "\(externalID) was not taken back") {
            () async throws(ServiceFailure) -> UndoReply in
            try await service.undo(reviewID: reviewID)
        }
        missedUndo = reply?.lease == nil
        shownAt = .now
        guard let reply else { return }
        if isCounted { outcome.done -= 1 }
        say(["\(name): taken back"])
        if let lease = reply.lease { held.append(HeldLease(lease, askedAt: askedAt)) }
    }

    func describe(_ verdict: Verdict) -> String { PlainText.safe(PlainText.words(verdict, labels)) }
}

import SluiceAPI
import SluiceDomain

/// Comments, tags, the last answers and breaks in plain mode.
extension PlainSession {
    mutating func keep(comment text: String) {
        var editor = LineEditor(limit: Desk.commentLimit)
        editor.insert(text)
        held[held.count - 1].comment = editor.text
    }

    mutating func keep(tags: [String]) {
        held[held.count - 1].tags = tags
        say([
            tags.isEmpty
                ? "No tags."
                : "Tags that go with the answer: \(PlainText.safe(tags.joined(separator: ", ")))."
        ])
    }

    /// Lists the last answers, numbered from 1 for the newest.
    mutating func showHistory() async {
        let service = self.service
        guard
            let list = await repeated(
                { () async throws(ServiceFailure) -> ReviewList in
                    try await service.reviews(count: Desk.historyCount)
                }, about: "the last answers cannot be shown")
        else { return }
        past = list.reviews
        if past.isEmpty { return say(["You have given no answers yet."]) }
        say(past.enumerated().map { "  \($0 + 1) \(line(of: $1))" })
    }

    private func line(of review: PastReview) -> String {
        var text = "\(PlainText.safe(review.externalID)): \(describe(review.verdict))"
        if let predicted = review.predicted, let label = review.verdict.labelName,
            ExactText(predicted) != ExactText(label)
        {
            text += ", model \(PlainText.safe(labels.keys.title(of: predicted)))"
        }
        if !review.tags.isEmpty {
            text += ", tags \(PlainText.safe(review.tags.joined(separator: ", ")))"
        }
        if let comment = review.comment, !comment.isEmpty {
            text += ", comment \(PlainText.safe(comment))"
        }
        return text + (review.isUndoable ? "" : ", too late to take back")
    }

    /// Takes back an answer of the list shown last.
    mutating func takeBack(_ number: Int) async {
        guard past.indices.contains(number - 1) else {
            say([past.isEmpty ? "List them first: :history" : "There is no answer \(number)."])
            return
        }
        let review = past.remove(at: number - 1)
        await undo(
            reviewID: review.reviewID, externalID: review.externalID,
            isCounted: forget(review.reviewID))
        guard !held.isEmpty, held[held.count - 1].externalID == review.externalID else { return }
        held[held.count - 1].comment = review.comment ?? ""
        held[held.count - 1].tags = review.tags
        held[held.count - 1].former = review.verdict
    }

    /// Gives the items back, and waits for a line, which is used for nothing else.
    mutating func pause() async {
        await giveBack()
        say(["Paused. Your item went back to the queue; the next line goes on."])
        _ = await lineThatWakes()
    }
}

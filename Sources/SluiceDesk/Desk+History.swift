import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The reviewer's own last answers: to look at, and to take back.
extension Desk {
    /// How many answers are asked for.
    static let historyCount = 50

    /// What is known of the answers of this and earlier sessions.
    struct Past: Hashable, Sendable {
        /// As the service told them last, newest first.
        var reviews: [PastReview] = []
        var isLoading = false
        /// Why the service did not tell; empty when it did.
        var failure = ""
    }

    /// The list on the screen.
    struct HistoryPage: Hashable, Sendable {
        var list = FilterList()
        /// The answer shown whole; nil while the list is.
        var shown: PastAnswer?
    }

    /// An answer of this or an earlier session.
    struct PastAnswer: Hashable, Sendable {
        let reviewID: String
        let externalID: String
        let verdict: Verdict
        let tags: [String]
        let comment: String
        let predicted: String?
        /// Nil for answers of this session that the service has not told about.
        let review: PastReview?
    }

    mutating func openHistory() -> [Effect] {
        mode = .history(HistoryPage())
        return loadHistory()
    }

    /// Asks for the last answers, unless that is under way.
    mutating func loadHistory() -> [Effect] {
        guard !past.isLoading else { return [] }
        past.isLoading = true
        return [.loadHistory(count: Self.historyCount)]
    }

    mutating func take(history result: Result<ReviewList, ServiceFailure>) {
        past.isLoading = false
        switch result {
        case .success(let list):
            past.reviews = list.reviews
            past.failure = ""
            recentLabels.addEarlier(list.reviews.compactMap(\.verdict.labelName))
            recentTags.addEarlier(list.reviews.flatMap(\.tags))
        case .failure(let failure): past.failure = failure.summary
        }
    }

    /// The answers that stand, newest first: those of this session that the service may not know
    /// yet, then those it told about.
    var pastAnswers: [PastAnswer] {
        let told = Set(past.reviews.map(\.reviewID))
        let own = history.reversed().filter { !told.contains($0.reviewID) }.map { answered in
            PastAnswer(
                reviewID: answered.reviewID, externalID: answered.held.externalID,
                verdict: answered.verdict, tags: answered.held.tags,
                comment: answered.held.comment, predicted: answered.held.suggestion?.label,
                review: nil)
        }
        let others = past.reviews.filter { !takenBack.contains($0.reviewID) }
        return own
            + others.map { review in
                PastAnswer(
                    reviewID: review.reviewID, externalID: review.externalID,
                    verdict: review.verdict, tags: review.tags, comment: review.comment ?? "",
                    predicted: review.predicted, review: review)
            }
    }

    /// The answers the list shows.
    func matching(_ page: HistoryPage) -> [PastAnswer] {
        FilterList.matching(page.list.text, in: pastAnswers) { answer in
            [answer.externalID, describe(answer.verdict), answer.comment] + answer.tags
        }
    }

    mutating func take(history page: HistoryPage, _ key: Key) {
        var page = page
        if let shown = page.shown {
            switch keymap.command(for: key) {
            case .accept, .undo:
                mode = .review
                takeBack(shown)
            case .acknowledge, .history, .quit:
                page.shown = nil
                mode = .history(page)
            default: break
            }
            return
        }
        let answers = matching(page)
        switch page.list.take(key, count: answers.count, page: max(1, size.rows - 5)) {
        case .accepted:
            guard answers.indices.contains(page.list.selected) else { return }
            page.shown = answers[page.list.selected]
            mode = .history(page)
        case .cancelled: mode = .review
        case .changed, .ignored: mode = .history(page)
        }
    }

    /// Takes an answer of the list back: its item comes to the screen again.
    private mutating func takeBack(_ answer: PastAnswer) {
        if let index = history.firstIndex(where: { $0.reviewID == answer.reviewID }) {
            takeBack(history.remove(at: index))
            return
        }
        recalled[answer.reviewID] = answer
        askBack(answer.reviewID, externalID: answer.externalID)
        putBack(
            restored(
                HeldLease(placeholder: answer.externalID, awaiting: answer.reviewID), answer))
    }

    /// A lease that an undo brought, with what the answer of the list said.
    func restored(_ held: HeldLease, _ answer: PastAnswer?) -> HeldLease {
        guard let answer else { return held }
        var held = held
        held.comment = answer.comment
        held.tags = answer.tags
        held.former = answer.verdict
        return held
    }
}

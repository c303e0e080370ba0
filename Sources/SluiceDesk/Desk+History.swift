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
        /// The texts of the items, by review id, to be found by.
        var texts: [String: String] = [:]
    }

    /// The list on the screen.
    struct HistoryPage: Hashable, Sendable {
        var list = FilterList()
        /// The answer shown whole; nil while the list is.
        var shown: PastAnswer?
        /// Lines of it above the screen.
        var scroll = 0
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
        /// The item as it was seen; nil where it is not known here.
        let document: PayloadDocument?

        static func == (one: PastAnswer, other: PastAnswer) -> Bool {
            ExactText(one.reviewID) == ExactText(other.reviewID)
        }

        func hash(into hasher: inout Hasher) { hasher.combine(ExactText(reviewID)) }
    }

    mutating func openHistory() -> [Effect] {
        mode = .history(HistoryPage())
        readTexts()
        return loadHistory()
    }

    /// The longest text of an item that is searched, in characters.
    private static let searchedLength = 65_536

    /// Makes the texts of all items ready to be searched, each once.
    private mutating func readTexts() {
        for answer in pastAnswers where past.texts[answer.reviewID] == nil {
            guard let document = answer.document else { continue }
            let view = PayloadView(width: 10_000, rows: .max, levels: .max)
            let text = document.lines(view).map(\.text).joined(separator: " ")
            past.texts[answer.reviewID] = String(text.prefix(Self.searchedLength))
        }
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
            let chosen = chosenReview
            past.reviews = list.reviews
            past.failure = ""
            if case .history = mode { readTexts() }
            choose(review: chosen)
            recentLabels.addEarlier(list.reviews.compactMap(\.verdict.labelName))
            recentTags.addEarlier(list.reviews.flatMap(\.tags))
        case .failure(let failure): past.failure = failure.summary
        }
    }

    /// The review chosen in the list; nil while there is no list.
    private var chosenReview: String? {
        guard case .history(let page) = mode, page.shown == nil else { return nil }
        let answers = matching(page)
        guard answers.indices.contains(page.list.selected) else { return nil }
        return answers[page.list.selected].reviewID
    }

    /// Chooses the same review in a list that has changed.
    private mutating func choose(review id: String?) {
        guard let id, case .history(var page) = mode else { return }
        guard let index = matching(page).firstIndex(where: { $0.reviewID == id }) else { return }
        page.list.choose(index)
        mode = .history(page)
    }

    /// The answers that stand, newest first: those of this session that the service has not told
    /// about, at their places among those that it told.
    var pastAnswers: [PastAnswer] {
        let others = past.reviews.filter { !takenBack.contains($0.reviewID) }
        let told = Set(others.map(\.reviewID))
        // What was answered after the newest one that was told is newer than all of them.
        let newest = history.lastIndex { told.contains($0.reviewID) } ?? -1
        let isNewer = { (index: Int) in index > newest }
        let own = history.indices.reversed().filter { !told.contains(history[$0].reviewID) }
        return own.filter(isNewer).map { pastAnswer(history[$0]) }
            + others.map { pastAnswer($0) }
            + own.filter { !isNewer($0) }.map { pastAnswer(history[$0]) }
    }

    private func pastAnswer(_ answered: Answered) -> PastAnswer {
        PastAnswer(
            reviewID: answered.reviewID, externalID: answered.held.externalID,
            verdict: answered.verdict, tags: answered.held.tags, comment: answered.held.comment,
            predicted: answered.held.suggestion?.label, review: nil,
            document: answered.held.isPlaceholder ? nil : answered.held.document)
    }

    private func pastAnswer(_ review: PastReview) -> PastAnswer {
        let document =
            history.last { $0.reviewID == review.reviewID }?.held.document
            ?? review.content.map { content in
                PayloadDocument(
                    content.item.payload, metadata: content.item.metadata,
                    highlights: content.prediction?.highlights)
            }
        return PastAnswer(
            reviewID: review.reviewID, externalID: review.externalID, verdict: review.verdict,
            tags: review.tags, comment: review.comment ?? "", predicted: review.predicted,
            review: review, document: document)
    }

    /// The answers the list shows.
    func matching(_ page: HistoryPage) -> [PastAnswer] {
        FilterList.matching(page.list.text, in: pastAnswers) { answer in
            [
                answer.externalID, describe(answer.verdict), answer.comment,
                past.texts[answer.reviewID] ?? "",
            ] + answer.tags
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
                page.scroll = 0
                mode = .history(page)
            case .scroll(let scroll):
                page.scroll = target(of: scroll, shown, from: page.scroll)
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
        let held =
            answer.review?.content.map { HeldLease($0, awaiting: answer.reviewID) }
            ?? HeldLease(placeholder: answer.externalID, awaiting: answer.reviewID)
        putBack(restored(held, answer))
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

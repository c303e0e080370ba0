import SluiceAPI
import SluiceDomain
import SluiceTerminal

/// The page of the reviewer's own figures: nobody else's, and none without its uncertainty.
extension Desk {
    /// What is known of the reviewer's figures.
    struct Own: Hashable, Sendable {
        /// As the service told them last.
        private(set) var figures: OwnFigures?
        private(set) var isLoading = false
        /// Why the service did not tell; empty when it did.
        private(set) var failure = ""

        mutating func start() { isLoading = true }

        mutating func take(_ result: Result<OwnFigures, ServiceFailure>) {
            isLoading = false
            switch result {
            case .success(let figures):
                self.figures = figures
                failure = ""
            case .failure(let failure): self.failure = failure.summary
            }
        }
    }

    mutating func openFigures() -> [Effect] {
        mode = .figures(scroll: 0)
        guard !own.isLoading else { return [] }
        own.start()
        return [.loadOwnFigures]
    }

    /// What the page says.
    func figureLines(width: Int) -> [Line] {
        var rows: [(title: String, text: String)] = [("this session", sessionSentence)]
        if let figures = own.figures {
            rows.append(("all sessions", DeskText.count(figures.reviews, "answer")))
            rows.append(
                ("agreement", OwnFigureText.share(figures.agreement, of: "item"))
            )
            rows.append(("", "with what most others said of the same items"))
            if let gold = figures.gold {
                rows.append(("gold items", OwnFigureText.share(gold, of: "gold item")))
                rows.append(("", "items whose answer was known, mixed into the queue"))
            }
            if let paused = figures.paused {
                rows.append(
                    ("paused", "since \(paused.since.minuteText): \(paused.why)"))
            }
        } else if own.isLoading {
            rows.append(("all sessions", "loading"))
        }
        if !own.failure.isEmpty {
            rows.append(("all sessions", "cannot be shown: \(own.failure)"))
        }
        for (index, gold) in golds.enumerated() {
            rows.append((index == 0 ? "you were told" : "", describe(gold)))
        }
        return rows.flatMap { OwnFigureText.row($0.title, $0.text, width: width) }
    }

    private var sessionSentence: String {
        var text = DeskText.count(done, "answer")
        if let pace { text += ", \(Int(pace)) an hour" }
        if done > 0 { text += ", \(DeskText.seconds(tally.time.seconds / Double(done))) each" }
        return text
    }
}

/// The words of a reviewer's own figures, for full screen and plain mode.
enum OwnFigureText {
    private static let titleWidth = 14

    /// A share with its interval: "92.1 % of 412 items (89.0 % to 94.4 % at 95 %, wilson)".
    static func share(_ share: MeasuredShare, of thing: String) -> String {
        guard let value = share.value else { return share.reason ?? "not known" }
        var text = DeskText.share(value)
        if let n = share.n { text += " of \(DeskText.count(n, thing))" }
        guard let lo = share.lo, let hi = share.hi else { return text }
        var terms = "\(DeskText.share(lo)) to \(DeskText.share(hi))"
        if let level = share.level { terms += " at \(Int((level * 100).rounded())) %" }
        if let method = share.method { terms += ", \(method)" }
        return text + " (\(terms))"
    }

    /// A titled text, wrapped beside its title.
    static func row(_ title: String, _ text: String, width: Int) -> [Line] {
        TextWrap.lines(text, width: width - titleWidth - 1).enumerated().map { index, wrapped in
            var line = Line(DeskText.fitted(index == 0 ? title : "", to: titleWidth) + " ", .dim)
            line.spans += wrapped.spans
            return line
        }
    }
}

import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceTerminal

/// The guidelines: what they say, what changed since this reviewer read them, and that they were read.
extension Desk {
    /// What is known of the guidelines' versions.
    struct Guidelines: Hashable, Sendable {
        /// The text to be shown.
        var text = "" {
            didSet {
                paragraphs = Reflow.paragraphs(text)
                compare()
            }
        }
        /// The text with each paragraph on one line.
        private(set) var paragraphs = ""
        /// Which version the text is.
        var version: Int?
        /// The version in force, as the lease replies say; nil from a service that does not say.
        var inForce: Int?
        /// What changed, as it was announced last in this session; nil when nothing was.
        var news: GuidelinesChanged?
        /// Every version, the newest first; empty until it is known.
        var versions: [GuidelineVersion] = []
        /// The service would not tell the versions.
        var isUntold = false
        /// The last version this session opened.
        var opened: Int?
        /// The last version the service knows to be read, or would not hear of.
        var told: Int?
        /// Whether the reviewer has opened them and the newest text is still to be read.
        var isAsked = false
        /// The version that was read before the news, with its text; nil until it is known.
        var former: GuidelineReply? {
            didSet { compare() }
        }
        /// What was taken out of that version and put in; comparing takes too long for every frame.
        private(set) var difference: PayloadDifference?
        /// The version whose text the service would not tell.
        var untoldFormer: Int?
        var load = Call()
        var loadFormer = Call()
        var tell = Call()

        /// The version whose text is to be compared and is not known yet; nil when there is none.
        var missingFormer: Int? {
            guard let since = news?.since, former?.version.version != since, untoldFormer != since
            else { return nil }
            return since
        }

        private mutating func compare() {
            difference = former.map { GuidelineText.difference(from: $0.text, to: text) }
        }

        /// Whether the text or its history is behind what was announced.
        var isBehind: Bool {
            guard let inForce, !isUntold else { return false }
            return version != inForce || (news != nil && versions.first?.version != inForce)
        }
    }

    /// Takes what a lease reply says of the guidelines.
    mutating func hear(of reply: LeaseReply) {
        guard let inForce = reply.guidelinesVersion else { return }
        if inForce != guidelines.inForce {
            guidelines.inForce = inForce
            guidelines.isUntold = false
        } else if guidelines.news != nil {
            return
        }
        // A reply that was on its way while the guidelines were opened announces nothing new.
        guard let news = reply.guidelinesChanged, guidelines.opened != inForce else { return }
        guidelines.news = news
        notices.removeAll(where: \.isOfGuidelines)
        notices.append(
            Notice(
                title: GuidelineText.headline(news, version: inForce),
                detail: [opensGuidelines, news.summary].filter { !$0.isEmpty }
                    .joined(separator: " · "), isOfGuidelines: true))
    }

    private var opensGuidelines: String {
        let key = keymap.title(of: .guidelines)
        return key.isEmpty ? "" : "\(key) shows them"
    }

    /// Reading the guidelines anew, and telling that they were read, when due.
    mutating func guidelineEffects() -> [Effect] {
        var effects: [Effect] = []
        if guidelines.isBehind || guidelines.isAsked, guidelines.load.isDue(now) {
            guidelines.isAsked = false
            guidelines.load.start(now)
            effects.append(.loadGuidelines)
        }
        if case .guidelines = mode, let version = guidelines.inForce, guidelines.version == version
        {
            guidelines.opened = version
            notices.removeAll(where: \.isOfGuidelines)
        }
        if case .guidelines = mode, let former = guidelines.missingFormer,
            guidelines.loadFormer.isDue(now)
        {
            guidelines.loadFormer.start(now)
            effects.append(.loadFormerGuidelines(version: former))
        }
        if let opened = guidelines.opened, guidelines.told != opened, guidelines.tell.isDue(now) {
            guidelines.tell.start(now)
            effects.append(.readGuidelines(version: opened))
        }
        return effects
    }

    mutating func take(guidelines result: Result<GuidelinesReply, ServiceFailure>) {
        switch result {
        case .success(let reply):
            guidelines.load.finish(dueAt: now)
            guidelines.text = reply.text
            guidelines.version = reply.version
            guidelines.versions = reply.versions
            // Newer than what was announced: the next lease reply will say so too.
            guidelines.inForce = max(reply.version, guidelines.inForce ?? 0)
            reached()
        case .failure(let failure) where failure.isTemporary:
            guidelines.load.finish(dueAt: missed(failure))
        case .failure:
            guidelines.load.finish(dueAt: now)
            guidelines.isUntold = true
        }
    }

    mutating func take(
        formerGuidelines version: Int, _ result: Result<GuidelineReply, ServiceFailure>
    ) {
        switch result {
        case .success(let reply):
            guidelines.loadFormer.finish(dueAt: now)
            guidelines.former = reply
        case .failure(let failure) where failure.isTemporary:
            guidelines.loadFormer.finish(dueAt: missed(failure))
        case .failure:
            guidelines.loadFormer.finish(dueAt: now)
            guidelines.untoldFormer = version
        }
    }

    mutating func take(guidelinesRead version: Int, _ result: Result<Void, ServiceFailure>) {
        switch result {
        case .failure(let failure) where failure.isTemporary:
            guidelines.tell.finish(dueAt: missed(failure))
        case .success, .failure:
            // Refused for good, it is announced again in the next session.
            guidelines.tell.finish(dueAt: now)
            guidelines.told = version
        }
    }

    /// The title of the guidelines' page.
    var guidelinesTitle: String {
        guard guidelines.inForce != nil, let version = guidelines.version else {
            return "Guidelines"
        }
        return "Guidelines, version \(version)"
    }

    /// What changed, then the guidelines.
    func guidelineLines(width: Int) -> [Line] {
        var lines: [Line] = []
        if let news = guidelines.news {
            for (index, text) in GuidelineText.changes(news, guidelines.versions).enumerated() {
                lines += TextWrap.lines(text, width: width, style: index == 0 ? .bold : .plain)
            }
            if guidelines.isBehind {
                lines.append(Line("Fetching the text in force…", .dim))
            }
            if let difference = guidelines.difference, !guidelines.isBehind,
                guidelines.former?.version.version == news.since
            {
                lines.append(Line())
                lines += GuidelineText.lines(of: difference, width: width)
            }
            lines.append(Line())
        }
        return lines + TextWrap.lines(guidelines.paragraphs, width: width)
    }
}

/// The words about changed guidelines, for full screen and plain mode.
enum GuidelineText {
    /// That they changed, in a few words.
    static func headline(_ news: GuidelinesChanged, version: Int) -> String {
        news.since == nil
            ? "Unread guidelines: version \(version)"
            : "The guidelines changed: version \(version)"
    }

    /// What was taken out and put in, paragraph by paragraph.
    static func difference(from former: String, to text: String) -> PayloadDifference {
        PayloadDifference(
            before: .string(Reflow.paragraphs(former)), after: .string(Reflow.paragraphs(text)))
    }

    /// The lines of a difference.
    static func lines(of difference: PayloadDifference, width: Int) -> [Line] {
        PayloadPainter(view: PayloadView(width: width, rows: 0)).difference(difference)
    }

    /// What changed since they were read last, the newest version first; a heading comes first.
    static func changes(_ news: GuidelinesChanged, _ versions: [GuidelineVersion]) -> [String] {
        let since = news.since ?? 1
        let later = versions.filter { $0.version > since }
        let heading =
            news.since.map { "Changed since version \($0), which you read last:" }
            ?? "Changed since they were first written:"
        guard !later.isEmpty else {
            return [heading, news.summary.isEmpty ? "nobody said what" : news.summary]
        }
        return [heading]
            + later.map { version in
                let day = version.createdAt.rfc3339.prefix(10)
                let summary = version.summary.isEmpty ? "nobody said what" : version.summary
                return "\(version.version)  \(summary) (\(version.createdBy), \(day))"
            }
    }
}

import SluiceAPI
import SluiceTerminal

/// The guidelines as plain mode knows them.
struct PlainGuidelines: Sendable {
    var text = ""
    /// The version in force, as the lease replies say; nil from a service that does not say.
    private(set) var inForce: Int?
    /// What changed, as it was announced last in this session; nil when nothing was.
    private(set) var news: GuidelinesChanged?
    /// The last version that was announced or read in this session.
    private var announced: Int?

    /// Takes what a lease reply says of the guidelines.
    ///
    /// - Returns: what is to be said; nil when nothing is new.
    mutating func hear(of reply: LeaseReply) -> [String]? {
        guard let version = reply.guidelinesVersion else { return nil }
        inForce = version
        guard let changed = reply.guidelinesChanged, announced != version else { return nil }
        announced = version
        news = changed
        let headline = GuidelineText.headline(changed, version: version)
        let summary = changed.summary.isEmpty ? [] : PlainText.block(changed.summary)
        return ["\(headline). :guidelines shows them."] + summary
    }

    /// Takes the text in force, which is about to be shown.
    mutating func take(_ reply: GuidelinesReply) {
        text = reply.text
        inForce = reply.version
        announced = reply.version
    }
}

extension PlainSession {
    /// Shows the guidelines in force, after what changed in them, and says that they were read.
    mutating func showGuidelines() async {
        guard guidelines.inForce != nil else { return say(PlainText.guidelines(guidelines.text)) }
        let service = self.service
        let reply = await repeated(
            { () async throws(ServiceFailure) -> GuidelinesReply in
                try await service.guidelines()
            }, about: "the guidelines cannot be read anew")
        guard let reply else { return say(PlainText.guidelines(guidelines.text)) }
        guidelines.take(reply)
        say(["Guidelines, version \(reply.version)"])
        if let news = guidelines.news {
            say(GuidelineText.changes(news, reply.versions).flatMap { PlainText.block($0) } + [""])
            if let since = news.since { await sayDifference(from: since, to: reply.text) }
        }
        say(PlainText.guidelines(reply.text))
        do throws(ServiceFailure) {
            try await service.readGuidelines(version: reply.version)
        } catch {
            // Not known to be read, they are announced again in the next session.
            return
        }
    }

    /// Says what was taken out and put in since a version; nothing where that cannot be read any more.
    private mutating func sayDifference(from version: Int, to text: String) async {
        let former: GuidelineReply
        do throws(ServiceFailure) {
            former = try await service.guidelines(version: version)
        } catch {
            // The summaries have been said, and the text follows whole.
            return
        }
        let lines = GuidelineText.lines(
            of: GuidelineText.difference(from: former.text, to: text), width: PlainText.width - 2)
        say(lines.map { PlainText.trimmed("  " + $0.text) } + [""])
    }
}

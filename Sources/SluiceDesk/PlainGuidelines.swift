import SluiceAPI

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
        }
        say(PlainText.guidelines(reply.text))
        do throws(ServiceFailure) {
            try await service.readGuidelines(version: reply.version)
        } catch {
            // Not known to be read, they are announced again in the next session.
            return
        }
    }
}

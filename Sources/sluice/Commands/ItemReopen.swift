import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain

/// `sluice item reopen`.
struct ItemReopen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Take a decision back after a complaint, or many at once, and have people look.",
        discussion: """
            Of what the model decided, reviewers get the item without being told what the model \
            had said; of what reviewers decided, an adjudicator gets it; what an adjudicator settled \
            stays. If the model was wrong it counts as a known error, and in no estimate: nobody \
            drew the item by chance. Reopened again before it is decided, it stays as it is.

            Without an item the options say which decisions; they are counted first. The service does \
            the work in batches beside everything else and goes on after a restart; `sluice item \
            reopenings` says how far it is. --undo gives everything its decision back that people \
            have not decided since and that nobody has in hand.
            """)

    @Argument(help: "The external id; without it the options say which decisions.")
    var item: String?

    @Option(help: "What the complaint is, for the audit log.")
    var reason: String?

    @Option(help: "Decisions on items that this policy routed.")
    var policyVersion: Int?

    @Option(help: "Decisions for this label.")
    var label: String?

    @Option(help: "Decisions on items routed by this model.")
    var model: String?

    @Option(help: "By this version of it.")
    var modelVersion: String?

    @Option(help: "Decisions by: model, reviewer or consensus.")
    var source: DecisionSource?

    @Option(help: "Decisions from this moment on, RFC 3339.")
    var since: String?

    @Option(help: "Decisions before this moment, RFC 3339.")
    var until: String?

    @Option(help: "How soon people see many: urgent, high, normal or low.")
    var priority: RuleEffect.Priority = .normal

    @Option(help: "Undo the reopening of this number.")
    var undo: String?

    @Flag(help: "Do not ask before many are reopened.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        if let undo, item != nil || hasFilter {
            throw ValidationError("--undo \(undo) takes back all of it: name nothing else")
        }
        if item != nil, hasFilter {
            throw ValidationError("name an item, or say by options which decisions; not both")
        }
        if item == nil, undo == nil, !hasFilter {
            throw ValidationError(
                "name an item, or say which decisions: --policy-version, --label, --model, --source, --since, --until"
            )
        }
        if undo == nil, reason == nil { throw ValidationError("say why: --reason TEXT") }
    }

    func run() async throws {
        try await Failure.explain(undo == nil ? "reopening" : "undoing") {
            let client = try service.client()
            let path = ["project": try await project.name(client)]
            if let item { return try await reopen(item, client, path) }
            if let undo { return try await takeBack(undo, client, path) }
            try await reopenMany(client, path)
        }
    }

    private var hasFilter: Bool {
        policyVersion != nil || source != nil
            || [label, model, modelVersion, since, until].contains { $0 != nil }
    }

    private func reopen(
        _ item: String, _ client: Client, _ path: [String: String]
    ) async throws {
        let reply = try await client.call(
            Endpoints.reopenItem, at: path.merging(["external_id": item]) { $1 },
            ReopenRequest(reason: reason ?? ""))
        if json { return try Output.write(reply.json + [10]) }
        let who =
            switch reply.asks {
            case "audit": "is being audited, and that decides"
            case "adjudication": "waits for an adjudicator"
            default: "waits for a reviewer"
            }
        Output.say(
            safe(
                "\(reply.externalID) \(reply.status == "open" ? "was open already: it" : "is open; it") \(who)"
            ))
    }

    private func reopenMany(_ client: Client, _ path: [String: String]) async throws {
        var request = BulkReopenRequest(
            filter: try filter(), priority: priority, reason: reason ?? "", isTrial: true)
        let count = try await client.call(Endpoints.reopenItems, at: path, request)
        let text = ReopeningText(count)
        guard count.items > 0 else {
            if json { return try Output.write(count.json + [10]) }
            return Output.say(text.counted)
        }
        if !yes {
            Output.say(text.counted)
            guard Confirmation.isSomebodyThere else {
                throw Failure("reopening", why: "nobody said yes", hint: "add --yes")
            }
            guard Confirmation.ask("Reopen them?", letters: ["n", "y"]) == "y" else {
                throw Failure("reopening", why: "nothing was changed")
            }
        }
        request.isTrial = false
        let begun = try await client.call(Endpoints.reopenItems, at: path, request)
        try await follow(begun, of: count.items, client, path)
    }

    private func takeBack(
        _ id: String, _ client: Client, _ path: [String: String]
    ) async throws {
        let begun = try await client.call(
            Endpoints.undoReopening, at: path.merging(["reopening": id]) { $1 },
            ReopenRequest(reason: reason ?? "taken back"))
        try await follow(begun, of: begun.items - begun.restored, client, path)
    }

    /// Says how far it is until it is done.
    private func follow(
        _ begun: ReopeningReply, of expected: Int, _ client: Client, _ path: [String: String]
    ) async throws {
        var reply = begun
        let place = path.merging(["reopening": begun.id ?? ""]) { $1 }
        while reply.status == "reopening" || reply.status == "undoing" {
            try await Task.sleep(for: .milliseconds(300))
            reply = try await client.call(Endpoints.reopening, at: place, Nothing())
            let done =
                reply.status.hasPrefix("und")
                ? reply.restored - begun.restored + reply.decidedSince + reply.inHand : reply.items
            ReopeningText.showProgress("\(done) of \(expected) items")
        }
        ReopeningText.showProgress("")
        if json { return try Output.write(reply.json + [10]) }
        Output.say(ReopeningText(reply).done)
    }

    private func filter() throws -> ReopeningFilter {
        func moment(_ name: String, _ text: String?) throws -> Timestamp? {
            guard let text else { return nil }
            guard let moment = Timestamp(rfc3339: text) else {
                throw ValidationError(
                    "--\(name) \"\(text)\" is not an RFC 3339 time such as 2026-11-21T08:00:00Z")
            }
            return moment
        }
        var filter = ReopeningFilter()
        filter.policyVersion = policyVersion
        filter.label = label.map(ExactText.init)
        filter.model = model.map(ExactText.init)
        filter.modelVersion = modelVersion.map(ExactText.init)
        filter.source = source
        filter.since = try moment("since", since)
        filter.until = try moment("until", until)
        return filter
    }
}

extension DecisionSource: ExpressibleByArgument {}
extension RuleEffect.Priority: ExpressibleByArgument {}

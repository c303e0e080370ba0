import Foundation
import SluiceClient
import SluiceJSON
import TestSupport
import Testing

/// A deployment that goes up the ladder of automation: the stream, the service, the people, and what
/// is known so far.
final class Story {
    /// The release whose predictions are sent.
    enum Release: String {
        case old = "1.0.0"
        case new = "2.0.0"
        /// The new model in a broken build: each class is reported under its neighbour's name for
        /// part of the items, as an index off by one does.
        case broken = "3.0.0"
    }

    /// What a step of the story looked like.
    struct Step {
        let name: String
        let items: Int
        let automated: Int
        let wrong: Int
        let note: String
    }

    let data: StoryData
    let home: Home
    let admin: String
    let team: Team
    let client: Client
    private(set) var steps: [Step] = []
    private var rest: ArraySlice<StoryItem>

    init(_ data: StoryData, _ home: Home) async throws {
        self.data = data
        self.home = home
        rest = data.main[...]
        admin = try await home.token("admin", "olga")
        client = Client(baseURL: "http://127.0.0.1:\(home.port)", token: admin)
        var clients: [Client] = []
        for number in 1...4 {
            clients.append(
                Client(
                    baseURL: "http://127.0.0.1:\(home.port)",
                    token: try await home.token("reviewer", "reviewer-\(number)")))
        }
        team = Team(clients: clients, project: data.project, truth: data.truth)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", data.project)
        writer.key("labels")
        writer.beginArray()
        for label in data.labels {
            writer.beginObject()
            writer.member("name", label)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        try await sluice(
            "project", "create", "-", input: String(decoding: writer.bytes, as: UTF8.self))
    }

    /// Takes the next part of the stream.
    func take(_ count: Int) -> [StoryItem] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// Goes on with the stream after the first, where the classes drift.
    func drift() { rest = data.drift[...] }

    /// How many of the stream are left.
    var left: Int { rest.count }

    /// Runs `sluice` as the admin.
    @discardableResult
    func sluice(
        _ arguments: String..., input: String = "", status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CommandResult {
        let result = try await runCommand(
            try BuiltProduct.sluice(), arguments,
            environment: home.environment(token: admin, ["SLUICE_PROJECT": data.project]),
            input: input)
        try #require(
            result.status == status,
            "sluice \(arguments.joined(separator: " ")): \(result.error)\(result.output)",
            sourceLocation: sourceLocation)
        return result
    }

    /// What a command prints with `--json`.
    func json(
        _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let result = try await runCommand(
            try BuiltProduct.sluice(), arguments + ["--json"],
            environment: home.environment(token: admin, ["SLUICE_PROJECT": data.project]))
        try #require(result.status == 0, "\(result.error)", sourceLocation: sourceLocation)
        return try JSONValue(
            parsing: Array(result.output.utf8), limits: JSONLimits(depth: 64, bytes: 1 << 26))
    }

    func setPolicy(_ document: String, reason: String) async throws {
        try await sluice("policy", "set", "-", "--reason", reason, input: document)
    }

    /// Where a sent prediction went.
    struct Sent {
        let item: String
        let version: String
        let route: String
        let label: String?

        /// Whether the item took its way by this prediction.
        var decides: Bool { ["accepted", "audited", "queued"].contains(route) }
    }

    /// Sends what these releases say of the items, item by item; without releases the items alone.
    func send(_ items: [StoryItem], _ releases: Release...) async throws -> [Sent] {
        var lines: [String] = []
        var versions: [String] = []
        for item in items {
            if releases.isEmpty {
                lines.append(#"{"external_id":"\#(item.id)","payload":\#(item.payload)}"#)
                versions.append("")
            }
            for release in releases {
                let guess = says(release, of: item)
                lines.append(
                    #"{"external_id":"\#(item.id)","model":"\#(data.model)","#
                        + #""model_version":"\#(release.rawValue)","label":"\#(guess.label)","#
                        + #""confidence":\#(guess.confidence),"payload":\#(item.payload)}"#)
                versions.append(release.rawValue)
            }
        }
        let result = try await sluice(
            "import", "-", "--json", input: lines.joined(separator: "\n") + "\n")
        let replies = try result.output.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8))
        }
        try #require(replies.count == lines.count)
        return try zip(replies, versions).map { reply, version in
            Sent(
                item: try #require(reply["external_id"]?.string), version: version,
                route: try #require(reply["route"]?.string), label: reply["label"]?.string)
        }
    }

    /// What a release says of an item.
    func says(_ release: Release, of item: StoryItem) -> Guess {
        switch release {
        case .old: return item.old
        case .new: return item.new
        case .broken:
            let place = data.labels.firstIndex(of: item.new.label) ?? 0
            guard item.id.utf8.reduce(0, { $0 &+ Int($1) }) % 3 == 0 else { return item.new }
            return Guess(
                label: data.labels[(place + 1) % data.labels.count],
                confidence: item.new.confidence)
        }
    }

    /// Notes a step: what the model decided, and how much of that is wrong by the truth.
    func note(_ name: String, _ items: [StoryItem], _ sent: [Sent], _ note: String) {
        let truth = data.truth
        let automated = sent.filter { $0.label != nil }
        steps.append(
            Step(
                name: name, items: items.count, automated: automated.count,
                wrong: automated.count { $0.label != truth[$0.item] }, note: note))
    }

    /// The steps as a table for the README.
    var table: String {
        var lines = [
            "| step | items | decided by the model | of these wrong | |", "|---|---|---|---|---|",
        ]
        for step in steps {
            let share = Double(step.automated) / Double(max(step.items, 1))
            let wrong =
                step.automated == 0
                ? "" : Story.percent(Double(step.wrong) / Double(step.automated))
            lines.append(
                "| \(step.name) | \(step.items) | \(Story.percent(share)) | \(wrong) | \(step.note) |"
            )
        }
        return lines.joined(separator: "\n")
    }

    static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

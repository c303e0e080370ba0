import ArgumentParser
import Glibc
import SluiceAPI
import SluiceClient
import SluiceDomain

/// `sluice item reopenings`.
struct ItemReopenings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopenings", abstract: "List what was reopened together, newest first.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("listing reopenings") {
            let client = try service.client()
            let reply = try await client.call(
                Endpoints.reopenings, at: ["project": try await project.name(client)], Nothing())
            if json { return try Output.write(reply.json + [10]) }
            var table = Table(["id", "status", "items", "restored", "begun", "by", "reason"])
            for one in reply.reopenings {
                table.add([
                    one.id ?? "", one.status, "\(one.items)", "\(one.restored)",
                    String(one.createdAt?.rfc3339.prefix(19) ?? ""), one.createdBy ?? "",
                    one.reason ?? "",
                ])
            }
            try table.print()
        }
    }
}

/// What a reopening came to, in sentences.
struct ReopeningText {
    private let reply: ReopeningReply

    init(_ reply: ReopeningReply) { self.reply = reply }

    /// What it would reopen.
    var counted: String {
        let parts = (reply.bySource ?? []).map { "\($0.items) by \(Self.name($0.source.rawValue))" }
        return items(reply.items) + " would be reopened"
            + (parts.isEmpty ? "" : ", decided: \(parts.joined(separator: ", "))")
            + settled
    }

    /// What it did.
    var done: String {
        let id = reply.id ?? ""
        guard reply.status == "undone" else {
            return "reopening \(id): \(items(reply.items)) are open\(settled); "
                + "`sluice item reopen --undo \(id)` takes it back"
        }
        var text = "reopening \(id) is undone: \(items(reply.restored)) have their decisions again"
        if reply.decidedSince > 0 {
            text += "; \(reply.decidedSince) that people have decided since stay decided"
        }
        if reply.inHand > 0 { text += "; \(reply.inHand) that somebody has in hand stay open" }
        return text
    }

    /// Shows how far it is in one line that the next takes the place of; nothing without a terminal.
    static func showProgress(_ text: String) {
        guard Output.talksToTerminal else { return }
        _ = Array("\r\(text)\u{1B}[K".utf8).withUnsafeBytes {
            Glibc.write(2, $0.baseAddress, $0.count)
        }
    }

    private var settled: String {
        reply.settled > 0 ? "; \(reply.settled) that adjudicators have settled stay" : ""
    }

    private func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

    private static func name(_ source: String) -> String {
        switch source {
        case "model": "the model"
        case "reviewer": "a reviewer"
        case "consensus": "several reviewers"
        default: "an adjudicator"
        }
    }
}

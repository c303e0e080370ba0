import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice gold`.
struct GoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gold", abstract: "Keep the items whose label is known.",
        discussion: """
            Gold items are mixed into the queue at the policy's gold_rate, look like any other, \
            and decide nothing: `sluice reviewer list` says how each reviewer fares on them.
            """,
        subcommands: [Import.self, Add.self, List.self, Remove.self])

    /// `sluice gold import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mark the items of a file as gold.",
            discussion: """
                A JSON array or a JSON object a line: external_id, label, and if you like note, and \
                payload and metadata of an item that is not there yet.
                """)

        @Argument(help: "The file; - for standard input.")
        var file: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("importing gold items") {
                let values = try InputFile.values(file)
                let lines = try Self.marks(values)
                let client = try service.client()
                let name = try await project.name(client)
                var (added, made, filled) = (0, 0, 0)
                for start in stride(from: 0, to: lines.count, by: 1000) {
                    let part = Array(lines[start..<min(start + 1000, lines.count)])
                    let summary = try await client.call(
                        Endpoints.addGold, at: ["project": name], GoldUpload(part))
                    added += summary.added
                    made += summary.newItems
                    filled += summary.filledItems
                    for refusal in summary.refused {
                        let place = values[start + refusal.line - 1].place
                        Output.say("\(place): \(refusal.code) \(safe(refusal.detail))")
                    }
                }
                Output.say(Self.summary(of: lines.count, added: added, made: made, filled: filled))
                if added < lines.count { throw ExitCode(1) }
            }
        }

        /// What became of the lines, items that came of them included.
        private static func summary(of lines: Int, added: Int, made: Int, filled: Int) -> String {
            var text = "\(added) gold items added, \(lines - added) refused"
            if made > 0 { text += ", \(made) new \(made == 1 ? "item" : "items") made" }
            if filled > 0 {
                text += ", \(filled) \(filled == 1 ? "item" : "items") without a payload filled"
            }
            return text
        }

        private static func marks(_ values: [InputFile.Value]) throws -> [GoldMark] {
            try values.map { value in
                do throws(ReviewError) {
                    return try GoldMark(
                        parsing: value.bytes,
                        limits: JSONLimits(depth: 64, bytes: max(value.bytes.count, 1)))
                } catch {
                    throw Failure("reading \(value.place)", why: error.detail)
                }
            }
        }
    }

    /// `sluice gold add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mark an item that is there as gold, or correct its known label.")

        @Argument(help: "The external id of the item.")
        var externalID: String

        @Argument(help: "Its label.")
        var label: String

        @Option(help: "Why it is that one; reviewers are told where the policy says so.")
        var note: String?

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("marking the item") {
                let client = try service.client()
                let summary = try await client.call(
                    Endpoints.addGold, at: ["project": project.name(client)],
                    GoldUpload([GoldMark(externalID: externalID, label: label, note: note)]))
                if let refusal = summary.refused.first {
                    throw Failure("marking the item", why: refusal.detail)
                }
                Output.say("\(safe(externalID)) is a gold item: \(safe(label))")
            }
        }
    }

    /// `sluice gold list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the gold items and how they are answered.",
            discussion: "An item that nearly everybody gets wrong may have the wrong known label.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing gold items") {
                let client = try service.client()
                let list = try await client.call(
                    Endpoints.gold, at: ["project": project.name(client)], Nothing())
                if json { return try Output.write(list.json + [10]) }
                var table = Table(["item", "label", "right", "of", "since", "by", "note"])
                for item in list.items {
                    table.add([
                        item.externalID, item.label, "\(item.correct)", "\(item.answers)",
                        item.retiredAt == nil ? item.createdAt.toTheSecond : "out of use",
                        item.createdBy, item.note ?? "",
                    ])
                }
                try table.print()
                for warning in list.warnings { Output.say("warning: \(warning)") }
            }
        }
    }

    /// `sluice gold remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an item out of use as gold; its answers no longer count.")

        @Argument(help: "The external id of the item.")
        var externalID: String

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("removing the gold item") {
                let client = try service.client()
                _ = try await client.call(
                    Endpoints.retireGold,
                    at: ["project": project.name(client), "external_id": externalID], Nothing())
                Output.say("\(safe(externalID)) is no longer used as gold")
            }
        }
    }
}

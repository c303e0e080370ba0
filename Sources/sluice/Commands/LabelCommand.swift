import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice label`.
struct LabelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Change the labels of a project, and say how they changed.",
        discussion: """
            A label keeps its identity when it is renamed: what was predicted, answered and decided \
            counts on under the new name, and producers may go on sending the old one. Every change \
            is a version of the set, with who and why, and is undone by the opposite change: rename \
            it back, or `sluice label add` one that was retired or merged.
            """,
        subcommands: [
            List.self, Add.self, Rename.self, Retitle.self, Key.self, Retire.self, Merge.self,
            History.self,
        ], defaultSubcommand: List.self)

    /// `sluice label list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the labels, those that may not be given any more last.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the labels") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.labelSet, at: ["project": project.name(client)], Nothing())
                if json { return try Output.write(reply.json + [10]) }
                var table = Table(["label", "key", "title", "status", "also taken as"])
                let names = Dictionary(
                    reply.labels.map { (ExactText($0.id), $0.name) },
                    uniquingKeysWith: { first, _ in first })
                for label in reply.labels {
                    let status = label.isBorderline ? "borderline" : label.status
                    table.add([
                        label.name, label.key ?? "", label.title ?? "",
                        label.mergedInto.map { "merged into \(names[ExactText($0)] ?? $0)" }
                            ?? status,
                        label.formerNames.joined(separator: ", "),
                    ])
                }
                try table.print()
            }
        }
    }

    /// `sluice label history`.
    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the changes of the label set, the newest first.")

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("listing the changes of the labels") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.labelHistory, at: ["project": project.name(client)], Nothing())
                if json {
                    for change in reply.changes { try Output.write(change.json + [10]) }
                    return
                }
                var table = Table(["version", "when", "by", "change", "why"])
                for change in reply.changes {
                    table.add([
                        "\(change.version)", change.at.toTheSecond, change.by ?? "",
                        LabelText.words(change), change.reason,
                    ])
                }
                try table.print()
            }
        }
    }
}

/// What every change of a label set can be told.
struct LabelChangeOptions: ParsableArguments {
    @Option(help: "Why, for the history.")
    var reason: String?

    @Option(help: "Only if this version of the label set is in force.")
    var base: Int?

    @Flag(help: "Say what the change would touch, and change nothing.")
    var dryRun = false

    @Flag(name: [.short, .long], help: "Ask nothing, even at a terminal.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    /// Says what a change would touch, asks where somebody is there, and makes it.
    func make(_ change: LabelChange, of name: String, _ what: String) async throws {
        try await Failure.explain(what) {
            let client = try service.client()
            let path = ["project": try await project.name(client)]
            let preview: LabelChangeReply
            do {
                preview = try await client.call(
                    Endpoints.changeLabels, at: path,
                    LabelChangeRequest(change, base: base, isDryRun: true))
            } catch let error as ClientError {
                throw try await explained(error, what, client, path)
            }
            guard preview.change != nil, !dryRun else { return try tell(preview, of: name) }
            if !json { for line in LabelText.effects(preview) { Output.say(safe("  " + line)) } }
            let asks = !yes && Confirmation.isSomebodyThere
            if asks, Confirmation.ask("Change it?", letters: ["y", "n"]) == "n" {
                throw Failure(what, why: "you said no; nothing changed")
            }
            let why = reason ?? (asks ? Confirmation.line("Why, for the history?") : "")
            // To the set that was looked at, and to no other.
            let reply = try await client.call(
                Endpoints.changeLabels, at: path,
                LabelChangeRequest(change, reason: why, base: preview.version - 1))
            try tell(reply, of: name)
        }
    }

    private func tell(_ reply: LabelChangeReply, of name: String) throws {
        if json { return try Output.write(reply.json + [10]) }
        guard dryRun, reply.change != nil else {
            return Output.say(safe(LabelText.done(reply, named: name)))
        }
        for line in LabelText.effects(reply) { Output.say(safe("  " + line)) }
        Output.say("nothing changed: this was a dry run")
    }

    /// A name that is no label's, with the one that was meant.
    private func explained(
        _ error: ClientError, _ what: String, _ client: Client, _ path: [String: String]
    ) async throws -> any Error {
        guard case .problem(let problem) = error, problem.code == ErrorCode.unknownLabel.rawValue
        else { return error }
        let set = try await client.call(Endpoints.labelSet, at: path, Nothing())
        let names = set.labels.map(\.name)
        let named = problem.detail.split(separator: "\"").first.map(String.init) ?? ""
        let hint =
            NearName.of(named, among: names).map { "did you mean \"\($0)\"?" }
            ?? "`sluice label list` has the labels"
        return Failure(what, why: "\(problem.detail) (\(problem.code))", hint: hint)
    }
}

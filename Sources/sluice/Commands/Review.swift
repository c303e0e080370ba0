import ArgumentParser
import Glibc
import SluiceAPI
import SluiceClient
import SluiceDesk
import SluiceDomain
import SluiceTerminal

/// `sluice review`.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Review items in the terminal.",
        discussion: """
            Full screen in a terminal; line by line with --plain, for pipes and screen readers. \
            Press ? for the keys; a file keys.json under $XDG_CONFIG_HOME/sluice (~/.config/sluice) \
            changes them, such as {"skip": "n", "undo": ["u", "Backspace"]}.
            """)

    @Flag(help: "Line by line instead of full screen.")
    var plain = false

    @Flag(
        help: ArgumentHelp(
            "Decide what reviewers could not settle (admin and adjudicator tokens).",
            discussion: "Shows all their answers side by side; = and a letter agrees with one."))
    var adjudicate = false

    @Flag(help: "With --adjudicate: only the items you escalated yourself.")
    var mine = false

    @Flag(help: "With --adjudicate: say who gave which answer (admin tokens).")
    var names = false

    @Option(
        help: ArgumentHelp(
            "Only items that match: label=NAME (predicted) or metadata.KEY=VALUE.",
            discussion: "The same key again adds an alternative, another key a condition."),
        transform: OnlyOption.init)
    var only: [OnlyOption] = []

    @Flag(
        help: ArgumentHelp(
            "Print the keys in effect, and leave.",
            discussion: "With --project also its labels, which may own keys of commands."))
    var keys = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        if mine, !adjudicate { throw ValidationError("--mine goes with --adjudicate") }
        if names, !adjudicate { throw ValidationError("--names goes with --adjudicate") }
    }

    func run() async throws {
        try await Failure.explain("reviewing") { try await review() }
    }

    private func review() async throws {
        let keymap = try KeysFile.keymap(Environment.variables)
        if keys {
            try await show(keymap)
            return
        }
        let client = try service.client(timeout: .seconds(5))
        let choose: (([String]) async throws -> String)? =
            plain || !Terminal.isAvailable ? nil : { try await Self.choose($0) }
        let desk = RemoteDesk(
            client: client, projectName: try await project.name(client, choose: choose),
            queueName: adjudicate ? .adjudication : .review,
            only: OnlyOption.filter(only, isMine: mine), withNames: names)
        if plain {
            try await Self.reviewPlainly(desk, keymap: keymap)
        } else {
            try await Self.reviewOnScreen(
                desk, only: only.map(\.words).joined(separator: " "), keymap: keymap)
        }
    }

    /// Prints the keys; with --project those of that project, whose labels own some.
    private func show(_ keymap: Keymap) async throws {
        var commands = keymap
        var labels: [(key: String, title: String)] = []
        let name = project.project
        if let name {
            let client = try service.client(timeout: .seconds(5))
            let reply = try await client.call(
                Endpoints.project, at: ["project": name], Nothing())
            (commands, labels) = keymap.keys(in: reply.labels)
        }
        var table = Table(["keys", "does", "names in keys.json"])
        for row in commands.rows { table.add([row.key, row.help, row.names]) }
        try table.print(json: false)
        guard name != nil else { return }
        var chosen = Table(["key", "label"])
        for label in labels { chosen.add([label.key, label.title]) }
        try Output.print("")
        try chosen.print(json: false)
    }

    private static func choose(_ names: [String]) async throws -> String {
        guard let name = try await ProjectPicker.choose(names) else { throw ExitCode(1) }
        return name
    }

    static func reviewOnScreen(
        _ desk: RemoteDesk, only: String = "", keymap: Keymap
    ) async throws {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw Failure(
                "opening the full screen", why: "standard input or output is not a terminal",
                hint: "use --plain")
        }
        let outcome = try await DeskRuntime(
            service: desk, project: desk.projectName,
            options: Desk.Options(only: only, keymap: keymap), journal: try journal(of: desk)
        ).run()
        try finish(
            outcome.tally.sentence, unsent: outcome.unsent.count, isKept: outcome.isKept,
            refusal: outcome.refusal, signal: outcome.signal)
    }

    static func reviewPlainly(_ desk: RemoteDesk, keymap: Keymap) async throws {
        let outcome = try await PlainReview.run(
            service: desk, journal: try journal(of: desk), keymap: keymap)
        if let why = outcome.unreachable, outcome.unsent.isEmpty {
            throw Failure(
                "reviewing", why: "the input has ended, and there is no answer: \(why)",
                hint: "check SLUICE_URL, and that `sluice serve` runs there")
        }
        try finish(
            "\(outcome.done) reviewed", unsent: outcome.unsent.count, isKept: outcome.isKept,
            refusal: outcome.refusal, signal: outcome.signal)
    }

    /// Where this reviewer's answers are kept until the service has them.
    private static func journal(of desk: RemoteDesk) throws -> Journal {
        guard let directory = JournalLocation.directory({ Environment.variables[$0] }) else {
            throw Failure(
                "finding a place for the journal", why: "neither HOME nor XDG_STATE_HOME is set",
                hint: "set XDG_STATE_HOME to a directory of yours")
        }
        return Journal(
            JournalLocation(
                directory: directory, identity: desk.client.fingerprint(desk.projectName),
                service: desk.client.baseURL, project: desk.projectName))
    }

    private static func finish(
        _ words: String, unsent: Int, isKept: Bool, refusal: Problem?, signal: Int32?
    ) throws {
        if let refusal {
            throw Failure(
                "reviewing", why: "\(refusal.detail) (\(refusal.code))", hint: refusal.hint)
        }
        Output.say(words)
        if unsent > 0 {
            throw Failure(
                "sending the last answers", why: "\(unsent) could not be confirmed",
                hint: isKept
                    ? "they are in the journal: the next `sluice review` sends them"
                    : "those items come back to the queue")
        }
        if let signal { throw ExitCode(128 + signal) }
    }
}

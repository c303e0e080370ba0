import ArgumentParser
import Glibc
import SluiceAPI
import SluiceJSON

/// `sluice policy show`.
struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the policy in force.",
        discussion: """
            The document goes to standard output as `sluice policy set` takes it; who put it in \
            force, when and why is said beside it. With --json all of it is one JSON object.
            """)

    @Option(help: "A version; the one in force without it.")
    var version: Int?

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("showing the policy") {
            let desk = try await PolicyDesk(service, project)
            let policy =
                if let version { try await desk.version(version) } else {
                    try await desk.inForce()
                }
            if json { return try Output.write(policy.json + [10]) }
            Output.say(safe(Self.heading(policy, project: desk.project)))
            for line in PrettyJSON.lines(try policy.parsed()) {
                try Output.print(isatty(STDOUT_FILENO) == 1 ? safe(line) : line)
            }
        }
    }

    private static func heading(_ policy: PolicyReply, project: String) -> String {
        let (how, at, by, why) =
            if let activation = policy.activation {
                (
                    activation.change.words, activation.at, activation.by, activation.reason
                )
            } else {
                ("stored", policy.createdAt, policy.createdBy, policy.reason)
            }
        return "policy \(policy.version) of \(project), \(how) by \(by) at \(at.toTheSecond)"
            + (why.isEmpty ? "" : ": \(why)")
    }
}

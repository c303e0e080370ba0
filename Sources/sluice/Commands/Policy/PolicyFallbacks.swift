import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice policy resume`.
struct PolicyResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Give back to the model what alarms have taken from it, at once.",
        discussion: """
            What was in force before the alarms is in force again; if somebody changed the policy \
            since, that stays and only the fallbacks go. What was noticed so far leads to no other \
            fallback: from now on evidence counts anew. Revoked certificates stay revoked.
            """)

    @Option(help: "Why, for the history.")
    var reason = ""

    @Option(help: "Only if this version is in force.")
    var base: Int?

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("resuming the policy") {
            try await PolicyDesk(service, project)
                .goBack(by: Endpoints.resumePolicy, base: base, reason: reason)
        }
    }
}

/// `sluice policy fallbacks`.
struct PolicyFallbacks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fallbacks",
        abstract: "List what the service did about alarms, and what of it stands.",
        discussion: "Newest first; those marked > stand, and `sluice policy resume` lifts them.")

    @Flag(help: "Print JSON lines.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("listing fallbacks") {
            let desk = try await PolicyDesk(service, project)
            let list = try await desk.client.call(
                Endpoints.fallbacks, at: ["project": desk.project], Nothing())
            if json {
                for fallback in list.fallbacks { try Output.write(fallback.json + [10]) }
                return
            }
            var table = Table(["", "number", "when", "cause", "asked", "taken", "why", "lifted"])
            for fallback in list.fallbacks { table.add(fallback.row) }
            try table.print()
        }
    }
}

extension FallbackReply {
    fileprivate var row: [String] {
        let lifted = liftedAt.map { at in
            "\(at.toTheSecond) by \(liftedBy ?? "")"
                + (liftedReason.map { $0.isEmpty ? "" : ": \($0)" } ?? "")
        }
        return [
            isStanding ? ">" : "", "\(number)", at.toTheSecond, cause.rawValue, asked.rawValue,
            taken.rawValue, reason, lifted ?? "",
        ]
    }
}

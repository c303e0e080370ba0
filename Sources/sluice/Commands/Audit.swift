import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice audit`.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Plan the audits of what the model decides.",
        subcommands: [Plan.self])

    /// `sluice audit plan`.
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how many audits an aim takes, and what they cost.",
            discussion: """
                The aim is an interval of some width, or to show that the error is low enough. \
                Planned is with what the model accepted in the last four weeks. --apply makes a \
                policy with the rate; --stratified gives parts of the traffic rates of their own, \
                more where more errors are to be expected.
                """)

        @Option(
            help: "An interval that reaches so far to each side, such as 0.005.",
            transform: DecimalArgument.read)
        var halfWidth: Double?

        @Option(
            help: "Show that at most this share is wrong, such as 0.01.",
            transform: DecimalArgument.read)
        var certify: Double?

        @Option(
            help: "The error rate to expect; without it, what the audits so far say.",
            transform: DecimalArgument.read)
        var error: Double?

        @Option(help: "Within how many days, 1 to 365.")
        var days = 7

        @Option(help: "How many items a day the model is to accept; without it, what it has.")
        var perDay: Int?

        @Flag(help: "Put the rate in force.")
        var apply = false

        @Flag(help: "Give label groups and ranges of confidence rates of their own.")
        var stratified = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var change: PolicyChangeOptions
        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func validate() throws {
            guard (halfWidth == nil) != (certify == nil) else {
                throw ValidationError("give one of --half-width and --certify")
            }
        }

        func run() async throws {
            try await Failure.explain("planning audits") {
                let desk = try await PolicyDesk(service, project)
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.auditPlan)
                    .path(["project": desk.project])
                let plan = try await desk.client.document(path, query: query)
                if json {
                    try Output.write(plan.bytes + [10])
                } else {
                    for line in AuditPlanText(plan, isStratified: stratified).lines {
                        try Output.print(line)
                    }
                }
                if apply { try await put(plan, desk) }
            }
        }

        private var query: [(String, String)] {
            let numbers: [(String, Double?)] = [
                ("half_width", halfWidth), ("certify", certify), ("error", error),
            ]
            return numbers.compactMap { name, value in value.map { (name, "\($0)") } }
                + [("days", "\(days)")] + (perDay.map { [("per_day", "\($0)")] } ?? [])
        }

        /// Makes the policy of the plan, if it changes anything, to the version the plan was made for.
        private func put(_ plan: JSONValue, _ desk: PolicyDesk) async throws {
            guard let document = plan[stratified ? "policy_stratified" : "policy"],
                !document.isNull
            else {
                throw Failure(
                    "applying the plan",
                    why: plan["rate"]?["reason"]?.string
                        ?? "no item that the model accepted had a confidence to divide them by")
            }
            let inForce = try await desk.inForce()
            try change.check(inForce)
            guard plan["policy_version"]?.int == inForce.version else {
                throw ReviewError.policyChanged(
                    base: plan["policy_version"]?.int ?? 0, inForce: inForce.version)
            }
            let difference = PolicyDifference(from: try inForce.parsed(), to: document)
            guard !difference.isEmpty else {
                return Output.say("policy \(inForce.version) says that already; nothing changed")
            }
            difference.tell("changes to policy \(inForce.version):")
            if change.asks, Confirmation.ask("Put it in force?", letters: ["y", "n"]) == "n" {
                throw Failure("applying the plan", why: "you said no; nothing changed")
            }
            let audits = plan["audits_needed"]?["value"]?.int ?? 0
            let reason = change.reason ?? "audit plan: \(audits) audits in \(days) days"
            let reply = try await desk.client.call(
                Endpoints.putPolicy, at: ["project": desk.project],
                query: change.query(to: inForce.version, reason: reason),
                PolicyDocument(document: document))
            Output.say("policy \(reply.version) is in force")
        }
    }
}

import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice audit-log`.
struct AuditLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-log",
        abstract: "Say who changed a project, its policy or its rollout, when and why.",
        discussion: "Prints the newest changes, the latest last; --after prints what followed one.")

    @Option(help: "How many changes at most, 1 to 1000.")
    var limit = 50

    @Option(help: "The id of a change: print those after it. 0 is the beginning.")
    var after: Int?

    @Flag(help: "Print JSON lines, with what was in force before and after.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("reading the audit log") {
            let client = try service.client()
            var query = [("limit", "\(limit)")]
            if let after { query.append(("after", "\(after)")) }
            let log = try await client.call(
                Endpoints.auditLog, at: ["project": project.name(client)], query: query,
                Nothing())
            if json {
                for entry in log.entries { try Output.write(entry.json + [10]) }
                return
            }
            var table = Table(["id", "at", "by", "change", "to", "reason"])
            for entry in log.entries {
                table.add([
                    entry.id, entry.at.toTheSecond, entry.actor, entry.action,
                    entry.outcome, entry.reason,
                ])
            }
            try table.print()
        }
    }
}

extension AuditEntry {
    /// What came in force, in a few words.
    fileprivate var outcome: String {
        guard let after = after?.value else { return "" }
        if let version = after["policy_version"]?.int {
            return "policy \(version), \(after["degree"]?.string ?? "")"
        }
        if let version = after["guidelines_version"]?.int { return "guidelines \(version)" }
        if let version = after["label_set_version"]?.int {
            return "labels \(version): \(after["label"]?["name"]?.string ?? "")"
        }
        if let item = after["reopened_item"]?.string { return "item \(item)" }
        if let proposal = after["proposal"]?.string { return "proposal \(proposal)" }
        if after["serving"] != nil {
            // A document of a newer service may hold what this program does not know.
            do {
                return try Rollout(document: after).summary
            } catch {
                return after["serving"]?.string ?? ""
            }
        }
        return after.object?.keys.joined(separator: ", ") ?? ""
    }
}

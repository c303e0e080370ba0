import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain

/// `sluice queue`.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Say what waits, and ask anew about it.",
        subcommands: [Show.self, Reask.self], defaultSubcommand: Show.self)

    /// `sluice queue show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how much waits in each queue.")

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("counting the queues") {
                let client = try service.client()
                let path = ["project": try await project.name(client)]
                var alert: String?
                var table = Table(["queue", "waiting", "leased", "oldest waits"])
                var unbalanced = 0
                for queue in Queue.allCases {
                    let reply = try await client.call(
                        Endpoints.queue, at: path, query: [("queue", queue.word)], Nothing())
                    unbalanced = reply.unbalanced ?? unbalanced
                    if json {
                        try Output.write(reply.json + [10])
                        continue
                    }
                    alert = reply.alert ?? alert
                    table.add([
                        queue.word, "\(reply.waiting)", "\(reply.leased)",
                        reply.oldestWaitingSeconds.map { "\(Int($0)) s" } ?? "-",
                    ])
                }
                if !json { try table.print() }
                if let alert { Output.say(safe("warning: \(alert)")) }
                if unbalanced > 0 {
                    Output.say(
                        "the slots of \(unbalanced) open tasks do not add up: run `sluice doctor`")
                }
            }
        }
    }

    /// `sluice queue reask`.
    struct Reask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have waiting items follow the policy in force.",
            discussion: """
                A policy says how many reviewers are asked about what comes from then on. This gives \
                waiting items that nobody has begun its number of reviewers and its rule of \
                consensus. What somebody has or has answered, and audits, keep what they came with.
                """)

        @Option(help: "Why, for the audit log.")
        var reason: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("asking anew") {
                let client = try service.client()
                let reply = try await client.call(
                    Endpoints.reask, at: ["project": try await project.name(client)],
                    query: reason.map { [("reason", $0)] } ?? [], Nothing())
                if json { return try Output.write(reply.json + [10]) }
                Output.say(
                    "\(reply.reasked) items follow policy \(reply.policyVersion) now; "
                        + "\(reply.left) keep the policy they came with")
            }
        }
    }
}

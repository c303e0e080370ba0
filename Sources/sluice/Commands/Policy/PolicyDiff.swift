import ArgumentParser
import SluiceAPI
import SluiceDomain
import SluiceJSON

/// `sluice policy diff`.
struct PolicyDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what differs between two policies.",
        discussion: """
            A and B are versions or files. Without both: what the last change of policy changed. \
            With A alone: from version A to the one in force, or from the one in force to file A.
            """)

    @Argument(help: ArgumentHelp("A version, a file, or - for standard input.", valueName: "A"))
    var one: String?

    @Argument(help: ArgumentHelp("A version or a file.", valueName: "B"))
    var other: String?

    @Flag(help: "Print the differences as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("comparing policies") {
            let desk = try await PolicyDesk(service, project)
            let (from, to) = try await sides(desk)
            let difference = PolicyDifference(from: from.document, to: to.document)
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("from", from.name)
                writer.member("to", to.name)
                writer.key("changes")
                difference.write(to: &writer)
                writer.endObject()
                return try Output.write(Array((writer.text + "\n").utf8))
            }
            Output.say(
                safe("\(from.name) -> \(to.name)")
                    + (difference.isEmpty ? ": no difference" : ":"))
            for change in difference.changes { try Output.print(safe(change.description)) }
        }
    }

    /// A document with the name it is told by.
    private struct Side {
        let name: String
        let document: JSONValue

        init(name: String, document: JSONValue) {
            self.name = name
            self.document = document
        }

        init(_ policy: PolicyReply) throws {
            self.init(name: "policy \(policy.version)", document: try policy.parsed())
        }

        /// A version by its number; anything else is a file.
        init(_ argument: String, _ desk: PolicyDesk) async throws {
            if let version = Int(argument) {
                try self.init(try await desk.version(version))
            } else {
                self.init(
                    name: argument == "-" ? "standard input" : argument,
                    document: try await desk.document(InputFile.read(argument)))
            }
        }
    }

    private func sides(_ desk: PolicyDesk) async throws -> (Side, Side) {
        guard let one else {
            let last = try await desk.history().activations.prefix(2)
            guard let now = last.first, let before = last.dropFirst().first else {
                throw Failure(
                    "comparing policies", why: "there has been only one policy",
                    hint: "name a file: sluice policy diff policy.json")
            }
            return (
                try Side(try await desk.version(before.version)),
                try Side(try await desk.version(now.version))
            )
        }
        let first = try await Side(one, desk)
        if let other { return (first, try await Side(other, desk)) }
        let inForce = try Side(try await desk.inForce())
        return Int(one) == nil ? (inForce, first) : (first, inForce)
    }
}

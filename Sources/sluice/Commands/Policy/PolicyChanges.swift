import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// What every change of policy can be told.
struct PolicyChangeOptions: ParsableArguments {
    @Option(help: "Why, for the history.")
    var reason: String?

    @Option(help: "Only if this version is in force.")
    var base: Int?

    @Flag(name: [.short, .long], help: "Ask nothing, even at a terminal.")
    var yes = false

    /// Whether a person is to be asked before something changes.
    var asks: Bool { !yes && Confirmation.isSomebodyThere }

    /// - Throws: when another version than `--base` is in force.
    func check(_ inForce: PolicyReply) throws {
        if let base, base != inForce.version {
            throw ReviewError.policyChanged(base: base, inForce: inForce.version)
        }
    }

    /// Why, asked for where somebody is there to say it.
    func reasonOrAsk() -> String {
        reason ?? (asks ? Confirmation.line("Why, for the history?") : "")
    }

    /// The query of a change that is made to `version` and to no other.
    func query(to version: Int, reason: String) -> [(String, String)] {
        [("reason", reason), ("base", "\(version)")]
    }
}

extension PolicyDifference {
    /// Says on standard error what differs.
    func tell(_ heading: String) {
        Output.say(safe(heading))
        for change in changes { Output.say("  " + safe(change.description)) }
    }
}

extension PolicyChange {
    /// As a table and a sentence say it.
    var words: String {
        switch self {
        case .set: "set"
        case .activated: "activated"
        case .rolledBack: "rolled back to"
        }
    }
}

/// `sluice policy set`.
struct PolicySet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Store a policy from a JSON file and put it in force.",
        discussion: """
            Says what it changes, and asks first at a terminal. A document that says what is in \
            force already is not stored again. When somebody else changes the policy in between, \
            nothing is changed and the command fails.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String

    @OptionGroup var change: PolicyChangeOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("setting the policy") {
            let desk = try await PolicyDesk(service, project)
            let document = try await desk.document(InputFile.read(file))
            let inForce = try await desk.inForce()
            try change.check(inForce)
            let standing = try inForce.parsed()["fallbacks"]
            let difference = PolicyDifference(
                from: try inForce.parsed(), to: document.keeping(fallbacks: standing))
            if standing != nil {
                Output.say(
                    "what alarms have taken from the model stays taken; `sluice policy resume` "
                        + "gives it back")
            }
            guard !difference.isEmpty else {
                return Output.say("policy \(inForce.version) says that already; nothing changed")
            }
            difference.tell("changes to policy \(inForce.version):")
            if change.asks, Confirmation.ask("Put it in force?", letters: ["y", "n"]) == "n" {
                throw Failure("setting the policy", why: "you said no; nothing changed")
            }
            let reply = try await desk.client.call(
                Endpoints.putPolicy, at: ["project": desk.project],
                query: change.query(to: inForce.version, reason: change.reasonOrAsk()),
                PolicyDocument(document: document))
            Output.say("policy \(reply.version) is in force")
        }
    }
}

extension JSONValue {
    /// A policy document with the fallbacks that stand, which no document lifts; as it is when it
    /// names some itself.
    func keeping(fallbacks: JSONValue?) -> JSONValue {
        guard var object, object["fallbacks"] == nil, let fallbacks else { return self }
        object["fallbacks"] = fallbacks
        return .object(object)
    }
}

/// `sluice policy activate`.
struct PolicyActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Put a version of the history in force again.")

    @Argument(help: "The version.")
    var version: Int

    @OptionGroup var change: PolicyChangeOptions
    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("activating the policy") {
            let desk = try await PolicyDesk(service, project)
            let (wanted, inForce) = (
                try await desk.version(version), try await desk.inForce()
            )
            try change.check(inForce)
            guard wanted.version != inForce.version else {
                return Output.say("policy \(version) is in force already; nothing changed")
            }
            PolicyDifference(from: try inForce.parsed(), to: try wanted.parsed())
                .tell("policy \(inForce.version) -> policy \(version):")
            if change.asks, Confirmation.ask("Put it in force?", letters: ["y", "n"]) == "n" {
                throw Failure("activating the policy", why: "you said no; nothing changed")
            }
            let reply = try await desk.client.call(
                Endpoints.activatePolicy, at: ["project": desk.project, "version": "\(version)"],
                query: change.query(to: inForce.version, reason: change.reasonOrAsk()), Nothing())
            Output.say("policy \(reply.version) is in force")
        }
    }
}

/// `sluice policy rollback`.
struct PolicyRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take the last change of policy back, at once.",
        discussion: """
            What was in force before it is in force again; another rollback goes one change \
            further back. Nothing is asked: `sluice policy activate` undoes it.
            """)

    @Option(help: "Why, for the history.")
    var reason = ""

    @Option(help: "Only if this version is in force.")
    var base: Int?

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("rolling the policy back") {
            try await PolicyDesk(service, project)
                .goBack(by: Endpoints.rollBackPolicy, base: base, reason: reason)
        }
    }
}

extension PolicyDesk {
    /// Puts in force what the service finds to go back to, and says what that changes.
    ///
    /// - Parameter base: only if this version is in force; nil for the one that is when this begins.
    func goBack(
        by endpoint: Endpoint<Nothing, PolicyReply>, base: Int?, reason: String
    ) async throws {
        let before = try await inForce()
        let reply = try await client.call(
            endpoint, at: ["project": project],
            query: [("reason", reason), ("base", "\(base ?? before.version)")], Nothing())
        PolicyDifference(from: try before.parsed(), to: try reply.parsed())
            .tell("policy \(before.version) -> policy \(reply.version):")
        Output.say("policy \(reply.version) is in force")
    }
}

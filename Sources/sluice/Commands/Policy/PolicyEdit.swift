import ArgumentParser
import Foundation
import Glibc
import SluiceAPI
import SluiceClient
import SluiceDesk
import SluiceDomain
import SluiceJSON

/// `sluice policy edit`.
struct PolicyEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change the policy in force in $VISUAL or $EDITOR.",
        discussion: """
            A document that is refused is told with its fault and opened again as you left it; \
            leaving it as it is then gives up. Nothing is stored when nothing is changed, or when \
            somebody else changed the policy meanwhile. Whatever is not stored is kept in a file.
            """)

    @Option(help: "Why, for the history.")
    var reason: String?

    @Flag(name: [.short, .long], help: "Ask nothing, even at a terminal.")
    var yes = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    private static let what = "editing the policy"

    func run() async throws {
        try await Failure.explain(Self.what) {
            let desk = try await PolicyDesk(service, project)
            let inForce = try await desk.inForce()
            let original = PrettyJSON.text(try inForce.parsed())
            var (text, refused) = (original, String?.none)
            while true {
                let edited = try await Self.open(text)
                if edited == original { return Output.say("nothing changed; nothing was stored") }
                if edited == refused {
                    throw try Self.keeping(text, why: "it was left as it had been refused")
                }
                text = edited
                switch try await attempt(text, desk, inForce) {
                case .done: return
                case .again: refused = nil
                case .refused: refused = text
                }
            }
        }
    }

    private enum Step { case done, again, refused }

    /// Checks the text and stores it, if it is a policy and that is wanted.
    private func attempt(
        _ text: String, _ desk: PolicyDesk, _ inForce: PolicyReply
    ) async throws -> Step {
        let document: JSONValue
        do {
            document = try await desk.document(Array(text.utf8))
                .keeping(fallbacks: inForce.parsed()["fallbacks"])
        } catch let error as ReviewError {
            Output.say(
                safe("sluice: the policy is refused: \(error.detail) (\(error.code.rawValue))"))
            if Confirmation.isSomebodyThere,
                Confirmation.ask("Edit again?", letters: ["y", "n"]) == "n"
            {
                throw try Self.keeping(text, why: "it was refused")
            }
            return .refused
        }
        let difference = PolicyDifference(from: try inForce.parsed(), to: document)
        guard !difference.isEmpty else {
            Output.say("nothing changed; nothing was stored")
            return .done
        }
        difference.tell("changes to policy \(inForce.version):")
        let asks = !yes && Confirmation.isSomebodyThere
        if asks {
            switch Confirmation.ask("Put it in force? (e: edit again)", letters: ["y", "e", "n"]) {
            case "e": return .again
            case "n": throw try Self.keeping(text, why: "you said no; nothing changed")
            default: break
            }
        }
        let why = reason ?? (asks ? Confirmation.line("Why, for the history?") : "")
        do {
            let reply = try await desk.client.call(
                Endpoints.putPolicy, at: ["project": desk.project],
                query: [("reason", why), ("base", "\(inForce.version)")],
                PolicyDocument(document: document))
            Output.say("policy \(reply.version) is in force")
        } catch {
            throw try Self.keeping(text, why: error.description)
        }
        return .done
    }

    /// Lends the terminal to the editor.
    private static func open(_ text: String) async throws -> String {
        // Ctrl-C in the editor is the editor's.
        let handlers = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
        defer { for (number, handler) in handlers { signal(number, handler) } }
        do {
            let editor = try ExternalEditor { Environment.variables[$0] }
            return try await editor.edit(text, named: "policy", suffix: ".json", limit: 1 << 20)
        } catch {
            switch error {
            case .noEditor:
                throw Failure(
                    what, why: "neither VISUAL nor EDITOR is set",
                    hint: "EDITOR=nano sluice policy edit")
            case .status(let program, let status):
                throw Failure(
                    what, why: "\(program) ended with status \(status); nothing changed")
            case .failed(let program, let reason):
                throw Failure(what, why: "\(program): \(reason)")
            }
        }
    }

    /// The failure that says where the text is kept.
    private static func keeping(_ text: String, why: String) throws -> Failure {
        let directory = Environment.variables["TMPDIR"] ?? "/tmp"
        var template = Array("\(directory)/sluice-policy-XXXXXX.json".utf8CString)
        let file = mkstemps(&template, 5)
        guard file >= 0 else {
            throw Failure("keeping the text in \(directory)", why: String(cString: strerror(errno)))
        }
        defer { close(file) }
        let path = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try Output.write(Array(text.utf8), to: file, named: path)
        return Failure(what, why: why, hint: "the text is in \(path)")
    }
}

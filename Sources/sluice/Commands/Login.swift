import ArgumentParser
import Foundation
import Glibc
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceTerminal

/// `sluice login`.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Remember a token, so that no command needs SLUICE_TOKEN.",
        discussion: """
            Asks for the token without showing it, or reads it from standard input when that is no \
            terminal; checks it against the service; keeps it in a file of mode 0600 under \
            $XDG_CONFIG_HOME/sluice (~/.config/sluice). The service becomes the one commands speak \
            to. --url and SLUICE_URL still win, and so does SLUICE_TOKEN.
            """)

    @Option(help: "Where the service is (SLUICE_URL).")
    var url: String?

    func run() async throws {
        try await Failure.explain("logging in") {
            let url = LoginFile.normal(
                url ?? Environment.variables["SLUICE_URL"] ?? ServiceOptions.standardURL)
            let token = try Self.readToken(url)
            let me = try await Client(baseURL: url, token: token).call(Endpoints.me, Nothing())
            var file = try LoginFile(Environment.variables)
            try file.add(token, for: url)
            let project = me.project.map { "project \(safe($0))" } ?? "every project"
            Output.say("\(safe(me.name)), \(safe(me.role)) of \(project) at \(url)")
            if let next = Role(rawValue: me.role).map(Self.firstCommand) {
                Output.say("next: \(next)")
            }
        }
    }

    /// What somebody with a role begins with.
    private static func firstCommand(_ role: Role) -> String {
        switch role {
        case .admin: "sluice project list"
        case .producer: "sluice import FILE"
        case .reviewer: "sluice review"
        case .adjudicator: "sluice review --adjudicate"
        case .analyst: "sluice report"
        }
    }

    private static func readToken(_ url: String) throws -> String {
        let line: String
        if isatty(STDIN_FILENO) == 1 {
            line = try SecretPrompt.read("Token for \(url): ")
        } else {
            line = readLine() ?? ""
        }
        let token = line.trimmingCharacters(in: .whitespaces)
        guard !token.isEmpty else {
            throw Failure(
                "reading the token", why: "there is none",
                hint: "an admin makes one: sluice token create --role reviewer --name NAME")
        }
        // It goes into a header: anything else than visible ASCII cannot be a token.
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Failure(
                "reading the token", why: "it has characters that no token has",
                hint: "paste it alone, in one line")
        }
        return token
    }
}

/// `sluice logout`.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget the token of `sluice login`.",
        discussion: "The token itself stays good; `sluice token revoke` ends it.")

    @Option(help: "Which service; the one last logged in to when not given (SLUICE_URL).")
    var url: String?

    func run() async throws {
        var file = try LoginFile(Environment.variables)
        guard let url = url ?? Environment.variables["SLUICE_URL"] ?? file.current,
            try file.remove(url)
        else {
            throw Failure(
                "logging out", why: "nobody is logged in there",
                hint: file.tokens.isEmpty
                    ? nil : "logged in at: " + file.tokens.keys.sorted().joined(separator: ", "))
        }
        Output.say("logged out of \(LoginFile.normal(url))")
    }
}

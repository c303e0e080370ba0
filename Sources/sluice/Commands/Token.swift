import ArgumentParser
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import SluiceTerminal

/// `sluice token`.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make, list and revoke bearer tokens, on the host.",
        subcommands: [Create.self, List.self, Revoke.self])

    /// `sluice token create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token; it is printed once, alone on standard output.")

        @Option(help: "admin, producer, reviewer, adjudicator or analyst.")
        var role: String

        @Option(help: "Whose token it is; reviews are recorded under this name.")
        var name: String

        @Option(help: "The one project it is good for; every project without it.")
        var project: String?

        @OptionGroup var database: DatabaseOptions

        func validate() throws {
            guard Role(rawValue: role) != nil else {
                throw ValidationError(
                    "--role is \"\(role)\"; accepted: "
                        + Role.allCases.map(\.rawValue).joined(separator: ", "))
            }
            guard (1...200).contains(name.utf8.count),
                name.unicodeScalars.allSatisfy({ !$0.isControl })
            else {
                throw ValidationError("--name must have 1 to 200 bytes and no control characters")
            }
        }

        func run() async throws {
            guard let role = Role(rawValue: role) else { return }
            try await Failure.explain("making a token") {
                let token = try await database.withPool { pool in
                    try await Administration(
                        pool: pool, directory: ProjectDirectory(pool: pool)
                    ).createToken(role: role, name: name, project: project)
                }
                try Output.print(token)
            }
        }
    }

    /// `sluice token list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tokens, without themselves.")

        @Flag(help: "Print JSON lines.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            try await Failure.explain("listing tokens") {
                let tokens = try await database.withPool { pool in
                    try await Administration(
                        pool: pool, directory: ProjectDirectory(pool: pool)
                    ).tokens()
                }
                var table = Table(["id", "name", "role", "project", "token", "created", "revoked"])
                for token in tokens {
                    table.add([
                        "\(token.id)", token.name, token.role, token.project ?? "(all)",
                        token.hint + "…", token.createdAt.rfc3339,
                        token.revokedAt?.rfc3339 ?? "-",
                    ])
                }
                try table.print(json: json)
            }
        }
    }

    /// `sluice token revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a token; every service refuses it within two seconds.")

        @Argument(help: "Its id, as `sluice token list` shows it.")
        var id: Int64

        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            try await Failure.explain("revoking the token") {
                let isRevoked = try await database.withPool { pool in
                    try await Administration(
                        pool: pool, directory: ProjectDirectory(pool: pool)
                    ).revokeToken(id: id)
                }
                guard isRevoked else {
                    throw Failure(
                        "revoking the token", why: "there is no live token \(id)",
                        hint: "sluice token list")
                }
                Output.say("revoked")
            }
        }
    }
}

import ArgumentParser
import Foundation
import Logging
import SluiceAPI
import SluiceApp
import SluiceClient
import SluicePostgres

/// The process's environment.
enum Environment {
    static var variables: [String: String] { ProcessInfo.processInfo.environment }
}

/// The flags of commands that work on the database of this host.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: "Where the private database lives (SLUICE_DATA_DIR).")
    var dataDirectory: String?

    @Option(
        name: .customLong("database-url"),
        help: "Your own PostgreSQL server instead (DATABASE_URL).")
    var databaseURL: String?

    /// The configuration these flags and the environment give.
    func configuration(listen: String? = nil) throws -> Configuration {
        try Configuration(
            flags: [
                "SLUICE_DATA_DIR": dataDirectory, "DATABASE_URL": databaseURL,
                "SLUICE_LISTEN": listen,
            ],
            environment: Environment.variables)
    }

    /// Runs `body` with connections to the database, started for it when nobody runs it.
    func withPool<T: Sendable>(
        migrated: Bool = true, _ body: (ConnectionPool) async throws -> T
    ) async throws -> T {
        var logger = Logger(label: "sluice")
        logger.logLevel = .warning
        let database = try await Database.shared(configuration().database, logger: logger)
        let pool = ConnectionPool(
            options: database.options,
            configuration: ConnectionPool.Configuration(maximum: 2), logger: logger)
        do {
            if migrated { try await database.prepareSchema(pool, logger: logger) }
            let value = try await body(pool)
            await pool.shutdown()
            await database.close()
            return value
        } catch {
            await pool.shutdown()
            await database.close()
            throw error
        }
    }
}

/// The flags of commands that talk to a service.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Where the service is (SLUICE_URL).")
    var url: String?

    /// Where the service is when nobody says.
    static let standardURL = "http://127.0.0.1:8420"

    /// The address, if it can be that of a service: a wrong one would be tried for ever.
    private static func checked(_ url: String) throws -> String {
        let parts = URLComponents(string: url)
        guard ["http", "https"].contains(parts?.scheme?.lowercased()),
            parts?.host?.isEmpty == false, (1...65_535).contains(parts?.port ?? 1)
        else {
            throw Failure(
                "finding the service", why: "\"\(safe(url))\" is no address of one",
                hint: "write http://HOST:PORT, in --url or SLUICE_URL")
        }
        return url
    }

    /// A client with the token of SLUICE_TOKEN, else of `sluice login`; a token is never taken from
    /// the command line, where every user of the machine can read it.
    ///
    /// A token of the environment goes to the service that flag or environment name, never to the
    /// one that somebody logged in to: it was not made for it.
    func client(timeout: Duration = .seconds(15)) throws -> Client {
        let variables = Environment.variables
        let named = url ?? variables["SLUICE_URL"]
        if let token = variables["SLUICE_TOKEN"], !token.isEmpty {
            return Client(
                baseURL: try Self.checked(named ?? Self.standardURL), token: token,
                timeout: timeout)
        }
        let file = try LoginFile(variables)
        let url = try Self.checked(named ?? file.current ?? Self.standardURL)
        guard let token = file.token(for: url) else {
            throw Failure(
                "finding a token",
                why: "SLUICE_TOKEN is not set, and nobody has logged in to \(url)",
                hint: "sluice login --url \(url)")
        }
        return Client(baseURL: url, token: token, timeout: timeout)
    }
}

/// The flag that names a project.
struct ProjectOption: ParsableArguments {
    @Option(name: [.short, .long], help: "The project (SLUICE_PROJECT).")
    var project: String?

    /// The project: the flag, the environment, the only one there is, or the one that is chosen.
    ///
    /// - Parameter choose: lets a person choose among several; nil where nobody is there to.
    func name(
        _ client: Client, choose: (([String]) async throws -> String)? = nil
    ) async throws -> String {
        if let name = project ?? Environment.variables["SLUICE_PROJECT"] { return name }
        let names = try await client.call(Endpoints.listProjects, Nothing()).projects
        guard let name = names.first else {
            throw Failure(
                "choosing a project", why: "there is none",
                hint: "create one: sluice project create FILE")
        }
        if names.count > 1, let choose { return try await choose(names) }
        guard names.count == 1 else {
            throw Failure(
                "choosing a project", why: "there are several: \(names.joined(separator: ", "))",
                hint: "name one with --project")
        }
        return name
    }
}

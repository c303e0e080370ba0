import ArgumentParser
import Logging
import SluiceApp
import SluicePostgres
import SluiceStore
import UnixSignals

/// `sluice serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the service.",
        discussion: """
            Without a database URL it runs a private PostgreSQL under the data directory. SIGTERM \
            and Ctrl-C stop it in order.
            """)

    @Option(help: "HOST:PORT to listen on; port 0 takes a free one (SLUICE_LISTEN).")
    var listen: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        LoggingSystem.bootstrap { LineLog(label: $0) }
        let logger = Logger(label: "sluice")
        try await Failure.explain("starting the service") {
            let configuration = try database.configuration(listen: listen)
            let app = try await App(configuration, logger: logger)
            try await app.run(stoppingOn: [.sigterm, .sigint]) { port in
                Output.say("sluice: listening on http://\(configuration.host):\(port)")
            }
        }
    }
}

/// `sluice migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.")

    @Flag(help: "Only print what would be applied.")
    var plan = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        try await Failure.explain("migrating") {
            let isPlan = plan
            let names = try await database.withPool(migrated: false) { pool in
                try await pool.withSession { session in
                    let migrator = Schema.migrator
                    return isPlan
                        ? try migrator.pending(session).map(\.name)
                        : try migrator.migrate(session)
                }
            }
            for name in names { try Output.print(name) }
            Output.say(
                names.isEmpty
                    ? "nothing to apply"
                    : isPlan ? "\(names.count) to apply" : "\(names.count) applied")
        }
    }
}

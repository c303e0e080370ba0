import ArgumentParser
import Glibc

/// The command line of Sluice.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "A human-in-the-loop review queue for model predictions.",
        discussion: """
            Predictions go in with their confidence; confident ones are accepted, the rest are \
            reviewed in a terminal; labels come out. `sluice demo` shows all of it.

            Commands that talk to a service read SLUICE_URL (default http://127.0.0.1:8420) and \
            SLUICE_TOKEN, or use what `sluice login` remembered.
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, DemoCommand.self, LoginCommand.self,
            LogoutCommand.self, ReviewCommand.self, ImportCommand.self,
            ExportCommand.self, ReportCommand.self, ConsensusCommand.self, PolicyCommand.self,
            DriftCommand.self, CalibrationCommand.self,
            RolloutCommand.self, AgreementCommand.self, ReviewerCommand.self, LabelMapCommand.self,
            LabelCommand.self,
            ProjectCommand.self, QueueCommand.self, GuidelinesCommand.self, GoldCommand.self,
            ItemCommand.self, CorrectionsCommand.self, ErrorsCommand.self,
            TokenCommand.self, AuditCommand.self, AuditLogCommand.self, MigrateCommand.self,
            DoctorCommand.self,
        ])

    static func main() async {
        // A closed pipe is an error of write(2), so that what was begun is put in order first.
        signal(SIGPIPE, SIG_IGN)
        let words = CommandLine.arguments.dropFirst()
        if let unknown = CommandWords.unknown(in: words, of: Sluice.self) {
            unknown.lines.forEach(Output.say)
            Glibc.exit(EX_USAGE)
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch is ReaderGone {
            // What ends other programs of a pipeline, now that everything is put in order.
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        } catch let error as Failure {
            Output.complain(error)
            Glibc.exit(1)
        } catch {
            if let failure = Failure.known(error, "the command") {
                Output.complain(failure)
                Glibc.exit(1)
            }
            // Arguments that do not parse, help, and exit codes: the parser's own words and codes.
            exit(withError: error)
        }
    }
}

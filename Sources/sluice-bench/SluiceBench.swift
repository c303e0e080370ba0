import ArgumentParser

/// The measurements of Sluice, each beside a baseline from the same run on the same server.
@main
struct SluiceBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-bench",
        abstract: "Measure Sluice against PostgreSQL's own tools on the same server.",
        discussion: """
            Every workload starts a private PostgreSQL with full durability and a `sluice serve` of \
            its own in a temporary directory, and takes measurement and baseline in turns: the \
            ratios hold on a machine that is busy with something else as well. Build both with \
            `swift build -c release --static-swift-stdlib`.
            """,
        subcommands: [
            IngestCommand.self, SingleCommand.self, MemoryCommand.self, ReviewCommand.self,
            ExportCommand.self, StartCommand.self, DeskCommand.self, RouteCommand.self,
            RollbackCommand.self, ConsensusCommand.self, ReportCommand.self,
        ])
}

/// What every workload is asked.
struct BenchOptions: ParsableArguments {
    @Option(help: "How many times measurement and baseline take turns.")
    var repeats = 5

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    @Option(help: "The service's program; by default the one beside this program.")
    var sluice: String?

    @Option(help: "The directory with project.json, policy.json and predictions.jsonl.")
    var data = "Deploy/demo-data"

    @Option(help: "An empty directory for the database instead of a temporary one.")
    var directory: String?

    func validate() throws {
        guard (1...1000).contains(repeats) else {
            throw ValidationError("--repeats is \(repeats); accepted: 1 to 1000")
        }
    }

    /// Runs `body` on a bench of its own and prints its figures.
    func run(_ body: (Bench) async throws -> [Figure]) async throws {
        let before = Machine.load()
        let bench = try await Bench(self)
        do {
            let figures = try await body(bench)
            let report = Report(
                figures: figures, machine: Machine.line(load: before),
                command: CommandLine.arguments.joined(separator: " "))
            await bench.close()
            try report.print(json: json)
        } catch {
            await bench.close()
            throw error
        }
    }
}

/// Why a measurement could not be taken.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

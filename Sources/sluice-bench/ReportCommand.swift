import ArgumentParser
import Logging
import SluiceBenchSQL
import SluiceDomain
import SluicePostgres
import SluiceService

/// `sluice-bench report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "A report over HTTP, of many predictions and of few, over the same days.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many predictions the large project has.")
    var predictions = 10_000_000

    @Option(help: "How many the small one has.")
    var few = 100_000

    @Option(help: "Over how many days they came.")
    var days = 28.0

    func run() async throws {
        try await options.run { bench in
            let labels = (0..<20).map { "label-\($0)" }
            try await bench.makeProject("large", labels: labels)
            let token = try await bench.token(.analyst, "bench-analyst", project: "large")
            let large = try await bench.newestProject()
            try await fill(bench, large, predictions)
            try await bench.makeProject("small", labels: labels)
            let smallToken = try await bench.token(.analyst, "bench-analyst", project: "small")
            try await fill(bench, bench.newestProject(), few)
            try await bench.settle()
            // It knows the projects as they were made.
            try await bench.restartService()
            var figures: [Figure] = []
            for (name, query) in [
                ("28 days by day", "window=28d&by=day"), ("7 days by hour", "window=7d&by=hour"),
                ("everything", "by=auto"),
                ("one label of 28 days", "window=28d&by=day&label=label-3"),
            ] {
                var measured: [Double] = []
                var baseline: [Double] = []
                // The first of each pays for the plans and for what is not in memory yet.
                for turn in 0...options.repeats {
                    let one = try await report(bench, "large", query, token)
                    let other = try await report(bench, "small", query, smallToken)
                    guard turn > 0 else { continue }
                    measured.append(one)
                    baseline.append(other)
                    say("report, \(name): \(one) ms against \(other) ms")
                }
                figures.append(
                    Figure(
                        "report of \(predictions), \(name)", unit: "ms", goal: .below(100),
                        measured: measured))
                figures.append(
                    Figure(
                        "the same, against few", unit: "ms", goal: .ratioAtMost(1.5),
                        measured: measured, baseline: baseline, against: "the same of \(few)"))
            }
            return figures
        }
    }

    private func fill(_ bench: Bench, _ project: Int64, _ count: Int) async throws {
        let id: Parameter = .int64(project)
        try await bench.pool.execute(SQLCatalog.seedReviewers)
        try await bench.pool.execute(SQLCatalog.seedVersions, [id])
        try await bench.pool.execute(SQLCatalog.seedCreation, [id, .double(days)])
        var first = 1
        while first <= count {
            let last = min(count, first + 999_999)
            let range: [Parameter] = [id, .int64(Int64(first)), .int64(Int64(last))]
            try await bench.pool.execute(
                SQLCatalog.seedRouted, range + [.int64(Int64(count)), .double(days)])
            try await bench.pool.execute(SQLCatalog.seedModelDecisions, range)
            try await bench.pool.execute(SQLCatalog.seedPeopleDecisions, range)
            try await bench.pool.execute(SQLCatalog.seedGivenReviews, range)
            say("\(last) of \(count) predictions are there")
            first = last + 1
        }
        try await bench.settle()
        let time = try await seconds {
            try await Rollups(pool: bench.pool, logger: Logger(label: "sluice-bench"))
                .rebuild(project: project)
        }
        say("counted \(count) predictions in \(Int(time)) s")
    }

    /// Milliseconds until the last byte of a report is read.
    private func report(
        _ bench: Bench, _ project: String, _ query: String, _ token: String
    ) async throws -> Double {
        let port = bench.service.port
        let request = HTTPConnection.request(
            "GET", "/v1/projects/\(project)/report?\(query)", token: token)
        return try await seconds {
            let statuses = try await onThreads(1) { _ in
                let connection = try HTTPConnection(port: port)
                try connection.send(request)
                return try connection.receive { _ in }
            }
            guard statuses == [200] else { throw BenchError("a report was refused: \(statuses)") }
        } * 1000
    }
}

import ArgumentParser
import SluiceCluster
import SluiceDomain
import SluiceSQL

/// `sluice-bench export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Labels as JSON lines over HTTP, against psql's \\copy of the same query.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many labels there are.")
    var labels = 1_000_000

    @Option(help: "jsonl, csv or csv-raw.")
    var format = "jsonl"

    func run() async throws {
        try await options.run { bench in
            say("seeding \(labels) labels")
            let project = try await bench.newestProject()
            let seed = Seed(pool: bench.pool, project: project)
            try await seed.items(1...labels)
            try await seed.labels(1...labels)
            try await bench.settle()
            let token = try await bench.token(.analyst, "bench-analyst")
            _ = try await throughHTTP(bench, token)
            var measured: [Double] = []
            var baseline: [Double] = []
            var growth: [Double] = []
            for turn in 0..<options.repeats {
                let memory = bench.service.usage
                let before = memory.resident
                try memory.resetPeak()
                measured.append(try await throughHTTP(bench, token))
                growth.append(Double(memory.peak - before) / 1e6)
                baseline.append(try await throughPsql(bench, project))
                say("export: \(Int(measured[turn])) against \(Int(baseline[turn]))")
            }
            return [
                Figure(
                    "export \(labels) labels as \(format)", unit: "rows/s",
                    goal: .ratioAtLeast(0.50), measured: measured, baseline: baseline,
                    against: "psql \\copy"),
                Figure(
                    "memory growth in an export", unit: "MB", goal: .below(30), measured: growth),
            ]
        }
    }

    /// Rows a second until the last byte is read.
    private func throughHTTP(_ bench: Bench, _ token: String) async throws -> Double {
        let port = bench.service.port
        let request = HTTPConnection.request(
            "GET", "/v1/projects/\(Bench.project)/labels?format=\(format)", token: token)
        let expected = labels + (format == "jsonl" ? 0 : 1)
        let time = try await seconds {
            let lines = try await onThreads(1) { _ in
                let connection = try HTTPConnection(port: port)
                try connection.send(request)
                var lines = 0
                let status = try connection.receive { bytes in lines += bytes.count { $0 == 10 } }
                return status == 200 ? lines : 0
            }
            guard lines == [expected] else { throw BenchError("\(lines) lines of \(expected)") }
        }
        return Double(labels) / time
    }

    /// The query of the export with its parameters as literals, in one piece.
    private func throughPsql(_ bench: Bench, _ project: Int64) async throws -> Double {
        let literals = [
            "\(project)::bigint", "false", "NULL::timestamptz", "NULL::text", "NULL::text[]",
            "0::bigint", "9223372036854775807::bigint",
        ]
        let query = try SQLCatalog.labelRows.scripted(literals)
        let command = "\\copy (\(query)) to '/dev/null'"
        let time = try await seconds {
            _ = try await runTool(
                "psql",
                [
                    "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", bench.address.connectionString, "-c",
                    command,
                ])
        }
        return Double(labels) / time
    }
}

import ArgumentParser
import SluiceDomain

/// `sluice-bench ingest`.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Predictions as NDJSON over HTTP, against COPY of the same rows.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many predictions a run sends.")
    var predictions = 100_000

    @Option(help: "How many connections; may be given several times.")
    var connections: [Int] = [1, 2, 4]

    func run() async throws {
        try await options.run { bench in
            let workload = IngestWorkload(
                bench: bench, data: try DemoData(options), predictions: predictions,
                token: try await bench.token(.producer, "bench-producer"))
            // The first run warms the service up and gives the rows that the baseline copies.
            try await bench.empty()
            _ = try await workload.send(connections: 1, mark: "warm")
            let rows = try await StoredRows(bench)
            var figures: [Figure] = []
            for count in connections {
                var measured: [Double] = []
                var baseline: [Double] = []
                var cost: [Double] = []
                for turn in 0..<options.repeats {
                    try await bench.empty()
                    let before = bench.service.usage.processorSeconds
                    measured.append(
                        try await workload.send(connections: count, mark: "c\(count)t\(turn)"))
                    let used = bench.service.usage.processorSeconds - before
                    cost.append(used * 1e6 / Double(predictions))
                    try await bench.empty()
                    let time = try await seconds {
                        try await rows.store(bench, connections: count)
                    }
                    baseline.append(Double(predictions) / time)
                    say("ingest \(count): \(Int(measured[turn])) against \(Int(baseline[turn]))")
                }
                figures.append(
                    Figure(
                        "ingest NDJSON, \(count) connections", unit: "rows/s",
                        goal: .ratioAtLeast(0.40), measured: measured, baseline: baseline,
                        against: "COPY"))
                figures.append(
                    Figure(
                        "the service's processor time, \(count) connections", unit: "us/row",
                        measured: cost))
            }
            return figures
        }
    }
}

/// Sending predictions as streams of NDJSON.
struct IngestWorkload {
    let bench: Bench
    let data: DemoData
    let predictions: Int
    let token: String

    /// Sends every prediction once; rows a second until the last reply is read.
    func send(connections: Int, mark: String) async throws -> Double {
        let bodies = (0..<connections).map { index in
            data.lines(
                predictions * index / connections..<predictions * (index + 1) / connections,
                mark: mark)
        }
        let port = bench.service.port
        let token = token
        let start = ContinuousClock.now
        let accepted = try await onThreads(connections) { index in
            try NDJSONStream(port: port, token: token).send(length: bodies[index].count) {
                try $0.send(bodies[index])
            }
        }
        let time = start.duration(to: .now) / .seconds(1)
        guard accepted.reduce(0, +) == predictions else {
            throw BenchError("\(accepted) of \(predictions) predictions were stored")
        }
        return Double(predictions) / time
    }
}

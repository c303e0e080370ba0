import ArgumentParser
import Foundation
import SluiceCluster
import SluiceDomain

/// `sluice-bench single`.
struct SingleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "single",
        abstract: "One prediction a request, against one INSERT of the same rows a transaction.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many connections are kept alive; may be given several times.")
    var connections: [Int] = [1, 8, 32]

    @Option(help: "How many seconds a run takes.")
    var seconds = 2

    func run() async throws {
        try await options.run { bench in
            let data = try DemoData(options)
            let token = try await bench.token(.producer, "bench-producer")
            let project = try await bench.newestProject()
            // One round of the real data says how many of its predictions need a person.
            let sample = IngestWorkload(
                bench: bench, data: data, predictions: data.count, token: token)
            _ = try await sample.send(connections: 1, mark: "sample")
            let queued = try await bench.waitingAnywhere()
            let script = try SingleScript(data: data, project: project)
            let files = try script.write(
                to: bench.directory, queued: queued, accepted: data.count - queued)
            var figures: [Figure] = []
            for count in connections {
                var measured: [Double] = []
                var baseline: [Double] = []
                for turn in 0..<options.repeats {
                    try await bench.empty()
                    measured.append(
                        try await throughHTTP(
                            bench, data, token, connections: count, mark: "s\(count)t\(turn)"))
                    try await bench.empty()
                    baseline.append(
                        try await Pgbench(
                            bench.address, clients: count, seconds: seconds, files: files,
                            variables: script.variables
                        ).run())
                    say("single \(count): \(Int(measured[turn])) against \(Int(baseline[turn]))")
                }
                figures.append(
                    Figure(
                        "single predictions, \(count) connections", unit: "rows/s",
                        measured: measured, baseline: baseline, against: "pgbench"))
            }
            return figures
        }
    }

    /// Predictions a second, each in a request of its own.
    private func throughHTTP(
        _ bench: Bench, _ data: DemoData, _ token: String, connections: Int, mark: String
    ) async throws -> Double {
        let (port, seconds) = (bench.service.port, seconds)
        let path = "/v1/projects/\(Bench.project)/predictions"
        let start = ContinuousClock.now
        let counts = try await onThreads(connections) { index in
            let connection = try HTTPConnection(port: port)
            var number = 0
            while start.duration(to: .now) < .seconds(seconds) {
                try connection.call(
                    HTTPConnection.request(
                        "POST", path, token: token,
                        body: data.line(number, mark: "\(mark)c\(index)")))
                number += 1
            }
            return number
        }
        return Double(counts.reduce(0, +)) / (start.duration(to: .now) / .seconds(1))
    }
}

import ArgumentParser
import Foundation
import SluiceCluster
import SluiceDomain

/// `sluice-bench review`.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Lease and review over HTTP, against the same SQL in pgbench.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many reviewers work at once.")
    var clients = 8

    @Option(help: "How many items wait; may be given several times.")
    var backlog: [Int] = [1000, 1_000_000]

    @Option(help: "How many seconds a run takes.")
    var seconds = 4

    func run() async throws {
        try await options.run { bench in
            var figures: [Figure] = []
            for size in backlog {
                say("seeding a backlog of \(size)")
                let workload = try await ReviewWorkload(
                    bench, backlog: size, clients: clients, seconds: seconds)
                _ = try await workload.throughHTTP(turn: -1)
                var measured: [Double] = []
                var baseline: [Double] = []
                var cost: [Double] = []
                for turn in 0..<options.repeats {
                    let before = bench.service.usage.processorSeconds
                    measured.append(try await workload.throughHTTP(turn: turn))
                    let used = bench.service.usage.processorSeconds - before
                    cost.append(used * 1e6 / (measured[turn] * Double(seconds)))
                    baseline.append(try await workload.throughPgbench(turn: turn))
                    say("review \(size): \(Int(measured[turn])) against \(Int(baseline[turn]))")
                }
                figures.append(
                    Figure(
                        "lease+review, \(clients) clients, backlog \(size)", unit: "cycles/s",
                        goal: .ratioAtLeast(0.50), measured: measured, baseline: baseline,
                        against: "pgbench"))
                figures.append(
                    Figure(
                        "the service's processor time, backlog \(size)", unit: "us/cycle",
                        measured: cost))
            }
            let rates = figures.filter { $0.unit == "cycles/s" }
            if let small = rates.first, let large = rates.last, rates.count > 1 {
                figures.append(
                    Figure(
                        "the service's rate at the largest backlog", unit: "cycles/s",
                        goal: .ratioAtLeast(0.80), measured: large.measured.values,
                        baseline: small.measured.values, against: "at the smallest"))
            }
            return figures
        }
    }
}

/// Reviewers who lease one task after another and answer it.
struct ReviewWorkload {
    let bench: Bench
    let backlog: Int
    let clients: Int
    let seconds: Int
    private let project: Int64
    private let feeder: BacklogFeeder
    private let tokens: [String]

    /// Empties the tables and fills the queue.
    init(_ bench: Bench, backlog: Int, clients: Int, seconds: Int) async throws {
        self.bench = bench
        self.backlog = backlog
        self.clients = clients
        self.seconds = seconds
        project = try await bench.pool.number(BenchSQL.projectID)
        try await bench.pool.execute(BenchSQL.empty)
        // What a run takes out of a small backlog is put back behind it from the same supply.
        let supply = backlog + 12_000 * seconds * (bench.options.repeats + 1)
        for statement in SeedSQL.items(project: project, 1, supply) {
            try await bench.pool.execute(statement)
        }
        feeder = BacklogFeeder(bench.pool, project: project, backlog: backlog, supply: supply)
        try await feeder.fill()
        try await bench.pool.execute(SeedSQL.settle, BenchSQL.checkpoint)
        var tokens: [String] = []
        for index in 0..<clients {
            tokens.append(try await bench.token(.reviewer, "bench-reviewer-\(index)"))
        }
        self.tokens = tokens
    }

    /// Cycles a second through the service.
    func throughHTTP(turn: Int) async throws -> Double {
        let (tokens, port, seconds) = (tokens, bench.service.port, seconds)
        let (cycles, time) = try await feeder.feeding {
            let start = ContinuousClock.now
            let counts = try await onThreads(clients) { index in
                try Self.review(
                    port: port, token: tokens[index], name: "t\(turn)c\(index)",
                    until: start + .seconds(seconds))
            }
            return (counts.reduce(0, +), start.duration(to: .now) / .seconds(1))
        }
        return Double(cycles) / time
    }

    /// Cycles a second of the bare statements.
    func throughPgbench(turn: Int) async throws -> Double {
        let script = bench.directory + "/review.pgbench"
        try ReviewScript.text.write(toFile: script, atomically: true, encoding: .utf8)
        // Reviewers of their own, whose floor is where the queue begins now.
        let head = try await bench.pool.number(SeedSQL.head(project: project))
        let run = Pgbench(
            bench.address, clients: clients, seconds: seconds, files: [script],
            variables: [
                "project": "\(project)", "base": "\(1_000_000 + 1000 * (turn + 1))",
                "rank": "\(head)",
            ])
        return try await feeder.feeding { try await run.run() }
    }

    /// One reviewer's work until the time is up; how many cycles.
    private static func review(
        port: Int, token: String, name: String, until end: ContinuousClock.Instant
    ) throws -> Int {
        let connection = try HTTPConnection(port: port)
        let path = "/v1/projects/\(Bench.project)/leases"
        let lease = HTTPConnection.request(
            "POST", path, token: token, body: Array(#"{"count":1}"#.utf8))
        let key = Array(#""lease":""#.utf8)
        var cycles = 0
        while ContinuousClock.now < end {
            let reply = try connection.call(lease)
            guard let start = reply.firstRange(of: key)?.upperBound else {
                throw BenchError("nothing to review: \(String(decoding: reply, as: UTF8.self))")
            }
            let id = String(decoding: reply[start...].prefix { $0 != 34 }, as: UTF8.self)
            let answer =
                #"{"review_id":"\#(name)-\#(cycles)","verdict":"label","label":"net","seconds":4.2}"#
            try connection.call(
                HTTPConnection.request(
                    "POST", "\(path)/\(id)/review", token: token, body: Array(answer.utf8)))
            cycles += 1
        }
        return cycles
    }
}

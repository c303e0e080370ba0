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
            var workloads: [ReviewWorkload] = []
            for size in backlog {
                say("seeding a backlog of \(size)")
                workloads.append(
                    try await ReviewWorkload(
                        bench, backlog: size, clients: clients, seconds: seconds))
            }
            try await bench.settle()
            for workload in workloads { _ = try await workload.throughHTTP(turn: -1) }
            // In turns: a disk that is slow for half a minute is then slow for all of them.
            var runs = workloads.map { _ in ReviewRuns() }
            for turn in 0..<options.repeats {
                for (index, workload) in workloads.enumerated() {
                    try await runs[index].add(workload, turn: turn)
                }
            }
            return figures(runs)
        }
    }

    private func figures(_ runs: [ReviewRuns]) -> [Figure] {
        var figures: [Figure] = []
        for (size, runs) in zip(backlog, runs) {
            figures.append(
                Figure(
                    "lease+review, \(clients) clients, backlog \(size)", unit: "cycles/s",
                    goal: .ratioAtLeast(0.50), measured: runs.measured, baseline: runs.baseline,
                    against: "pgbench"))
            figures.append(
                Figure(
                    "the service's processor time, backlog \(size)", unit: "us/cycle",
                    measured: runs.cost))
        }
        if let small = runs.first, let large = runs.last, runs.count > 1 {
            figures.append(
                Figure(
                    "the service's rate at the largest backlog", unit: "cycles/s",
                    goal: .ratioAtLeast(0.80), measured: large.measured,
                    baseline: small.measured, against: "at the smallest"))
        }
        return figures
    }
}

/// What the runs of one workload came to.
private struct ReviewRuns {
    var measured: [Double] = []
    var baseline: [Double] = []
    /// Microseconds of the service's processor time a cycle.
    var cost: [Double] = []

    mutating func add(_ workload: ReviewWorkload, turn: Int) async throws {
        let before = workload.bench.service.usage.processorSeconds
        let rate = try await workload.throughHTTP(turn: turn)
        let used = workload.bench.service.usage.processorSeconds - before
        cost.append(used * 1e6 / (rate * Double(workload.seconds)))
        measured.append(rate)
        baseline.append(try await workload.throughPgbench(turn: turn))
        say("review \(workload.backlog): \(Int(rate)) against \(Int(baseline[turn]))")
    }
}

/// Reviewers who lease one task after another and answer it.
struct ReviewWorkload {
    let bench: Bench
    let backlog: Int
    let clients: Int
    let seconds: Int
    private let name: String
    private let project: Int64
    private let seed: Seed
    private let feeder: BacklogFeeder
    private let tokens: [String]

    /// Makes a project of its own and fills its queue.
    init(_ bench: Bench, backlog: Int, clients: Int, seconds: Int) async throws {
        self.bench = bench
        self.backlog = backlog
        self.clients = clients
        self.seconds = seconds
        name = "bench-\(backlog)"
        try await bench.makeProject(name)
        project = try await bench.newestProject()
        // What a run takes out of a small backlog is put back behind it from the same supply.
        let supply = backlog + 12_000 * seconds * (bench.options.repeats + 1)
        seed = Seed(pool: bench.pool, project: project)
        try await seed.items(1...supply)
        feeder = BacklogFeeder(seed, backlog: backlog, supply: supply)
        try await feeder.fill()
        var tokens: [String] = []
        for index in 0..<clients {
            tokens.append(
                try await bench.token(.reviewer, "\(name)-reviewer-\(index)", project: name))
        }
        self.tokens = tokens
    }

    /// Cycles a second through the service.
    func throughHTTP(turn: Int) async throws -> Double {
        let (tokens, port, seconds) = (tokens, bench.service.port, seconds)
        let project = name
        let (cycles, time) = try await feeder.feeding {
            let start = ContinuousClock.now
            let counts = try await onThreads(clients) { index in
                try Self.review(
                    port: port, project: project, token: tokens[index],
                    name: "t\(turn)c\(index)",
                    until: start + .seconds(seconds))
            }
            return (counts.reduce(0, +), start.duration(to: .now) / .seconds(1))
        }
        return Double(cycles) / time
    }

    /// Cycles a second of the bare statements.
    func throughPgbench(turn: Int) async throws -> Double {
        let script = bench.directory + "/review.pgbench"
        try ReviewScript.text().write(toFile: script, atomically: true, encoding: .utf8)
        // Reviewers of their own, whose floor is where the queue begins now.
        let head = try await seed.head()
        let run = Pgbench(
            bench.address, clients: clients, seconds: seconds, files: [script],
            variables: [
                "project": "\(project)", "base": "\(1_000_000 + 1000 * (turn + 1))",
                "o_rank": "\(head)",
            ])
        return try await feeder.feeding { try await run.run() }
    }

    /// One reviewer's work until the time is up; how many cycles.
    private static func review(
        port: Int, project: String, token: String, name: String, until end: ContinuousClock.Instant
    ) throws -> Int {
        let connection = try HTTPConnection(port: port)
        let path = "/v1/projects/\(project)/leases"
        let lease = HTTPConnection.request(
            "POST", path, token: token, body: Array(#"{"count":1}"#.utf8))
        var cycles = 0
        while ContinuousClock.now < end {
            let reply = try connection.call(lease)
            guard let start = reply.offset(of: "\"lease\":\"") else {
                throw BenchError("nothing to review: \(String(decoding: reply, as: UTF8.self))")
            }
            let id = String(
                decoding: reply.dropFirst(start + 9).prefix { $0 != 34 }, as: UTF8.self)
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

import ArgumentParser
import Foundation
import SluiceCluster
import SluiceDomain
import Synchronization

/// `sluice-bench rollback`.
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "How soon two instances under load follow a rollback.",
        discussion: """
            A version is brought in service for all items and taken back, again and again, while \
            producers send its predictions and those of the version before it to two instances. \
            Measured is the time from the moment the rollback's call returned to the last answer \
            by either instance that accepted a prediction of the version taken out; 0 when there \
            was none. A request that fails ends the measurement.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "How many producers send to each instance, one prediction a request.")
    var clients = 4

    @Option(help: "How many rollbacks are measured.")
    var rollbacks = 20

    func run() async throws {
        try await options.run { bench in
            let second = try await ServiceChild(
                program: Bench.program(options), arguments: [],
                environment: ["DATABASE_URL": bench.address.connectionString])
            defer { second.stop() }
            let workload = try await RollbackWorkload(
                bench, ports: [bench.service.port, second.port], clients: clients)
            let (delays, rate) = try await workload.run(rollbacks)
            return [
                Figure(
                    "last acceptance after a rollback, two instances", unit: "ms",
                    goal: .below(1000), measured: delays),
                Figure("predictions meanwhile", unit: "rows/s", measured: [rate]),
            ]
        }
    }
}

/// Producers of two versions on several instances, and somebody who rolls back.
private final class RollbackWorkload: Sendable {
    private struct State {
        /// When each instance last accepted a prediction of the version that comes and goes.
        var accepted: [ContinuousClock.Instant?]
        var answers = 0
        var isOver = false
    }

    private let ports: [Int]
    private let clients: Int
    private let admin: String
    private let producer: String
    private let state: Mutex<State>

    init(_ bench: Bench, ports: [Int], clients: Int) async throws {
        self.ports = ports
        self.clients = clients
        admin = try await bench.token(.admin, "bench-admin")
        producer = try await bench.token(.producer, "bench-producer")
        state = Mutex(State(accepted: ports.map { _ in nil }))
        try HTTPConnection(port: ports[0]).call(
            HTTPConnection.request(
                "PUT", "/v1/projects/\(Bench.project)/policy?reason=bench", token: admin,
                body: Array(#"{"degree":"full","audit_rate":0}"#.utf8)))
    }

    /// The delay of each rollback in milliseconds, and how many predictions a second were answered.
    func run(_ rollbacks: Int) async throws -> (delays: [Double], rate: Double) {
        let start = ContinuousClock.now
        async let load: [Void] = onThreads(ports.count * clients) { index in
            do {
                try self.send(to: index % self.ports.count, name: "c\(index)")
            } catch {
                self.state.withLock { $0.isOver = true }
                throw error
            }
        }
        var delays: [Double] = []
        do {
            for number in 0..<rollbacks {
                delays.append(try await rollBack(through: ports[number % ports.count]))
                say("rollback \(number + 1): \(delays[number]) ms")
            }
        } catch {
            state.withLock { $0.isOver = true }
            throw error
        }
        state.withLock { $0.isOver = true }
        _ = try await load
        let seconds = start.duration(to: .now) / .seconds(1)
        return (delays: delays, rate: state.withLock { Double($0.answers) } / seconds)
    }

    private func rollBack(through port: Int) async throws -> Double {
        let started = ContinuousClock.now
        try change(
            #"{"action":"start","candidate":"bench/2","serving":"bench/1","mode":"canary","share":1}"#,
            port)
        while !state.withLock({ $0.accepted.allSatisfy { $0.map { $0 > started } ?? false } }) {
            if state.withLock({ $0.isOver }) { throw BenchError("a producer failed") }
            try await Task.sleep(for: .milliseconds(1))
        }
        try change(#"{"action":"rollback"}"#, port)
        let returned = ContinuousClock.now
        // Longer than the promise: whoever breaks it is seen.
        try await Task.sleep(for: .milliseconds(1500))
        let last = state.withLock { $0.accepted.compactMap(\.self).max() } ?? returned
        return max(0, returned.duration(to: last) / .milliseconds(1))
    }

    private func change(_ body: String, _ port: Int) throws {
        try HTTPConnection(port: port).call(
            HTTPConnection.request(
                "POST", "/v1/projects/\(Bench.project)/rollout", token: admin,
                body: Array(body.utf8)))
    }

    /// Predictions of both versions in turns, until it is over.
    private func send(to instance: Int, name: String) throws {
        let connection = try HTTPConnection(port: ports[instance])
        var number = 0
        while !state.withLock({ $0.isOver }) {
            number += 1
            let version = number % 2 + 1
            let body = """
                {"external_id":"\(name)-\(number)","model":"bench","model_version":"\(version)",\
                "label":"net","confidence":0.99,"payload":{"text":"a payload"}}
                """
            let reply = try connection.call(
                HTTPConnection.request(
                    "POST", "/v1/projects/\(Bench.project)/predictions", token: producer,
                    body: Array(body.utf8)))
            let isAccepted = reply.offset(of: "\"route\":\"accepted\"") != nil
            let now = ContinuousClock.now
            state.withLock { state in
                state.answers += 1
                if isAccepted, version == 2 { state.accepted[instance] = now }
            }
        }
    }
}

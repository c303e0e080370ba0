import ArgumentParser
import Glibc
import Logging
import SluiceCluster

/// `sluice-bench start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "A start on an existing cluster until /readyz answers, and idle memory.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
        try await options.run { bench in
            let directory = bench.directory + "/start"
            let program = try Bench.program(options)
            // The first start makes the cluster.
            try await ServiceChild(program: program, arguments: ["--data-dir", directory]).stop()
            var service: [Double] = []
            var server: [Double] = []
            var memory: [Double] = []
            for turn in 0..<options.repeats {
                let start = ContinuousClock.now
                let child = try await ServiceChild(
                    program: program, arguments: ["--data-dir", directory])
                service.append(start.duration(to: .now) / .milliseconds(1))
                try await Task.sleep(for: .seconds(2))
                memory.append(Double(child.usage.resident) / 1e6)
                child.stop()
                let cluster = EmbeddedCluster(
                    directory: directory, logger: Logger(label: "sluice-bench"))
                server.append(try await seconds { _ = try await cluster.start() } * 1000)
                await cluster.stop()
                say("start: \(Int(service[turn])) ms, \(Int(memory[turn])) MB")
            }
            return [
                Figure(
                    "serve until /readyz", unit: "ms", goal: .below(1000), measured: service,
                    baseline: server, against: "PostgreSQL alone"),
                Figure("memory, idle for 2 s", unit: "MB", goal: .below(80), measured: memory),
            ]
        }
    }
}

import ArgumentParser
import SluiceDomain

/// `sluice-bench memory`.
struct MemoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "The service's memory while one long NDJSON body is streamed.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How many bytes the body has.")
    var bytes = 1_000_000_000

    func run() async throws {
        try await options.run { bench in
            let data = try DemoData(options)
            let token = try await bench.token(.producer, "bench-producer")
            var growth: [Double] = []
            for turn in 0..<options.repeats {
                try await bench.empty()
                try await bench.restartService()
                let memory = bench.service.usage
                let idle = memory.resident
                try memory.resetPeak()
                let port = bench.service.port
                let length = bytes
                let time = try await seconds {
                    _ = try await onThreads(1) { _ in
                        try NDJSONStream(port: port, token: token).send(length: length) {
                            try Self.send(data, length, mark: "m\(turn)", to: $0)
                        }
                    }
                }
                growth.append(Double(memory.peak - idle) / 1e6)
                say("memory: \(Int(growth[turn])) MB above \(idle / 1_000_000), \(time) s")
            }
            return [
                Figure(
                    "memory above idle, \(bytes / 1_000_000) MB body", unit: "MB",
                    goal: .below(100), measured: growth)
            ]
        }
    }

    /// Makes and sends lines until `length` bytes are sent; the last is filled up with blanks.
    private static func send(
        _ data: DemoData, _ length: Int, mark: String, to connection: HTTPConnection
    ) throws {
        var left = length
        var number = 0
        while left > 0 {
            let lines = data.lines(number..<number + 500, mark: mark)
            number += 500
            guard lines.count <= left else {
                return try connection.send([UInt8](repeating: 10, count: left))
            }
            try connection.send(lines)
            left -= lines.count
        }
    }
}

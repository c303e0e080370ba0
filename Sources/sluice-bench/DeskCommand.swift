import ArgumentParser
import Foundation
import SluiceDomain
import TerminalProbe

/// `sluice-bench desk`.
struct DeskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk",
        abstract: "The reviewer's client through a terminal, with the service some way off.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Items answered in each turn.")
    var keys = 100

    @Option(help: "Milliseconds between client and service, each way.")
    var delay = 50

    @Option(help: "Milliseconds the reviewer looks at an item.")
    var pace = 250

    func run() async throws {
        try await options.run { bench in
            let data = try DemoData(options)
            let producer = try await bench.token(.producer, "bench-producer")
            let sent = (keys + 20) * options.repeats * 3
            try HTTPConnection(port: bench.service.port).call(
                HTTPConnection.request(
                    "POST", "/v1/projects/\(Bench.project)/predictions", token: producer,
                    type: "application/x-ndjson", body: data.lines(0..<sent, mark: "desk")))
            let token = try await bench.token(.reviewer, "bench-reviewer")
            let proxy = try DelayProxy(to: bench.service.port, delay: .milliseconds(delay))
            var turns: [Turn] = []
            for turn in 0..<options.repeats {
                let settings = Turn.Settings(
                    program: try Bench.program(options), port: proxy.port, token: token,
                    home: "\(bench.directory)/desk-\(turn)", keys: keys, pace: Int32(pace))
                turns += try await onThreads(1) { _ in try Turn(settings) }
                let last = turns[turns.count - 1]
                say(
                    "desk: first item \(Int(last.firstItem)) ms, key to item "
                        + "\(last.latency.median) ms, \(last.memory) MB")
            }
            proxy.close()
            return figures(of: turns)
        }
    }

    private func figures(of turns: [Turn]) -> [Figure] {
        [
            Figure(
                "key to next item, median, \(delay) ms away", unit: "ms", goal: .below(16),
                measured: turns.map(\.latency.median)),
            Figure(
                "key to next item, p99, \(delay) ms away", unit: "ms", goal: .below(50),
                measured: turns.map(\.latency.p99)),
            Figure(
                "start to first item, \(delay) ms away", unit: "ms", goal: .below(1_000),
                measured: turns.map(\.firstItem)),
            Figure(
                "client's memory", unit: "MB", goal: .below(60), measured: turns.map(\.memory)),
            Figure(
                "written for the next item, 80x24", unit: "bytes", goal: .below(4_000),
                measured: turns.map(\.written.median)),
            Figure(
                "written for the next item, 80x24, most", unit: "bytes",
                measured: turns.map(\.written.maximum)),
        ]
    }
}

/// One session at a terminal, driven from its own thread.
private struct Turn: Sendable {
    struct Settings: Sendable {
        let program: String
        let port: Int
        let token: String
        let home: String
        let keys: Int
        let pace: Int32
    }

    /// Milliseconds from the program's start until an item stood on the screen.
    let firstItem: Double
    /// Milliseconds from each key until the next item stood there.
    let latency: Series
    /// Bytes written for each of these.
    let written: Series
    /// Megabytes resident after the last one.
    let memory: Double

    init(_ settings: Settings) throws {
        let terminal = try PseudoTerminal()
        let start = ContinuousClock.now
        let child = try ChildProgram(
            settings.program, ["review"],
            environment: [
                "HOME": settings.home, "TERM": "xterm-256color", "PATH": "/usr/bin:/bin",
                "SLUICE_URL": "http://127.0.0.1:\(settings.port)", "SLUICE_PROJECT": Bench.project,
                "SLUICE_TOKEN": settings.token,
            ], terminal: terminal.device)
        var session = Session(terminal: terminal, child: child)
        do {
            try session.nextItem()
            firstItem = start.duration(to: .now) / .milliseconds(1)
            var times: [Double] = []
            var bytes: [Double] = []
            for _ in 0..<settings.keys {
                session.rest(settings.pace)
                let pressed = ContinuousClock.now
                let before = session.bytes
                // The first label, which blind items have as well.
                terminal.type("n")
                try session.nextItem()
                times.append(pressed.duration(to: .now) / .milliseconds(1))
                bytes.append(Double(session.bytes - before))
            }
            (latency, written) = (Series(times), Series(bytes))
            memory = Double(ProcessUsage(process: child.process).resident) / 1e6
        } catch {
            child.terminate()
            _ = child.wait()
            throw error
        }
        child.terminate()
        _ = child.wait()
    }
}

/// What a reviewer sees, read as it comes.
private struct Session {
    let terminal: PseudoTerminal
    let child: ChildProgram
    private(set) var bytes = 0
    private var grid = ScreenGrid()
    private var item = ""

    init(terminal: PseudoTerminal, child: ChildProgram) {
        self.terminal = terminal
        self.child = child
    }

    /// Reads until an item stands on the screen that is another one than before.
    mutating func nextItem() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let drawn = terminal.drawn()
            bytes += drawn.count
            grid.feed(drawn)
            if let shown = Self.item(of: grid.text), shown != item {
                item = shown
                return
            }
            guard ContinuousClock.now < deadline, !child.hasEnded else {
                throw BenchError("no item came; the screen shows:\n\(grid.text)")
            }
            terminal.wait(milliseconds: 100)
        }
    }

    /// Looks at the item for some milliseconds, reading what else is drawn.
    mutating func rest(_ milliseconds: Int32) {
        let end = ContinuousClock.now + .milliseconds(Int64(milliseconds))
        while ContinuousClock.now < end {
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            terminal.wait(milliseconds: max(1, Int32(left)))
            let drawn = terminal.drawn()
            bytes += drawn.count
            grid.feed(drawn)
        }
    }

    /// The item's id; the line about the last answer stands below it.
    private static func item(of screen: String) -> String? {
        screen.split { $0 == " " || $0 == "\n" }.first { $0.hasPrefix("desk-") }.map(String.init)
    }
}

extension Series {
    /// The value that 99 of 100 are not above.
    var p99: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int((Double(sorted.count) * 0.99).rounded(.up)) - 1)]
    }
}

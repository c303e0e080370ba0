import Glibc
import Subprocess
import Synchronization

/// A running PostgreSQL server: our child, or one that outlived the service that started it.
enum Server: Sendable {
    case child(ServerChild)
    case adopted(process: Int32, dataDirectory: String)

    var process: Int32 {
        switch self {
        case .child(let child): child.process
        case .adopted(let process, _): process
        }
    }

    var hasEnded: Bool {
        switch self {
        case .child(let child): child.exit != nil
        case .adopted(let process, let directory):
            ProcessFacts.of(process, servingFrom: directory) != .serves
        }
    }

    /// Sends a signal unless the server has ended.
    func signal(_ number: Int32) {
        // Between the look and the signal the server may end; the number is not reused that fast.
        if !hasEnded { kill(process, number) }
    }

    /// Returns when the server has ended or the task is cancelled.
    func waitForEnd() async {
        switch self {
        case .child(let child):
            for await _ in child.ended {}
        case .adopted:
            // The system tells only a parent. This is the rare case, and a quarter second is soon.
            while !hasEnded, await pause(.milliseconds(250)) {}
        }
    }

    /// Waits for the end, at most this long.
    ///
    /// - Returns: whether the server has ended.
    func hasEnded(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !hasEnded {
            guard ContinuousClock.now < deadline, await pause(.milliseconds(10)) else {
                return hasEnded
            }
        }
        return true
    }
}

/// A server started by this process.
///
/// Whoever starts it need not wait for it: its end is collected as soon as it comes.
final class ServerChild: Sendable {
    let process: Int32
    /// Yields nothing, and finishes when the server has ended; for one reader.
    let ended: AsyncStream<Never>
    private let outcome: Outcome

    /// How the server ended; nil while it runs.
    var exit: String? { outcome.exit.withLock { $0 } }

    private final class Outcome: Sendable {
        let exit = Mutex<String?>(nil)
    }

    private init(process: Int32, ended: AsyncStream<Never>, outcome: Outcome) {
        self.process = process
        self.ended = ended
        self.outcome = outcome
    }

    /// Starts `postgres` with its output appended to `log`.
    ///
    /// - Throws: `ClusterError.startFailed` when no process could be made.
    static func launch(
        context: ProgramContext, arguments: [String], log: String
    ) async throws(ClusterError) -> ServerChild {
        let (started, announceStart) = AsyncStream.makeStream(of: Int32.self)
        let (ended, announceEnd) = AsyncStream.makeStream(of: Never.self)
        let outcome = Outcome()
        let program = ["\(context.binaries.directory)/postgres"] + arguments
        // Owned by the value this returns: it ends when the server does, and must not end sooner.
        Task {
            let exit: String
            do {
                let result = try await Subprocess.run(
                    context.launcher, arguments: context.launcherArguments(program, log: log),
                    environment: context.environment, platformOptions: context.platformOptions,
                    input: .none, output: .discarded, error: .discarded
                ) { execution in
                    announceStart.yield(execution.processIdentifier.value)
                }
                exit = String(describing: result.terminationStatus)
            } catch {
                exit = String(describing: error)
            }
            outcome.exit.withLock { $0 = exit }
            announceStart.finish()
            announceEnd.finish()
        }
        for await process in started {
            return ServerChild(process: process, ended: ended, outcome: outcome)
        }
        throw .startFailed(
            exit: outcome.exit.withLock { $0 } ?? "no process", log: log, lastLines: "")
    }
}

/// Sleeps; false when the task was cancelled.
func pause(_ duration: Duration) async -> Bool {
    do {
        try await Task.sleep(for: duration)
        return true
    } catch {
        return false
    }
}

import Glibc
import Synchronization
import UnixSignals

/// Ends work in order when somebody interrupts the command, so that nothing it started stays.
final class Interruption: Sendable {
    private struct State {
        var signal: Int32?
        var works: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private static let signals: [(UnixSignal, Int32)] = [
        (.sigint, SIGINT), (.sigterm, SIGTERM), (.sighup, SIGHUP),
    ]

    private let state = Mutex(State())

    /// Runs `body` while Ctrl-C, SIGTERM and SIGHUP cancel what it runs by `cancelling`; then the process ends
    /// as the signal has it, when `body` has put everything away.
    static func watching(_ body: (Interruption) async throws -> Void) async throws {
        let interruption = Interruption()
        let sequence = await UnixSignalsSequence(trapping: signals.map(\.0))
        let watch = Task { [signals] in
            for await signal in sequence {
                interruption.interrupt(signals.first { $0.0 == signal }?.1 ?? SIGTERM)
            }
        }
        defer { watch.cancel() }
        do {
            try await body(interruption)
        } catch {
            interruption.endProcess()
            throw error
        }
        interruption.endProcess()
    }

    /// Runs `body` in a task that a signal cancels, also one that came before.
    func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let work = Task { try await body() }
        let key = state.withLock { state in
            state.next += 1
            state.works[state.next] = { work.cancel() }
            if state.signal != nil { work.cancel() }
            return state.next
        }
        defer { _ = state.withLock { $0.works.removeValue(forKey: key) } }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
    }

    private func interrupt(_ signal: Int32) {
        let works = state.withLock { state in
            state.signal = signal
            return state.works.values
        }
        for cancel in works { cancel() }
    }

    /// Ends the process by the signal that came; does nothing when none came.
    private func endProcess() {
        guard let number = state.withLock({ $0.signal }) else { return }
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        signal(number, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(number)
    }
}

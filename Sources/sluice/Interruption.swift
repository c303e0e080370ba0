import Glibc
import Synchronization
import UnixSignals

/// Ends work in order when somebody interrupts the command, so that nothing it started stays.
enum Interruption {
    private static let signals: [(UnixSignal, Int32)] = [
        (.sigint, SIGINT), (.sigterm, SIGTERM), (.sighup, SIGHUP),
    ]

    /// Runs `body` in a task that is cancelled by Ctrl-C, SIGTERM and SIGHUP; then the process ends as the
    /// signal has it, when the body has put everything away.
    static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task { try await body() }
        let received = Mutex<Int32?>(nil)
        let watch = Task { [signals] in
            for await signal in await UnixSignalsSequence(trapping: signals.map(\.0)) {
                received.withLock { $0 = signals.first { $0.0 == signal }?.1 }
                work.cancel()
            }
        }
        let result = await work.result
        watch.cancel()
        if let number = received.withLock({ $0 }) {
            signal(number, SIG_DFL)
            raise(number)
        }
        try result.get()
    }
}

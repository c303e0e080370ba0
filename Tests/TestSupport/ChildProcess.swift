import Foundation
import Glibc
import Synchronization

/// A program started by a test, in a session of its own.
///
/// `Foundation.Process` is not used: it tells the end of a program by a descriptor that the program's
/// own children inherit, so a server started by it would keep it "running".
public final class ChildProcess: Sendable {
    /// Its process id; also that of its session and its process group.
    public let process: Int32
    private let state = Mutex(State())

    /// `POSIX_SPAWN_SETSID`, which the C library's header shows to GNU programs only.
    private static let ownSession: Int32 = 0x80

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: an absolute path.
    ///   - environment: all the variables it gets; nil for those of the tests.
    ///   - input, output, error: descriptors of this process, or nil for `/dev/null`.
    /// - Throws: `POSIXError` when it cannot be started.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil,
        input: Int32? = nil, output: Int32? = nil, error: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (target, source) in [(0, input), (1, output), (2, error)] as [(Int32, Int32?)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        // Signals as a shell would give them, whatever the test runner blocks or ignores.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(Self.ownSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var process: pid_t = 0
        let result = Self.withPointers([program] + arguments) { arguments in
            Self.withPointers(variables) { variables in
                posix_spawn(&process, program, &actions, &attributes, arguments, variables)
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EIO) }
        self.process = process
        // A thread of its own waits for the end: that blocks, and the tests' threads are few.
        Thread.detachNewThread { self.collect() }
    }

    /// How it ended: its exit status, or the negated number of the signal; nil while it runs.
    public var status: Int32? { state.withLock { $0.status } }

    /// Waits for the end and says how it came, as `status` does.
    @discardableResult
    public func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Sends a signal; nothing happens when it has ended.
    public func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { kill(process, number) }
        }
    }

    private func collect() {
        // The process stays a zombie, and its number its own, until its end is noted under the lock.
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiting) = state.withLock { state in
            var raw: Int32 = 0
            waitpid(process, &raw, 0)
            let signal = raw & 0x7f
            let status = signal == 0 ? (raw >> 8) & 0xff : -signal
            state.status = status
            return (status, exchange(&state.waiting, with: []))
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }

    private static func withPointers<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }
}

private func exchange<Value>(_ place: inout Value, with value: Value) -> Value {
    defer { place = value }
    return place
}

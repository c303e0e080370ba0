import Foundation
import Glibc

/// A program started by the bench, with signals as a shell would give them.
///
/// `Foundation.Process` passes its caller's blocked signals on, and pgbench ends its run by SIGALRM.
final class ChildProgram: Sendable {
    let process: Int32

    /// Starts a program, which is looked for in `PATH`.
    ///
    /// - Parameters:
    ///   - output: where its standard output goes; nil for nowhere.
    ///   - terminal: its standard input, output and error instead.
    init(
        _ name: String, _ arguments: [String], environment: [String: String]? = nil,
        output: Int32? = nil, isSilent: Bool = false, terminal: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        if let terminal {
            for target: Int32 in 0...2 {
                posix_spawn_file_actions_adddup2(&actions, terminal, target)
            }
        }
        if isSilent { posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var process: pid_t = 0
        let result = Self.withPointers([name] + arguments) { arguments in
            Self.withPointers(variables) { variables in
                posix_spawnp(&process, name, &actions, &attributes, arguments, variables)
            }
        }
        guard result == 0 else { throw BenchError("\(name): \(String(cString: strerror(result)))") }
        self.process = process
    }

    /// Waits for its end, blocking; to be called once.
    ///
    /// - Returns: its exit status, or the negated number of the signal that ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }

    /// Asks it to end.
    func terminate() { kill(process, SIGTERM) }

    /// Whether it has ended; it still has to be waited for.
    var hasEnded: Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT | WNOHANG)
        return result != 0 || information.si_signo != 0
    }

    private static func withPointers<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }
}

/// Runs a program to its end.
///
/// - Returns: its standard output.
func runTool(_ name: String, _ arguments: [String]) async throws -> String {
    let output = try await onThreads(1) { _ in
        let pipe = Pipe()
        let child = try ChildProgram(
            name, arguments, output: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        let status = child.wait()
        guard status == 0 else { throw BenchError("\(name) ended with \(status)") }
        return String(decoding: data, as: UTF8.self)
    }
    return output.joined()
}

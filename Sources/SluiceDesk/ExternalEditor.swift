import Glibc

/// Lets a person write in a program of their own: `$VISUAL`, else `$EDITOR`.
public struct ExternalEditor: Sendable {
    /// The command line, read by the shell, without the file.
    let command: String

    /// The editor the environment names.
    ///
    /// - Throws: `noEditor`.
    public init(_ variable: (String) -> String?) throws(EditFailure) {
        let names = ["VISUAL", "EDITOR"].compactMap(variable)
        guard let command = names.first(where: { !$0.isEmpty }) else { throw .noEditor }
        self.command = command
    }

    /// Runs the editor on a file of mode 0600 with `text`, and returns what it left there.
    ///
    /// The terminal belongs to the program meanwhile. Ends the program when the task is cancelled;
    /// the file is gone when this returns. Bytes that are not UTF-8 are replaced.
    ///
    /// - Parameters:
    ///   - name: what the file's name says of the text; the suffix is what editors go by.
    ///   - limit: how many bytes are read back; a few more, so that the caller can tell.
    public func edit(
        _ text: String, named name: String = "comment", suffix: String = ".txt", limit: Int
    ) async throws(EditFailure) -> String {
        let path = try write(text, named: name, suffix: suffix)
        defer { unlink(path) }
        let status = try await run(path)
        guard status == 0 else { throw .status(program: command, status: status) }
        return try read(path, limit: limit + 64)
    }

    private func failure(_ call: String) -> EditFailure {
        .failed(program: command, reason: "\(call): \(String(cString: strerror(errno)))")
    }

    private func write(
        _ text: String, named name: String, suffix: String
    ) throws(EditFailure) -> String {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(directory)/sluice-\(name)-XXXXXX\(suffix)".utf8CString)
        let file = mkstemps(&template, Int32(suffix.utf8.count))
        guard file >= 0 else { throw failure("making a file in \(directory)") }
        defer { close(file) }
        let path = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                unlink(path)
                throw failure("writing \(path)")
            }
            rest = rest.dropFirst(count)
        }
        return path
    }

    private func read(_ path: String, limit: Int) throws(EditFailure) -> String {
        // Opened by name: many editors write another file and rename it.
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw failure("reading \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < limit {
            let count = Glibc.read(file, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("reading \(path)") }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: the exit status; 128 and the number of the signal that ended it.
    private func run(_ path: String) async throws(EditFailure) -> Int32 {
        let child = try spawn(path)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { ended in
                // A thread that waits, so that none of the few threads concurrency shares has to.
                Self.detach {
                    var status: Int32 = 0
                    while waitpid(child, &status, 0) < 0, errno == EINTR {}
                    let signal = status & 0x7F
                    ended.resume(returning: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
                }
            }
        } onCancel: {
            kill(child, SIGHUP)
        }
    }

    private func spawn(_ path: String) throws(EditFailure) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores the program must not: signals that are caught go back by themselves.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGINT, SIGQUIT] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = ["/bin/sh", "-c", command + " \"$1\"", "sluice", path]
        var pointers = arguments.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        var child = pid_t()
        let status = posix_spawn(&child, "/bin/sh", nil, &attributes, pointers, environ)
        guard status == 0 else {
            throw .failed(program: command, reason: String(cString: strerror(status)))
        }
        return child
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument {
                    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            // No thread to be had: waiting here is better than not knowing how the program ended.
            box.takeRetainedValue().run()
            return
        }
        pthread_detach(thread)
    }
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

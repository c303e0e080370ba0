import Glibc

/// A file that a command writes, named on the command line.
enum OutputFile {
    /// Writes what `body` writes to the descriptor it gets.
    ///
    /// A regular file appears under its name when it is complete and on disk, behind the link that names
    /// it, with the permissions of the one it takes the place of; interrupted, it leaves nothing. A device
    /// or a pipe is written to as it stands; `-` is standard output.
    ///
    /// - Throws: `Failure` before `body` is called where nothing can be written; what `body` throws.
    /// - Parameter isGuarded: whether signals end the process here, and the unfinished file is removed; else
    ///   whoever takes the signals cancels `body`.
    static func write(
        _ path: String, isGuarded: Bool = true, _ body: (Int32) async throws -> Void
    ) async throws {
        if path == "-" { return try await body(STDOUT_FILENO) }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // A link to a file that is not there yet stays one.
            guard lstat(path, &status) == 0 else {
                return try await replace(path, nil, isGuarded, body)
            }
            return try await write(
                to: open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644), path, body)
        }
        if let descriptor = standardDescriptor(status) { return try await body(descriptor) }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard let target = realpath(path, nil) else { throw failure(path) }
            defer { free(target) }
            try await replace(
                String(cString: target), status.st_mode & 0o777, isGuarded, body)
        case S_IFDIR: throw Failure("writing \(path)", why: "it is a directory")
        case S_IFSOCK: throw Failure("writing \(path)", why: "it is a socket")
        default: try await write(to: open(path, O_WRONLY | O_CLOEXEC), path, body)
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure("writing \(path)", why: String(cString: strerror(errno)))
    }

    /// Standard output or error, if the name leads to it: `/dev/stdout` of a process whose output goes to a
    /// file is that file, and may hold more than ours.
    private static func standardDescriptor(_ named: stat) -> Int32? {
        [STDOUT_FILENO, STDERR_FILENO].first { descriptor in
            var status = stat()
            return fstat(descriptor, &status) == 0 && status.st_ino == named.st_ino
                && status.st_dev == named.st_dev
        }
    }

    private static func write(
        to descriptor: Int32, _ path: String, _ body: (Int32) async throws -> Void
    ) async throws {
        guard descriptor >= 0 else { throw failure(path) }
        do {
            try await body(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure(path) }
    }

    private static func replace(
        _ path: String, _ mode: mode_t?, _ isGuarded: Bool, _ body: (Int32) async throws -> Void
    ) async throws {
        let temporary = "\(path).part-\(getpid())"
        // Before the file is there: a signal between the two would leave it.
        if isGuarded { UnfinishedFile.begin(temporary) }
        defer { if isGuarded { UnfinishedFile.end() } }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode ?? 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        do {
            if let mode { fchmod(descriptor, mode) }
            try await body(descriptor)
            guard fsync(descriptor) == 0, close(descriptor) == 0,
                rename(temporary, path) == 0
            else { throw failure(path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
    }
}

/// Removes the file that is being written when a signal ends the process.
///
/// The handler only uses what a signal handler may: `unlink`, and the end that the signal means.
private enum UnfinishedFile {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Watches over a file; over one at a time.
    static func begin(_ path: String) {
        unfinishedPath = strdup(path)
        for number in signals { signal(number, removeAndEnd) }
    }

    /// Watches no longer.
    static func end() {
        for number in signals { signal(number, SIG_DFL) }
        free(unfinishedPath)
        unfinishedPath = nil
    }
}

// Written only while no handler is installed, by the one command of the process; read by the handler.
nonisolated(unsafe) private var unfinishedPath: UnsafeMutablePointer<CChar>?

private func removeAndEnd(_ number: Int32) {
    if let unfinishedPath { unlink(unfinishedPath) }
    signal(number, SIG_DFL)
    raise(number)
}

import Glibc

/// The claim of one process on a data directory, held from `init` until `release()`.
///
/// It is a `flock`, so the kernel drops it however the process ends, and it is closed on `exec`, so the
/// server started under it does not keep it: after a `kill -9` of the service the next one gets
/// the directory together with the surviving server.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock file at `path`, which is created when missing, and writes our process id there.
    ///
    /// - Throws: `ClusterError.inUse` at once when another process, or another value in this one,
    ///   holds it.
    init(path: String, directory: String) throws(ClusterError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .fileSystem(operation: "open", path: path, errno: errno)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw .fileSystem(operation: "lock", path: path, errno: reason)
            }
            let holder = FileSystem.text(of: path)?.split(separator: "\n").first
            throw .inUse(directory: directory, process: holder.flatMap { Int32($0) })
        }
        let line = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, line, line.count, 0) == line.count
        else {
            let reason = errno
            close(descriptor)
            throw .fileSystem(operation: "write", path: path, errno: reason)
        }
        self.descriptor = descriptor
    }

    /// Gives the directory free, at once.
    ///
    /// Closing alone would not do: a program being started in this very moment may still hold a copy
    /// of the descriptor, and the lock ends with the last copy.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}

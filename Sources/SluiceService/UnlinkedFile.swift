import Glibc

/// A temporary file without a name, gone when nobody holds it any more.
///
/// Reading and writing block; they are for what is too much for memory, a piece at a time.
public final class UnlinkedFile: Sendable {
    private let descriptor: Int32

    /// Makes an empty file in `TMPDIR`, else `/tmp`.
    ///
    /// - Parameter prefix: what its name begins with, for as long as it has one.
    public init(prefix: String) throws(UnlinkedFileError) {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(directory)/\(prefix)-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw UnlinkedFileError(errno: errno) }
        unlink(path)
        // It is no business of the programs that are started.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Writes all of the bytes from a place on, counted from 0.
    public func write(_ bytes: RawSpan, at start: Int) throws(UnlinkedFileError) {
        try bytes.withUnsafeBytes { (bytes) throws(UnlinkedFileError) in
            try Self.transfer(bytes.count) { done in
                pwrite(
                    descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
                    off_t(start + done))
            }
        }
    }

    /// Fills the buffer with what was written from a place on.
    ///
    /// - Throws: also where the file ends before the buffer does.
    public func read(
        into buffer: inout MutableRawSpan, at start: Int
    ) throws(UnlinkedFileError) {
        try buffer.withUnsafeMutableBytes { (bytes) throws(UnlinkedFileError) in
            try Self.transfer(bytes.count) { done in
                pread(
                    descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
                    off_t(start + done))
            }
        }
    }

    /// Calls the system until all of `count` bytes have gone one way or the other.
    ///
    /// - Parameter call: goes on from as many as are done; how many it did, or -1 with `errno`.
    private static func transfer(
        _ count: Int, _ call: (_ done: Int) -> Int
    ) throws(UnlinkedFileError) {
        var done = 0
        while done < count {
            let moved = call(done)
            if moved < 0, errno == EINTR { continue }
            guard moved > 0 else { throw UnlinkedFileError(errno: moved == 0 ? EIO : errno) }
            done += moved
        }
    }

    /// Gives the space on disk back.
    public func clear() throws(UnlinkedFileError) {
        guard ftruncate(descriptor, 0) == 0 else { throw UnlinkedFileError(errno: errno) }
    }
}

/// A temporary file could not be made, written or read.
public struct UnlinkedFileError: Error {
    /// Why.
    public let errno: Int32
}

import Glibc

/// Replies on their way to a client that may not be reading yet.
///
/// Many HTTP clients send the whole body before they read the first byte of the reply. A server that
/// stops reading until its replies are taken would wait for such a client for ever. So replies never
/// wait: up to a limit they are kept in memory, beyond it in an unlinked temporary file, and memory
/// stays flat whatever the length of the stream.
actor ReplySpool {
    private let limit: Int
    private var memory: [UInt8] = []
    private var file: Int32?
    private var written: off_t = 0
    private var read: off_t = 0
    private var isFinished = false
    private var reader: CheckedContinuation<Void, Never>?

    /// Keeps up to `limit` bytes in memory.
    init(limit: Int = 1 << 20) { self.limit = limit }

    deinit { if let file { close(file) } }

    /// Adds a reply.
    ///
    /// - Throws: `SpoolError` when the temporary file cannot be written.
    func append(_ bytes: [UInt8]) throws(SpoolError) {
        // What is on disk comes before what is in memory, so nothing overtakes the file.
        if written == read, memory.count + bytes.count <= limit {
            memory += bytes
        } else {
            try spill(bytes)
        }
        wake()
    }

    /// No more replies come.
    func finish() {
        isFinished = true
        wake()
    }

    /// The next replies; nil when there are no more.
    func next() async throws(SpoolError) -> [UInt8]? {
        while true {
            if !memory.isEmpty {
                defer { memory = [] }
                return memory
            }
            if written > read { return try readBack() }
            if isFinished { return nil }
            await withCheckedContinuation { reader = $0 }
        }
    }

    private func wake() {
        reader?.resume()
        reader = nil
    }

    private func spill(_ bytes: [UInt8]) throws(SpoolError) {
        let file = try openFile()
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(
                    file, $0.baseAddress?.advanced(by: offset), bytes.count - offset,
                    written + off_t(offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SpoolError(errno: errno) }
            offset += count
        }
        written += off_t(bytes.count)
    }

    private func readBack() throws(SpoolError) -> [UInt8] {
        let file = try openFile()
        let wanted = Int(min(written - read, 1 << 18))
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            let got = pread(file, buffer.baseAddress, wanted, read)
            failure = got > 0 ? 0 : errno
            count = max(got, 0)
        }
        guard !bytes.isEmpty else { throw SpoolError(errno: failure) }
        read += off_t(bytes.count)
        if read == written {
            ftruncate(file, 0)
            (read, written) = (0, 0)
        }
        return bytes
    }

    private func openFile() throws(SpoolError) -> Int32 {
        if let file { return file }
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(directory)/sluice-replies-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw SpoolError(errno: errno) }
        unlink(path)
        file = descriptor
        return descriptor
    }
}

/// The temporary file for replies could not be used.
struct SpoolError: Error {
    let errno: Int32
}

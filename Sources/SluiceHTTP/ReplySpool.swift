import SluiceService

/// Replies on their way to a client that may not be reading yet.
///
/// Many HTTP clients send the whole body before they read the first byte of the reply. A server that
/// stops reading until its replies are taken would wait for such a client for ever. So replies never
/// wait: up to a limit they are kept in memory, beyond it in an unlinked temporary file, and memory
/// stays flat whatever the length of the stream.
actor ReplySpool {
    private let limit: Int
    private var memory: [UInt8] = []
    private var file: UnlinkedFile?
    private var written = 0
    private var read = 0
    private var isFinished = false
    private var reader: CheckedContinuation<Void, Never>?

    /// Keeps up to `limit` bytes in memory.
    init(limit: Int = 1 << 20) { self.limit = limit }

    /// Adds a reply.
    ///
    /// - Throws: `UnlinkedFileError` when the temporary file cannot be written.
    func append(_ bytes: [UInt8]) throws(UnlinkedFileError) {
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
    func next() async throws(UnlinkedFileError) -> [UInt8]? {
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

    private func spill(_ bytes: [UInt8]) throws(UnlinkedFileError) {
        let file = try openFile()
        try file.write(bytes.span.bytes, at: written)
        written += bytes.count
    }

    private func readBack() throws(UnlinkedFileError) -> [UInt8] {
        let file = try openFile()
        var bytes = [UInt8](repeating: 0, count: min(written - read, 1 << 18))
        var span = bytes.mutableSpan
        var place = span.mutableBytes
        try file.read(into: &place, at: read)
        read += bytes.count
        if read == written {
            try file.clear()
            (read, written) = (0, 0)
        }
        return bytes
    }

    private func openFile() throws(UnlinkedFileError) -> UnlinkedFile {
        if let file { return file }
        let opened = try UnlinkedFile(prefix: "sluice-replies")
        file = opened
        return opened
    }
}

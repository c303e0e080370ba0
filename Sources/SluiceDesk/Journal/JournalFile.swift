import Glibc

/// One journal on disk, held by one process: an advisory lock goes with the open file.
///
/// Not to be used on threads that must not block, nor by two threads at once.
struct JournalFile: ~Copyable {
    /// The length from which a file is made small again, when little in it is still needed.
    static let roomy = 256 * 1024

    let path: String
    private var descriptor: Int32
    private var length: Int
    private(set) var contents: JournalContents
    private let heading: JournalRecord

    /// Opens a journal that nobody holds.
    ///
    /// - Returns: nil when another process holds it, or has just removed it.
    static func open(_ path: String, heading: JournalRecord) throws(JournalError) -> JournalFile? {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw JournalError("opening", path) }
        return try hold(descriptor, path, heading)
    }

    /// Makes a journal.
    ///
    /// - Returns: nil when there is one already.
    static func create(
        _ path: String, heading: JournalRecord
    ) throws(JournalError) -> JournalFile? {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EEXIST { return nil }
        guard descriptor >= 0 else { throw JournalError("making", path) }
        guard var file = try hold(descriptor, path, heading) else { return nil }
        try file.append([heading])
        return file
    }

    private static func hold(
        _ descriptor: Int32, _ path: String, _ heading: JournalRecord
    ) throws(JournalError) -> JournalFile? {
        var (held, named) = (stat(), stat())
        // Between our opening and our locking, its holder may have removed or replaced it.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0,
            stat(path, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev
        else {
            Glibc.close(descriptor)
            return nil
        }
        do throws(JournalError) {
            let bytes = try FileBytes.read(descriptor, path)
            let (contents, length) = JournalContents.read(bytes)
            return JournalFile(path, descriptor, length, contents, heading)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private init(
        _ path: String, _ descriptor: Int32, _ length: Int, _ contents: JournalContents,
        _ heading: JournalRecord
    ) {
        self.path = path
        self.descriptor = descriptor
        self.length = length
        self.contents = contents
        self.heading = heading
    }

    deinit { Self.release(descriptor) }

    /// Lets go of the lock at once: a child process on its way to its own program may still share it.
    private static func release(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    /// Adds records: on disk when this returns where one of them is urgent, else soon.
    ///
    /// - Throws: `JournalError`; none of the records is in the journal then.
    mutating func append(_ records: [JournalRecord]) throws(JournalError) {
        let bytes = records.flatMap { JournalLine.bytes(of: $0) }
        do throws(JournalError) {
            // What an earlier attempt left behind the good part must not stay behind this one.
            guard ftruncate(descriptor, length) == 0 else { throw JournalError("writing", path) }
            try FileBytes.write(bytes, to: descriptor, at: length, path)
            if records.contains(where: \.isUrgent), fdatasync(descriptor) != 0 {
                throw JournalError("writing", path)
            }
        } catch {
            ftruncate(descriptor, length)
            throw error
        }
        length += bytes.count
        for record in records { contents.apply(record) }
        if length > Self.roomy { shrink() }
    }

    /// Writes the file anew with nothing in it but what is still needed.
    ///
    /// The lock is taken on the new file before it gets its name, so at no moment is the journal
    /// without a holder.
    mutating func rewrite() throws(JournalError) {
        let fresh = path + ".new"
        let new = Glibc.open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard new >= 0 else { throw JournalError("making", fresh) }
        let bytes = ([heading] + contents.records).flatMap { JournalLine.bytes(of: $0) }
        do throws(JournalError) {
            try FileBytes.write(bytes, to: new, at: 0, fresh)
            guard flock(new, LOCK_EX | LOCK_NB) == 0, fsync(new) == 0, rename(fresh, path) == 0
            else { throw JournalError("writing", fresh) }
        } catch {
            Glibc.close(new)
            unlink(fresh)
            throw error
        }
        Self.release(descriptor)
        descriptor = new
        length = bytes.count
    }

    /// Removes the file; to be called by its holder when it is empty or its contents are elsewhere.
    func remove() { unlink(path) }

    private mutating func shrink() {
        let needed = contents.records.reduce(0) { $0 + JournalLine.bytes(of: $1).count }
        guard needed < length / 4 else { return }
        do throws(JournalError) {
            try rewrite()
        } catch {
            // The long file is as good as the short one; the next record tries again.
            return
        }
    }
}

/// Reading and writing whole files, over interruptions.
enum FileBytes {
    static func read(_ descriptor: Int32, _ path: String) throws(JournalError) -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &part, part.count, all.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw JournalError("reading", path) }
            if count == 0 { return all }
            all += part[..<count]
        }
    }

    static func write(
        _ bytes: [UInt8], to descriptor: Int32, at start: Int, _ path: String
    ) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(
                    descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done,
                    start + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw JournalError("writing", path) }
            done += count
        }
    }
}

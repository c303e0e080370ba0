import Glibc
import SluiceJSON

/// A file named on the command line.
enum InputFile {
    /// The whole file without its byte order mark; `-` is standard input.
    ///
    /// - Throws: `Failure` saying why it cannot be read, or that it is not UTF-8.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = try OpenFile(path)
        var bytes = try file.readStart()
        while true {
            let more = try file.read()
            if more.isEmpty { return bytes }
            bytes += more
        }
    }

    /// The whole file as text.
    ///
    /// - Throws: `Failure` when it cannot be read or is not UTF-8.
    static func text(_ path: String) throws(Failure) -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw Failure(
                "reading \(path)", why: "it is not UTF-8 text", hint: "save it as UTF-8")
        }
        return text
    }

    /// The file as one JSON document.
    ///
    /// - Throws: `Failure` when it cannot be read or is no JSON.
    static func document(_ path: String) throws(Failure) -> JSONValue {
        let bytes = try read(path)
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw Failure("reading \(path)", why: error.description)
        }
    }

    /// A JSON value of a file of many.
    struct Value {
        /// What is counted: `line` or `element`.
        let unit: String
        /// Which of them it is, from 1.
        let number: Int
        /// Where it stands: `line 3` or `element 3`.
        var place: String { "\(unit) \(number)" }
        /// The value as it is written.
        let bytes: [UInt8]
    }

    /// The values of a file of JSON lines, or the elements of its array.
    ///
    /// - Throws: `Failure` when it cannot be read, or its array is not closed.
    static func values(_ path: String) throws(Failure) -> [Value] {
        let source = try UploadLines(path)
        var iterator = source.makeAsyncIterator()
        var bytes: [UInt8] = []
        while let more = iterator.nextBytes() { bytes += more }
        if let failure = source.failure { throw failure }
        return bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated()
            .filter { $1.contains { ![9, 13, 32].contains($0) } }
            .map { Value(unit: source.unit, number: $0 + 1, bytes: Array($1)) }
    }
}

/// A file that is being read.
final class OpenFile: Sendable {
    /// How much is read at once.
    static let chunk = 1 << 16

    /// What it is called in messages.
    let name: String
    /// How many bytes it has; nil where that is not known, as of a pipe.
    let size: Int?
    private let descriptor: Int32

    /// Opens the file; `-` is standard input.
    ///
    /// - Throws: `Failure` saying why it cannot be.
    init(_ path: String) throws(Failure) {
        let isStandardInput = path == "-"
        name = isStandardInput ? "standard input" : path
        descriptor = isStandardInput ? STDIN_FILENO : Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure("reading \(name)", why: String(cString: strerror(errno)))
        }
        var status = stat()
        size =
            fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            ? Int(status.st_size) : nil
    }

    deinit { if descriptor > STDERR_FILENO { close(descriptor) } }

    /// The next bytes; none at the end.
    ///
    /// - Throws: `Failure` saying why they cannot be read.
    func read(atMost count: Int = OpenFile.chunk) throws(Failure) -> [UInt8] {
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            var got = Glibc.read(descriptor, buffer.baseAddress, count)
            while got < 0, errno == EINTR {
                got = Glibc.read(descriptor, buffer.baseAddress, count)
            }
            if got < 0 { failed = errno }
            used = max(got, 0)
        }
        guard failed == 0 else {
            throw Failure("reading \(name)", why: String(cString: strerror(failed)))
        }
        return bytes
    }

    /// The first bytes without the byte order mark, as many as it takes to see what they are.
    ///
    /// - Throws: `Failure` when it cannot be read or is in another encoding than UTF-8.
    func readStart() throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        // A pipe may give them one by one.
        while bytes.count < 4 {
            let more = try read()
            if more.isEmpty { break }
            bytes += more
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        guard !isWide, !bytes.prefix(4).contains(0) else {
            throw Failure(
                "reading \(name)", why: "it is UTF-16 or UTF-32, or no text at all",
                hint: "save it as UTF-8")
        }
        return bytes
    }
}

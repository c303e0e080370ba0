import NIOCore
import Synchronization

/// `Failure`, where a sequence has a type of that name.
typealias InputFailure = Failure

/// A file as the lines the service takes, read when the connection takes more.
///
/// JSON lines go out as they are. The elements of a JSON array, and objects over several lines, are put
/// on a line each; a table of answers is turned into lines. What is wrong with the file ends the lines
/// in order and is kept in ``failure``: it is no fault of the service that they go to.
final class UploadLines: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// What stands in the file.
    enum Content: Sendable {
        /// One JSON value a line.
        case lines
        /// JSON values that do not stand a line each.
        case elements(JSONElements)
        /// A table of answers.
        case table(AnswerTable)
    }

    /// What the service's numbers of lines count.
    let unit: String
    /// How many bytes the file has; nil where that is not known.
    var size: Int? { file.size }

    private let file: OpenFile
    private let counter = ByteCounter()
    private let first: [UInt8]
    private let content: Content
    private let failed = Mutex<InputFailure?>(nil)

    /// Opens a file of predictions, or of answers when a table is given.
    ///
    /// - Parameter table: how answers in CSV are read; nil where a file cannot be CSV.
    /// - Throws: `Failure` when the file cannot be read or is not UTF-8.
    init(_ path: String, table: AnswerTable? = nil) throws(InputFailure) {
        file = try OpenFile(path)
        first = try file.readStart()
        counter.add(first.count)
        let start = first.first { ![9, 10, 13, 32].contains($0) }
        if start == UInt8(ascii: "[") {
            content = .elements(JSONElements(.array, in: file.name))
        } else if start != UInt8(ascii: "{"), let table {
            content = .table(table)
        } else if Self.opensObject(first) {
            content = .elements(JSONElements(.sequence, in: file.name))
        } else {
            content = .lines
            try Self.requireLineFeeds(first, file.name)
        }
        unit = if case .elements = content { "element" } else { "line" }
    }

    /// Whether the first line is the opening brace of an object over several lines.
    private static func opensObject(_ bytes: [UInt8]) -> Bool {
        let text = bytes.drop { [9, 10, 13, 32].contains($0) }
        guard let end = text.firstIndex(of: 10) else { return false }
        return text[..<end].elementsEqual("{".utf8) || text[..<end].elementsEqual("{\r".utf8)
    }

    private static func requireLineFeeds(_ bytes: [UInt8], _ name: String) throws(InputFailure) {
        guard !bytes.contains(10), let place = bytes.firstIndex(of: 13),
            bytes[place...].contains(where: { ![9, 13, 32].contains($0) })
        else { return }
        throw InputFailure(
            "reading \(name)", why: "its lines end with CR alone", hint: "end them with LF or CR LF"
        )
    }

    var bytesRead: Int { counter.value }

    /// What was wrong with the file, once it has been read so far.
    var failure: InputFailure? { failed.withLock { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(source: self, content: content) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: UploadLines
        fileprivate var content: Content
        private var hasStarted = false
        private var isAtEnd = false

        fileprivate init(source: UploadLines, content: Content) {
            self.source = source
            self.content = content
        }

        mutating func next() async -> ByteBuffer? {
            nextBytes().map { ByteBuffer(bytes: $0) }
        }

        /// The next lines or part of one; nil at the end.
        mutating func nextBytes() -> [UInt8]? {
            do throws(InputFailure) {
                while !isAtEnd {
                    let lines = try nextLines()
                    if !lines.isEmpty { return lines }
                }
            } catch {
                isAtEnd = true
                source.failed.withLock { $0 = error }
            }
            return nil
        }

        private mutating func nextLines() throws(InputFailure) -> [UInt8] {
            let bytes: [UInt8]
            if hasStarted {
                bytes = try source.file.read()
                source.counter.add(bytes.count)
                isAtEnd = bytes.isEmpty
            } else {
                hasStarted = true
                bytes = source.first
            }
            switch content {
            case .lines: return bytes
            case .elements(var elements):
                defer { content = .elements(elements) }
                return try elements.lines(of: bytes, isLast: isAtEnd)
            case .table(var table):
                defer { content = .table(table) }
                return try table.lines(of: bytes, isLast: isAtEnd)
            }
        }
    }
}

import Foundation
import NIOCore
import SluiceAPI
import SluiceClient
import SluiceJSON

/// Streams a file of answers that people gave elsewhere to the service, and counts what comes back.
struct ReviewsImport {
    let client: Client
    let project: String
    let decides: Bool
    let isAnonymous: Bool
    let printsReplies: Bool

    func run(_ file: String) async throws -> ReviewsSummary {
        let lines = try AnswerLines(path: file, isAnonymous: isAnonymous)
        let size =
            file == "-" ? nil : try FileManager.default.attributesOfItem(atPath: file)[.size]
        var bar = ProgressBar("importing", total: (size as? NSNumber)?.intValue)
        var summary = ReviewsSummary()
        var pending: [UInt8] = []
        let path = Endpoint<Nothing, Nothing>("POST", StreamingPath.importReviews)
            .path(["project": project])
        defer { bar.finish() }
        try await client.upload(path, query: decides ? [("decide", "true")] : [], lines) { bytes in
            pending += bytes
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<end])
                pending.removeSubrange(...end)
                try count(line, &summary)
            }
            bar.update(bytes: lines.bytesRead, items: summary.lines)
        }
        guard summary.end != nil else {
            throw Failure(
                "importing \(file)", why: "the service ended before it had said what it took",
                hint: "Send the file again: what is stored is not stored twice.")
        }
        summary.lines += lines.refused
        summary.refused += lines.refused
        return summary
    }

    private func count(_ line: [UInt8], _ summary: inout ReviewsSummary) throws {
        if printsReplies { try Output.write(line + [10]) }
        let reply = try JSONValue(parsing: line)
        if let end = reply["summary"] {
            summary.end = end
            return
        }
        summary.lines += 1
        guard let error = reply["error"] else { return }
        summary.refused += 1
        let number = reply["line"]?.int ?? 0
        Output.say(
            safe(
                "line \(number): \(error["code"]?.string ?? "") \(error["detail"]?.string ?? "")"))
    }
}

/// What became of an import of answers.
struct ReviewsSummary {
    var lines = 0
    var refused = 0
    var end: JSONValue?

    var text: [String] {
        let imported = end?["imported"]?.int ?? 0
        let duplicates = end?["duplicates"]?.int ?? 0
        var text = "\(lines) lines: \(imported) imported, \(refused) refused"
        if duplicates > 0 { text += " (\(duplicates) had been imported before)" }
        guard let decisions = end?["decisions"] else { return [text] }
        let undecided = decisions["undecided"]?.int ?? 0
        let kept = decisions["kept"]?.int ?? 0
        let left = decisions["left_to_reviewers"]?.int ?? 0
        var decided =
            "\(decisions["decided"]?.int ?? 0) decided, \(undecided) without consensus"
        if kept > 0 { decided += ", \(kept) were decided before" }
        if left > 0 { decided += ", \(left) left to the reviewers who have them" }
        return [text, decided]
    }
}

/// A file of answers as the JSON lines the service takes; CSV is turned into them as it is read.
private final class AnswerLines: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let handle: FileHandle
    private let counter = ByteCounter()
    private let first: [UInt8]
    private let table: AnswerTable?

    /// Opens the file and reads its beginning: JSON begins with a brace, a table with its columns.
    init(path: String, isAnonymous: Bool) throws {
        handle = try InputFile.open(path)
        let first = Array(try handle.read(upToCount: 1 << 16) ?? Data())
        counter.add(first.count)
        let start = first.first { ![9, 10, 13, 32, 0xEF, 0xBB, 0xBF].contains($0) }
        guard start != UInt8(ascii: "{") else {
            self.first = first
            table = nil
            return
        }
        var table = AnswerTable(isAnonymous: isAnonymous)
        self.first = try table.lines(of: first, isLast: false)
        self.table = table
    }

    var bytesRead: Int { counter.value }

    /// How many lines were no record of the table, and were said to be so.
    var refused: Int { table?.refused.value ?? 0 }

    func makeAsyncIterator() -> Iterator {
        Iterator(handle: handle, counter: counter, next: first, table: table)
    }

    struct Iterator: AsyncIteratorProtocol {
        let handle: FileHandle
        let counter: ByteCounter
        var next: [UInt8]?
        var table: AnswerTable?
        var isAtEnd = false

        mutating func next() async throws -> ByteBuffer? {
            if let bytes = next, !bytes.isEmpty {
                next = nil
                return ByteBuffer(bytes: bytes)
            }
            while !isAtEnd {
                let bytes = Array(try handle.read(upToCount: 1 << 16) ?? Data())
                isAtEnd = bytes.isEmpty
                counter.add(bytes.count)
                let lines = try table?.lines(of: bytes, isLast: isAtEnd) ?? bytes
                if !lines.isEmpty { return ByteBuffer(bytes: lines) }
            }
            return nil
        }
    }
}

extension InputFile {
    /// The file, open; `-` is standard input.
    fileprivate static func open(_ path: String) throws -> FileHandle {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else {
            throw Failure(
                "importing \(path)", why: "there is no such file, or it cannot be read")
        }
        return handle
    }
}

import ArgumentParser
import Foundation
import NIOCore
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Send predictions, or answers people gave elsewhere, from a file.",
        discussion: """
            Lines that are refused are named on standard error; the others go in. Sending a file \
            again changes nothing.

            With --reviews the file holds past answers: JSON lines, or CSV whose first line is \
            item,worker,label or item,worker,label,seconds. They count for agreement, and decide \
            nothing without --decide.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Flag(help: "The file holds answers people gave elsewhere.")
    var reviews = false

    @Flag(help: "With --reviews: the answers decide their items, by the rule of consensus.")
    var decide = false

    @Flag(help: "With --reviews: take each answer of a CSV as of its own nobody.")
    var anonymous = false

    @Flag(help: "Print the service's reply, one JSON line each.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        guard reviews || !(decide || anonymous) else {
            throw ValidationError("--decide and --anonymous go with --reviews")
        }
    }

    func run() async throws {
        if reviews { return try await importReviews() }
        let summary = try await Failure.explain("importing \(file)") {
            let client = try service.client()
            return try await PredictionImport(
                client: client, project: try await project.name(client), printsReplies: json
            ).run(file)
        }
        for line in summary.lines { Output.say(line) }
        if summary.refused > 0 { throw ExitCode(1) }
    }

    private func importReviews() async throws {
        let summary = try await Failure.explain("importing \(file)") {
            let client = try service.client()
            return try await ReviewsImport(
                client: client, project: try await project.name(client), decides: decide,
                isAnonymous: anonymous, printsReplies: json
            ).run(file)
        }
        for line in summary.text { Output.say(line) }
        if summary.refused > 0 { throw ExitCode(1) }
    }
}

/// What became of an import.
struct ImportSummary {
    var routes: [String: Int] = [:]
    var duplicates = 0
    var refused = 0

    var total: Int { routes.values.reduce(0, +) + refused }

    var lines: [String] {
        let routed = routes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        var line = "\(total) lines: " + (routed + ["\(refused) refused"]).joined(separator: ", ")
        if duplicates > 0 { line += " (\(duplicates) had been sent before)" }
        return [line]
    }
}

/// Streams a file to the service, and counts what comes back.
struct PredictionImport {
    let client: Client
    let project: String
    let printsReplies: Bool

    func run(_ path: String) async throws -> ImportSummary {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else {
            throw Failure(
                "importing \(path)", why: "there is no such file, or it cannot be read")
        }
        let size = path == "-" ? nil : try FileManager.default.attributesOfItem(atPath: path)[.size]
        let body = FileChunks(handle: handle)
        var bar = ProgressBar("importing", total: (size as? NSNumber)?.intValue)
        var summary = ImportSummary()
        var pending: [UInt8] = []
        let path = Endpoint<Nothing, Nothing>("POST", StreamingPath.predictions)
            .path(["project": project])
        defer { bar.finish() }
        try await client.upload(path, body) { bytes in
            pending += bytes
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<end])
                pending.removeSubrange(...end)
                try count(line, &summary)
            }
            bar.update(bytes: body.bytesRead, items: summary.total)
        }
        return summary
    }

    private func count(_ line: [UInt8], _ summary: inout ImportSummary) throws {
        if printsReplies { try Output.write(line + [10]) }
        let reply = try JSONValue(parsing: line)
        if let error = reply["error"] {
            summary.refused += 1
            let number = reply["line"]?.int ?? 0
            Output.say(
                safe(
                    "line \(number): \(error["code"]?.string ?? "") \(error["detail"]?.string ?? "")"
                ))
        } else {
            summary.routes[reply["route"]?.string ?? "?", default: 0] += 1
            if reply["duplicate"]?.bool == true { summary.duplicates += 1 }
        }
    }
}

/// A file as a stream of chunks; read when the connection takes more.
private final class FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let handle: FileHandle
    private let counter = ByteCounter()

    init(handle: FileHandle) { self.handle = handle }

    var bytesRead: Int { counter.value }

    func makeAsyncIterator() -> Iterator { Iterator(handle: handle, counter: counter) }

    struct Iterator: AsyncIteratorProtocol {
        let handle: FileHandle
        let counter: ByteCounter

        mutating func next() async throws -> ByteBuffer? {
            guard let data = try handle.read(upToCount: 1 << 16), !data.isEmpty else { return nil }
            counter.add(data.count)
            return ByteBuffer(bytes: data)
        }
    }
}

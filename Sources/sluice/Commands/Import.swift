import ArgumentParser
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
            Predictions stand a JSON object a line, or in a JSON array. What is refused is named on \
            standard error; the rest goes in. Sending a file again changes nothing.

            With --reviews the file holds past answers: JSON likewise, or CSV whose first line is \
            item,worker,label or item,worker,label,seconds. They count for agreement, and decide \
            nothing without --decide.
            """)

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Flag(help: "The file holds answers people gave elsewhere.")
    var reviews = false

    @Flag(help: "With --reviews: the answers decide their items, by the rule of consensus.")
    var decide = false

    @Flag(
        help: """
            With --reviews: make the items that the service does not know. Without it answers to them \
            are refused.
            """)
    var createItems = false

    @Flag(help: "With --reviews: take each answer of a CSV as of its own nobody.")
    var anonymous = false

    @Flag(help: "Print the service's reply, one JSON line each.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        guard reviews || !(decide || anonymous || createItems) else {
            throw ValidationError("--decide, --anonymous and --create-items go with --reviews")
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
        if let failure = summary.failure { throw failure }
        if summary.refused > 0 { throw ExitCode(1) }
    }

    private func importReviews() async throws {
        let summary = try await Failure.explain("importing \(file)") {
            let client = try service.client()
            return try await ReviewsImport(
                client: client, project: try await project.name(client), decides: decide,
                createsItems: createItems, isAnonymous: anonymous, printsReplies: json
            ).run(file)
        }
        for line in summary.text { Output.say(line) }
        if let failure = summary.failure { throw failure }
        if summary.refused > 0 { throw ExitCode(1) }
    }
}

/// What became of an import.
struct ImportSummary {
    var routes: [String: Int] = [:]
    var duplicates = 0
    var refused = 0
    /// What was wrong with the file behind what was sent of it.
    var failure: Failure?

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

    func run(_ file: String) async throws -> ImportSummary {
        let lines = try UploadLines(file)
        var bar = ProgressBar("importing", total: lines.size)
        var summary = ImportSummary()
        var pending: [UInt8] = []
        let path = Endpoint<Nothing, Nothing>("POST", StreamingPath.predictions)
            .path(["project": project])
        defer { bar.finish() }
        do {
            try await client.upload(path, lines) { bytes in
                pending += bytes
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(pending[..<end])
                    pending.removeSubrange(...end)
                    try count(line, lines.unit, &summary)
                }
                bar.update(bytes: lines.bytesRead, items: summary.total)
            }
        } catch let error as ClientError {
            // A file of which nothing was sent is no fault of the service's.
            throw lines.failure ?? error
        }
        summary.failure = lines.failure
        return summary
    }

    private func count(
        _ line: [UInt8], _ unit: String, _ summary: inout ImportSummary
    ) throws {
        if printsReplies { try Output.write(line + [10]) }
        let reply = try JSONValue(parsing: line)
        if let error = reply["error"] {
            summary.refused += 1
            let number = reply["line"]?.int ?? 0
            Output.say(
                safe(
                    "\(unit) \(number): \(error["code"]?.string ?? "") \(error["detail"]?.string ?? "")"
                ))
        } else {
            summary.routes[reply["route"]?.string ?? "?", default: 0] += 1
            if reply["duplicate"]?.bool == true { summary.duplicates += 1 }
        }
    }
}

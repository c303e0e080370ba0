import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// Streams a file of answers that people gave elsewhere to the service, and counts what comes back.
struct ReviewsImport {
    let client: Client
    let project: String
    let decides: Bool
    let createsItems: Bool
    let isAnonymous: Bool
    let printsReplies: Bool

    func run(_ file: String) async throws -> ReviewsSummary {
        let table = AnswerTable(isAnonymous: isAnonymous)
        let lines = try UploadLines(file, table: table)
        var bar = ProgressBar("importing", total: lines.size)
        var summary = ReviewsSummary()
        var pending: [UInt8] = []
        let path = Endpoint<Nothing, Nothing>("POST", StreamingPath.importReviews)
            .path(["project": project])
        defer { bar.finish() }
        do {
            try await client.upload(path, query: query, lines) { bytes in
                pending += bytes
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(pending[..<end])
                    pending.removeSubrange(...end)
                    try count(line, lines.unit, &summary)
                }
                bar.update(bytes: lines.bytesRead, items: summary.lines)
            }
        } catch let error as ClientError {
            // A file of which nothing was sent is no fault of the service's.
            throw lines.failure ?? error
        }
        summary.failure = lines.failure
        guard summary.end != nil else {
            throw Failure(
                "importing \(file)", why: "the service ended before it had said what it took",
                hint: "Send the file again: what is stored is not stored twice.")
        }
        summary.lines += table.refused.value
        summary.refused += table.refused.value
        return summary
    }

    private var query: [(String, String)] {
        [("decide", decides), ("create_items", createsItems)].filter(\.1).map { ($0.0, "true") }
    }

    private func count(
        _ line: [UInt8], _ unit: String, _ summary: inout ReviewsSummary
    ) throws {
        if printsReplies { try Output.write(line + [10]) }
        let reply = try JSONValue(parsing: line)
        if let end = reply["summary"] {
            summary.end = end
            return
        }
        summary.lines += 1
        guard let error = reply["error"] else { return }
        summary.refused += 1
        if error["code"]?.string == ErrorCode.unknownItem.rawValue { summary.unknownItems += 1 }
        let number = reply["line"]?.int ?? 0
        Output.say(
            safe(
                "\(unit) \(number): \(error["code"]?.string ?? "") \(error["detail"]?.string ?? "")"
            ))
    }
}

/// What became of an import of answers.
struct ReviewsSummary {
    var lines = 0
    var refused = 0
    /// How many were refused because nobody knows their item.
    var unknownItems = 0
    var end: JSONValue?
    /// What was wrong with the file behind what was sent of it.
    var failure: Failure?

    var text: [String] {
        let imported = end?["imported"]?.int ?? 0
        let duplicates = end?["duplicates"]?.int ?? 0
        var text = "\(lines) lines: \(imported) imported, \(refused) refused"
        if duplicates > 0 { text += " (\(duplicates) had been imported before)" }
        let (skips, newItems) = (end?["skips"]?.int ?? 0, end?["new_items"]?.int ?? 0)
        if skips > 0 { text += ", \(skips) skipped their item" }
        if newItems > 0 { text += ", \(newItems) new \(newItems == 1 ? "item" : "items") made" }
        if unknownItems > 0 {
            text +=
                "\n hint: send the predictions of unknown items first; --create-items makes them"
        }
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

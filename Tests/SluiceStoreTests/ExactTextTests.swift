import Foundation
import Testing

/// Identity is bytes, everywhere: Swift calls composed and decomposed letters equal, PostgreSQL and
/// producers do not, and a count kept by `String` in one place and by bytes in the other is off by one.
@Suite("Text that decides is compared byte by byte")
struct ExactTextTests {
    /// Where labels, ids, names and other text from outside are grouped and looked up.
    private static let rooms = [
        "Sources/SluiceDomain", "Sources/SluiceStatistics", "Sources/SluiceStore",
        "Sources/SluiceService", "Sources/SluiceHTTP", "Sources/SluiceAPI",
    ]

    /// A line that may use `String` as a key, and why.
    private struct Exception: Sendable {
        let file: String
        let part: String
        let why: String
    }

    private static let exceptions = [
        Exception(
            file: "RolloutReader.swift", part: "var found: [String: JSONValue]",
            why: "members of a document, of which the known ones are ASCII words"),
        Exception(
            file: "Query.swift", part: "private var values: [String: String]",
            why: "parameters of a call, looked up by ASCII words"),
        Exception(
            file: "LabelTwins.swift", part: "private let text: String",
            why: "looks are compared as Swift does on purpose: normal forms look alike"),
        Exception(
            file: "LongWork.swift", part: "static let all: Set<String>",
            why: "paths of the calls as they are declared, in ASCII"),
        Exception(
            file: "Endpoint.swift", part: "func path(_ values: [String: String])",
            why: "parameters of a path, looked up by ASCII words"),
        Exception(
            file: "ExportBias.swift", part: "[String: ",
            why: "reached by nothing; what uses it has to change this first"),
        Exception(
            file: "ReportFacts.swift", part: "Set(deferred.map(\\.reason))",
            why: "the ASCII words of RouteReason"),
        Exception(
            file: "PolicyDifference.swift", part: "member.key != left",
            why: "a member of the policy's document, an ASCII word"),
        Exception(
            file: "ProjectName.swift", part: "public let text: String",
            why: "names of projects are ASCII, as its initialiser checks"),
        Exception(
            file: "ArrivalCounts.swift", part: "let reason: String",
            why: "the ASCII words of RouteReason"),
        Exception(
            file: "Agreement.swift", part: "$0.label == answer", why: "labels by number"),
        Exception(file: "Plurality.swift", part: "$0.label == ", why: "labels by number"),
        Exception(file: "ConsensusReport.swift", part: "decision.label", why: "labels by number"),
        Exception(
            file: "ErrorTable.swift", part: "$0.slice < $1.slice",
            why: "generic: its callers' slices are ExactText"),
        Exception(
            file: "ProjectDirectory.swift", part: "sorted { $0.name < $1.name }",
            why: "names of projects are ASCII by a constraint"),
    ]

    /// Members that hold text from outside.
    private static let members =
        "label|labelName|externalID|reviewer|actorName|rule|slice|tag|group|predicted|decidedLabel|model|name"

    private struct Line: Sendable {
        let file: String
        let number: Int
        let text: String
    }

    /// The lines of code, without comments and without the operators that compare bytes themselves.
    private func lines() throws -> [Line] {
        try Self.rooms.flatMap { room in
            try Repository.swiftFiles(below: room).flatMap { file in
                try Repository.text(file).components(separatedBy: "\n").enumerated().compactMap {
                    index, text -> Line? in
                    let isComment = text.trimmingCharacters(in: .whitespaces).hasPrefix("//")
                    return isComment ? nil : Line(file: file, number: index + 1, text: text)
                }
            }
        }
    }

    private func isExcepted(_ line: Line) -> Bool {
        Self.exceptions.contains {
            line.file.hasSuffix("/" + $0.file) && line.text.contains($0.part)
        }
    }

    private func expectNone(_ pattern: String, in lines: [Line], unless: String? = nil) throws {
        let expression = try NSRegularExpression(pattern: pattern)
        let excuse = try unless.map { try NSRegularExpression(pattern: $0) }
        for line in lines where !isExcepted(line) {
            let range = NSRange(line.text.startIndex..., in: line.text)
            guard expression.firstMatch(in: line.text, range: range) != nil,
                excuse?.firstMatch(in: line.text, range: range) == nil
            else { continue }
            Issue.record(
                "\(line.file):\(line.number) compares String, use ExactText: \(line.text)")
        }
    }

    @Test("no dictionary and no set is keyed by String")
    func keys() throws {
        let lines = try lines()
        #expect(lines.count > 20_000)
        try expectNone(#"\[String ?: |Set<String>|Dictionary<String"#, in: lines)
        try expectNone(
            #"Set\([^)]*\\\.(\#(Self.members)|reason|text)\)|Dictionary\(grouping: [^)]*, by: \\\.(\#(Self.members)|text)\)"#,
            in: lines)
    }

    @Test("no text member is compared or sorted as a String")
    func comparisons() throws {
        let lines = try lines()
        // What is compared with a literal is a word of ours.
        let literal = #"[!=]= (nil|"|\.|true|false|\d)"#
        try expectNone(
            #"\.(label|labelName|externalID|reviewer|rule|slice|tag|predicted|decidedLabel) [!=]= "#,
            in: lines, unless: literal + "|ExactText")
        try expectNone(
            #"[!=]= \w+\.(label|labelName|externalID|reviewer|rule|slice|tag|predicted|name|model)\b"#,
            in: lines, unless: literal + "|ExactText|IfPresent|version|Version|Category|rawValue")
        try expectNone(
            #"\$0\.(\#(Self.members)|text) (<|>|[!=]=) "#, in: lines, unless: literal + "|ExactText"
        )
    }

    @Test(
        "what keys a dictionary or a set has no member of type String, unless it compares bytes itself"
    )
    func keyTypes() throws {
        let lines = try lines()
        let use = try NSRegularExpression(pattern: #"\[(?:\w+\.)*(\w+): |Set<(?:\w+\.)*(\w+)>"#)
        var keys: Set<String> = []
        for line in lines {
            for match in use.matches(
                in: line.text, range: NSRange(line.text.startIndex..., in: line.text))
            {
                for group in 1...2 {
                    guard let range = Range(match.range(at: group), in: line.text) else { continue }
                    keys.insert(String(line.text[range]))
                }
            }
        }
        let declaration = try NSRegularExpression(pattern: #"^( *)[a-z() ]*struct (\w+)\b.*\{$"#)
        let member = try NSRegularExpression(
            pattern: #"^ *[a-z() ]*(let|var) \w+: \[?String\]?\??( =.*)?$"#)
        var looked = 0
        for (index, line) in lines.enumerated() {
            let all = NSRange(line.text.startIndex..., in: line.text)
            guard let match = declaration.firstMatch(in: line.text, range: all),
                let name = Range(match.range(at: 2), in: line.text),
                keys.contains(String(line.text[name])), line.text.contains("Hashable")
            else { continue }
            looked += 1
            let indent = match.range(at: 1).length
            let end = String(repeating: " ", count: indent) + "}"
            let body = lines[(index + 1)...].prefix { $0.file == line.file && $0.text != end }
            guard !body.contains(where: { $0.text.contains("static func ==") }) else { continue }
            for inner in body where !isExcepted(inner) {
                let isOwn = inner.text.prefix { $0 == " " }.count == indent + 4
                let range = NSRange(inner.text.startIndex..., in: inner.text)
                if isOwn, member.firstMatch(in: inner.text, range: range) != nil {
                    Issue.record(
                        "\(inner.file):\(inner.number) is a key's member, use ExactText: \(inner.text)"
                    )
                }
            }
        }
        #expect(looked > 15)
    }

    @Test("every exception is one that is needed")
    func exceptions() throws {
        let lines = try lines()
        for exception in Self.exceptions {
            #expect(
                lines.contains {
                    $0.file.hasSuffix("/" + exception.file) && $0.text.contains(exception.part)
                }, "\(exception.file): \(exception.part)")
            #expect(!exception.why.isEmpty)
        }
    }
}

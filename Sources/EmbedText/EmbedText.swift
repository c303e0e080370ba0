import Foundation

/// Why the text cannot be embedded, as a compiler would say it: `file:line: error: ...`.
struct EmbedError: Error {
    let message: String

    init(_ file: URL, _ line: Int, _ what: String) {
        message = "\(file.path):\(line): error: \(what)"
    }
}

/// Turns SQL files into the catalogue.
enum EmbedText {
    static func run(_ arguments: [String]) throws {
        let files = arguments.dropFirst(2).map { URL(fileURLWithPath: $0) }
            .sorted { $0.path < $1.path }
        let source: String
        switch (arguments.count >= 2, arguments.first) {
        case (true, "sql"): source = try SQLCatalogSource(files: files).text()
        case (true, "text"): source = try TextFilesSource(files: files).text()
        default:
            throw EmbedError(
                URL(fileURLWithPath: "EmbedText"), 1, "usage: EmbedText sql|text OUTPUT FILE...")
        }
        try source.write(toFile: arguments[1], atomically: true, encoding: .utf8)
    }
}

/// One named statement of a query file, or one part that several have in common.
private struct NamedStatement {
    let name: String
    let text: String
    let file: URL
    let line: Int
    var isPart = false
}

/// The generated part of the SQL catalogue.
private struct SQLCatalogSource {
    let files: [URL]

    func text() throws -> String {
        var statements: [NamedStatement] = []
        var migrations: [(name: String, text: String)] = []
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            if file.deletingLastPathComponent().lastPathComponent == "Migrations" {
                migrations.append((file.deletingPathExtension().lastPathComponent, text))
            } else {
                statements += try Self.statements(of: text, in: file)
            }
        }
        try refuseRepeats(statements)
        return source(try Self.puttingInParts(statements), migrations)
    }

    /// The statements, with the text of a part in the place of each `-- use:` line.
    private static func puttingInParts(
        _ statements: [NamedStatement]
    ) throws -> [NamedStatement] {
        let parts = Dictionary(
            uniqueKeysWithValues: statements.filter(\.isPart).map { ($0.name, $0) })
        var unused = parts
        let whole = try statements.filter { !$0.isPart }.map { statement in
            let lines = try statement.text.components(separatedBy: "\n").map { line in
                let indent = line.prefix { $0 == " " }
                guard line.dropFirst(indent.count).hasPrefix("-- use: ") else { return line }
                let name = String(line.dropFirst(indent.count + "-- use: ".count))
                unused[name] = nil
                guard let part = parts[name] else {
                    throw EmbedError(
                        statement.file, statement.line,
                        "statement \(statement.name) uses \"\(name)\", which is no part")
                }
                return part.text.components(separatedBy: "\n").map { indent + $0 }
                    .joined(separator: "\n")
            }
            return NamedStatement(
                name: statement.name, text: lines.joined(separator: "\n"), file: statement.file,
                line: statement.line)
        }
        if let part = unused.values.first {
            throw EmbedError(part.file, part.line, "part \(part.name) is used by no statement")
        }
        return whole
    }

    /// Cuts a query file at its `-- name:` and `-- part:` lines.
    private static func statements(of text: String, in file: URL) throws -> [NamedStatement] {
        var found: [NamedStatement] = []
        var current: (name: String, line: Int, isPart: Bool, body: [Substring])?
        func close() throws {
            guard let current else { return }
            let isCode = current.body.contains { line in
                !line.hasPrefix("--") && line.contains { !$0.isWhitespace }
            }
            guard isCode else {
                throw EmbedError(file, current.line, "statement \(current.name) has no SQL")
            }
            let body = current.body.joined(separator: "\n")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            found.append(
                NamedStatement(
                    name: current.name, text: body, file: file, line: current.line,
                    isPart: current.isPart))
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let isPart = line.hasPrefix("-- part: ")
            if isPart || line.hasPrefix("-- name: ") {
                try close()
                let name = String(line.dropFirst("-- name: ".count))
                guard name.first?.isLetter == true,
                    name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
                else { throw EmbedError(file, index + 1, "\"\(name)\" is no name for a statement") }
                current = (name, index + 1, isPart, [])
            } else if current != nil {
                current?.body.append(line)
            } else if !line.hasPrefix("--"), line.contains(where: { !$0.isWhitespace }) {
                throw EmbedError(file, index + 1, "SQL before the first `-- name:` or `-- part:`")
            }
        }
        try close()
        return found
    }

    private func refuseRepeats(_ statements: [NamedStatement]) throws {
        var seen: [String: NamedStatement] = [:]
        for statement in statements {
            if let earlier = seen.updateValue(statement, forKey: statement.name) {
                throw EmbedError(
                    statement.file, statement.line,
                    "statement \(statement.name) is defined in \(earlier.file.lastPathComponent):\(earlier.line) already"
                )
            }
        }
    }

    private func source(
        _ statements: [NamedStatement], _ migrations: [(name: String, text: String)]
    ) -> String {
        var lines = ["import SluicePostgres", "", "extension SQLCatalog {"]
        for statement in statements.sorted(by: { $0.name < $1.name }) {
            lines.append(
                "    public static let \(statement.name) = Statement(name: \"\(statement.name)\", "
                    + "text: \(rawLiteral(statement.text)))")
        }
        lines.append("    public static let all: [Statement] = [")
        lines += statements.map(\.name).sorted().map { "        \($0)," }
        lines.append("    ]")
        if !migrations.isEmpty { lines += Self.list(migrations) }
        lines += ["}", ""]
        return lines.joined(separator: "\n")
    }

    private static func list(_ migrations: [(name: String, text: String)]) -> [String] {
        var lines = ["    public static let migrations: [Migration] = ["]
        for migration in migrations.sorted(by: { $0.name < $1.name }) {
            lines.append(
                "        Migration(name: \"\(migration.name)\", text: \(rawLiteral(migration.text))),"
            )
        }
        return lines + ["    ]"]
    }
}

/// Files as they are, each a constant named after its file: `index.html` is `indexHTML`.
private struct TextFilesSource {
    let files: [URL]

    func text() throws -> String {
        var lines = [
            "/// Text files of this target, embedded at build time.", "enum EmbeddedText {",
        ]
        var names: [String: URL] = [:]
        for file in files {
            let name = Self.name(of: file)
            if let earlier = names.updateValue(file, forKey: name) {
                throw EmbedError(file, 1, "\(earlier.lastPathComponent) is called \(name) already")
            }
            let text = try String(contentsOf: file, encoding: .utf8)
            lines.append("    static let \(name) = \(rawLiteral(text))")
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private static func name(of file: URL) -> String {
        let words = file.deletingPathExtension().lastPathComponent
            .split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        let first = words.first.map { $0.lowercased() } ?? "file"
        return first + words.dropFirst().map(\.capitalized).joined()
            + file.pathExtension.uppercased()
    }
}

/// A raw string literal with as many `#` as the text needs.
private func rawLiteral(_ text: String) -> String {
    var fence = "#"
    while text.contains("\"\"\"" + fence) || text.contains("\\" + fence) { fence += "#" }
    return "\(fence)\"\"\"\n\(text)\n\"\"\"\(fence)"
}

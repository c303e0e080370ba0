import Foundation
import SluicePostgres
import TestSupport
import Testing

/// A parameter of a statement, as its header has it.
struct StatementParameter {
    /// What it is called.
    let name: String
    /// Its type without a remark, as `bigint` or `double precision[]`.
    let type: String
}

extension Statement {
    /// The parameters its header names, in order.
    var parameters: [StatementParameter] {
        let header = StatementHeader(self)
        return zip(header.names, header.parameters).map {
            StatementParameter(name: $0, type: StatementHeader.type($1))
        }
    }
}

/// What the comment at the head of a statement promises.
private struct StatementHeader {
    var names: [String] = []
    var parameters: [String] = []
    var columns: [String] = []

    init(_ statement: Statement) {
        var isReturning = false
        for line in statement.text.split(separator: "\n") {
            guard line.hasPrefix("--") else { break }
            let text = line.dropFirst(2).trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("$") {
                parameters += Self.fields(text)
                names += text.split(separator: ",").compactMap { field in
                    field.split(separator: " ").first { !$0.hasPrefix("$") }.map(String.init)
                }
            } else if text.hasPrefix("returns ") {
                isReturning = true
                columns += Self.fields(String(text.dropFirst("returns ".count)))
            } else if isReturning, line.hasPrefix("--   ") {
                columns += Self.fields(text)
            }
        }
    }

    /// `a bigint, b text or null` as what stands after each name.
    private static func fields(_ text: String) -> [String] {
        text.split(separator: ",").map { field in
            field.trimmingCharacters(in: .whitespaces).split(separator: " ")
                .drop { $0.hasPrefix("$") }.dropFirst().joined(separator: " ")
        }
    }

    /// The type at the beginning of what a header says of a value, without the remark behind it.
    static func type(_ promise: String) -> String {
        let first = promise.split(separator: " ").first.map(String.init) ?? ""
        return first == "double"
            ? promise.hasPrefix("double precision[]") ? "float8[]" : "float8" : first
    }
}

extension Statement {
    /// The word its SQL begins with.
    var verb: Substring? {
        text.split(separator: "\n").first { !$0.hasPrefix("--") }?.prefix { $0.isLetter }
    }
}

extension TestDatabase {
    /// Expects that statements prepare, with the parameters and columns their headers name.
    func expectPrepared(_ statements: [Statement]) async throws {
        var script = ""
        for statement in statements {
            let text = statement.text.trimmingCharacters(in: ["\n", ";", " "])
            let types = StatementHeader(statement).parameters.map(StatementHeader.type)
            script += """
                \\echo =\(statement.name)
                PREPARE "\(statement.name)" AS
                \(text);
                PREPARE "typed \(statement.name)"\(types.isEmpty ? "" : "(\(types.joined(separator: ", ")))") AS
                \(text);
                SELECT coalesce(array_to_string(parameter_types, ','), '')
                    FROM pg_prepared_statements WHERE name = '\(statement.name)';
                \(text)
                \\gdesc

                """
        }
        let output = try await execute(script)
        var described: [String: [String]] = [:]
        for part in output.split(separator: "=") {
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            described[String(lines[0])] = lines.dropFirst().map(String.init)
        }
        for statement in statements {
            let header = StatementHeader(statement)
            let lines = try #require(described[statement.name], "\(statement.name)")
            let parameters = (lines.first ?? "").split(separator: ",").map(String.init)
            #expect(parameters.count == header.parameters.count, "\(statement.name)")
            let columns = lines.dropFirst().filter { $0.contains("|") }
                .map { String($0.split(separator: "|").last ?? "") }
            #expect(columns.count == header.columns.count, "\(statement.name): \(columns)")
            for (type, promised) in zip(columns, header.columns) {
                let type = type == "timestamp with time zone" ? "timestamptz" : type
                #expect(promised.hasPrefix(type), "\(statement.name): \(promised) is \(type)")
            }
        }
    }
}

import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Named statements", .database)
struct CatalogTests {
    /// What the comment at the head of a statement promises.
    private struct Header {
        var parameters: [String] = []
        var columns: [String] = []

        init(_ statement: Statement) {
            var isReturning = false
            for line in statement.text.split(separator: "\n") {
                guard line.hasPrefix("--") else { break }
                let text = line.dropFirst(2).trimmingCharacters(in: .whitespaces)
                if text.hasPrefix("$") {
                    parameters += Self.fields(text)
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
    }

    /// The type at the beginning of what a header says of a value, without the remark behind it.
    private static func type(_ promise: String) -> String {
        let first = promise.split(separator: " ").first.map(String.init) ?? ""
        return first == "double"
            ? promise.hasPrefix("double precision[]") ? "float8[]" : "float8" : first
    }

    @Test("every statement prepares, with the parameters and columns its header names")
    func headers() async throws {
        let database = try #require(TestDatabase.current)
        var script = ""
        // What COPY takes no parameter and returns no row for; its tests run it.
        let prepared = SQLCatalog.all.filter { !$0.text.contains("\nCOPY ") }
        for statement in prepared {
            let text = statement.text.trimmingCharacters(in: ["\n", ";", " "])
            let types = Header(statement).parameters.map(Self.type)
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
        let output = try await database.execute(script)
        var described: [String: [String]] = [:]
        for part in output.split(separator: "=") {
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            described[String(lines[0])] = lines.dropFirst().map(String.init)
        }
        #expect(prepared.count > 40)
        for statement in prepared {
            let header = Header(statement)
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

    @Test("every statement has a name of its own, and says what it does where that is not plain")
    func names() {
        #expect(Set(SQLCatalog.all.map(\.name)).count == SQLCatalog.all.count)
        #expect(SQLCatalog.migrations.map(\.name) == SQLCatalog.migrations.map(\.name).sorted())
    }

    @Test("no SQL stands in the sources of the service")
    func noSQLInSources() throws {
        let pattern = try Regex(
            #""\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP)\s"#)
        for folder in [
            "SluiceDomain", "SluiceStore", "SluiceService", "SluiceAPI", "SluiceHTTP", "SluiceApp",
            "sluice",
        ] {
            for file in try Repository.swiftFiles(below: "Sources/\(folder)") {
                let text = try Repository.text(file)
                #expect(!text.contains(pattern), "\(file)")
            }
        }
    }
}

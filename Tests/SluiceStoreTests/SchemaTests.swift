import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("The schema", .database)
struct SchemaTests {
    /// Tables that no project owns.
    private static let global = ["actor", "project", "project_removal", "token"]

    @Test(
        "every key of a project's table begins with the project, so the schema can be distributed")
    func keys() async throws {
        let database = try #require(TestDatabase.current)
        let rows = try await database.execute(
            """
            SELECT c.relname, i.indexrelid::regclass, a.attname
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE c.relnamespace = 'public'::regnamespace AND (i.indisprimary OR i.indisunique)
            ORDER BY 1, 2;
            """)
        let keys = rows.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
        #expect(keys.count > 12)
        for key in keys where !Self.global.contains(key[0]) {
            #expect(key[2] == "project_id", "\(key[1])")
        }
        let without = try await database.execute(
            """
            SELECT c.relname FROM pg_class c
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname = 'project_id')
            ORDER BY 1
            """)
        #expect(without == "actor\nproject\nproject_removal")
    }

    @Test("there is no trigger, no function in LANGUAGE sql, and no NOTIFY from data")
    func forbidden() async throws {
        let database = try #require(TestDatabase.current)
        let found = try await database.execute(
            """
            SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL
            SELECT 'function ' || p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
            WHERE p.pronamespace = 'public'::regnamespace
                AND (l.lanname <> 'plpgsql' OR p.prosrc ~* 'notify' OR p.prosecdef)
            UNION ALL
            SELECT 'rule ' || rulename FROM pg_rules WHERE schemaname = 'public';
            """)
        #expect(found == "")
        // One statement tells the instances of a change that a person or a ramp made.
        for statement in SQLCatalog.all where statement.name != SQLCatalog.announceChange.name {
            #expect(!statement.text.uppercased().contains("NOTIFY"), "\(statement.name)")
        }
    }

    /// With `SLUICE_UPDATE_SCHEMA=1` the file is written instead of compared.
    @Test("SQL/Schema.sql is what the migrations make")
    func schemaFile() async throws {
        let database = try #require(TestDatabase.current)
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/pg_dump")
        program.arguments = [
            "--schema-only", "--no-owner", "--no-privileges", "--dbname",
            database.ownerOptions.connectionString,
        ]
        let pipe = Pipe()
        program.standardOutput = pipe
        try program.run()
        let output = try #require(try pipe.fileHandleForReading.readToEnd())
        program.waitUntilExit()
        #expect(program.terminationStatus == 0)
        let schema = Self.normalised(String(decoding: output, as: UTF8.self))
        let file = Repository.top.appendingPathComponent("SQL/Schema.sql")
        if ProcessInfo.processInfo.environment["SLUICE_UPDATE_SCHEMA"] == "1" {
            try schema.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == schema,
            "run the test with SLUICE_UPDATE_SCHEMA=1 to write SQL/Schema.sql anew")
    }

    /// A dump without what depends on the version of `pg_dump` and on where sequences stand.
    private static func normalised(_ dump: String) -> String {
        var lines = [
            "-- The schema as the migrations leave it, for reading; written by the test of the schema."
        ]
        var isInFunction = false
        for line in dump.split(separator: "\n", omittingEmptySubsequences: false) {
            if !isInFunction {
                let isNoise =
                    line.hasPrefix("--") || line.hasPrefix("SET ") || line.hasPrefix("\\")
                    || line.hasPrefix("SELECT pg_catalog.set_config")
                if isNoise { continue }
            }
            if line.contains("$$") { isInFunction = line.hasSuffix("AS $$") }
            if line.isEmpty, lines.last?.isEmpty == true { continue }
            lines.append(String(line))
        }
        return lines.joined(separator: "\n").trimmingCharacters(in: .newlines) + "\n"
    }
}

import Foundation

/// The database all test databases are copies of.
enum DatabaseTemplate {
    static let name = "sluice_template"

    /// Makes the roles and the database, lets the owner migrate it, and opens its rows to the
    /// application.
    static func make(on server: TestServer) async throws {
        try await server.execute(
            """
            CREATE ROLE "\(TestDatabase.ownerRole)" LOGIN;
            CREATE ROLE "\(TestDatabase.applicationRole)" LOGIN;
            CREATE DATABASE \(name) OWNER "\(TestDatabase.ownerRole)";
            """)
        // Privileges come first: they hold for whatever the migrations create.
        try await server.execute(
            """
            ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES
                TO "\(TestDatabase.applicationRole)";
            ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES
                TO "\(TestDatabase.applicationRole)";
            ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS
                TO "\(TestDatabase.applicationRole)";
            """, database: name, user: TestDatabase.ownerRole)
        for migration in try migrations() {
            try await server.execute(
                "BEGIN;\n\(migration)\n;COMMIT;", database: name, user: TestDatabase.ownerRole)
        }
        // Ids of different tables must not be mistaken for each other: each table starts elsewhere.
        try await server.execute(
            """
            SELECT setval(oid, 1000 * row_number() OVER (ORDER BY relname), false)
            FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
            """, database: name, user: TestDatabase.ownerRole)
    }

    /// The texts of `SQL/Migrations`, in order.
    private static func migrations() throws -> [String] {
        let top = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let directory = top.appendingPathComponent("SQL/Migrations")
        return try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
            .map { try String(contentsOf: directory.appendingPathComponent($0), encoding: .utf8) }
    }
}

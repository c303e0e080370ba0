import Foundation
import SluiceCluster
import SluicePostgres
import Testing

/// A migrated, empty database of one test.
///
/// The test gets it as the service would: through a role that owns nothing, whose name needs quotes
/// wherever it is written.
public struct TestDatabase: Sendable {
    /// The name of the database.
    public let name: String
    /// For the role the service uses: it may read and write rows, and change no table.
    public let options: ConnectionOptions
    /// For the role that ran the migrations.
    public let ownerOptions: ConnectionOptions
    /// The server it lies on.
    public let server: TestServer

    static let applicationRole = "Sluice App"
    static let ownerRole = "Sluice Owner"

    /// The database of the running test, under the trait `.database`; nil without it.
    @TaskLocal public static var current: TestDatabase?

    /// Takes a fresh database; one is usually ready.
    public static func make() async throws -> TestDatabase {
        let server = try await TestServer.shared()
        let name = try await Clones.only.take(from: server)
        func options(_ role: String) -> ConnectionOptions {
            // All tests at once take a machine longer than what a service would wait.
            ConnectionOptions(
                connectionString: server.address.connectionString(database: name, user: role),
                statementDeadline: .seconds(120), lockTimeout: .seconds(60))
        }
        return TestDatabase(
            name: name, options: options(applicationRole), ownerOptions: options(ownerRole),
            server: server)
    }

    /// A pool on it, as the service would have; to be shut down at the end of the test.
    public func pool(connections: Int = 6) -> ConnectionPool {
        ConnectionPool(
            options: options,
            configuration: ConnectionPool.Configuration(
                maximum: connections, waitTimeout: .seconds(180)))
    }

    /// Runs statements as the owner of the server, past all privileges.
    ///
    /// - Returns: the rows, one a line, columns separated by `|`.
    @discardableResult
    public func execute(_ statements: String) async throws -> String {
        try await server.execute(statements, database: name)
    }

    /// Runs statements as the owner of the server, and goes on behind those that fail.
    ///
    /// - Returns: everything `psql` wrote, what the server said beside the rows included.
    public func run(_ statements: String) async throws -> CommandResult {
        try await runCommand(
            "/usr/bin/psql", ["-XAtq", server.address.connectionString(database: name)],
            input: statements)
    }

    /// Makes databases from a template that was migrated once, some ahead of the tests.
    private actor Clones {
        static let only = Clones()
        private static let ahead = 2

        private var template: Task<Void, any Error>?
        private var ready: [Task<String, any Error>] = []
        private var count = 0

        func take(from server: TestServer) async throws -> String {
            while ready.count <= Self.ahead { ready.append(clone(on: server)) }
            return try await ready.removeFirst().value
        }

        private func clone(on server: TestServer) -> Task<String, any Error> {
            let template = template ?? Task { try await DatabaseTemplate.make(on: server) }
            self.template = template
            count += 1
            let name = "test_\(count)"
            return Task {
                try await template.value
                try await server.execute(
                    """
                    CREATE DATABASE \(name) TEMPLATE \(DatabaseTemplate.name)
                        OWNER "\(TestDatabase.ownerRole)"
                    """)
                return name
            }
        }
    }
}

/// Gives each test, and each case of a test with arguments, a database of its own.
public struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    /// On a suite it is for each of its tests.
    public var isRecursive: Bool { true }

    /// Runs a test with `TestDatabase.current` set.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let database = try await TestDatabase.make()
        try await TestDatabase.$current.withValue(database) { try await function() }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database of its own for each test, as `TestDatabase.current`.
    public static var database: DatabaseTrait { DatabaseTrait() }
}

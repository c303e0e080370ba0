import Logging
import SluiceAPI
import SluiceApp
import SluiceClient
import SluiceDomain
import SluiceJSON
import Synchronization
import TestSupport

/// The service in this process, on a database of its own and a free port; one for all these tests,
/// each of which keeps to a project of its own.
struct LiveService: Sendable {
    let app: App
    let port: Int
    /// An admin of every project.
    let adminToken: String
    private let configuration: Configuration

    static func shared() async throws -> LiveService { try await Starter.only.service() }

    private actor Starter {
        static let only = Starter()
        private var starting: Task<LiveService, any Error>?

        func service() async throws -> LiveService {
            let task = starting ?? Task { try await LiveService(database: "live_http") }
            starting = task
            return try await task.value
        }
    }

    private init(database: String) async throws {
        let configuration = try Configuration(
            flags: [
                "DATABASE_URL": try await TestServer.shared().makeEmptyDatabase(database),
                "SLUICE_LISTEN": "127.0.0.1:0",
            ], environment: [:])
        let app = try await App(
            configuration, logger: Logger(label: "live") { _ in SwiftLogNoOpLogHandler() })
        let (ports, sink) = AsyncStream.makeStream(of: Int.self)
        // It lives as long as the process, like the server below it.
        Task {
            do {
                try await app.run { sink.yield($0) }
            } catch {
                sink.finish()
            }
        }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else { throw DidNotStart() }
        self.app = app
        self.configuration = configuration
        self.port = port
        adminToken = try await makeToken(.admin, name: "root", through: app.pool)
    }

    struct DidNotStart: Error {}

    /// Runs `body` with the port of another instance on the same database, which stops at its end.
    func besideAnother(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let other = try await App(
            configuration, logger: Logger(label: "other") { _ in SwiftLogNoOpLogHandler() })
        try await other.run { try await body($0) }
    }

    func client(_ token: String) -> Client {
        Client(baseURL: "http://127.0.0.1:\(port)", token: token)
    }
}

/// A fresh project of the live service, with a token of each role that is good for it alone.
struct TestProject: Sendable {
    let live: LiveService
    let name: String
    private let tokens: [Role: String]

    private static let counter = Atomic(0)
    static let labels = ["cat", "dog", "not sure"]

    /// Creates it; `policy` is the JSON of a policy document.
    init(policy: String = #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#)
        async throws
    {
        live = try await LiveService.shared()
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        name = "p\(number)"
        let admin = live.client(live.adminToken)
        _ = try await admin.call(
            Endpoints.createProject,
            ProjectRequest(parsing: Array(Self.document(name: name).utf8)))
        _ = try await admin.call(
            Endpoints.putPolicy, at: ["project": name],
            PolicyDocument(parsing: Array(policy.utf8)))
        var tokens: [Role: String] = [:]
        for role in Role.allCases {
            tokens[role] = try await makeToken(
                role, name: "\(role.rawValue)-\(number)", project: name, through: live.app.pool)
        }
        self.tokens = tokens
    }

    static func document(name: String) -> String {
        """
        {"name":"\(name)","labels":[{"name":"cat","key":"c"},{"name":"dog","key":"d"},\
        {"name":"not sure","borderline":true}],"guidelines":"Whiskers: cat."}
        """
    }

    /// The path of this project with `rest` behind it.
    func path(_ rest: String = "") -> String { "/v1/projects/\(name)\(rest)" }

    func token(_ role: Role) -> String { tokens[role] ?? "" }

    func client(_ role: Role) -> Client { live.client(token(role)) }

    /// Another reviewer's token.
    func reviewer(_ name: String) async throws -> String {
        try await makeToken(.reviewer, name: name, project: self.name, through: live.app.pool)
    }

    /// Sends a request to `path` below the project.
    func send(
        _ method: String, _ rest: String, as role: Role?, type: String? = "application/json",
        _ body: [UInt8]? = nil
    ) async throws -> HTTPReply {
        try await request(
            method, path(rest), port: live.port, token: role.map { token($0) },
            headers: type.map { body == nil ? [:] : ["Content-Type": $0] } ?? [:], body: body)
    }

    /// Sends a text body.
    func send(
        _ method: String, _ rest: String, as role: Role?, type: String? = "application/json",
        _ body: String
    ) async throws -> HTTPReply {
        try await send(method, rest, as: role, type: type, Array(body.utf8))
    }

    /// Sends one prediction object.
    func post(_ prediction: String) async throws -> HTTPReply {
        try await send("POST", "/predictions", as: .producer, prediction)
    }

    /// Sends lines of predictions.
    func stream(_ lines: [UInt8]) async throws -> HTTPReply {
        try await send("POST", "/predictions", as: .producer, type: "application/x-ndjson", lines)
    }

    /// How many items the project has, asked of the database.
    func storedItems() async throws -> Int {
        let text = try await TestServer.shared().execute(
            """
            SELECT count(*) FROM item
            WHERE project_id = (
                SELECT id FROM project WHERE name = '\(name)' AND deleted_at IS NULL)
            """, database: "live_http")
        return Int(text) ?? -1
    }
}

/// A prediction as a producer sends it, with members replaced or left out.
///
/// - Parameters:
///   - changes: JSON by key; nil leaves the key out.
func prediction(_ id: String, _ changes: KeyValuePairs<String, String?> = [:]) -> String {
    var members: [(String, String)] = [
        ("external_id", "\"\(id)\""), ("model", "\"m\""), ("model_version", "\"1\""),
        ("label", "\"cat\""), ("confidence", "0.95"), ("payload", #"{"text":"meow"}"#),
    ]
    for (key, value) in changes {
        members.removeAll { $0.0 == key }
        if let value { members.append((key, value)) }
    }
    return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
}

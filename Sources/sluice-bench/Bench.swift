import Foundation
import Logging
import SluiceCluster
import SluiceDomain
import SluicePostgres
import SluiceService

/// A database, a service on it and a project in it, all of the bench's own.
final class Bench {
    let options: BenchOptions
    let directory: String
    let address: ClusterAddress
    /// The bench's own connections, past the service.
    let pool: ConnectionPool
    private(set) var service: ServiceChild
    private let cluster: EmbeddedCluster
    private let administration: Administration
    private let isTemporary: Bool

    static let project = "bench"

    init(_ options: BenchOptions) async throws {
        self.options = options
        isTemporary = options.directory == nil
        directory = try options.directory ?? Self.temporaryDirectory()
        var logger = Logger(label: "sluice-bench")
        logger.logLevel = .warning
        cluster = EmbeddedCluster(directory: directory + "/cluster", logger: logger)
        do {
            address = try await cluster.start()
            pool = ConnectionPool(
                options: ConnectionOptions(
                    connectionString: address.connectionString, statementDeadline: .seconds(3600)),
                configuration: ConnectionPool.Configuration(maximum: 40), logger: logger)
            service = try await ServiceChild(
                program: Self.program(options), arguments: [],
                environment: ["DATABASE_URL": address.connectionString])
        } catch {
            await cluster.stop()
            throw error
        }
        administration = Administration(pool: pool, directory: ProjectDirectory(pool: pool))
        try await makeProject(Self.project)
    }

    /// Stops everything and removes what was made.
    func close() async {
        service.stop()
        await pool.shutdown()
        await cluster.stop()
        guard isTemporary else { return }
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            say("cannot remove \(directory): \(error)")
        }
    }

    /// A service started anew, without what the last one kept.
    func restartService() async throws {
        service.stop()
        service = try await ServiceChild(
            program: Self.program(options), arguments: [],
            environment: ["DATABASE_URL": address.connectionString])
    }

    /// A token for one of the bench's projects.
    func token(
        _ role: Role, _ name: String, project: String = Bench.project
    ) async throws -> String {
        try await administration.createToken(role: role, name: name, project: project)
    }

    /// A project with the demo's labels and policy, or with labels of its own and a plain policy.
    func makeProject(_ name: String, labels: [String] = []) async throws {
        let admin = try await administration.createToken(
            role: .admin, name: "admin of \(name)", project: nil)
        let connection = try HTTPConnection(port: service.port)
        let file = try DemoData.file("project.json", of: options)
        var body = String(decoding: file, as: UTF8.self).replacingOccurrences(
            of: "\"debian-sections\"", with: "\"\(name)\"")
        var policy = try DemoData.file("policy.json", of: options)
        if !labels.isEmpty {
            let list = labels.map { #"{"name":"\#($0)"}"# }.joined(separator: ",")
            body = #"{"name":"\#(name)","labels":[\#(list)]}"#
            policy = Array(#"{"degree":"partial","accept":{"default":0.9}}"#.utf8)
        }
        try connection.call(
            HTTPConnection.request("POST", "/v1/projects", token: admin, body: Array(body.utf8)))
        try connection.call(
            HTTPConnection.request(
                "PUT", "/v1/projects/\(name)/policy?reason=bench", token: admin,
                body: policy))
    }

    /// The `sluice` to measure.
    static func program(_ options: BenchOptions) throws -> String {
        if let path = options.sluice { return path }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().path + "/sluice"
    }

    private static func temporaryDirectory() throws -> String {
        var path = Array("/tmp/sluice-bench-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw BenchError("making a directory: \(String(cString: strerror(errno)))")
        }
        let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The database's own account must be able to pass through.
        chmod(name, 0o755)
        return name
    }
}

import Foundation
import FoundationNetworking
import Glibc

/// Programs of the package, as the build left them beside the tests.
public enum BuiltProduct {
    /// The path of the `sluice` program.
    ///
    /// - Throws: `NotBuilt` when it is not there; `swift build` makes it.
    public static func sluice() throws -> String {
        let places =
            [try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")]
            .compactMap { $0 } + CommandLine.arguments.filter { $0.contains(".build/") }
        let candidates = places.map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/sluice"
        }
        guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw NotBuilt(places: candidates)
        }
        return path
    }

    /// The program was not found in any of these places.
    public struct NotBuilt: Error {
        /// Where it was looked for.
        public let places: [String]
    }
}

/// A real `sluice serve`, to be talked to over the wire and to be killed.
public final class ServiceProcess: Sendable {
    /// The port of 127.0.0.1 it listens on.
    public let port: Int
    /// The process.
    public let child: ChildProcess
    private let log: ScratchFile

    /// Where it is reached.
    public var url: URL {
        var parts = URLComponents()
        (parts.scheme, parts.host, parts.port) = ("http", "127.0.0.1", port)
        guard let url = parts.url else { preconditionFailure("a host and a port make a URL") }
        return url
    }

    /// Starts the service and waits until `/readyz` answers 200.
    ///
    /// - Parameters:
    ///   - environment: on top of the tests' own, without any of its `PG*`, `SLUICE_*` and
    ///     `DATABASE_URL`.
    ///   - port: where to listen; nil takes a free one. Given to start again where it was.
    /// - Throws: `NotReady` with its standard error when it ends, or is not ready in time.
    public init(
        environment: [String: String], arguments: [String] = [], port: Int? = nil,
        within limit: Duration = .seconds(30)
    ) async throws {
        self.port = try port ?? Self.freePort()
        log = try ScratchFile()
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PG") && !name.hasPrefix("SLUICE_") && name != "DATABASE_URL"
        }
        variables["SLUICE_LISTEN"] = "127.0.0.1:\(self.port)"
        variables.merge(environment) { $1 }
        child = try ChildProcess(
            try BuiltProduct.sluice(), ["serve"] + arguments, environment: variables,
            error: log.descriptor)
        let deadline = ContinuousClock.now + limit
        while try await status(of: "/readyz") != 200 {
            guard child.status == nil, ContinuousClock.now < deadline else {
                await kill()
                throw NotReady(status: child.status, standardError: standardError)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The service ended, or went on without becoming ready.
    public struct NotReady: Error, CustomStringConvertible {
        /// How it ended.
        public let status: Int32?
        /// What it said until then.
        public let standardError: String
        /// Both in one text.
        public var description: String {
            "sluice serve is not ready (exit \(status.map(String.init) ?? "none")): \(standardError)"
        }
    }

    /// The status a path answers a GET with; nil when nobody answers.
    public func status(of path: String) async throws -> Int? {
        let request = URLRequest(url: url.appendingPathComponent(path), timeoutInterval: 5)
        do {
            let (_, response) = try await URLSession.shared.data(for: request)
            return (response as? HTTPURLResponse)?.statusCode
        } catch is URLError {
            return nil
        }
    }

    /// Asks it to end, as an operator does, and waits for that; the status is 0 when all went well.
    @discardableResult
    public func terminate() async -> Int32 {
        child.signal(SIGTERM)
        return await child.wait()
    }

    /// Ends it without a chance to do anything more.
    public func kill() async {
        child.signal(SIGKILL)
        await child.wait()
    }

    /// What it has said so far.
    public var standardError: String { log.text() }

    /// A port nobody listens on now.
    public static func freePort() throws -> Int {
        let listener = try LoopbackSocket.listen()
        defer { close(listener.descriptor) }
        return listener.port
    }
}

import Foundation
import SluiceJSON
import TestSupport
import Testing

/// A service that has as many connections open as the system lets it.
@Suite(.inTurns) struct DescriptorTests {
    /// How many file descriptors the service gets.
    private static let limit = 160

    /// Processor time of a process so far, in seconds.
    private static func processorTime(_ process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields[11...12].compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func call(
        _ method: String, _ path: String, _ token: String, on connection: RawConnection,
        body: String? = nil
    ) async throws -> HTTPReply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
        if let body {
            head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        try await connection.send(head + "\r\n" + (body ?? ""))
        let bytes = try await connection.read {
            HTTPReply(parsing: $0)?.isWhole ?? false
        }
        guard let reply = HTTPReply(parsing: bytes) else { throw NoReply() }
        return reply
    }

    @Test("one connection too many is refused, while reviewers and health checks go on")
    func exhausted() async throws {
        let server = try await TestServer.shared()
        let url = try await server.makeEmptyDatabase("few_descriptors")
        let log = try ScratchFile()
        let port = try ServiceProcess.freePort()
        var variables = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PG") && !$0.key.hasPrefix("SLUICE_")
        }
        variables["DATABASE_URL"] = url
        variables["SLUICE_LISTEN"] = "127.0.0.1:\(port)"
        variables["SLUICE_URL"] = "http://127.0.0.1:\(port)"
        let child = try ChildProcess(
            "/bin/sh",
            ["-c", "ulimit -n \(Self.limit); exec \"$0\" serve", try BuiltProduct.sluice()],
            environment: variables, error: log.descriptor)
        defer { child.signal(SIGKILL) }
        try await eventually("the service listens", within: .seconds(60)) {
            do {
                return try await request("GET", "/healthz", port: port).status == 200
            } catch {
                return false
            }
        }
        func sluice(_ arguments: [String], token: String? = nil, _ input: String = "") async throws
            -> String
        {
            var own = variables
            own["SLUICE_TOKEN"] = token
            let result = try await runCommand(
                try BuiltProduct.sluice(), arguments, environment: own, input: input)
            try #require(result.status == 0, "\(result.error)")
            return result.output.trimmingCharacters(in: .newlines)
        }
        let admin = try await sluice(["token", "create", "--role", "admin", "--name", "root"])
        _ = try await sluice(["project", "create", "-"], token: admin, Home.project)
        _ = try await sluice(
            ["import", "-", "--project", "pets"], token: admin,
            (0..<20).map { prediction("i\($0)", confidence: "0.3") + "\n" }.joined())
        // The reviewer was there before the crowd.
        let reviewer = try RawConnection(port: port)
        func leases() async throws -> Int {
            let reply = try await call(
                "POST", "/v1/projects/pets/leases", admin, on: reviewer, body: #"{"count":1}"#)
            #expect(reply.status == 200, "\(reply.text)")
            return try reply.json["leases"]?.array?.count ?? 0
        }
        #expect(try await leases() == 1)
        var crowd: [RawConnection] = []
        for _ in 0..<300 { crowd.append(try RawConnection(port: port, patience: .seconds(5))) }
        // A crowd that asks nothing is not in the way of who asks how the service is.
        try await eventually("a health check is answered", within: .seconds(5)) {
            do {
                return try await request("GET", "/healthz", port: port).status == 200
            } catch {
                return false
            }
        }
        // Those of the crowd who ask are answered, told to come again, or find the connection closed.
        var answered = 0
        var refused = 0
        for connection in crowd {
            do {
                let reply = try await call("GET", "/v1/me", admin, on: connection)
                if reply.status == 200 { answered += 1 } else { refused += 1 }
                #expect([200, 503].contains(reply.status))
            } catch {
                refused += 1
            }
        }
        #expect(answered > 40, "most descriptors are for clients")
        #expect(answered < Self.limit && refused > 0)
        for _ in 0..<5 {
            let start = ContinuousClock.now
            #expect(try await leases() == 1)
            let health = try await request("GET", "/healthz", port: port)
            #expect(health.status == 200)
            let ready = try await request("GET", "/readyz", port: port, token: admin)
            // The tests' server runs without fsync, and says so; it answers.
            #expect(ready.text.contains("fsync"), "\(ready.text)")
            let one = try await request("GET", "/v1/me", port: port, token: admin)
            #expect(one.status == 503 && one.headers["retry-after"] != nil)
            #expect(start.duration(to: .now) < .seconds(2))
        }
        // Nothing is done in a circle meanwhile, though clients go on trying.
        let before = try Self.processorTime(child.process)
        for _ in 0..<20 {
            _ = try RawConnection(port: port)
            try await Task.sleep(for: .milliseconds(100))
        }
        let busy = try Self.processorTime(child.process) - before
        #expect(busy < 0.8, "\(busy) s of 2 s")
        crowd = []
        try await eventually("those who come when the crowd has gone are served") {
            try await request("GET", "/v1/me", port: port, token: admin).status == 200
        }
        #expect(child.status == nil, "\(log.text())")
        child.signal(SIGTERM)
        #expect(await child.wait() == 0, "\(log.text())")
    }
}

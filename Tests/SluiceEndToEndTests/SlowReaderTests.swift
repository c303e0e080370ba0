import SluiceJSON
import TestSupport
import Testing

/// Clients that ask for an export and do not read it.
@Suite(.inTurns) struct SlowReaderTests {
    /// Items with payloads that no buffer between service and client holds.
    private func fill(_ home: Home, _ admin: String) async throws {
        let text = String(repeating: "meow ", count: 40_000)
        for part in 0..<8 {
            let lines = (0..<25).map { number in
                """
                {"external_id":"\(part)-\(number)","model":"m","model_version":"1","label":"cat",\
                "confidence":\(part == 0 ? "0.3" : "0.95"),"payload":{"text":"\(text)"}}

                """
            }.joined()
            let reply = try await request(
                "POST", "/v1/projects/pets/predictions", port: home.port, token: admin,
                headers: ["Content-Type": "application/x-ndjson"], body: Array(lines.utf8))
            try #require(reply.status == 200)
        }
    }

    private static func export(_ token: String) -> String {
        """
        GET /v1/projects/pets/labels?include_pseudo=true HTTP/1.1\r
        Host: x\r
        Authorization: Bearer \(token)\r
        \r

        """
    }

    private func seconds(_ work: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await work()
        return start.duration(to: .now) / .seconds(1)
    }

    @Test("exports that nobody reads leave the queue alone, are cut off, and make room for others")
    func unread() async throws {
        try await Home.served(["SLUICE_STALLED_SECONDS": "3"]) { home, service in
            let admin = try await home.makeProject()
            try await fill(home, admin)
            var stalled: [RawConnection] = []
            for _ in 0..<12 {
                let connection = try RawConnection(port: home.port)
                try await connection.send(Self.export(admin))
                stalled.append(connection)
            }
            // Each look is far from what the time limits of pool and streams would make of it.
            for _ in 0..<5 {
                let readiness = try await seconds {
                    let status = try await service.status(of: "/readyz")
                    #expect(status == 200)
                }
                let lease = try await seconds {
                    let reply = try await request(
                        "POST", "/v1/projects/pets/leases", port: home.port, token: admin,
                        headers: ["Content-Type": "application/json"], body: Array("{}".utf8))
                    #expect(reply.status == 200, "\(reply.text)")
                }
                let report = try await seconds {
                    let reply = try await request(
                        "GET", "/v1/projects/pets/report", port: home.port, token: admin)
                    #expect(reply.status == 200, "\(reply.text)")
                }
                #expect(readiness < 1 && lease < 1 && report < 2)
                try await Task.sleep(for: .milliseconds(100))
            }
            try await eventually("those who read nothing are cut off", within: .seconds(30)) {
                service.standardError.contains("a client that reads nothing was cut off")
            }
            // Three had a connection, and the others were told to come again, or had their turn.
            try await eventually("an export has a connection again", within: .seconds(30)) {
                let reply = try await request(
                    "GET", "/v1/projects/pets/labels?include_pseudo=true", port: home.port,
                    token: admin)
                guard reply.status == 200 else { return false }
                #expect(reply.isWhole)
                #expect(try reply.jsonLines.count == 175)
                return true
            }
            withExtendedLifetime(stalled) {}
        }
    }

    @Test("one who reads slowly, but reads, gets everything")
    func slow() async throws {
        try await Home.served(["SLUICE_STALLED_SECONDS": "2"]) { home, service in
            let admin = try await home.makeProject()
            try await fill(home, admin)
            let connection = try RawConnection(port: home.port)
            try await connection.send(Self.export(admin))
            var all: [UInt8] = []
            let start = ContinuousClock.now
            while true {
                let part = try await connection.read()
                all += part
                // The last chunk has a trailer behind it.
                let end = String(decoding: all.suffix(60), as: UTF8.self)
                if part.isEmpty || end.contains("\r\n0\r\n") && end.hasSuffix("\r\n\r\n") {
                    break
                }
                // Slower than the limit in all, as long as pauses are shorter.
                if start.duration(to: .now) < .seconds(6) {
                    try await Task.sleep(for: .milliseconds(150))
                }
            }
            let reply = try #require(HTTPReply(parsing: all))
            #expect(reply.status == 200 && reply.isWhole)
            #expect(try reply.jsonLines.count == 175)
            #expect(!service.standardError.contains("cut off"))
        }
    }
}

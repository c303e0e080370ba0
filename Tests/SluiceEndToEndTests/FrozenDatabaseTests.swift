import Foundation
import Glibc
import SluiceAPI
import TestSupport
import Testing

@Suite("A PostgreSQL that is frozen", .inTurns) struct FrozenDatabaseTests {
    /// A server and its sessions, stopped where they stand.
    private struct Frozen {
        private let processes: [Int32]

        /// Stops the server first, so that it makes no session that is missed.
        init(server: Int32) throws {
            kill(server, SIGSTOP)
            processes = try [server] + Self.children(of: server)
            for process in processes { kill(process, SIGSTOP) }
        }

        func thaw() { for process in processes { kill(process, SIGCONT) } }

        /// `/proc/PID/stat` has the parent second behind the name, which is in parentheses.
        private static func children(of parent: Int32) throws -> [Int32] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
                guard let process = Int32(name),
                    let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let fields = stat.split(separator: ")").last?.split(separator: " "),
                    fields.count > 1, Int32(fields[1]) == parent
                else { return nil }
                return process
            }
        }
    }

    @Test("is told as a clear 503 within the deadline, and all is well when it goes on")
    func frozen() async throws {
        try await Home.served(["SLUICE_STATEMENT_SECONDS": "5"]) { home, service in
            let admin = try await home.makeProject()
            func send(_ id: String) async throws -> HTTPReply {
                try await request(
                    "POST", "/v1/projects/pets/predictions", port: home.port, token: admin,
                    headers: ["Content-Type": "application/json"],
                    body: Array(prediction(id).utf8))
            }
            #expect(try await send("before").status == 200)

            let frozen = try Frozen(server: try #require(home.postmaster))
            defer { frozen.thaw() }
            let start = ContinuousClock.now
            async let waiting = withThrowingTaskGroup(of: HTTPReply.self) { group in
                for number in 0..<8 { group.addTask { try await send("during-\(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // Who only asks how it is need not wait so long.
            #expect(try await service.status(of: "/healthz") == 200)
            let ready = try await request("GET", "/readyz", port: home.port)
            #expect(ready.status == 503)
            #expect(start.duration(to: .now) < .seconds(15))
            let replies = try await waiting
            #expect(start.duration(to: .now) < .seconds(25))
            for reply in replies {
                #expect(reply.status == 503 && reply.isWhole)
                #expect(reply.headers["content-type"] == "application/problem+json")
                #expect(reply.headers["retry-after"] != nil)
                // The second is of those who waited for a connection the others had.
                #expect(["SLU-902", "SLU-903"].contains(try Problem(parsing: reply.body).code))
            }

            frozen.thaw()
            try await eventually("the service is ready again", within: .seconds(40)) {
                try await service.status(of: "/readyz") == 200
            }
            for id in ["before"] + (0..<8).map({ "during-\($0)" }) + ["after"] {
                #expect(try await send(id).status == 200)
            }
            #expect(try await home.ask("SELECT count(*) FROM item") == "10")
        }
    }
}

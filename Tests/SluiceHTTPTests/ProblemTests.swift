import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// Checks that a reply is the problem document of `code`, and returns it.
@discardableResult
func expectProblem(
    _ code: ErrorCode, _ reply: HTTPReply, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Problem {
    let row = ProblemTable.row(code)
    #expect(
        reply.headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    #expect(reply.headers["cache-control"] == "no-store", sourceLocation: sourceLocation)
    let problem = try Problem(parsing: reply.body)
    #expect(problem.code == code.rawValue, "\(problem.detail)", sourceLocation: sourceLocation)
    #expect(problem.status == row.status, sourceLocation: sourceLocation)
    #expect(reply.status == row.status, sourceLocation: sourceLocation)
    #expect(problem.title == row.title, sourceLocation: sourceLocation)
    #expect(!problem.detail.isEmpty, sourceLocation: sourceLocation)
    return problem
}

@Suite(.inTurns) struct ProblemTests {
    @Test("every error code has a row, a status of its block and something to do")
    func table() {
        for code in ErrorCode.allCases {
            let row = ProblemTable.row(code)
            #expect(row.code == code)
            #expect(!row.title.isEmpty && !row.hint.isEmpty)
            switch code.rawValue.dropFirst(4).first {
            case "1", "2", "3": #expect((400..<500).contains(row.status))
            case "4": #expect([401, 403].contains(row.status))
            case "9": #expect(row.status >= 500)
            default: Issue.record("\(code.rawValue) is in no block")
            }
        }
        #expect(Set(ErrorCode.allCases.map(\.rawValue)).count == ErrorCode.allCases.count)
    }

    @Test("a path that does not exist is a problem, with and without a token")
    func noSuchPath() async throws {
        let live = try await LiveService.shared()
        for path in ["/nothing", "/v1/nothing", "/v1/projects/x/nothing"] {
            for token in [nil, live.adminToken] {
                try expectProblem(
                    .noSuchPath, try await request("GET", path, port: live.port, token: token))
            }
        }
    }

    @Test("a method that a path does not have is a problem")
    func methods() async throws {
        let live = try await LiveService.shared()
        let reply = try await request(
            "DELETE", "/v1/projects", port: live.port, token: live.adminToken)
        #expect([404, 405].contains(reply.status))
        #expect(reply.headers["content-type"] == "application/problem+json")
    }

    @Test(
        "without a good token nothing is answered but why",
        arguments: [
            (nil, ErrorCode.missingToken), ("", .missingToken), ("Basic abc", .missingToken),
            ("Bearer", .missingToken), ("Bearer a b", .missingToken),
            ("Bearer slu_wrong", .invalidToken), ("bearer slu_wrong", .invalidToken),
        ])
    func tokens(header: String?, code: ErrorCode) async throws {
        let live = try await LiveService.shared()
        let reply = try await request(
            "GET", "/v1/projects", port: live.port,
            headers: header.map { ["Authorization": $0] } ?? [:])
        try expectProblem(code, reply)
        #expect(reply.headers["www-authenticate"] == "Bearer")
    }

    @Test("a text from outside in a problem keeps its JSON whole")
    func hostileText() async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "GET", "/items/%1B%5B2J%22%0A%5C", as: .analyst)
        let problem = try expectProblem(.unknownItem, reply)
        #expect(problem.detail.contains("\u{1B}[2J\"\n\\"))
        #expect(!reply.body.contains(0x1B), "the escape is escaped")
    }

    @Test("the health calls need no token")
    func health() async throws {
        let live = try await LiveService.shared()
        let alive = try await request("GET", "/healthz", port: live.port)
        #expect(alive.status == 200)
        #expect(try alive.json["status"]?.string == "ok")
        // The tests' server runs without fsync: a service that promises durability must refuse it.
        let ready = try await request("GET", "/readyz", port: live.port)
        #expect(ready.status == 503)
        #expect(ready.text == #"{"status":"not ready"}"#, "nothing is told to whoever asks")
    }

    @Test("only an admin hears why it is not ready, and what it holds; of one project, of that one")
    func readiness() async throws {
        let project = try await TestProject()
        let other = try await TestProject()
        for project in [project, other] {
            _ = try await project.send("GET", "/policy", as: .analyst)
        }
        let live = project.live
        let whole = try await request("GET", "/readyz", port: live.port, token: live.adminToken)
        #expect(whole.status == 503)
        #expect(try whole.json["reason"]?.string?.contains("fsync") == true)
        let held = try whole.json["projects"]?.array ?? []
        let own = try #require(held.first { $0["name"]?.string == project.name })
        #expect(own["policy_version"]?.int == 2 && own["rollout_revision"]?.isNull == true)
        #expect(held.contains { $0["name"]?.string == other.name })
        let limited = try await request(
            "GET", "/readyz", port: live.port, token: project.token(.admin))
        #expect(
            try limited.json["projects"]?.array?.map { $0["name"]?.string } == [project.name])
        let tokens = [
            nil, "slu_wrong", project.token(.reviewer), project.token(.adjudicator),
            project.token(.analyst), project.token(.producer),
        ]
        for token in tokens {
            let reply = try await request("GET", "/readyz", port: live.port, token: token)
            #expect(reply.text == #"{"status":"not ready"}"#)
        }
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// A call with what it needs.
struct ProjectCall: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    let permission: Role.Permission
    var body: String?
    /// What an admin's call is answered with in a project that holds nothing.
    var status = 200

    var testDescription: String { "\(method) \(path)" }

    static let all: [ProjectCall] = [
        .init(method: "GET", path: "", permission: .inspect),
        .init(method: "PATCH", path: "", permission: .administer, body: #"{"guidelines":"g"}"#),
        .init(
            method: "PUT", path: "/policy", permission: .administer, body: #"{"degree":"assist"}"#),
        .init(method: "GET", path: "/policy", permission: .inspect),
        .init(method: "GET", path: "/policies", permission: .inspect),
        .init(method: "GET", path: "/policies/1", permission: .inspect),
        .init(method: "POST", path: "/policies/1/activate", permission: .administer),
        .init(method: "POST", path: "/policy/rollback", permission: .administer),
        .init(method: "POST", path: "/archive", permission: .administer),
        .init(method: "POST", path: "/unarchive", permission: .administer),
        // One who may do everything in this project may not make it go away.
        .init(method: "DELETE", path: "?name=x", permission: .administer, status: 403),
        .init(
            method: "POST", path: "/policy/resume", permission: .administer, status: 409),
        .init(method: "GET", path: "/fallbacks", permission: .analyse),
        .init(method: "GET", path: "/queue", permission: .inspect),
        .init(method: "POST", path: "/queue/reask", permission: .administer),
        .init(
            method: "POST", path: "/rollout", permission: .administer,
            body: #"{"action":"start","candidate":"m/2","serving":"m/1"}"#),
        .init(method: "GET", path: "/rollout", permission: .inspect),
        .init(method: "GET", path: "/rollouts", permission: .inspect),
        .init(method: "GET", path: "/router?external_id=a", permission: .inspect),
        .init(
            method: "POST", path: "/router", permission: .inspect,
            body: #"{"external_ids":["a"]}"#),
        .init(method: "GET", path: "/guidelines", permission: .inspect),
        .init(method: "GET", path: "/guidelines/1", permission: .inspect),
        .init(method: "POST", path: "/guidelines/1/read", permission: .review),
        .init(method: "GET", path: "/guideline-proposals", permission: .analyse),
        .init(method: "GET", path: "/agreement", permission: .analyse),
        .init(method: "GET", path: "/label-maps", permission: .inspect),
        .init(method: "GET", path: "/label-set", permission: .inspect),
        .init(method: "GET", path: "/label-set/history", permission: .inspect),
        .init(
            method: "POST", path: "/label-set/changes", permission: .administer,
            body: #"{"change":"rename","label":"cat","to":"tomcat"}"#),
        .init(
            method: "PUT", path: "/label-maps/m", permission: .administer, body: #"{"cat":"pet"}"#),
        .init(method: "POST", path: "/reviews", permission: .administer, body: "[]"),
        .init(method: "GET", path: "/audit-log", permission: .analyse),
        .init(method: "GET", path: "/drift", permission: .analyse),
        .init(
            method: "PUT", path: "/drift", permission: .administer, body: #"{"inputs":[]}"#),
        .init(
            method: "POST", path: "/drift/episodes/1/close", permission: .administer,
            body: #"{"reason":"r"}"#, status: 404),
        .init(method: "GET", path: "/calibration", permission: .analyse),
        .init(
            method: "POST", path: "/calibration", permission: .administer, body: "{}",
            status: 400),
        .init(method: "GET", path: "/gold", permission: .administer),
        .init(
            method: "POST", path: "/gold", permission: .administer,
            body: #"{"external_id":"g","label":"cat","payload":{}}"#),
        .init(method: "GET", path: "/reviewers", permission: .analyse),
        .init(method: "GET", path: "/reviewers/me", permission: .review),
        .init(method: "GET", path: "/corrections", permission: .analyse),
        .init(method: "POST", path: "/predictions", permission: .ingest, body: prediction("a")),
        .init(method: "POST", path: "/leases", permission: .review, body: "{}"),
        .init(method: "POST", path: "/leases/x/renew", permission: .review),
        .init(method: "DELETE", path: "/leases/x", permission: .review),
        .init(
            method: "POST", path: "/leases/x/review", permission: .review,
            body: #"{"review_id":"r","verdict":"skip"}"#),
        .init(method: "POST", path: "/reviews/r/undo", permission: .review),
        .init(method: "GET", path: "/labels", permission: .analyse),
        .init(method: "GET", path: "/items/a", permission: .analyse),
        .init(method: "GET", path: "/reopenings", permission: .analyse),
        .init(
            method: "POST", path: "/reopenings", permission: .administer,
            body: #"{"label":"cat","dry_run":true}"#),
        .init(
            method: "POST", path: "/reopenings/1/undo", permission: .administer,
            body: #"{"reason":"r"}"#, status: 404),
        .init(method: "GET", path: "/report", permission: .analyse),
        .init(method: "GET", path: "/comparison", permission: .analyse),
        .init(method: "GET", path: "/what-if", permission: .analyse),
        .init(method: "POST", path: "/what-if", permission: .analyse, body: "{}"),
    ]
}

@Suite(.inTurns) struct AccessTests {
    @Test("a call does for each role what the role may do", arguments: ProjectCall.all)
    func roles(call: ProjectCall) async throws {
        let project = try await TestProject()
        for role in Role.allCases {
            let reply = try await project.send(
                call.method, call.path, as: role, Array((call.body ?? "").utf8))
            if role.allows(call.permission), role != .admin || call.permission != .administer {
                #expect(![401, 403].contains(reply.status), "\(role) \(reply.text)")
                #expect(reply.status < 500)
            } else if role != .admin {
                let problem = try expectProblem(.notAllowed, reply)
                #expect(problem.detail.contains(role.rawValue))
            } else {
                #expect(
                    reply.status == call.status, "an admin of this project alone: \(reply.text)")
            }
        }
        let reply = try await project.send(
            call.method, call.path, as: nil, Array((call.body ?? "").utf8))
        try expectProblem(.missingToken, reply)
    }

    @Test(
        "a token of another project finds nothing, as if the project did not exist",
        arguments: ProjectCall.all)
    func foreignProject(call: ProjectCall) async throws {
        let (mine, other) = (try await TestProject(), try await TestProject())
        _ = try await mine.post(prediction("a"))
        for role in Role.allCases {
            func ask(_ name: String) async throws -> HTTPReply {
                try await request(
                    call.method, "/v1/projects/\(name)\(call.path)", port: mine.live.port,
                    token: other.token(role), headers: ["Content-Type": "application/json"],
                    body: Array((call.body ?? "").utf8))
            }
            let foreign = try await ask(mine.name)
            let missing = try await ask("no-such")
            try expectProblem(.unknownProject, foreign)
            #expect(
                foreign.text.replacing(mine.name, with: "X")
                    == missing.text.replacing("no-such", with: "X"))
        }
    }

    @Test("a token for one project creates none and sees only its own")
    func boundAdmin() async throws {
        let project = try await TestProject()
        let names = try await project.client(.admin).call(Endpoints.listProjects, Nothing())
        #expect(names.projects == [project.name])
        let reply = try await request(
            "POST", "/v1/projects", port: project.live.port, token: project.token(.admin),
            headers: ["Content-Type": "application/json"],
            body: Array(TestProject.document(name: "more").utf8))
        try expectProblem(.notAllowed, reply)
        for role in [Role.producer, .reviewer, .analyst] {
            let reply = try await request(
                "POST", "/v1/projects", port: project.live.port, token: project.token(role),
                headers: ["Content-Type": "application/json"],
                body: Array(TestProject.document(name: "more").utf8))
            try expectProblem(.notAllowed, reply)
        }
    }

    @Test("the reviewer of a review is the token's, and a body cannot name another")
    func identity() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("i", ["confidence": "0.2"]))
        let lease = try #require(try await project.lease().first)
        let path = "/leases/\(lease.lease)/review"
        let forged = try await project.send(
            "POST", path, as: .reviewer,
            #"{"review_id":"r","verdict":"label","label":"cat","reviewer":"boss"}"#)
        try expectProblem(.unknownField, forged)
        let good = try await project.send(
            "POST", path, as: .reviewer,
            #"{"review_id":"\#(project.name)","verdict":"label","label":"cat"}"#)
        #expect(good.status == 200)
        let item = try await project.send("GET", "/items/i", as: .analyst).json
        #expect(
            item["reviews"]?.array?.first?["reviewer"]?.string
                == "reviewer-\(project.name.dropFirst())")
    }

    @Test("a lease is good for its reviewer and its project only")
    func foreignLease() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("i", ["confidence": "0.2"]))
        let lease = try #require(try await project.lease().first)
        let other = try await project.reviewer("other of \(project.name)")
        let body = #"{"review_id":"r","verdict":"skip"}"#
        for (method, path, body) in [
            ("POST", "/leases/\(lease.lease)/review", body),
            ("DELETE", "/leases/\(lease.lease)", ""),
            ("POST", "/leases/\(lease.lease)/renew", ""),
        ] {
            let reply = try await request(
                method, project.path(path), port: project.live.port, token: other,
                headers: ["Content-Type": "application/json"], body: Array(body.utf8))
            try expectProblem(.unknownLease, reply)
        }
        let elsewhere = try await TestProject()
        let reply = try await elsewhere.send(
            "POST", "/leases/\(lease.lease)/review", as: .reviewer, body)
        try expectProblem(.unknownLease, reply)
    }
}

extension TestProject {
    /// Leases tasks as this project's reviewer.
    func lease(_ count: Int = 1) async throws -> [Lease] {
        try await client(.reviewer).call(
            Endpoints.lease, at: ["project": name], LeaseRequest(count: count)
        ).leases
    }

    /// Answers as this project's reviewer.
    func review(_ lease: Lease, _ answer: Answer) async throws -> ReviewReply {
        try await client(.reviewer).call(
            Endpoints.review, at: ["project": name, "lease": lease.lease], answer)
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ProjectCallTests {
    private func create(_ body: String, type: String? = "application/json") async throws
        -> HTTPReply
    {
        let live = try await LiveService.shared()
        return try await request(
            "POST", "/v1/projects", port: live.port, token: live.adminToken,
            headers: type.map { ["Content-Type": $0] } ?? [:], body: Array(body.utf8))
    }

    @Test("creating a project answers 201 with the project as it stands")
    func created() async throws {
        let reply = try await create(TestProject.document(name: "made-here"))
        #expect(reply.status == 201)
        #expect(reply.headers["content-type"] == "application/json")
        let json = try reply.json
        #expect(json["name"]?.string == "made-here")
        #expect(json["labels"]?.array?.compactMap { $0["name"]?.string } == TestProject.labels)
        #expect(json["labels"]?.array?[0]["key"]?.string == "c")
        #expect(json["labels"]?.array?[2]["borderline"]?.bool == true)
        #expect(json["guidelines"]?.string == "Whiskers: cat.")
        #expect(json["policy_version"]?.int == 1)
        #expect(json["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
        try expectProblem(.projectExists, try await create(TestProject.document(name: "made-here")))
    }

    @Test(
        "a project that cannot be is refused with its place",
        arguments: [
            (#"{"labels":[{"name":"a"},{"name":"b"}]}"#, ErrorCode.missingField, "name"),
            (#"{"name":"x"}"#, .missingField, "labels"),
            (#"{"name":"Bad Name","labels":[{"name":"a"}]}"#, .invalidField, "name"),
            (#"{"name":"../etc","labels":[{"name":"a"}]}"#, .invalidField, "name"),
            (#"{"name":7,"labels":[{"name":"a"}]}"#, .invalidField, "name"),
            (#"{"name":"x","labels":"a"}"#, .invalidField, "labels"),
            (#"{"name":"x","labels":[{"nam":"a"}]}"#, .unknownField, "labels[0].nam"),
            (#"{"name":"x","labels":[{"name":"a"},{"name":3}]}"#, .invalidField, "labels[1].name"),
            (#"{"name":"x","labels":[]}"#, .invalidLabelSet, "labels"),
            (#"{"name":"x","labels":[{"name":"a"},{"name":"a"}]}"#, .invalidLabelSet, "\"a\""),
            (#"{"name":"x","labels":[{"name":"a"}],"colour":1}"#, .unknownField, "colour"),
            (#"{"name":"x","name":"y","labels":[{"name":"a"}]}"#, .malformedJSON, "name"),
            (#"{"name":"x","labels":[{"name":"a"}]"#, .malformedJSON, ""),
            (#"[]"#, .invalidField, "the document"),
            ("", .emptyBody, ""),
        ])
    func refused(body: String, code: ErrorCode, place: String) async throws {
        let problem = try expectProblem(code, try await create(body))
        if !place.isEmpty { #expect(problem.detail.contains(place), "\(problem.detail)") }
    }

    @Test("a body that is not called JSON is refused")
    func contentType() async throws {
        for type in [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            try expectProblem(
                .unsupportedContentType,
                try await create(TestProject.document(name: "never"), type: type))
        }
    }

    @Test("a body over the limit is refused before all of it came")
    func tooLarge() async throws {
        let guidelines = String(repeating: "x", count: 2 << 20)
        let reply = try await create(
            #"{"name":"x","labels":[{"name":"a"}],"guidelines":"\#(guidelines)"}"#)
        try expectProblem(.bodyTooLarge, reply)
    }

    @Test("guidelines can be changed")
    func patch() async throws {
        let project = try await TestProject()
        let text = "Zeile 1\nZeile 2 \u{1F408} \"quoted\""
        let changed = try await project.client(.admin).call(
            Endpoints.patchProject, at: ["project": project.name], ProjectPatch(guidelines: text))
        #expect(changed.guidelines == text)
        #expect(changed.guidelinesVersion == 2)
        let read = try await project.client(.reviewer).call(
            Endpoints.project, at: ["project": project.name], Nothing())
        #expect(read.guidelines == text)
    }

    @Test("policies are numbered, complete, and kept with who and why")
    func policies() async throws {
        let project = try await TestProject()
        let admin = project.client(.admin)
        let at = ["project": project.name]
        let set = try await admin.call(
            Endpoints.putPolicy, at: at, query: [("reason", "für später & mehr")],
            PolicyDocument(parsing: Array(#"{"degree":"assist"}"#.utf8)))
        #expect(set.version == 3)
        #expect(set.reason == "für später & mehr")
        #expect(set.createdBy == "admin-\(project.name.dropFirst())")
        let current = try await admin.call(Endpoints.policy, at: at, Nothing())
        #expect(current.version == 3)
        #expect(current.document.value?["degree"]?.string == "assist")
        #expect(current.document.value?["lease_seconds"]?.int != nil, "defaults are written out")
        let history = try await admin.call(Endpoints.policies, at: at, Nothing())
        #expect(history.policies.map(\.version) == [3, 2, 1])
    }

    @Test(
        "a policy that cannot be is refused and changes nothing",
        arguments: [
            #"{"degree":"sometimes"}"#, #"{"degree":"partial","accept":{"default":1.5}}"#,
            #"{"degree":"partial","accept":{"labels":{"bird":0.5}}}"#, #"{"lease_seconds":0}"#,
            #"{"audit_rate":"much"}"#, #"{"colour":1}"#, "[]", "7",
        ])
    func badPolicy(document: String) async throws {
        let project = try await TestProject()
        let reply = try await project.send("PUT", "/policy", as: .admin, document)
        try expectProblem(.invalidPolicy, reply)
        let current = try await project.client(.admin).call(
            Endpoints.policy, at: ["project": project.name], Nothing())
        #expect(current.version == 2)
    }

    @Test(
        "a query parameter nobody knows, given twice, or broken is refused",
        arguments: [
            "/queue?colour=red", "/queue?queue=review&queue=review", "/queue?queue=%FF",
            "/queue?queue=%00", "/queue?queue=%G1", "/queue?queue=nowhere", "/labels?format=xml",
            "/labels?since=yesterday", "/labels?include_pseudo=maybe", "/labels?source=gossip",
            "/report?from=2026-13-01T00:00:00Z",
        ])
    func badQuery(path: String) async throws {
        let project = try await TestProject()
        try expectProblem(
            .invalidParameter, try await project.send("GET", path, as: .admin))
    }

    @Test("the queue's figures count what waits and what is leased")
    func queue() async throws {
        let project = try await TestProject()
        func figures() async throws -> QueueReply {
            try await project.client(.reviewer).call(
                Endpoints.queue, at: ["project": project.name], Nothing())
        }
        #expect(
            try await figures()
                == QueueReply(
                    waiting: 0, leased: 0, oldestWaitingSeconds: nil, unbalanced: 0,
                    labelSetVersion: 1))
        for id in ["a", "b", "c"] {
            _ = try await project.post(prediction(id, ["confidence": "0"]))
        }
        _ = try await project.lease(1)
        // Figures may be a moment old.
        try await eventually("one is leased") {
            let now = try await figures()
            return now.waiting == 2 && now.leased == 1 && now.oldestWaitingSeconds ?? -1 >= 0
        }
    }
}

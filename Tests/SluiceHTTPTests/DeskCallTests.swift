import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// The calls that the reviewer's client lives on beside leases and answers.
@Suite(.inTurns) struct DeskCallTests {
    @Test("a token says whose it is, in which role and for which project")
    func me() async throws {
        let project = try await TestProject()
        let reply = try await project.client(.reviewer).call(Endpoints.me, Nothing())
        #expect(reply.role == "reviewer")
        #expect(reply.project == project.name)
        #expect(reply.name.hasPrefix("reviewer-"))
        let admin = try await project.live.client(project.live.adminToken).call(
            Endpoints.me, Nothing())
        #expect(admin == MeReply(name: "root", role: "admin", project: nil))
        let none = try await request("GET", "/v1/me", port: project.live.port, token: "sl_wrong")
        #expect(none.status == 401)
    }

    @Test("a project's tags are stored, returned and changed, and nothing else with them")
    func tags() async throws {
        let project = try await TestProject()
        #expect(
            try await project.send("GET", "", as: .reviewer).json["tags"]?.array?.isEmpty == true)
        let patched = try await project.send(
            "PATCH", "", as: .admin, #"{"tags":["blurry","wrong page"]}"#)
        #expect(patched.status == 200)
        #expect(try patched.json["tags"]?.array?.compactMap(\.string) == ["blurry", "wrong page"])
        #expect(try patched.json["guidelines"]?.string == "Whiskers: cat.")
        let again = try await project.send("PATCH", "", as: .admin, #"{"guidelines":"New."}"#)
        #expect(try again.json["tags"]?.array?.count == 2)
        let cleared = try await project.send("PATCH", "", as: .admin, #"{"tags":[]}"#)
        #expect(try cleared.json["tags"]?.array?.isEmpty == true)
        #expect(try cleared.json["guidelines"]?.string == "New.")
        let name = project.name + "t"
        let made = try await request(
            "POST", "/v1/projects", port: project.live.port, token: project.live.adminToken,
            headers: ["Content-Type": "application/json"],
            body: Array(#"{"name":"\#(name)","labels":[{"name":"a"}],"tags":["t"]}"#.utf8))
        #expect(made.status == 201)
        #expect(try made.json["tags"]?.array?.compactMap(\.string) == ["t"])
    }

    @Test(
        "tags that cannot be are refused with their place",
        arguments: [
            (#"{"tags":"x"}"#, "tags is \"x\""), (#"{"tags":["a",""]}"#, "tags[1]"),
            (#"{"tags":["a","a"]}"#, "listed twice"), (#"{"tags":["a\u0007"]}"#, "tags[0]"),
            (#"{"tags":[1]}"#, "tags[0] is 1"),
            ("{\"tags\":[\"\(String(repeating: "x", count: 65))\"]}", "1 to 64 bytes"),
            (
                "{\"tags\":[\((0..<33).map { "\"\($0)\"" }.joined(separator: ","))]}",
                "at most 32 tags"
            ),
        ])
    func badTags(body: String, detail: String) async throws {
        let project = try await TestProject()
        let reply = try await project.send("PATCH", "", as: .admin, body)
        try expectProblem(.invalidField, reply)
        #expect(try reply.json["detail"]?.string?.contains(detail) == true)
        try expectProblem(.missingField, try await project.send("PATCH", "", as: .admin, "{}"))
    }

    private func filled() async throws -> TestProject {
        let project = try await TestProject(policy: #"{"degree":"assist"}"#)
        for (id, label, language) in [("a", "cat", "c"), ("b", "dog", "c"), ("c", "dog", "go")] {
            let reply = try await project.post(
                prediction(
                    id,
                    ["label": "\"\(label)\"", "metadata": "{\"language\":\"\(language)\"}"]))
            #expect(reply.status == 200)
        }
        return project
    }

    @Test("a lease request takes only what matches")
    func only() async throws {
        let project = try await filled()
        let body =
            #"{"count":5,"only":{"label":["dog","cat"],"metadata":{"language":"c"}}}"#
        let reply = try await project.send("POST", "/leases", as: .reviewer, body)
        let ids = try reply.json["leases"]?.array?.compactMap {
            $0["item"]?["external_id"]?.string
        }
        #expect(Set(ids ?? []) == ["a", "b"])
        let typed = try await project.client(.reviewer).call(
            Endpoints.lease, at: ["project": project.name],
            LeaseRequest(count: 5, only: LeaseFilter(labels: ["dog"])))
        #expect(typed.leases.map(\.item.externalID) == ["c"])
    }

    @Test(
        "a filter that cannot be is refused with its place",
        arguments: [
            (#"{"only":{"labels":["a"]}}"#, ErrorCode.unknownField, "only.labels"),
            (#"{"only":{"label":["mouse"]}}"#, .unknownLabel, "mouse"),
            (#"{"only":{"label":[]}}"#, .invalidField, "only.label"),
            (#"{"only":{"label":[1]}}"#, .invalidField, "only.label[0]"),
            (#"{"only":{"metadata":["c"]}}"#, .invalidField, "only.metadata"),
            (#"{"only":{"metadata":{"language":3}}}"#, .invalidField, "only.metadata.language"),
            (#"{"only":{"metadata":{"":"c"}}}"#, .invalidField, "keys of 1 to"),
            (#"{"only":{"mine":true}}"#, .invalidField, "adjudication"),
            (#"{"only":"label=dog"}"#, .invalidField, "only"),
        ])
    func badFilter(body: String, code: ErrorCode, detail: String) async throws {
        let project = try await filled()
        let reply = try await project.send("POST", "/leases", as: .reviewer, body)
        try expectProblem(code, reply)
        #expect(try reply.json["detail"]?.string?.contains(detail) == true)
    }

    @Test("a reviewer sees their own reviews, newest first, and nobody else's")
    func reviews() async throws {
        let project = try await filled()
        for (index, lease) in try await project.client(.reviewer).call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest(count: 3)
        ).leases.enumerated() {
            _ = try await project.client(.reviewer).call(
                Endpoints.review, at: ["project": project.name, "lease": lease.lease],
                Answer(
                    reviewID: "\(project.name)-\(index)", verdict: .label("dog"), tags: ["odd"],
                    comment: "n \(index)"))
        }
        let list = try await project.client(.reviewer).call(
            Endpoints.reviews, at: ["project": project.name], query: [("limit", "2")], Nothing())
        #expect(list.reviews.map(\.reviewID) == ["\(project.name)-2", "\(project.name)-1"])
        #expect(list.reviews[0].tags == ["odd"])
        #expect(list.reviews[0].comment == "n 2")
        #expect(list.reviews[0].verdict == .label("dog"))
        #expect(list.reviews[0].isUndoable)
        let other = try await project.live.client(project.reviewer("other-\(project.name)")).call(
            Endpoints.reviews, at: ["project": project.name], Nothing())
        #expect(other.reviews.isEmpty)
        for query in ["?limit=0", "?limit=501", "?limit=x", "?mine=true"] {
            let reply = try await project.send("GET", "/reviews" + query, as: .reviewer)
            try expectProblem(.invalidParameter, reply)
        }
        try expectProblem(
            .notAllowed, try await project.send("GET", "/reviews", as: .analyst))
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite("Decisions taken back together, over HTTP", .inTurns)
struct BulkReopeningCallTests {
    private func reopen(
        _ project: TestProject, _ body: String, as role: Role = .admin
    ) async throws -> HTTPReply {
        try await project.send("POST", "/reopenings", as: role, body)
    }

    /// Waits until a reopening is not under way any more.
    @discardableResult
    private func finished(
        _ project: TestProject, _ id: String, port: Int? = nil
    ) async throws -> JSONValue {
        var last = JSONValue.null
        try await eventually("reopening \(id) is done") {
            last = try await request(
                "GET", project.path("/reopenings/\(id)"), port: port ?? project.live.port,
                token: project.token(.analyst)
            ).json
            return ["reopened", "undone"].contains(last["status"]?.string)
        }
        return last
    }

    private func filled(_ items: Int = 5) async throws -> TestProject {
        let project = try await TestProject()
        let lines = (0..<items).map {
            prediction("i\($0)", ["label": $0 % 5 == 4 ? "\"dog\"" : "\"cat\""])
        }
        #expect(
            try await project.stream(Array(lines.joined(separator: "\n").utf8)).status == 200)
        return project
    }

    @Test("counted, begun, shown, listed and undone; the log has who and why")
    func whole() async throws {
        let project = try await filled()
        let count = try await reopen(project, #"{"label":"cat","dry_run":true}"#)
        #expect(
            count.text
                == #"{"id":null,"status":"counted","items":4,"by_source":[{"source":"model","items":4}],"settled_by_adjudicators":0,"restored":0,"decided_since":0,"in_hand":0}"#
        )
        #expect(
            try await project.send("GET", "/reopenings", as: .analyst).text == #"{"reopenings":[]}"#
        )
        let begun = try await reopen(
            project, #"{"label":"cat","priority":"high","reason":"wrong threshold"}"#
        ).json
        #expect(begun["id"]?.string == "1" && begun["filter"]?["label"]?.string == "cat")
        #expect(begun["priority"]?.string == "high" && begun["reason"]?.string == "wrong threshold")
        #expect(begun["filter"]?["until"]?.string == begun["created_at"]?.string)
        let done = try await finished(project, "1")
        #expect(done["status"]?.string == "reopened" && done["items"]?.int == 4)
        #expect(
            done["finished_at"]?.string != nil
                && done["created_by"]?.string?.hasPrefix("admin") == true)
        let queue = try await project.send("GET", "/queue", as: .reviewer).json
        #expect(queue["waiting"]?.int == 4)
        // Done again: what is open is left alone, and it has a number of its own.
        _ = try await reopen(project, #"{"label":"cat","reason":"again"}"#)
        #expect(try await finished(project, "2")["items"]?.int == 0)
        let undone = try await project.send(
            "POST", "/reopenings/1/undo", as: .admin, #"{"reason":"it was right"}"#)
        #expect(undone.status == 200, "\(undone.text)")
        let restored = try await finished(project, "1")
        #expect(restored["status"]?.string == "undone" && restored["restored"]?.int == 4)
        // Undone again it restores nothing more.
        _ = try await project.send(
            "POST", "/reopenings/1/undo", as: .admin, #"{"reason":"it was right"}"#)
        #expect(try await finished(project, "1")["restored"]?.int == 4)
        let list = try await project.client(.analyst).call(
            Endpoints.reopenings, at: ["project": project.name], Nothing())
        #expect(list.reopenings.map(\.id) == ["2", "1"])
        let log = try await project.send("GET", "/audit-log", as: .analyst).text
        #expect(log.contains("items.reopened") && log.contains("wrong threshold"))
        #expect(log.contains("items.restored") && log.contains("it was right"))
    }

    @Test("a label is asked for with what was merged into it, and told by its present name")
    func labels() async throws {
        let project = try await filled()
        for change in [
            #"{"change":"merge","label":"dog","into":"cat"}"#,
            #"{"change":"rename","label":"cat","to":"animal"}"#,
        ] {
            #expect(
                try await project.send("POST", "/label-set/changes", as: .admin, change).status
                    == 200)
        }
        for (name, items) in [("cat", 5), ("animal", 5), ("dog", 1)] {
            let count = try await reopen(project, #"{"label":"\#(name)","dry_run":true}"#)
            #expect(try count.json["items"]?.int == items, "\(name)")
        }
        let begun = try await reopen(project, #"{"label":"cat","reason":"r"}"#).json
        #expect(begun["filter"]?["label"]?.string == "animal")
        #expect(try await finished(project, "1")["items"]?.int == 5)
        let renamed = #"{"change":"rename","label":"animal","to":"pet"}"#
        _ = try await project.send("POST", "/label-set/changes", as: .admin, renamed)
        let list = try await project.send("GET", "/reopenings", as: .analyst).json
        #expect(list["reopenings"]?[0]?["filter"]?["label"]?.string == "pet")
    }

    @Test("what is wrong with a request is said with code and place, and nothing is begun")
    func refusals() async throws {
        let project = try await filled(1)
        for (body, code, place) in [
            (#"{"reason":"r"}"#, ErrorCode.invalidField, "policy_version"),
            (#"{"label":"cat"}"#, .missingField, "reason"),
            (#"{"label":"cat","reason":""}"#, .invalidField, "reason"),
            (#"{"label":"cow","reason":"r"}"#, .unknownLabel, "cow"),
            (#"{"policy_version":99,"reason":"r"}"#, .unknownPolicy, "99"),
            (#"{"policy_version":"2","reason":"r"}"#, .invalidField, "policy_version"),
            (#"{"model":"none","reason":"r"}"#, .invalidField, "model"),
            (#"{"model_version":"1","reason":"r"}"#, .missingField, "model"),
            (#"{"source":"nobody","reason":"r"}"#, .invalidField, "source"),
            (#"{"since":"yesterday","reason":"r"}"#, .invalidField, "since"),
            (
                #"{"since":"2026-02-01T00:00:00Z","until":"2026-01-01T00:00:00Z","reason":"r"}"#,
                .invalidField, "since"
            ),
            (#"{"label":"cat","reason":"r","priority":"now"}"#, .invalidField, "priority"),
            (#"{"label":"cat","reason":"r","colour":"red"}"#, .unknownField, "colour"),
            (#"{"label":"cat","reason":"r","dry_run":1}"#, .invalidField, "dry_run"),
        ] {
            let reply = try await reopen(project, body)
            try expectProblem(code, reply)
            #expect(reply.text.contains(place), "\(body): \(reply.text)")
        }
        for id in ["1", "0", "-1", "x", "99999999999"] {
            try expectProblem(
                .unknownReopening, try await project.send("GET", "/reopenings/\(id)", as: .analyst))
            try expectProblem(
                .unknownReopening,
                try await project.send(
                    "POST", "/reopenings/\(id)/undo", as: .admin, #"{"reason":"r"}"#))
        }
        for role in [Role.producer, .reviewer, .analyst] {
            try expectProblem(
                .notAllowed, try await reopen(project, #"{"label":"cat","reason":"r"}"#, as: role))
        }
        #expect(
            try await project.send("GET", "/reopenings", as: .analyst).text == #"{"reopenings":[]}"#
        )
    }

    @Test("another project's token sees and changes nothing of it")
    func foreign() async throws {
        let project = try await filled(1)
        let other = try await TestProject()
        _ = try await reopen(project, #"{"label":"cat","reason":"r"}"#)
        try await finished(project, "1")
        for (method, path) in [
            ("GET", "/reopenings"), ("GET", "/reopenings/1"), ("POST", "/reopenings"),
            ("POST", "/reopenings/1/undo"),
        ] {
            let reply = try await request(
                method, project.path(path), port: project.live.port, token: other.token(.admin),
                headers: ["Content-Type": "application/json"],
                body: method == "POST" ? Array(#"{"label":"cat","reason":"r"}"#.utf8) : nil)
            #expect(reply.status == 403 || reply.status == 404, "\(method) \(path): \(reply.text)")
            #expect(!reply.text.contains("\"items\""))
        }
        // The numbers are the project's own.
        try expectProblem(
            .unknownReopening, try await other.send("GET", "/reopenings/1", as: .analyst))
        #expect(try await finished(project, "1")["status"]?.string == "reopened")
    }

    @Test("while one is not finished a second is refused, and another instance tells and undoes it")
    func underWay() async throws {
        let project = try await filled(4_000)
        try await project.live.besideAnother { port in
            let body = #"{"source":"model","reason":"r"}"#
            let begun = try await reopen(project, body).json
            #expect(begun["status"]?.string == "reopening")
            let second = try await reopen(project, body)
            // Unless it was done before this came.
            if second.status != 200 {
                try expectProblem(.notReopened, second)
                #expect(second.text.contains("reopening 1 is not finished"))
            }
            let done = try await finished(project, "1", port: port)
            #expect(done["items"]?.int == 4_000)
            let undone = try await request(
                "POST", project.path("/reopenings/1/undo"), port: port,
                token: project.token(.admin), headers: ["Content-Type": "application/json"],
                body: Array(#"{"reason":"r"}"#.utf8))
            #expect(undone.status == 200, "\(undone.text)")
            #expect(try await finished(project, "1")["restored"]?.int == 4_000)
            #expect(
                try await project.send("GET", "/queue", as: .reviewer).json["waiting"]?.int == 0)
        }
    }
}

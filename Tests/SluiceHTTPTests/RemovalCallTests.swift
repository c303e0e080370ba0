import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct RemovalCallTests {
    private func ask(
        _ method: String, _ path: String, _ project: TestProject
    ) async throws -> HTTPReply {
        try await request(
            method, path, port: project.live.port, token: project.live.adminToken)
    }

    @Test("an archived project takes no lines, gives out no work, and answers everything else")
    func archived() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("i", ["confidence": "0.2"]))
        let archived = try await ask("POST", project.path("/archive?reason=over"), project)
        #expect(archived.status == 200)
        #expect(try archived.json["archived_at"]?.string?.hasSuffix("Z") == true)
        try expectProblem(.projectArchived, try await project.post(prediction("j")))
        try expectProblem(.projectArchived, try await project.stream(Array(prediction("j").utf8)))
        try expectProblem(
            .projectArchived, try await project.send("POST", "/leases", as: .reviewer, "{}"))
        let answers = try await request(
            "POST", project.path("/reviews"), port: project.live.port,
            token: project.live.adminToken, headers: ["Content-Type": "application/json"],
            body: Array(#"[{"external_id":"k","reviewer":"ann","label":"cat"}]"#.utf8))
        #expect(answers.text.contains("SLU-241"), "\(answers.text)")
        let gold = try await request(
            "POST", project.path("/gold"), port: project.live.port,
            token: project.live.adminToken, headers: ["Content-Type": "application/json"],
            body: Array(#"{"external_id":"g","label":"cat","payload":{}}"#.utf8))
        try expectProblem(.projectArchived, gold)
        for path in ["", "/report", "/labels", "/queue", "/items/i", "/audit-log"] {
            #expect(try await project.send("GET", path, as: .analyst).status == 200)
        }
        #expect(try await project.storedItems() == 1)
        let active = try await ask("POST", project.path("/unarchive"), project)
        #expect(try active.json["archived_at"] == nil)
        #expect(try await project.post(prediction("j")).status == 200)
    }

    @Test("a project is deleted by its name repeated, and is then as if it had never been")
    func deleted() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("i"))
        let path = project.path("?name=\(project.name)&reason=pilot")
        try expectProblem(.projectNotArchived, try await ask("DELETE", path, project))
        _ = try await ask("POST", project.path("/archive"), project)
        for wrong in ["", "?name=", "?name=\(project.name)x", "?name=\(project.name)%20"] {
            try expectProblem(
                .invalidParameter, try await ask("DELETE", project.path(wrong), project))
        }
        let bound = try await request(
            "DELETE", path, port: project.live.port, token: project.token(.admin))
        try expectProblem(.notAllowed, bound)
        #expect(try await ask("DELETE", path, project).status == 200)
        try expectProblem(.unknownProject, try await ask("DELETE", path, project))
        for path in ["", "/report", "/labels", "/queue"] {
            try expectProblem(.unknownProject, try await ask("GET", project.path(path), project))
        }
        let list = try await ask("GET", "/v1/projects", project)
        #expect(!list.text.contains("\"\(project.name)\""))
        try await eventually("its tokens are worth nothing") {
            try await project.send("GET", "", as: .analyst).status == 401
        }
        try await eventually("its rows are removed") {
            let text = try await TestServer.shared().execute(
                """
                SELECT count(*) FROM item WHERE project_id IN (
                    SELECT removed_project FROM project_removal WHERE name = '\(project.name)')
                """, database: "live_http")
            return text == "0"
        }
        let deleted = try await ask("GET", "/v1/deleted-projects", project)
        let entry = try #require(
            try deleted.json["projects"]?.array?.first { $0["name"]?.string == project.name })
        #expect(entry["reason"]?.string == "pilot" && entry["deleted_by"]?.string == "root")
        let again = try await request(
            "POST", "/v1/projects", port: project.live.port, token: project.live.adminToken,
            headers: ["Content-Type": "application/json"],
            body: Array(TestProject.document(name: project.name).utf8))
        #expect(again.status == 201)
        #expect(try await project.storedItems() == 0)
    }
}

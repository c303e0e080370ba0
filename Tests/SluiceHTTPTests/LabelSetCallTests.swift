import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct LabelSetCallTests {
    private func change(
        _ project: TestProject, _ body: String
    ) async throws -> HTTPReply {
        try await project.send("POST", "/label-set/changes", as: .admin, body)
    }

    @Test("a label is renamed, and everything that is asked for or sent goes on under both names")
    func rename() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a", ["confidence": "0.95"]))
        let reply = try LabelChangeReply(
            parsing: try await change(
                project,
                #"{"change":"rename","label":"cat","to":"tomcat","reason":"precise","base":1}"#
            ).body)
        #expect(reply.version == 2 && reply.change == "renamed" && reply.decided == 1)
        #expect(reply.label?.id == "cat" && reply.label?.formerNames == ["cat"])
        let routed = try await project.post(prediction("b", ["confidence": "0.95"])).json
        #expect(routed["label"]?.string == "tomcat" && routed["label_now"]?.string == "tomcat")
        let now = try await project.post(
            prediction("c", ["confidence": "0.95", "label": "\"tomcat\""])
        ).json
        #expect(now["label"]?.string == "tomcat" && now["label_now"] == nil)
        for label in ["cat", "tomcat"] {
            let rows = try await project.send(
                "GET", "/labels?include_pseudo=true&label=\(label)", as: .analyst
            ).text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            #expect(rows.map { $0["label"]?.string } == ["tomcat", "tomcat", "tomcat"])
            let report = try await project.send("GET", "/report?label=\(label)", as: .analyst).json
            #expect(report["metrics"]?["received"]?["value"]?.double == 3)
        }
        let shown = try await project.client(.reviewer).call(
            Endpoints.project, at: ["project": project.name], Nothing())
        #expect(shown.labelSetVersion == 2)
        #expect(shown.labels.map(\.name) == ["tomcat", "dog", "not sure"])
        #expect(shown.labels[0].id == "cat" && shown.labels[0].key == "c")
        let history = try await project.client(.analyst).call(
            Endpoints.labelHistory, at: ["project": project.name], Nothing())
        #expect(history.changes.map(\.version) == [2, 1])
        #expect(
            history.changes[0].reason == "precise"
                && history.changes[0].by?.hasPrefix("admin") == true)
        #expect(
            history.changes[0].before?.name == "cat" && history.changes[0].after?.name == "tomcat")
        #expect(history.changes[1].change == "created")
    }

    @Test(
        "a retired label is refused from reviewers with what to do, and taken from producers for a person"
    )
    func retire() async throws {
        let project = try await TestProject()
        let dry = try await change(project, #"{"change":"retire","label":"dog","dry_run":true}"#)
        #expect(try LabelChangeReply(parsing: dry.body).version == 2)
        let before = try await project.send("GET", "/label-set", as: .reviewer).json
        #expect(before["version"]?.int == 1)
        _ = try await change(project, #"{"change":"retire","label":"dog","reason":"none left"}"#)
        let routed = try await project.post(
            prediction("a", ["confidence": "0.99", "label": "\"dog\""])
        ).json
        #expect(routed["route"]?.string == "queued" && routed["reason"]?.string == "label_retired")
        let leases = try await project.send("POST", "/leases", as: .reviewer, "{}").json
        let lease = try #require(leases["leases"]?.array?.first)
        #expect(leases["label_set_version"]?.int == 2)
        #expect(lease["prediction"] == nil && lease["blind"]?.bool == true)
        let id = try #require(lease["lease"]?.string)
        let refused = try await project.send(
            "POST", "/leases/\(id)/review", as: .reviewer,
            #"{"review_id":"r-\#(project.name)","verdict":"label","label":"dog"}"#)
        try expectProblem(.labelRetired, refused)
        let taken = try await project.send(
            "POST", "/leases/\(id)/review", as: .reviewer,
            #"{"review_id":"r-\#(project.name)","verdict":"label","label":"cat"}"#)
        #expect(taken.status == 200)
        let log = try await project.send("GET", "/audit-log", as: .analyst).text
        #expect(log.contains("label.retired") && log.contains("none left"))
        let back = try LabelChangeReply(
            parsing: try await change(project, #"{"change":"add","label":"dog"}"#).body)
        #expect(back.change == "restored" && back.version == 3)
    }

    @Test("what is wrong with a change is said, and nothing is changed")
    func refusals() async throws {
        let project = try await TestProject()
        for (body, code) in [
            (#"{"change":"rename","label":"cow","to":"bull"}"#, ErrorCode.unknownLabel),
            (#"{"change":"rename","label":"cat","to":"dog"}"#, .invalidLabelSet),
            (#"{"change":"rename","label":"cat","to":"dog\u200b"}"#, .invalidLabelSet),
            (#"{"change":"add","label":"ϲat"}"#, .invalidLabelSet),
            (#"{"change":"add","label":"cat "}"#, .invalidLabelSet),
            (#"{"change":"rekey","label":"cat","key":"d"}"#, .invalidLabelSet),
            (#"{"change":"merge","label":"cat","into":"not sure"}"#, .invalidLabelSet),
            (#"{"change":"paint","label":"cat"}"#, .invalidField),
            (#"{"change":"rename","label":"cat"}"#, .missingField),
            (#"{"change":"rename","label":"cat","to":"kit","colour":"red"}"#, .unknownField),
            (#"{"change":"rename","label":"cat","to":"kit","base":4}"#, .labelsChanged),
        ] {
            try expectProblem(code, try await change(project, body))
        }
        let set = try await project.send("GET", "/label-set", as: .reviewer).json
        #expect(set["version"]?.int == 1 && set["labels"]?.array?.count == 3)
        let twins = try await request(
            "POST", "/v1/projects", port: project.live.port, token: project.live.adminToken,
            headers: ["Content-Type": "application/json"],
            body: Array(#"{"name":"twins","labels":[{"name":"ok"},{"name":"ok "}]}"#.utf8))
        try expectProblem(.invalidLabelSet, twins)
        #expect(twins.text.contains(#"looks like the label \"ok\""#), "\(twins.text)")
    }
}

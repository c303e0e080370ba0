import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// Ramps of a service that runs, judged by what its reviewers say.
@Suite(.inTurns) struct RampCallTests {
    /// A ramp of steps that last a second each, on a project where people decide everything.
    private func ramping(_ steps: String) async throws -> TestProject {
        let project = try await TestProject(policy: #"{"degree":"assist"}"#)
        for body in [
            #"{"action":"start","candidate":"m/7","serving":"m/6"}"#,
            #"{"action":"ramp","steps":\#(steps),"every_seconds":1,"guard":{"minimum_labels":12}}"#,
        ] {
            let reply = try await project.send("POST", "/rollout", as: .admin, body)
            try #require(reply.status == 200, "\(reply.text)")
        }
        return project
    }

    /// Both versions score some items and a reviewer labels them; m/6 always says cat.
    private func work(
        _ project: TestProject, _ ids: [String], candidate: String, truth: String
    ) async throws {
        let lines = ids.flatMap { id in
            [
                prediction(id, ["model_version": "\"6\""]),
                prediction(id, ["model_version": "\"7\"", "label": "\"\(candidate)\""]),
            ]
        }
        let sent = try await project.stream(Array((lines.joined(separator: "\n") + "\n").utf8))
        try #require(sent.status == 200, "\(sent.text)")
        let client = project.client(.reviewer)
        let leases = try await client.call(
            Endpoints.lease, at: ["project": project.name],
            LeaseRequest(parsing: Array("{\"count\":\(ids.count)}".utf8))
        ).leases
        try #require(leases.count == ids.count)
        for lease in leases {
            _ = try await client.call(
                Endpoints.review, at: ["project": project.name, "lease": lease.lease],
                Answer(reviewID: "r-\(lease.lease)", verdict: .label(truth), seconds: 1))
        }
    }

    private func status(_ project: TestProject) async throws -> JSONValue {
        try await project.send("GET", "/rollout", as: .analyst).json
    }

    private func lastEntry(_ project: TestProject) async throws -> AuditEntry? {
        try await project.client(.analyst).call(
            Endpoints.auditLog, at: ["project": project.name], Nothing()
        ).entries.last
    }

    @Test("a candidate that people agree with goes from step to step and is switched, by itself")
    func goesItsWay() async throws {
        let project = try await ramping("[0.5,1]")
        try await work(
            project, (0..<11).map { "a\($0)" }, candidate: "cat", truth: "cat")
        try await eventually("the guard counts the labels") {
            try await status(project)["guard"]?["sentence"]?.string?.hasPrefix("11 of 12") == true
        }
        #expect(try await status(project)["rollout"]?["share"]?.double == 0.5)
        try await work(project, ["b"], candidate: "cat", truth: "cat")
        try await eventually("the next step asks for labels of its own") {
            try await status(project)["guard"]?["sentence"]?.string
                == "0 of 12 items have been scored by both versions and labelled since this step began"
        }
        #expect(try await status(project)["rollout"]?["share"]?.double == 1)
        try await work(
            project, (0..<12).map { "c\($0)" }, candidate: "cat", truth: "cat")
        try await eventually("it is switched") {
            try await status(project)["rollout"]?["serving"]?.string == "m/7"
        }
        let entries = try await project.client(.analyst).call(
            Endpoints.auditLog, at: ["project": project.name], Nothing()
        ).entries.suffix(2)
        #expect(entries.map(\.action) == ["rollout.advanced", "rollout.switched"])
        #expect(entries.allSatisfy { $0.actor == "sluice" })
        #expect(
            entries.map(\.reason)
                == [12, 24].map {
                    "\($0) labelled items scored by both versions show no regression"
                })
    }

    @Test("a candidate that people contradict is taken out, and the log says what they saw")
    func isTakenOut() async throws {
        let project = try await ramping("[0.5,1]")
        try await work(
            project, (0..<12).map { "a\($0)" }, candidate: "dog", truth: "cat")
        try await eventually("it is taken out") {
            try await status(project)["rollout"]?["candidate"]?.isNull == true
        }
        let rollout = try await status(project)["rollout"]
        #expect(rollout?["serving"]?.string == "m/6" && rollout?["previous"]?.string == "m/7")
        let entry = try #require(try await lastEntry(project))
        #expect(entry.action == "rollout.rolled_back" && entry.actor == "sluice")
        #expect(
            entry.reason.hasPrefix(
                "the candidate is wrong on 12 labelled items where the serving version is right"),
            "\(entry.reason)")
        // A rollback that somebody asks for now takes nothing more back.
        try expectProblem(
            .rolloutRefused,
            try await project.send("POST", "/rollout", as: .admin, #"{"action":"rollback"}"#))
    }
}

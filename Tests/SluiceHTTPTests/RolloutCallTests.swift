import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct RolloutCallTests {
    private let six = ModelVersion("m/6")
    private let seven = ModelVersion("m/7")

    private func change(
        _ project: TestProject, _ body: String, as role: Role = .admin
    ) async throws -> HTTPReply {
        try await project.send("POST", "/rollout", as: role, body)
    }

    private func status(_ project: TestProject) async throws -> JSONValue {
        let reply = try await project.send("GET", "/rollout", as: .reviewer)
        #expect(reply.status == 200)
        return try reply.json
    }

    @Test("a rollout goes from start to switch and back, and says where it stands on the way")
    func wholeWay() async throws {
        let project = try await TestProject()
        #expect(try await status(project)["rollout"]?.isNull == true)
        for (body, revision, mode, share) in [
            (
                #"{"action":"start","candidate":"m/7","serving":"m/6","mode":"shadow","reason":"new","base":null}"#,
                1, "shadow", 0.0
            ),
            (
                #"{"action":"canary","share":0.05,"base":1,"answer_within_seconds":5}"#, 2,
                "canary", 0.05
            ),
            (
                #"{"action":"ramp","steps":[0.25,0.5,1],"every_seconds":86400,"guard":{"error_limit":0.1}}"#,
                3, "ramp", 0.25
            ),
            (#"{"action":"switch","base":3}"#, 4, "serving", 0),
            (#"{"action":"rollback","reason":"regression"}"#, 5, "serving", 0),
        ] {
            let reply = try await change(project, body)
            #expect(reply.status == 200, "\(reply.text)")
            let stored = try RolloutReply(parsing: reply.body)
            #expect(stored.revision == revision && stored.createdBy.hasPrefix("admin"))
            let now = try await status(project)
            #expect(now["revision"]?.int == revision)
            #expect(now["rollout"]?["mode"]?.string == mode)
            #expect(now["rollout"]?["share"]?.double == share)
            #expect(now["rollout"] == stored.rollout?.value)
        }
        let end = try await status(project)
        #expect(end["rollout"]?["serving"]?.string == "m/6")
        #expect(end["rollout"]?["previous"]?.string == "m/7")
        #expect(end["rollout"]?["answer_within_seconds"]?.int == 5)
        #expect(end["reason"]?.string == "regression")
        let history = try await project.client(.analyst).call(
            Endpoints.rollouts, at: ["project": project.name], Nothing())
        #expect(history.rollouts.map(\.revision) == [5, 4, 3, 2, 1])
        #expect(history.rollouts.last?.reason == "new")
        let entries = try await project.client(.analyst).call(
            Endpoints.auditLog, at: ["project": project.name], Nothing()
        ).entries
        #expect(
            entries.map(\.action) == [
                "project.created", "policy.set", "rollout.started", "rollout.canary",
                "rollout.ramp", "rollout.switched", "rollout.rolled_back",
            ])
        #expect(entries[2].before == nil && entries[2].reason == "new")
        #expect(entries[6].before?.value?["serving"]?.string == "m/7")
        #expect(entries[6].after?.value == end["rollout"])
        #expect(
            zip(entries.dropFirst(2), entries.dropFirst(3)).allSatisfy { $0.after == $1.before })
    }

    @Test("status counts what each version sent and the share the candidate has in fact")
    func counts() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("first", ["model_version": "\"6\""]))
        let started = try await change(
            project, #"{"action":"start","candidate":"m/7","mode":"canary","share":0.4}"#)
        #expect(started.status == 200, "the one version there is serves: \(started.text)")
        let ids = (0..<200).map { "item-\($0)" }
        let sides = try await project.client(.producer).call(
            Endpoints.routerBatch, at: ["project": project.name],
            RouterRequest(externalIDs: ids)
        ).assignments
        let lines = sides.map { side in
            prediction(
                side.externalID, ["model_version": "\"\(side.decider?.version.text ?? "")\""])
        }
        let reply = try await project.stream(Array((lines.joined(separator: "\n") + "\n").utf8))
        #expect(reply.status == 200)
        _ = try await project.post(prediction("odd", ["model_version": "\"5\""]))
        let status = try await status(project)
        let candidates = sides.count { $0.side == "candidate" }
        // Binomial 99.99 % interval of 200 at 0.4: 53...108.
        #expect((53...108).contains(candidates))
        let realised = try #require(status["share_realised"])
        #expect(realised["value"]?.double == Double(candidates) / 200)
        #expect(realised["n"]?.int == 200 && realised["lo"]?.double != nil)
        let versions = status["versions"]?.array ?? []
        #expect(
            versions.map { $0["model_version"]?.string } == ["6", "7", "5"])
        #expect(versions.map { $0["role"]?.string } == ["serving", "candidate", "unknown"])
        #expect(
            versions.map { $0["received"]?.int } == [200 - candidates, candidates, 1])
        #expect(status["guard"]?["says"]?.string == "hold")
        #expect(status["guard"]?["sentence"]?.string?.isEmpty == false)
        #expect(status["next"]?.isNull == true, "a canary does not go by itself")
        _ = try await change(
            project, #"{"action":"ramp","steps":[0.4,1],"every_seconds":60}"#)
        let ramp = try await self.status(project)
        #expect(ramp["next"]?["share"]?.double == 1)
        #expect(ramp["next"]?["sentence"] == ramp["guard"]?["sentence"])
        #expect(ramp["share_realised"]?["n"]?.int == 200, "the share is the same as before")
    }

    @Test(
        "a change that makes no sense is refused with its place, and nothing changes",
        arguments: [
            ("", ErrorCode.emptyBody, ""), ("[]", .invalidField, "the document"),
            ("{}", .missingField, "action"), (#"{"action":"go"}"#, .invalidField, "action"),
            (#"{"action":"start"}"#, .missingField, "candidate"),
            (#"{"action":"start","candidate":"m"}"#, .invalidField, "candidate"),
            (#"{"action":"start","candidate":"m/7","mode":"ramp"}"#, .invalidField, "mode"),
            (#"{"action":"start","candidate":"m/7","share":0.1}"#, .invalidField, "share"),
            (#"{"action":"start","candidate":"m/7","mode":"canary"}"#, .missingField, "share"),
            (#"{"action":"start","candidate":"m/7"}"#, .rolloutRefused, "which one serves"),
            (#"{"action":"start","candidate":"m/7","serving":"m/7"}"#, .rolloutRefused, "m/7"),
            (#"{"action":"canary","share":0}"#, .invalidField, "share"),
            (#"{"action":"canary","share":1.5}"#, .invalidField, "share"),
            (#"{"action":"canary","share":0.5}"#, .rolloutRefused, "no rollout"),
            (#"{"action":"canary","share":0.5,"steps":[1]}"#, .unknownField, "steps"),
            (#"{"action":"ramp","steps":[0.5,0.4],"every_seconds":1}"#, .invalidField, "steps[1]"),
            (#"{"action":"ramp","steps":[0.5]}"#, .missingField, "every_seconds"),
            (#"{"action":"ramp","steps":[0.5],"every_seconds":0}"#, .invalidField, "every_seconds"),
            (
                #"{"action":"canary","share":0.5,"guard":{"minimum_labels":0}}"#, .invalidField,
                "guard.minimum_labels"
            ),
            (
                #"{"action":"canary","share":0.5,"guard":{"labels":1}}"#, .invalidField,
                "guard.labels"
            ),
            (
                #"{"action":"canary","share":0.5,"answer_within_seconds":0}"#, .invalidField,
                "answer_within_seconds"
            ),
            (#"{"action":"canary","share":0.5,"fallback":"dice"}"#, .invalidField, "fallback"),
            (#"{"action":"switch","fallback":"other"}"#, .unknownField, "fallback"),
            (#"{"action":"switch"}"#, .rolloutRefused, "no rollout"),
            (#"{"action":"rollback","base":1}"#, .rolloutChanged, "no rollout is in force"),
            (#"{"action":"rollback","base":"1"}"#, .invalidField, "base"),
            (#"{"action":"end"}"#, .rolloutRefused, "no rollout"),
        ])
    func refused(body: String, code: ErrorCode, place: String) async throws {
        let project = try await TestProject()
        let problem = try expectProblem(code, try await change(project, body))
        #expect(problem.detail.contains(place), "\(problem.detail)")
        #expect(try await status(project)["revision"]?.isNull == true)
    }

    @Test("a change made for another revision is told which one is in force")
    func conflict() async throws {
        let project = try await TestProject()
        let start = #"{"action":"start","candidate":"m/7","serving":"m/6","base":null}"#
        #expect(try await change(project, start).status == 200)
        for (body, said) in [
            (start, "revision 1 of the rollout is in force, not none"),
            (
                #"{"action":"switch","base":7}"#,
                "revision 1 of the rollout is in force, not revision 7"
            ),
        ] {
            let problem = try expectProblem(.rolloutChanged, try await change(project, body))
            #expect(problem.detail.contains(said), "\(problem.detail)")
            #expect(problem.status == 409)
        }
    }

    @Test("the router says which version decides an item, and how it will be judged")
    func router() async throws {
        let project = try await TestProject()
        let client = project.client(.producer)
        func ask(_ id: String) async throws -> AssignmentReply {
            try await client.call(
                Endpoints.router, at: ["project": project.name], query: [("external_id", id)],
                Nothing())
        }
        let none = try await ask("a")
        #expect(none.decider == nil && none.reason == "no_rollout" && none.side == nil)
        _ = try await change(
            project, #"{"action":"start","candidate":"m/7","serving":"m/6"}"#)
        #expect(try await ask("a").decider == six)
        _ = try await change(project, #"{"action":"canary","share":0.05}"#)
        let ids = (0..<10_000).map { "ü-\($0)" }
        func batch() async throws -> [AssignmentReply] {
            try await client.call(
                Endpoints.routerBatch, at: ["project": project.name],
                RouterRequest(externalIDs: ids)
            ).assignments
        }
        let small = try await batch()
        #expect(small.map(\.externalID) == ids)
        #expect(small.allSatisfy { $0.share == 0.05 && $0.mode == "canary" })
        #expect(small.allSatisfy { $0.rolloutRevision == 2 })
        // Binomial 99.9 % interval of 10,000 at 0.05: 429...572.
        let chosen = small.indices.filter { small[$0].side == "candidate" }
        #expect((429...572).contains(chosen.count))
        #expect(chosen.allSatisfy { small[$0].decider == seven })
        #expect(try await ask(ids[chosen[0]]) == small[chosen[0]])
        _ = try await change(project, #"{"action":"canary","share":0.25}"#)
        let large = try await batch()
        #expect(chosen.allSatisfy { large[$0].side == "candidate" }, "nobody changes side")
        // Binomial 99.9 % interval of 10,000 at 0.25: 2358...2643.
        #expect((2358...2643).contains(large.count { $0.side == "candidate" }))
    }

    @Test("a question for no item or too many is refused")
    func routerRefusals() async throws {
        let project = try await TestProject()
        for query in ["", "?external_id=", "?id=a"] {
            try expectProblem(
                .invalidParameter,
                try await project.send("GET", "/router\(query)", as: .producer))
        }
        let many = (0...RouterRequest.largestBatch).map { "\"\($0)\"" }.joined(separator: ",")
        for body in [
            #"{"external_ids":[]}"#, #"{"external_ids":"a"}"#, #"{"external_ids":[""]}"#,
            #"{"external_ids":[7]}"#, "{\"external_ids\":[\(many)]}",
        ] {
            let problem = try expectProblem(
                .invalidField, try await project.send("POST", "/router", as: .producer, body))
            #expect(problem.detail.contains("external_ids"))
        }
        // The longest ids there are fit.
        let longest = (0..<RouterRequest.largestBatch).map { number in
            String(repeating: "x", count: 506) + "\(100_000 + number)"
        }
        let reply = try await project.client(.producer).call(
            Endpoints.routerBatch, at: ["project": project.name],
            RouterRequest(externalIDs: longest))
        #expect(reply.assignments.count == RouterRequest.largestBatch)
    }

    @Test("the audit log is read on from where it was left")
    func auditLog() async throws {
        let project = try await TestProject()
        let client = project.client(.analyst)
        func read(_ query: [(String, String)]) async throws -> AuditLogReply {
            try await client.call(
                Endpoints.auditLog, at: ["project": project.name], query: query, Nothing())
        }
        let all = try await read([])
        #expect(all.entries.map(\.action) == ["project.created", "policy.set"])
        let first = try await read([("after", "0"), ("limit", "1")])
        #expect(first.entries.map(\.action) == ["project.created"])
        let second = try await read([("after", try #require(first.next))])
        #expect(second.entries.map(\.action) == ["policy.set"] && second.next == all.next)
        let none = try await read([("after", try #require(second.next))])
        #expect(none.entries.isEmpty && none.next == all.next)
        #expect(try await read([("limit", "1")]).entries.map(\.action) == ["policy.set"])
        for query in ["?after=x", "?after=-1", "?limit=0", "?limit=1001", "?since=1"] {
            try expectProblem(
                .invalidParameter,
                try await project.send("GET", "/audit-log\(query)", as: .analyst))
        }
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct WhatIfCallTests {
    @Test("thresholds and a document are tried on what was sent, and nothing is changed")
    func tried() async throws {
        let project = try await TestProject()
        for (id, confidence) in [("a", "0.95"), ("b", "0.85"), ("c", "0.4")] {
            _ = try await project.post(prediction(id, ["confidence": confidence]))
        }
        let reply = try await project.send(
            "GET", "/what-if?threshold=0.8,%200.3&from=2020-01-01T00:00:00Z", as: .analyst)
        #expect(reply.status == 200)
        let json = try reply.json
        #expect(json["project"]?.string == project.name && json["policy_version"]?.int == 2)
        #expect(json["candidates"]?.array?.map { $0["accepted"]?.int } == [1, 3, 2])
        let error = json["candidates"]?[0]?["error"]
        #expect(error?["value"]?.isNull == true)
        #expect(error?["reason"]?.string?.contains("no chance of being reviewed") == true)

        let tried = try await project.send(
            "POST", "/what-if", as: .analyst, #"{"degree":"full","audit_rate":1}"#)
        let document = try tried.json["candidates"]?[1]
        #expect(document?["kind"]?.string == "document" && document?["audited"]?.int == 3)
        #expect(document?["to_people"]?.int == 3)
        let policies = try await project.client(.admin).call(
            Endpoints.policies, at: ["project": project.name], Nothing())
        #expect(policies.policies.count == 2)
    }

    @Test(
        "a question that cannot be answered is refused with its place",
        arguments: [
            ("GET", "?threshold=1.5", "", ErrorCode.invalidParameter, "threshold"),
            ("GET", "?threshold=", "", .invalidParameter, "threshold"),
            ("GET", "?threshold=0.5,,0.7", "", .invalidParameter, "threshold"),
            ("GET", "?threshold=nan", "", .invalidParameter, "threshold"),
            (
                "GET", "?threshold=" + (0...60).map { "0.\($0)" }.joined(separator: ","), "",
                .invalidParameter, "threshold"
            ),
            ("GET", "?from=yesterday", "", .invalidParameter, "from"),
            (
                "GET", "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "", .invalidParameter,
                "from"
            ),
            ("GET", "?label=bird", "", .unknownLabel, "bird"),
            ("GET", "?document=x", "", .invalidParameter, "document"),
            ("POST", "", #"{"accept":{"default":2}}"#, .invalidPolicy, "accept.default"),
            ("POST", "", "", .emptyBody, ""),
        ])
    func refused(
        method: String, query: String, body: String, code: ErrorCode, place: String
    ) async throws {
        let project = try await TestProject()
        let reply = try await project.send(method, "/what-if\(query)", as: .analyst, body)
        let problem = try expectProblem(code, reply)
        if !place.isEmpty { #expect(problem.detail.contains(place), "\(problem.detail)") }
    }
}

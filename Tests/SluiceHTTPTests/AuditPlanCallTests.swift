import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct AuditPlanCallTests {
    @Test("a plan is given to whoever may see reports, and changes nothing")
    func plan() async throws {
        let project = try await TestProject()
        let reply = try await project.send(
            "GET", "/audit-plan?half_width=0.01&error=0.01&per_day=1000&days=4", as: .analyst)
        #expect(reply.status == 200)
        let json = try reply.json
        #expect(json["audits_needed"]?["value"]?.int == 438)
        #expect(json["policy"]?["audit_rate"]?.double == 0.1095)
        #expect(json["window"]?["from"]?.string != nil && json["as_of"]?.string != nil)
        let refused = try await project.send("GET", "/audit-plan?certify=0.01", as: .reviewer)
        #expect(refused.status == 403)
    }

    @Test(
        "a question that cannot be answered is refused with its place",
        arguments: [
            ("", "half_width"), ("?half_width=0.01&certify=0.01", "half_width"),
            ("?half_width=much", "half_width"), ("?certify=2", "certify"),
            ("?certify=0.01&error=0", "error"), ("?certify=0.01&days=0", "days"),
            ("?certify=0.01&per_day=-1", "per_day"), ("?aim=0.01", "aim"),
        ])
    func refused(query: String, place: String) async throws {
        let project = try await TestProject()
        let reply = try await project.send("GET", "/audit-plan\(query)", as: .analyst)
        #expect(reply.status == 400)
        #expect(try reply.json["code"]?.string == ErrorCode.invalidParameter.rawValue)
        #expect(try reply.json["detail"]?.string?.contains(place) == true)
    }
}

@Suite(.inTurns) struct ReopeningCallTests {
    @Test("a producer reopens what the model accepted; again it is open already")
    func reopen() async throws {
        let project = try await TestProject(policy: #"{"degree":"full","audit_rate":0}"#)
        _ = try await project.post(prediction("a/b ü"))
        let path = "/items/a%2Fb%20%C3%BC/reopen"
        let body = #"{"reason":"the customer says it is a dog"}"#
        let reply = try await project.send("POST", path, as: .producer, body)
        #expect(reply.status == 200)
        #expect(
            reply.text
                == #"{"external_id":"a/b ü","status":"reopened","asks":"review","revision":2}"#)
        let again = try await project.send("POST", path, as: .producer, body)
        #expect(try again.json["status"]?.string == "open")
        let item = try await project.send("GET", "/items/a%2Fb%20%C3%BC", as: .analyst).json
        #expect(item["decision"]?.isNull == true)
        #expect(
            item["history"]?.array?.compactMap { $0["outcome"]?.string }
                == ["auto_accepted", "reopened"])
        #expect(try await project.send("POST", path, as: .reviewer, body).status == 403)
    }

    @Test("what is not there, not decided, or without a reason is refused")
    func refused() async throws {
        let project = try await TestProject(policy: #"{"degree":"assist"}"#)
        _ = try await project.post(prediction("x"))
        let body = #"{"reason":"no"}"#
        let open = try await project.send("POST", "/items/x/reopen", as: .producer, body)
        #expect(open.status == 409)
        #expect(try open.json["code"]?.string == ErrorCode.notReopened.rawValue)
        let missing = try await project.send("POST", "/items/y/reopen", as: .producer, body)
        #expect(missing.status == 404)
        for body in ["{}", #"{"reason":""}"#, #"{"reason":"no","why":"x"}"#] {
            let reply = try await project.send("POST", "/items/x/reopen", as: .producer, body)
            #expect(reply.status == 422 || reply.status == 400, "\(body)")
        }
    }
}

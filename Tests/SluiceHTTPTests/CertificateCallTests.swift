import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct CertificateCallTests {
    @Test("a certificate is made, listed, shown and revoked; a trial leaves nothing")
    func made() async throws {
        let project = try await TestProject()
        for number in 0..<12 {
            _ = try await project.post(
                prediction("i\(number)", ["confidence": "0.9\(number % 10)"]))
        }
        let trial = try await project.send(
            "POST", "/certificates", as: .admin, #"{"error":0.05,"dry_run":true}"#)
        #expect(trial.status == 200)
        #expect(try trial.json["status"]?.string == "trial")
        #expect(
            try project.certificates(await project.send("GET", "/certificates", as: .analyst))
                .isEmpty)
        let made = try await project.send(
            "POST", "/certificates", as: .admin,
            #"{"error":0.05,"confidence":0.9,"method":"robust","expires_seconds":3600}"#)
        let json = try made.json
        #expect(json["number"]?.int == 1 && json["certified"]?.bool == false)
        #expect(json["confidence"]?.double == 0.9 && json["method"]?.string == "robust")
        #expect(json["sentence"]?.string?.hasPrefix("No threshold for") == true)
        let list = try project.certificates(
            await project.send("GET", "/certificates", as: .reviewer))
        #expect(list.count == 1 && list[0]["chains"] == nil)
        #expect(list[0]["sentence"] == json["sentence"])
        let shown = try await project.send("GET", "/certificates/1", as: .analyst)
        let isSame = try shown.json == json
        #expect(isSame)
        try expectProblem(
            .certificateRefused,
            await project.send("POST", "/certificates/1/apply", as: .admin, "{}"))
        let revoked = try await project.send(
            "POST", "/certificates/1/revoke", as: .admin, #"{"reason":"why not"}"#)
        let end = try revoked.json
        #expect(end["revoked_reason"]?.string == "why not" && end["fallback"] == .null)
        let kept = try await project.send(
            "POST", "/certificates/1/revoke", as: .admin, #"{"keep_routing":true}"#)
        #expect(try kept.json["revoked_reason"]?.string == "why not", "it is revoked once")
        try expectProblem(
            .unknownField,
            await project.send("POST", "/certificates/1/revoke", as: .admin, #"{"keep":true}"#))
    }

    @Test(
        "a question that cannot be is refused with its place",
        arguments: [
            (#"{"error":0}"#, ErrorCode.invalidField, "error"),
            (#"{"error":"2 %"}"#, .invalidField, "error"),
            (#"{"confidence":0.5}"#, .invalidField, "confidence"),
            (#"{"method":"guess"}"#, .invalidField, "method"),
            (#"{"expires_seconds":5}"#, .invalidField, "expires_seconds"),
            (#"{"model":"m"}"#, .missingField, "model_version"),
            (#"{"model_version":"1"}"#, .missingField, "model"),
            (#"{"from":"monday"}"#, .invalidField, "from"),
            (#"{"limit":0.02}"#, .unknownField, "limit"),
            (#"{}"#, .invalidField, "error_limit"),
            (#"{"error":0.02,"model":"m","model_version":"1"}"#, .invalidField, "model_version"),
        ])
    func refused(body: String, code: ErrorCode, place: String) async throws {
        let project = try await TestProject()
        let reply = try await project.send("POST", "/certificates", as: .admin, body)
        let problem = try expectProblem(code, reply)
        #expect(problem.detail.contains(place), "\(problem.detail)")
    }

    @Test("only admins certify, apply and revoke; what is not there is not found")
    func access() async throws {
        let project = try await TestProject()
        for path in ["/certificates", "/certificates/1/apply", "/certificates/1/revoke"] {
            try expectProblem(
                .notAllowed,
                await project.send("POST", path, as: .analyst, #"{"reason":"x"}"#))
        }
        for path in ["/certificates/1", "/certificates/0", "/certificates/x"] {
            try expectProblem(
                .unknownCertificate, await project.send("GET", path, as: .analyst))
        }
    }
}

extension TestProject {
    fileprivate func certificates(_ reply: HTTPReply) throws -> [JSONValue] {
        try reply.json["certificates"]?.array ?? []
    }
}

import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

/// A place of the API that takes a moment.
private struct MomentPlace: Sendable, CustomTestStringConvertible {
    let method: String
    /// The path with its query, or the body, with `@` where the moment stands.
    let path: String
    var body: String?
    /// What a moment that cannot be named is refused with.
    var refusal = ErrorCode.invalidParameter

    var testDescription: String { "\(method) \(path) \(body ?? "")" }

    static let all: [MomentPlace] =
        [
            "report", "drift", "calibration", "errors", "risk-coverage", "agreement",
            "comparison?serving=m/1&candidate=m/2", "what-if",
        ]
        .flatMap { path in
            ["from=@", "to=@", "from=1900-01-01T00:00:00Z&to=@"].map { query in
                MomentPlace(
                    method: "GET", path: "/\(path)\(path.contains("?") ? "&" : "?")\(query)")
            }
        } + [
            MomentPlace(method: "GET", path: "/report?from=@&by=week"),
            MomentPlace(method: "GET", path: "/report?to=@&window=28d"),
            MomentPlace(method: "GET", path: "/labels?since=@"),
            MomentPlace(method: "GET", path: "/labels?since=@&format=csv"),
            MomentPlace(method: "POST", path: "/what-if?from=@", body: "{}"),
            MomentPlace(
                method: "POST", path: "/certificates", body: #"{"from":"@","dry_run":true}"#,
                refusal: .invalidField),
            MomentPlace(
                method: "POST", path: "/certificates", body: #"{"to":"@","dry_run":true}"#,
                refusal: .invalidField),
            MomentPlace(
                method: "POST", path: "/calibration", body: #"{"from":"@"}"#,
                refusal: .invalidField),
            MomentPlace(
                method: "PUT", path: "/drift",
                body: #"{"reference":{"from":"@","to":"9999-12-31T23:59:59.999999Z"}}"#,
                refusal: .invalidField),
        ]
}

@Suite(.inTurns) struct FarDateTests {
    private static let refused = [
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59.999999Z",
        "1900-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z",
        "294276-12-31T23:59:59Z", "-4713-01-01T00:00:00Z", "2026-11-21T23:59:60Z",
        "2026-11-21T04:42:11%2B24:00", "infinity", "-infinity", "now", "2026-02-30T00:00:00Z",
    ]
    private static let accepted = [
        "1900-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-11-21T04:42:11%2B23:59",
        "9999-12-31T23:59:59.999999Z",
    ]

    @Test(
        "a moment that cannot be named is refused wherever one is taken, and no other breaks a call",
        arguments: MomentPlace.all)
    fileprivate func table(place: MomentPlace) async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        func send(_ moment: String) async throws -> HTTPReply {
            let body = place.body?.replacing("@", with: moment.replacing("%2B", with: "+"))
            let admin = project.live.adminToken
            return try await request(
                place.method, project.path(place.path.replacing("@", with: moment)),
                port: project.live.port, token: admin,
                headers: body == nil ? [:] : ["Content-Type": "application/json"],
                body: body.map { Array($0.utf8) })
        }
        for moment in Self.refused {
            let reply = try await send(moment)
            #expect(reply.status < 500, "\(moment): \(reply.text)")
            let problem = try expectProblem(place.refusal, reply)
            #expect(problem.detail.contains("1900 to 9999"), "\(problem.detail)")
        }
        for moment in Self.accepted {
            let reply = try await send(moment)
            #expect(reply.status < 500, "\(moment): \(reply.text)")
            // It may be refused for what it means there, never for what it is.
            #expect(!reply.text.contains("1900 to 9999"), "\(moment): \(reply.text)")
        }
    }

    @Test("a moment in a file of past answers is refused by line")
    func pastAnswers() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        for (index, moment) in ["0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z"].enumerated() {
            let line =
                #"{"external_id":"a","reviewer":"ann","label":"cat","review_id":"r\#(index)","#
                + #""reviewed_at":"\#(moment)"}"#
            let reply = try await request(
                "POST", project.path("/reviews"), port: project.live.port,
                token: project.live.adminToken,
                headers: ["Content-Type": "application/x-ndjson"], body: Array(line.utf8))
            #expect(reply.status == 200 && reply.text.contains("SLU-102"), "\(reply.text)")
        }
    }
}

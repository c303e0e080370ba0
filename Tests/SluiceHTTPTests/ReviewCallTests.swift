import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ReviewCallTests {
    private func queued(
        _ ids: [String], policy: String = #"{"degree":"assist"}"#
    ) async throws -> TestProject {
        let project = try await TestProject(policy: policy)
        for id in ids {
            let reply = try await project.post(
                prediction(
                    id,
                    [
                        "confidence": "0.4", "scores": #"{"cat":0.4,"dog":0.35}"#,
                        "metadata": #"{"site":"F9"}"#,
                    ]))
            #expect(reply.status == 200)
        }
        return project
    }

    @Test("a lease carries the item, what the model said, and until when")
    func lease() async throws {
        let project = try await queued(["a"])
        let reply = try await project.send("POST", "/leases", as: .reviewer, #"{"count":5}"#)
        #expect(reply.status == 200)
        let lease = try #require(try reply.json["leases"]?.array?.first)
        #expect(lease["item"]?["external_id"]?.string == "a")
        #expect(lease["item"]?["payload"]?["text"]?.string == "meow")
        #expect(lease["item"]?["metadata"]?["site"]?.string == "F9")
        #expect(lease["prediction"]?["label"]?.string == "cat")
        #expect(lease["prediction"]?["confidence"]?.double == 0.4)
        #expect(lease["prediction"]?["scores"]?["dog"]?.double == 0.35)
        #expect(lease["prediction"]?["model_version"]?.string == "1")
        #expect(lease["expires_at"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
        #expect(lease["blind"]?.bool == false)
        let none = try await project.send("POST", "/leases", as: .reviewer)
        #expect(try none.json["leases"]?.array?.isEmpty == true)
    }

    @Test(
        "a lease request that cannot be is refused",
        arguments: [
            #"{"count":0}"#, #"{"count":101}"#, #"{"count":"1"}"#, #"{"queue":"nowhere"}"#,
        ])
    func badLease(body: String) async throws {
        let project = try await queued([])
        try expectProblem(
            .invalidField, try await project.send("POST", "/leases", as: .reviewer, body))
    }

    @Test("adjudication is for admins")
    func adjudication() async throws {
        let project = try await queued(["a"])
        let body = #"{"queue":"adjudication"}"#
        try expectProblem(
            .notAllowed, try await project.send("POST", "/leases", as: .reviewer, body))
        let lease = try #require(try await project.lease().first)
        _ = try await project.review(
            lease, Answer(reviewID: "esc-\(project.name)", verdict: .escalate))
        let leases = try await project.client(.admin).call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest(queue: .adjudication))
        let raised = try #require(leases.leases.first)
        #expect(raised.item.externalID == "a")
        let reply = try await project.client(.admin).call(
            Endpoints.review, at: ["project": project.name, "lease": raised.lease],
            Answer(reviewID: "adj-\(project.name)", verdict: .label("not sure")))
        #expect(reply.decision?.source == "adjudicator")
        #expect(reply.decision?.outcome == "borderline")
    }

    @Test("an answer decides, and the same answer sent again says the same")
    func review() async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        let answer = Answer(
            reviewID: "r-\(project.name)", verdict: .label("dog"), tags: ["blurry"],
            comment: "it barks", seconds: 2.5)
        let first = try await project.review(lease, answer)
        #expect(first.status == "counted" && !first.isDuplicate)
        #expect(first.externalID == "a")
        #expect(
            first.decision
                == DecisionReply(label: "dog", source: "reviewer", outcome: "corrected"))
        let second = try await project.review(lease, answer)
        #expect(second.isDuplicate)
        #expect(second.reviewedAt == first.reviewedAt)
        #expect(second.decision == first.decision)
        var other = answer
        other.verdict = .label("cat")
        let conflict = try await project.send(
            "POST", "/leases/\(lease.lease)/review", as: .reviewer, other.json)
        try expectProblem(.reviewConflict, conflict)
        other.reviewID = "r2-\(project.name)"
        let again = try await project.send(
            "POST", "/leases/\(lease.lease)/review", as: .reviewer, other.json)
        try expectProblem(.alreadyReviewed, again)
    }

    @Test("the same review sent twenty times at once counts once")
    func concurrently() async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        let answer = Answer(reviewID: "r-\(project.name)", verdict: .label("cat"))
        let replies = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await project.send(
                        "POST", "/leases/\(lease.lease)/review", as: .reviewer, answer.json)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for reply in replies { #expect(reply.status == 200, "\(reply.text)") }
        #expect(try replies.count { try $0.json["duplicate"]?.bool == false } == 1)
        let item = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(item["reviews"]?.array?.count == 1)
        #expect(item["history"]?.array?.count == 1)
    }

    @Test(
        "an answer that cannot be is refused and the lease stays good",
        arguments: [
            (#"{"verdict":"skip"}"#, ErrorCode.missingField),
            (#"{"review_id":"","verdict":"skip"}"#, .invalidField),
            (#"{"review_id":"r","verdict":"maybe"}"#, .invalidField),
            (#"{"review_id":"r","verdict":"label"}"#, .missingField),
            (#"{"review_id":"r","verdict":"label","label":"bird"}"#, .unknownLabel),
            (#"{"review_id":"r","verdict":"skip","label":"cat"}"#, .invalidField),
            (#"{"review_id":"r","verdict":"skip","seconds":-1}"#, .invalidField),
            (#"{"review_id":"r","verdict":"skip","tags":[1]}"#, .invalidField),
            (#"{"review_id":"r\u0000","verdict":"skip"}"#, .malformedJSON),
            ("", .emptyBody),
        ])
    func badReview(body: String, code: ErrorCode) async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        try expectProblem(
            code,
            try await project.send("POST", "/leases/\(lease.lease)/review", as: .reviewer, body))
        let good = try await project.review(
            lease, Answer(reviewID: project.name, verdict: .label("cat")))
        #expect(good.status == "counted")
    }

    @Test(
        "a lease that nobody gave is unknown",
        arguments: [
            "x", "%F0%9F%90%88", "a%2Fb", String(repeating: "A", count: 400), "..",
        ])
    func unknownLease(id: String) async throws {
        let project = try await queued([])
        let reply = try await project.send("POST", "/leases/\(id)/renew", as: .reviewer)
        try expectProblem(.unknownLease, reply)
    }

    @Test("a lease given back goes to somebody else, and giving it back twice is no error")
    func release() async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        for _ in 0..<2 {
            _ = try await project.client(.reviewer).call(
                Endpoints.releaseLease, at: ["project": project.name, "lease": lease.lease],
                Nothing())
        }
        let other = project.live.client(try await project.reviewer("second of \(project.name)"))
        let theirs = try await other.call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest())
        #expect(theirs.leases.map(\.item.externalID) == ["a"])
    }

    @Test("a renewed lease lasts longer")
    func renew() async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        let renewed = try await project.client(.reviewer).call(
            Endpoints.renewLease, at: ["project": project.name, "lease": lease.lease], Nothing())
        #expect(renewed.lease == lease.lease)
        #expect(renewed.expiresAt.microseconds > lease.expiresAt.microseconds)
    }

    @Test("an expired lease is taken by somebody else, whose answer is the one that counts")
    func expiry() async throws {
        let project = try await queued(["a"], policy: #"{"degree":"assist","lease_seconds":10}"#)
        let mine = try #require(try await project.lease().first)
        // Time passes for this lease alone: the database's clock judges it.
        try await TestServer.shared().execute(
            """
            UPDATE lease SET expires_at = now() - interval '1 second' WHERE project_id =
                (SELECT id FROM project WHERE name = '\(project.name)')
            """, database: "live_http")
        let other = project.live.client(try await project.reviewer("heir of \(project.name)"))
        let at = ["project": project.name]
        let theirs = try #require(
            try await other.call(Endpoints.lease, at: at, LeaseRequest()).leases.first)
        #expect(theirs.item.externalID == "a")
        let answer = Answer(reviewID: "late-\(project.name)", verdict: .label("cat")).json
        let late = try await project.send(
            "POST", "/leases/\(mine.lease)/review", as: .reviewer, answer)
        try expectProblem(.leaseLost, late)
        let counted = try await other.call(
            Endpoints.review, at: ["project": project.name, "lease": theirs.lease],
            Answer(reviewID: "heir-\(project.name)", verdict: .label("dog")))
        #expect(counted.status == "counted")
        let again = try await project.send(
            "POST", "/leases/\(mine.lease)/review", as: .reviewer, answer)
        try expectProblem(.leaseLost, again)
        let gone = try await project.send("POST", "/leases/\(mine.lease)/renew", as: .reviewer)
        try expectProblem(.leaseLost, gone)
        let item = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(item["decision"]?["label"]?.string == "dog")
        #expect(item["history"]?.array?.count == 1)
    }

    @Test("an answer after expiry counts as long as nobody took the item")
    func late() async throws {
        let project = try await queued(["a"], policy: #"{"degree":"assist","lease_seconds":10}"#)
        let mine = try #require(try await project.lease().first)
        try await TestServer.shared().execute(
            """
            UPDATE lease SET expires_at = now() - interval '1 second' WHERE project_id =
                (SELECT id FROM project WHERE name = '\(project.name)')
            """, database: "live_http")
        let reply = try await project.review(
            mine, Answer(reviewID: "late-\(project.name)", verdict: .label("cat")))
        // Which of the two depends on whether the lapsed lease was cleared away yet; both count.
        #expect(["counted", "late"].contains(reply.status))
        #expect(reply.decision?.label == "cat")
    }

    @Test("a review taken back is the reviewer's again, and the record keeps both")
    func undo() async throws {
        let project = try await queued(["a"])
        let lease = try #require(try await project.lease().first)
        let id = "r/ü %\(project.name)"
        _ = try await project.review(lease, Answer(reviewID: id, verdict: .label("cat")))
        let at = ["project": project.name, "review_id": id]
        let undone = try await project.client(.reviewer).call(Endpoints.undo, at: at, Nothing())
        #expect(undone.reviewID == id)
        let fresh = try #require(undone.lease)
        let item = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(item["decision"] == .null)
        _ = try await project.review(
            fresh, Answer(reviewID: "again-\(project.name)", verdict: .label("dog")))
        let after = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(after["decision"]?["label"]?.string == "dog")
        #expect(after["reviews"]?.array?.count == 2)
        let other = project.live.client(try await project.reviewer("thief of \(project.name)"))
        await #expect(throws: ClientError.self) {
            try await other.call(Endpoints.undo, at: at, Nothing())
        }
        try expectProblem(
            .unknownReview, try await project.send("POST", "/reviews/none/undo", as: .reviewer))
    }

    @Test("an item that asks for two reviews goes to two people, once each")
    func twoReviewers() async throws {
        let project = try await queued(
            ["a"], policy: #"{"degree":"assist","reviewers":2,"consensus":{"agree":2,"at_most":3}}"#
        )
        let first = try #require(try await project.lease().first)
        #expect(try await project.lease().isEmpty)
        let one = try await project.review(
            first, Answer(reviewID: "1-\(project.name)", verdict: .label("cat")))
        #expect(one.decision == nil)
        let other = project.live.client(try await project.reviewer("two of \(project.name)"))
        let second = try #require(
            try await other.call(
                Endpoints.lease, at: ["project": project.name], LeaseRequest()
            ).leases.first)
        let two = try await other.call(
            Endpoints.review, at: ["project": project.name, "lease": second.lease],
            Answer(reviewID: "2-\(project.name)", verdict: .label("cat")))
        #expect(two.decision?.source == "consensus")
    }

    @Test("a blind review does not show what the model said")
    func blind() async throws {
        let project = try await queued(["a"], policy: #"{"degree":"human_only"}"#)
        let reply = try await project.send("POST", "/leases", as: .reviewer, "{}")
        let lease = try #require(try reply.json["leases"]?.array?.first)
        #expect(lease["blind"]?.bool == true)
        #expect(lease["prediction"] == nil)
        #expect(!reply.text.contains("0.4"))
    }
}

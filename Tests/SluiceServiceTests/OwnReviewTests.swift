import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("A reviewer's own reviews", .database)
struct OwnReviewTests {
    @Test("they come newest first, without anybody else's and without those taken back")
    func own() async throws {
        try await TestService.run(policy: #"{"degree":"assist","reviewers":2}"#) { service in
            try await service.ingest((0..<4).map { SentPrediction("item-\($0)") })
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            var ids: [String] = []
            for (index, lease) in try await service.lease(4, by: ann).enumerated() {
                let verdict: [Verdict] = [.label("b"), .skip, .unusable, .label("a")]
                let id = "ann-\(index)"
                ids.append(id)
                _ = try await service.reviewing.answer(
                    Answer(
                        reviewID: id, verdict: verdict[index], tags: ["blurry", "größe"],
                        comment: index == 0 ? "see fax" : nil),
                    lease: lease.id, project: service.project(), by: ann)
            }
            for lease in try await service.lease(4, by: bob) {
                let id = "bob-\(lease.content.externalID)"
                try await service.answer(lease, .label("c"), id: id, by: bob)
            }
            _ = try await service.undo("ann-3", by: ann)
            let reviews = try await service.reviewing.ownReviews(
                50, project: service.project(), by: ann)
            #expect(reviews.map(\.id) == ["ann-2", "ann-1", "ann-0"])
            #expect(reviews.map(\.verdict) == [.unusable, .skip, .label("b")])
            #expect(reviews[2].tags == ["blurry", "größe"])
            #expect(reviews[2].comment == "see fax")
            #expect(reviews[2].predicted == "a")
            #expect(reviews[2].isUndoable)
            let two = try await service.reviewing.ownReviews(
                2, project: service.project(), by: ann)
            #expect(two.map(\.id) == ["ann-2", "ann-1"])
        }
    }

    @Test("their items come as they were seen, large ones and other people's left out")
    func contents() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x")])
            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            try await service.answer(lease, .label("b"), id: "ann-1", by: ann)
            let project = try await service.project()
            let reviews = try await service.reviewing.ownReviews(5, project: project, by: ann)
            let contents = try await service.reviewing.contents(
                of: reviews, project: project, by: ann)
            let content = try #require(contents[ExactText("ann-1")])
            #expect(content.content.externalID == "x" && !content.isBlind)
            #expect(content.content.payload == lease.content.payload)
            #expect(content.content.prediction?.label == "a")
            let bob = try await service.reviewer("bob")
            #expect(
                try await service.reviewing.contents(of: reviews, project: project, by: bob)
                    .isEmpty)
        }
    }

    @Test("the report on a reviewer says how many answers were faster than a second")
    func fastAnswers() async throws {
        try await TestService.run { service in
            try await service.ingest((0..<4).map { SentPrediction("item-\($0)") })
            let ann = try await service.reviewer("ann")
            let times: [Double?] = [0.4, 1, 7.5, nil]
            for (time, lease) in zip(times, try await service.lease(4, by: ann)) {
                _ = try await service.reviewing.answer(
                    Answer(reviewID: lease.id, verdict: .label("a"), seconds: time),
                    lease: lease.id, project: service.project(), by: ann)
            }
            let report = try JSONValue(
                parsing: try await ReviewerReport(pool: service.pool).json(
                    of: "ann", in: service.project()))
            let fast = report["fast_answers"]
            #expect(fast?["n"]?.int == 3 && fast?["faster_than_seconds"]?.double == 1)
            #expect(abs((fast?["value"]?.double ?? 0) - 1.0 / 3) < 1e-12)
        }
    }

    @Test("a blind review does not tell what the model had said")
    func blind() async throws {
        try await TestService.run(policy: #"{"degree":"human_only"}"#) { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .label("b"), id: "r", by: ann)
            let review = try #require(
                try await service.reviewing.ownReviews(1, project: service.project(), by: ann)
                    .first)
            #expect(review.predicted == nil)
            #expect(review.verdict == .label("b"))
        }
    }

    @Test("what cannot be taken back any more says so, and an undo agrees")
    func undoable() async throws {
        try await TestService.run { service in
            try await service.ingest(["x", "y"].map { SentPrediction($0) })
            let ann = try await service.reviewer("ann")
            let bob = try await service.reviewer("bob")
            let leases = try await service.lease(2, by: ann)
            try await service.answer(leases[0], .escalate, id: "raised", by: ann)
            try await service.answer(leases[1], .skip, id: "skipped", by: ann)
            let other = try await service.nextLease(by: bob)
            try await service.answer(other, .label("a"), id: "bob", by: bob)
            func state() async throws -> [String: Bool] {
                let reviews = try await service.reviewing.ownReviews(
                    50, project: service.project(), by: ann)
                return Dictionary(uniqueKeysWithValues: reviews.map { ($0.id, $0.isUndoable) })
            }
            // The skip held no slot, and bob has taken the only one.
            #expect(try await state() == ["raised": true, "skipped": false])
            let raised = try await service.nextLease(queue: .adjudication, by: service.admin)
            try await service.answer(raised, .label("a"), id: "settled", by: service.admin)
            #expect(try await state() == ["raised": false, "skipped": false])
            for id in ["raised", "skipped"] {
                await #expect(throws: ReviewError.self) { try await service.undo(id, by: ann) }
            }
        }
    }
}

import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Leases and reviews", .database)
struct QueueTests {
    @Test("items are given out most urgent first, and never twice to one reviewer")
    func order() async throws {
        try await TestService.run { service in
            try await service.ingest([
                SentPrediction("sure", confidence: "0.99"),
                SentPrediction("unsure", confidence: "0.1"),
                SentPrediction("unknown", confidence: "null"),
            ])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(5, by: ann)
            #expect(leases.map(\.content.externalID) == ["unknown", "unsure", "sure"])
            #expect(try await service.lease(5, by: ann).isEmpty)
            try await service.reviewing.release(
                leases[0].id, project: service.project(), by: ann)
            try await service.answer(leases[1], .skip, id: "1", by: ann)
            #expect(try await service.lease(5, by: ann).map(\.content.externalID) == ["unknown"])
            let bob = try await service.reviewer("bob")
            #expect(try await service.lease(5, by: bob).map(\.content.externalID) == ["unsure"])
        }
    }

    @Test("a renewed lease lasts from now, a released one cannot be renewed")
    func renewal() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            let project = try await service.project()
            let later = try await service.reviewing.renew(lease.id, project: project, by: ann)
            #expect(later > lease.expiresAt)
            #expect(later.seconds(since: lease.expiresAt) < 60)
            try await service.reviewing.release(lease.id, project: project, by: ann)
            try await service.reviewing.release(lease.id, project: project, by: ann)
            await #expect(throws: ReviewError.leaseLost(decided: false)) {
                try await service.reviewing.renew(lease.id, project: project, by: ann)
            }
        }
    }

    @Test("the next claim takes a lapsed lease, and the token of the old one decides nothing")
    func expiry() async throws {
        try await TestService.run { service in
            let (ann, first) = try await service.leasedItem()
            let bob = try await service.reviewer("bob")
            #expect(try await service.lease(by: bob).isEmpty)
            try await service.lapseLeases()
            let second = try await service.nextLease(by: bob)
            await #expect(throws: ReviewError.leaseLost(decided: false)) {
                try await service.answer(first, .label("a"), id: "late", by: ann)
            }
            #expect(
                try await service.sql("SELECT status FROM review WHERE id = 'late'") == "lapsed")
            let result = try await service.answer(second, .label("b"), id: "1", by: bob)
            #expect(result.decision?.label == "b")
            await #expect(throws: ReviewError.leaseLost(decided: true)) {
                try await service.answer(first, .label("a"), id: "late", by: ann)
            }
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer after expiry counts while nobody has taken the slot")
    func late() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.lapseLeases()
            #expect(
                try await service.upkeep.sweep() == 1)
            let result = try await service.answer(lease, .label("a"), id: "1", by: ann)
            #expect(result.status == "late")
            #expect(result.decision?.source == "reviewer")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a lapsed lease that was not swept yet is still good")
    func lapsedButThere() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.lapseLeases()
            #expect(
                try await service.answer(lease, .label("a"), id: "1", by: ann).status == "counted")
        }
    }

    @Test("a reviewer who leases an item again must answer with the newer lease")
    func superseded() async throws {
        try await TestService.run { service in
            let (ann, old) = try await service.leasedItem()
            try await service.lapseLeases()
            let new = try await service.nextLease(by: ann)
            await #expect(throws: ReviewError.leaseSuperseded) {
                try await service.answer(old, .label("a"), id: "1", by: ann)
            }
            try await service.answer(new, .label("a"), id: "1", by: ann)
        }
    }

    @Test("one review sent fifty times at once counts once, and each sender is told the same")
    func sameReviewAtOnce() async throws {
        try await TestService.run(connections: 16) { service in
            let (ann, lease) = try await service.leasedItem()
            let results = try await withThrowingTaskGroup(of: AnswerResult.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await service.answer(lease, .label("b"), id: "1", by: ann)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { !$0.isDuplicate } == 1)
            #expect(Set(results.map(\.reviewedAt)).count == 1)
            #expect(results.allSatisfy { $0.decision?.label == "b" })
            #expect(try await service.sql("SELECT count(*) FROM review") == "1")
            #expect(try await service.sql("SELECT count(*) FROM decision") == "1")
        }
    }

    @Test("a review_id used for another answer is a conflict and changes nothing")
    func reviewConflict() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("y")])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(2, by: ann)
            try await service.answer(leases[0], .label("a"), id: "1", by: ann)
            for (lease, verdict) in [
                (leases[0], Verdict.label("b")), (leases[0], .skip), (leases[1], .label("a")),
            ] {
                await #expect(throws: ReviewError.reviewConflict(id: "1")) {
                    try await service.answer(lease, verdict, id: "1", by: ann)
                }
            }
            await #expect(throws: ReviewError.alreadyReviewed) {
                try await service.answer(leases[0], .label("b"), id: "2", by: ann)
            }
            #expect(try await service.sql("SELECT count(*) FROM lease") == "1")
            await #expect(throws: ReviewError.unknownLabel("z")) {
                try await service.answer(leases[1], .label("z"), id: "3", by: ann)
            }
        }
    }

    @Test("a lease is good for the reviewer and the project it was given to, and for no other")
    func foreignLease() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            let bob = try await service.reviewer("bob")
            await #expect(throws: ReviewError.unknownLease) {
                try await service.answer(lease, .label("a"), id: "1", by: bob)
            }
            for id in ["", "x", String(lease.id.dropLast()), lease.id + "A", lease.id.lowercased()]
            {
                await #expect(throws: ReviewError.unknownLease) {
                    try await service.reviewing.renew(id, project: service.project(), by: ann)
                }
            }
        }
    }

    @Test("three skips hand the item to the adjudicators, whose answer is final")
    func threeSkips() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.skip, by: ["ann", "bob", "cid"])
            let dan = try await service.reviewer("dan")
            #expect(try await service.lease(by: dan).isEmpty)
            let lease = try await service.nextLease(queue: .adjudication, by: service.admin)
            #expect(!lease.isBlind)
            await #expect(throws: ReviewError.self) {
                try await service.answer(lease, .escalate, id: "e", by: service.admin)
            }
            let result = try await service.answer(
                lease, .label("b"), id: "adj", by: service.admin)
            #expect(result.decision?.source == "adjudicator")
            try await QueueInvariant.check(service)
            #expect(try await QueueInvariant.undecided(service) == "0")
        }
    }

    @Test("a tie asks one more reviewer, and a tie among all of them an adjudicator")
    func consensus() async throws {
        let policy = #"{"reviewers":2,"consensus":{"agree":2,"at_most":3}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x"), SentPrediction("y")])
            var last: [AnswerResult] = []
            for (name, labels) in [
                ("ann", ["x": "a", "y": "c"]), ("bob", ["x": "b", "y": "b"]),
                ("cid", ["x": "b", "y": "a"]),
            ] {
                let caller = try await service.reviewer(name)
                let leases = try await service.lease(5, by: caller)
                #expect(leases.count == 2)
                last = []
                for lease in leases {
                    let item = lease.content.externalID
                    last.append(
                        try await service.answer(
                            lease, .label(labels[item] ?? ""), id: name + item, by: caller))
                }
            }
            let x = try #require(last.first { $0.externalID == "x" })
            #expect(x.decision?.label == "b" && x.decision?.source == "consensus")
            #expect(x.decision?.outcome == "corrected")
            let y = try #require(last.first { $0.externalID == "y" })
            #expect(y.decision == nil)
            #expect(
                try await service.sql(
                    "SELECT round(agreement::numeric, 3) FROM decision WHERE source = 'consensus'")
                    == "0.667")
            let dan = try await service.reviewer("dan")
            #expect(try await service.lease(by: dan).isEmpty)
            let lease = try await service.nextLease(queue: .adjudication, by: service.admin)
            #expect(lease.content.externalID == "y")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a lease under way when the item is settled elsewhere does not bring the item back")
    func settledElsewhere() async throws {
        try await TestService.run(policy: #"{"reviewers":3}"#) { service in
            let (ann, slow) = try await service.leasedItem()
            let bob = try await service.reviewer("bob")
            let lease = try await service.nextLease(by: bob)
            try await service.answer(lease, .escalate, id: "1", by: bob)
            let adjudicated = try await service.nextLease(queue: .adjudication, by: service.admin)
            try await service.answer(adjudicated, .label("b"), id: "2", by: service.admin)
            try await service.lapseLeases()
            let cid = try await service.reviewer("cid")
            #expect(try await service.lease(by: cid).isEmpty)
            await #expect(throws: ReviewError.leaseLost(decided: true)) {
                try await service.answer(slow, .label("a"), id: "3", by: ann)
            }
            try await QueueInvariant.check(service)
        }
    }
}

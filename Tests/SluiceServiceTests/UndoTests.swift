import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Taking a review back", .database)
struct UndoTests {
    @Test("a label taken back leaves no decision, and the task is mine again")
    func label() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .label("b"), id: "1", by: ann)
            let again = try #require(try await service.undo("1", by: ann))
            #expect(again.content.externalID == "x")
            #expect(try await decisions(service) == "reviewer|corrected|b\nreviewer|reopened|")
            try await QueueInvariant.check(service)
            try await service.answer(again, .label("a"), id: "2", by: ann)
            #expect(try await decisions(service).hasSuffix("reviewer|accepted|a"))
            try await QueueInvariant.check(service)
        }
    }

    @Test("an undo sent again changes nothing and gives the same lease")
    func again() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .label("b"), id: "1", by: ann)
            let first = try #require(try await service.undo("1", by: ann))
            let second = try #require(try await service.undo("1", by: ann))
            #expect(second.id == first.id && second.expiresAt == first.expiresAt)
            #expect(second.content.externalID == "x")
            #expect(try await decisions(service) == "reviewer|corrected|b\nreviewer|reopened|")
            try await QueueInvariant.check(service)
            try await service.answer(second, .label("a"), id: "2", by: ann)
            // The reply to the second answer was lost: undo and answer are sent once more.
            let third = try #require(try await service.undo("1", by: ann))
            let repeated = try await service.answer(third, .label("a"), id: "2", by: ann)
            #expect(repeated.isDuplicate && repeated.status == "counted")
            #expect(try await decisions(service).hasSuffix("reopened|\nreviewer|accepted|a"))
            try await QueueInvariant.check(service)
        }
    }

    @Test("an undo sent again after its lease lapsed leads to an answer that counts, if it can")
    func againLate() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .label("b"), id: "1", by: ann)
            let first = try #require(try await service.undo("1", by: ann))
            try await service.reviewing.release(first.id, project: service.project(), by: ann)
            let second = try #require(try await service.undo("1", by: ann))
            let answer = try await service.answer(second, .label("a"), id: "2", by: ann)
            #expect(answer.status == "late")
            try await QueueInvariant.check(service)

            let third = try #require(try await service.undo("2", by: ann))
            try await service.reviewing.release(third.id, project: service.project(), by: ann)
            try await service.answerNext(.label("c"), by: ["bob"])
            let fourth = try #require(try await service.undo("2", by: ann))
            let error = await #expect(throws: ReviewError.self) {
                try await service.answer(fourth, .label("a"), id: "3", by: ann)
            }
            #expect(error?.code == .leaseLost, "somebody else has decided it")
            #expect(try await decisions(service).hasSuffix("corrected|c"))
            try await QueueInvariant.check(service)
        }
    }

    @Test("an audit taken back gives the item the model's decision again")
    func audit() async throws {
        let policy = #"{"degree":"full","audit_rate":1}"#
        try await TestService.run(policy: policy) { service in
            let (ann, lease) = try await service.leasedItem(SentPrediction("x", label: "c"))
            #expect(lease.isBlind)
            try await service.answer(lease, .label("c"), id: "1", by: ann)
            let again = try #require(try await service.undo("1", by: ann))
            #expect(again.isBlind)
            #expect(
                try await decisions(service)
                    == "model|auto_accepted|c\nreviewer|accepted|c\nmodel|auto_accepted|c")
            try await service.answer(again, .label("b"), id: "2", by: ann)
            try await service.answerNext(.label("b"), by: ["bob"])
            #expect(try await decisions(service).hasSuffix("consensus|corrected|b"))
            #expect(try await service.undo("bob", by: service.reviewer("bob")) != nil)
            #expect(try await decisions(service).hasSuffix("model|auto_accepted|c"))
            try await QueueInvariant.check(service)
        }
    }

    @Test("a skip can be taken back until somebody else has the item")
    func skip() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            let bob = try await service.reviewer("bob")
            try await service.answer(lease, .skip, id: "1", by: ann)
            let again = try #require(try await service.undo("1", by: ann))
            try await service.answer(again, .skip, id: "2", by: ann)
            #expect(try await service.lease(by: bob).count == 1)
            let error = await #expect(throws: ReviewError.self) {
                try await service.undo("2", by: ann)
            }
            #expect(error?.code == .undoTooLate)
            await #expect(throws: ReviewError.unknownReview(id: "1")) {
                try await service.undo("1", by: bob)
            }
            try await QueueInvariant.check(service)
        }
    }

    @Test("an escalation taken back reopens every slot that was open before")
    func escalation() async throws {
        try await TestService.run(policy: #"{"reviewers":3}"#) { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .escalate, id: "1", by: ann)
            let bob = try await service.reviewer("bob")
            #expect(try await service.lease(by: bob).isEmpty)
            let again = try #require(try await service.undo("1", by: ann))
            #expect(try await service.lease(queue: .adjudication, by: service.admin).isEmpty)
            try await QueueInvariant.check(service)
            try await service.answer(again, .label("a"), id: "2", by: ann)
            try await service.answerNext(.label("a"), by: ["bob", "cid"])
            #expect(try await QueueInvariant.undecided(service) == "0")
        }
    }

    @Test("the skip that sent an item to the adjudicators can be taken back")
    func thirdSkip() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.skip, by: ["ann", "bob", "cid"])
            let cid = try await service.reviewer("cid")
            let again = try #require(try await service.undo("cid", by: cid))
            #expect(try await service.lease(queue: .adjudication, by: service.admin).isEmpty)
            try await QueueInvariant.check(service)
            try await service.answer(again, .label("a"), id: "1", by: cid)
            #expect(try await QueueInvariant.undecided(service) == "0")
        }
    }

    @Test("one escalation taken back leaves the item where another's had sent it too")
    func twoEscalations() async throws {
        try await TestService.run(policy: #"{"reviewers":2}"#) { service in
            let (ann, one) = try await service.leasedItem()
            let bob = try await service.reviewer("bob")
            let other = try await service.nextLease(by: bob)
            try await service.answer(one, .escalate, id: "1", by: ann)
            try await service.answer(other, .escalate, id: "2", by: bob)
            _ = try #require(try await service.undo("1", by: ann))
            #expect(try await service.lease(queue: .adjudication, by: service.admin).count == 1)
            try await QueueInvariant.check(service)
        }
    }

    @Test("once an adjudicator has the item a reviewer's answer can no longer be taken back")
    func tooLate() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            try await service.answer(lease, .escalate, id: "1", by: ann)
            let settled = try await service.nextLease(queue: .adjudication, by: service.admin)
            for _ in 0..<2 {
                let error = await #expect(throws: ReviewError.self) {
                    try await service.undo("1", by: ann)
                }
                #expect(error?.code == .undoTooLate)
                try await service.answer(settled, .label("a"), id: "2", by: service.admin)
            }
            let again = try #require(try await service.undo("2", by: service.admin))
            #expect(again.queue == .adjudication)
            try await QueueInvariant.check(service)
        }
    }

    private func decisions(_ service: TestService) async throws -> String {
        try await service.sql(
            "SELECT source, outcome, label FROM decision ORDER BY item_id, revision")
    }
}

import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Deciding before all have answered", .database)
struct EarlyStopTests {
    private static let early = #"{"reviewers":3,"consensus":{"agree":2,"at_most":5}}"#
    private static let all = #"{"reviewers":3}"#

    @Test("two equal answers of three decide, and the third review is offered to nobody")
    func slotsVanish() async throws {
        try await TestService.run(policy: Self.early) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.label("b"), by: ["ann", "bob"])
            #expect(
                try await service.sql("SELECT label, reviews, agreement FROM decision") == "b|2|1")
            let cid = try await service.reviewer("cid")
            #expect(try await service.lease(by: cid).isEmpty)
            try await QueueInvariant.check(service)
        }
    }

    @Test("without a consensus rule all three are waited for")
    func waitsForAll() async throws {
        try await TestService.run(policy: Self.all) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.label("b"), by: ["ann", "bob"])
            #expect(try await service.sql("SELECT count(*) FROM decision") == "0")
            try await service.answerNext(.label("a"), by: ["cid"])
            #expect(try await service.sql("SELECT label, reviews FROM decision") == "b|3")
        }
    }

    @Test("whoever was at it when others decided is thanked, and changes nothing")
    func surplus() async throws {
        try await TestService.run(policy: Self.early) { service in
            let (cid, slow) = try await service.leasedItem(to: "cid")
            try await service.answerNext(.label("b"), by: ["ann", "bob"])
            for isAgain in [false, true] {
                let late = try await service.answer(slow, .label("a"), id: "slow", by: cid)
                #expect(late.status == "surplus" && late.isDuplicate == isAgain)
                #expect(late.decision?.label == "b" && late.decision?.source == "consensus")
            }
            #expect(try await service.sql("SELECT count(*) FROM decision") == "1")
            let error = await #expect(throws: ReviewError.self) {
                try await service.undo("slow", by: cid)
            }
            #expect(error?.code == .undoTooLate)
            #expect(try await service.sql("SELECT count(*) FROM lease") == "0")
            try await QueueInvariant.check(service)
        }
    }

    @Test(
        "a lease on a decided item ends without offering the item again",
        arguments: ["lapse", "release", "skip"])
    func quietEnd(_ how: String) async throws {
        try await TestService.run(policy: Self.early) { service in
            let (cid, slow) = try await service.leasedItem(to: "cid")
            try await service.answerNext(.label("b"), by: ["ann", "bob"])
            let project = try await service.project()
            _ = try await service.reviewing.renew(slow.id, project: project, by: cid)
            switch how {
            case "lapse": try await service.lapseLeases()
            case "release": try await service.reviewing.release(slow.id, project: project, by: cid)
            default: try await service.answer(slow, .skip, id: "skip", by: cid)
            }
            let dan = try await service.reviewer("dan")
            #expect(try await service.lease(by: dan).isEmpty)
            #expect(try await service.lease(queue: .adjudication, by: service.admin).isEmpty)
            #expect(try await service.sql("SELECT count(*) FROM lease") == "0")
            #expect(try await service.sql("SELECT count(*) FROM decision") == "1")
            try await QueueInvariant.check(service)
        }
    }

    @Test("an answer that had decided early is taken back, and what had vanished is offered again")
    func undo() async throws {
        try await TestService.run(policy: Self.early) { service in
            let (cid, slow) = try await service.leasedItem(to: "cid")
            try await service.answerNext(.label("b"), by: ["ann", "bob"])
            let bob = try await service.reviewer("bob")
            let again = try #require(try await service.undo("bob", by: bob))
            try await QueueInvariant.check(service)
            #expect(try await QueueInvariant.undecided(service) == "1")
            // All three slots have somebody: ann answered, bob and cid are at it.
            let dan = try await service.reviewer("dan")
            #expect(try await service.lease(by: dan).isEmpty)
            try await service.reviewing.release(again.id, project: service.project(), by: bob)
            #expect(try await service.answer(slow, .label("a"), id: "1", by: cid).decision == nil)
            try await QueueInvariant.check(service)
            try await service.answerNext(.label("a"), by: ["dan"])
            #expect(
                try await service.sql(
                    "SELECT label, reviews FROM decision ORDER BY revision DESC LIMIT 1") == "a|3")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a tie asks one more until the limit, and early stop holds for those, too")
    func tie() async throws {
        let policy = #"{"reviewers":2,"consensus":{"agree":2,"at_most":4}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.label("a"), by: ["ann"])
            try await service.answerNext(.label("b"), by: ["bob"])
            try await service.answerNext(.label("c"), by: ["cid"])
            try await service.answerNext(.label("b"), by: ["dan"])
            #expect(
                try await service.sql("SELECT label, reviews, agreement FROM decision") == "b|4|0.5"
            )
            try await QueueInvariant.check(service)
        }
    }

    @Test("doubt is a decision by its own number of votes")
    func borderline() async throws {
        let policy =
            #"{"reviewers":5,"consensus":{"agree":4,"at_most":5,"borderline_agree":2}}"#
        try await TestService.run(labels: ["a", "b", "?unclear"], policy: policy) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.label("a"), by: ["ann", "bob", "cid"])
            try await service.answerNext(.label("unclear"), by: ["dan"])
            #expect(try await service.sql("SELECT count(*) FROM decision") == "0")
            try await service.answerNext(.label("unclear"), by: ["eve"])
            #expect(
                try await service.sql("SELECT label, outcome, agreement FROM decision")
                    == "unclear|borderline|0.4")
        }
    }

    @Test("a task is settled by the rule of the policy that asked, whatever is in force by then")
    func ownRule() async throws {
        try await TestService.run(policy: Self.early) { service in
            try await service.ingest([SentPrediction("early")])
            try await service.setPolicy(Self.all)
            try await service.ingest([SentPrediction("late")])
            let another = ProjectDirectory(pool: service.pool)
            for name in ["ann", "bob"] {
                let caller = try await service.reviewer(name)
                for lease in try await service.lease(2, by: caller) {
                    // Another instance, which has read no policy but the one in force.
                    _ = try await service.reviewing.answer(
                        Answer(
                            reviewID: name + lease.content.externalID, verdict: .label("b")),
                        lease: lease.id, project: another.context(service.name.text), by: caller)
                }
            }
            #expect(
                try await service.sql(
                    "SELECT i.external_id FROM decision d JOIN item i ON i.id = d.item_id")
                    == "early")
        }
    }
}

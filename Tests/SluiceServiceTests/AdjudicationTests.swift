import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Adjudication", .database)
struct AdjudicationTests {
    private static let two = #"{"reviewers":2}"#

    private func why(_ service: TestService) async throws -> AdjudicationReason? {
        try await service.nextLease(queue: .adjudication, by: service.admin).adjudication?.why
    }

    @Test("an adjudicator is told what everybody said, and why it did not do")
    func answers() async throws {
        try await TestService.run(policy: Self.two) { service in
            let (ann, lease) = try await service.leasedItem()
            #expect(lease.adjudication == nil)
            _ = try await service.reviewing.answer(
                Answer(
                    reviewID: "1", verdict: .label("a"), tags: ["hard"], comment: "blurred",
                    seconds: 4.5),
                lease: lease.id, project: service.project(), by: ann)
            try await service.answerNext(.label("b"), by: ["bob"])
            let given = try await service.nextLease(queue: .adjudication, by: service.admin)
            let adjudication = try #require(given.adjudication)
            #expect(adjudication.why == .disagreement)
            #expect(Set(adjudication.answers.map(\.reviewer)) == ["ann", "bob"])
            let anns = try #require(adjudication.answers.first { $0.reviewer == "ann" })
            #expect(anns.verdict == .label("a") && anns.tags == ["hard"])
            #expect(anns.comment == "blurred" && anns.seconds == 4.5 && anns.isShown)
        }
    }

    @Test("the reasons are told apart")
    func reasons() async throws {
        let policy = #"{"reviewers":2,"consensus":{"agree":3,"at_most":3}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest([SentPrediction("limit")])
            try await service.answerNext(.label("a"), by: ["ann", "bob"])
            try await service.answerNext(.label("b"), by: ["cid"])
            #expect(try await why(service) == .limit)
            try await service.ingest([SentPrediction("escalated")])
            try await service.answerNext(.escalate, by: ["dan"])
            #expect(try await why(service) == .escalated)
            try await service.ingest([SentPrediction("skipped")])
            try await service.answerNext(.skip, by: ["eve", "fay", "gus"])
            #expect(try await why(service) == .skipped)
        }
        #expect(
            AdjudicationReason(votes: [.label("a"), .label("b"), .label("c")], skips: 1)
                == .disagreement)
        #expect(AdjudicationReason(votes: [.escalate], skips: 3) == .escalated)
    }

    @Test("the order of the answers is the same for an item each time, and tells nothing")
    func order() async throws {
        try await TestService.run(policy: Self.two) { service in
            try await service.ingest((0..<40).map { SentPrediction("i\($0)") })
            for (name, label) in [("ann", "a"), ("bob", "b")] {
                let caller = try await service.reviewer(name)
                for lease in try await service.lease(40, by: caller) {
                    let id = name + lease.content.externalID
                    try await service.answer(lease, .label(label), id: id, by: caller)
                }
            }
            func firsts() async throws -> [String: String?] {
                let leases = try await service.lease(
                    40, queue: .adjudication, by: service.admin)
                try await service.lapseLeases()
                return Dictionary(
                    uniqueKeysWithValues: leases.map {
                        ($0.content.externalID, $0.adjudication?.answers.first?.reviewer)
                    })
            }
            let found = try await firsts()
            #expect(found.count == 40)
            // With two answers, all forty in one order has a chance of one in 2^39.
            #expect(Set(found.values) == ["ann", "bob"])
            #expect(try await firsts() == found)
        }
        #expect(
            [0, 1, 25, 26, 27, 52].map(GivenAdjudication.letter) == [
                "A", "B", "Z", "AA", "AB", "BA",
            ])
    }

    @Test("nobody settles what they answered themselves, but what they escalated they may")
    func separation() async throws {
        try await TestService.run(policy: Self.two) { service in
            try await service.ingest([SentPrediction("x")])
            try await service.answerNext(.label("a"), by: ["ann"])
            try await service.answerNext(.label("b"), by: ["bob"])
            let ann = try await service.reviewer("ann")
            let mine = LeaseFilter(isMine: true)
            for filter in [LeaseFilter(), mine] {
                #expect(
                    try await service.lease(queue: .adjudication, only: filter, by: ann).isEmpty)
            }
            try await service.ingest([SentPrediction("y")])
            let hard = try await service.nextLease(by: ann)
            try await service.answer(hard, .escalate, id: "hard", by: ann)
            let lease = try await service.nextLease(queue: .adjudication, only: mine, by: ann)
            #expect(lease.content.externalID == "y")
            let result = try await service.answer(lease, .label("c"), id: "adj", by: ann)
            #expect(result.decision?.source == "adjudicator")
            #expect(
                try await service.nextLease(queue: .adjudication, by: service.admin)
                    .content.externalID == "x")
        }
    }

    @Test("a note on the guidelines is an adjudicator's, and is kept once")
    func note() async throws {
        try await TestService.run { service in
            let (ann, lease) = try await service.leasedItem()
            func send(_ lease: GivenLease, by caller: Caller) async throws -> AnswerResult {
                try await service.reviewing.answer(
                    Answer(reviewID: "n", verdict: .label("b"), guidelineNote: "Say what b is."),
                    lease: lease.id, project: service.project(), by: caller)
            }
            await #expect(throws: ReviewError.self) { try await send(lease, by: ann) }
            try await service.answer(lease, .escalate, id: "1", by: ann)
            let mine = try await service.nextLease(queue: .adjudication, by: service.admin)
            for isAgain in [false, true] {
                #expect(try await send(mine, by: service.admin).isDuplicate == isAgain)
            }
            #expect(
                try await service.sql("SELECT review_id, status, note FROM guideline_proposal")
                    == "n|open|Say what b is.")
        }
    }
}

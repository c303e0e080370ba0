import SluiceAPI
import SluiceDomain
import Testing

@Suite("What adjudicators send and get")
struct AdjudicationWireTests {
    static let json = #"""
        {"lease":"l1","expires_at":"2026-11-21T08:10:00Z","lease_seconds":600,"queue":"adjudication","blind":false,
         "item":{"external_id":"a","payload":{"text":"x"},"metadata":null,"received_at":"2026-11-21T08:00:00Z"},
         "prediction":null,
         "answers":[
          {"by":"A","verdict":"label","label":"science","tags":["hard"],"comment":"why","seconds":4.2,"shown":true,"reviewed_at":"2026-11-21T08:01:00Z"},
          {"by":"B","reviewer":"ana","verdict":"escalate","label":null,"tags":[],"comment":null,"seconds":null,"shown":false,"reviewed_at":"2026-11-21T08:02:00Z"}],
         "why":"escalated"}
        """#

    @Test("a lease for adjudication has every answer and the reason, there and back")
    func lease() throws {
        let lease = try Lease(parsing: Array(Self.json.utf8))
        let adjudication = try #require(lease.adjudication)
        #expect(adjudication.why == .escalated)
        #expect(adjudication.answers.map(\.by) == ["A", "B"])
        #expect(adjudication.answers.map(\.verdict) == [.label("science"), .escalate])
        #expect(adjudication.answers.map(\.seconds) == [4.2, nil])
        #expect(adjudication.answers.map(\.isShown) == [true, false])
        #expect(adjudication.answers.map(\.reviewer) == [nil, "ana"])
        #expect(adjudication.answers[0].tags == ["hard"])
        #expect(adjudication.answers[0].comment == "why")
        #expect(try Lease(parsing: lease.json) == lease)
    }

    @Test("a reason this program does not know is no reason to refuse the lease")
    func unknownReason() throws {
        let json = Self.json.replacing(#""why":"escalated""#, with: #""why":"full moon""#)
        let lease = try Lease(parsing: Array(json.utf8))
        #expect(lease.adjudication?.why == nil)
        #expect(lease.adjudication?.answers.count == 2)
    }

    @Test("leases of the review queue never carry answers")
    func review() throws {
        let json = Self.json.replacing(#""queue":"adjudication""#, with: #""queue":"review""#)
        #expect(try Lease(parsing: Array(json.utf8)).adjudication == nil)
    }

    @Test("a note on the guidelines goes with the answer, and is as long as a comment at most")
    func note() throws {
        let answer = Answer(reviewID: "r", verdict: .skip, guidelineNote: "say what science is")
        #expect(try Answer(parsing: answer.json) == answer)
        for bytes in [0, 4_097] {
            let long = Answer(
                reviewID: "r", verdict: .skip, guidelineNote: String(repeating: "x", count: bytes))
            #expect(throws: ReviewError.self) { try Answer(parsing: long.json) }
        }
    }

    @Test("what is told of a gold item is in the reply, there and back")
    func gold() throws {
        let reply = ReviewReply(
            reviewID: "r", externalID: "a", status: "counted",
            reviewedAt: Timestamp(microseconds: 1_795_000_000_000_000), isDuplicate: false,
            decision: nil, gold: GoldFeedback(isCorrect: false, label: "web", note: "see 3.2"))
        #expect(try ReviewReply(parsing: reply.json) == reply)
    }
}

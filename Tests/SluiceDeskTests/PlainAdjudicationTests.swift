import SluiceAPI
import SluiceDomain
import Testing

@testable import SluiceDesk

@Suite("Adjudication, guidelines and figures in plain mode", .timeLimit(.minutes(1)))
struct PlainAdjudicationTests {
    @Test("the answers are read out, agreed with by letter, and a proposal goes along")
    func adjudication() async {
        let service = FakeService([
            Dispute.lease(payload: #"{"text":"Hello"}"#), Dispute.lease(name: "b"),
        ])
        let played = await playPlain(
            service, [":propose say what a new account is", "=d", ":escalate", "= c", ":agree a"])
        #expect(
            played.text.hasPrefix(
                """
                Project invoices
                Labels: Looks fine [l], fraud [f], unclear [n]

                Item invoice-1
                  Hello
                Adjudication: the answers differ.
                Answer A: fraud, 11.4 s, saw the model, tags new account
                  The old account "has been closed", and the money is due in two days: that is
                  how it is done.
                Answer B: Looks fine, 4.2 s, blind
                  I called them, the account is theirs.
                Answer C: unclear, 3 min, saw the model, tags hard
                Suggestion: fraud, 62.1 %; next 1 Looks fine 31.0 %, 2 unclear 6.8 %
                Answer, empty for fraud, or :help
                The proposal goes with the answer.
                Answer, empty for fraud, or :help
                There is no answer d.
                Answer, empty for fraud, or :help
                You are the adjudicator; :skip leaves the item to another one.
                Answer, empty for fraud, or :help
                invoice-1: unclear

                Item b
                """), "\(played.text)")
        #expect(
            await service.calls == [
                .review("lease-invoice-1", .label("unclear"), comment: nil),
                .review("lease-b", .label("fraud"), comment: nil),
            ])
        #expect(await service.notes == ["say what a new account is", nil])
    }

    @Test("what decides nothing is not agreed with, and reviewers agree with nobody")
    func nothingToAgreeWith() async {
        let service = FakeService([
            Dispute.lease([Dispute.answer("A", .escalate), Dispute.answer("B", .label("gone"))]),
            Sample.lease("b"),
        ])
        let played = await playPlain(service, ["=A", "=B", "ok", "=A", ":propose more"])
        for line in [
            "A escalated the item: there is nothing to agree with.",
            "gone is not one of the project's labels.",
            "Only adjudicators see what others answered.",
            "Changes of the guidelines are proposed when adjudicating.",
        ] {
            #expect(played.text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(played.outcome.done == 1)
    }

    @Test("changed guidelines are announced once, and reading them is told to the service")
    func guidelines() async {
        let service = FakeService(
            [Sample.lease("a"), Sample.lease("b")], guidelines: Guide.reply, news: Guide.news,
            former: Guide.former)
        let played = await playPlain(service, ["ok", ":guidelines", "ok"])
        #expect(
            played.text.hasPrefix(
                """
                Project invoices
                Labels: Looks fine [l], fraud [f], unclear [n]
                The guidelines changed: version 3. :guidelines shows them.
                  a new account with a deadline is fraud

                Item a
                """), "\(played.text)")
        #expect(played.text.ranges(of: "guidelines changed").count == 1)
        #expect(
            played.text.contains(
                """
                Guidelines, version 3
                  Changed since version 1, which you read last:
                  3  a new account with a deadline is fraud (ana, 2026-11-18)
                  2  nobody said what (ben, 2026-11-18)

                  before → after: -2 lines, +2 lines
                  - 1. Read the item.
                  - 3. In doubt, escalate.
                  + 1. Read the whole item.
                  + 2. A new account with a deadline is fraud.

                  1. Read the whole item.
                  2. A new account with a deadline is fraud.
                """), "\(played.text)")
        #expect(await service.calls.contains(.readGuidelines(3)))
    }

    @Test("figures are said with their intervals")
    func figures() async {
        let played = await playPlain(FakeService([Sample.lease("a")]), [":figures"])
        #expect(
            played.text.contains(
                """
                This session: 0 answers.
                All sessions: 1240 answers.
                Agreement with what most others said of the same items: 92.1 % of 412 items (89.1 % to 94.3 % at 95 %, wilson).
                Gold items: 90.0 % of 20 gold items (69.9 % to 97.2 % at 95 %, wilson).
                """), "\(played.text)")
    }

    @Test("what is told of an answer follows it")
    func told() async {
        let service = FakeService(
            [Sample.lease("a"), Sample.lease("b"), Sample.lease("c")],
            replies: [
                Told(status: "surplus"),
                Told(gold: GoldFeedback(isCorrect: false, label: "ok", note: "see 3.2")),
                Told(gold: GoldFeedback(isCorrect: true, label: "fraud")),
            ])
        let played = await playPlain(service, ["", "", ""])
        for line in [
            "a: fraud (others had decided by then; your answer is kept with theirs)",
            "b: fraud (this was a test: it is Looks fine: see 3.2)",
            "c: fraud (right: this was a test)",
        ] {
            #expect(played.text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(played.outcome.done == 3)
    }
}

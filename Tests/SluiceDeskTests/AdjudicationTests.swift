import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// Items reviewers could not settle.
enum Dispute {
    static func answer(
        _ by: String, _ verdict: Verdict, tags: [String] = [], comment: String? = nil,
        seconds: Double? = 4.2, isShown: Bool = true, reviewer: String? = nil
    ) -> EarlierAnswer {
        EarlierAnswer(
            by: by, reviewer: reviewer, verdict: verdict, tags: tags, comment: comment,
            seconds: seconds, isShown: isShown, reviewedAt: Sample.received)
    }

    static let three = [
        answer(
            "A", .label("fraud"), tags: ["new account"],
            comment:
                "The old account \"has been closed\", and the money is due in two days: that is how it is done.",
            seconds: 11.4),
        answer("B", .label("ok"), comment: "I called them, the account is theirs.", isShown: false),
        answer("C", .label("unclear"), tags: ["hard"], seconds: 184),
    ]

    static func lease(
        _ answers: [EarlierAnswer] = three, why: String? = "disagreement",
        name: String = "invoice-1", payload: String = ScreenTests.letter, isBlind: Bool = false
    ) -> Lease {
        var lease = Sample.lease(name, payload: payload, isBlind: isBlind)
        lease.queue = .adjudication
        lease.adjudication = Adjudication(
            answers: answers, why: why.flatMap { .init(rawValue: $0) })
        return lease
    }

    static func desk(
        _ lease: Lease = lease(), columns: Int = 80, rows: Int = 24
    ) -> Desk {
        Sample.desk(
            [lease, Self.lease(name: "invoice-2")], size: Size(columns: columns, rows: rows))
    }
}

@Suite("Adjudication")
struct AdjudicationTests {
    @Test("= and a letter answer as that reviewer did, small or capital")
    func agree() {
        for (letter, label) in [("A", "fraud"), ("b", "ok"), ("C", "unclear")] {
            var desk = Dispute.desk()
            desk.press("=")
            #expect(desk.mode == .agree)
            #expect(desk.shown == "invoice-1")
            let answer = desk.press(letter).answers.first
            #expect(answer?.request.verdict == .label(label))
            #expect(answer?.lease == "lease-invoice-1")
            #expect(desk.shown == "invoice-2")
        }
    }

    @Test("= with a letter nobody has, or any other key, answers nothing")
    func noSuchAnswer() {
        for key in [Key.character("D"), Key(.escape), Key(.enter), Key(.down), Key(.tab)] {
            var desk = Dispute.desk()
            desk.press("=")
            #expect(desk.press(key).answers.isEmpty)
            #expect(desk.shown == "invoice-1")
            #expect(desk.mode == .review)
        }
        var desk = Dispute.desk()
        desk.press("=d")
        #expect(desk.flash == "there is no answer D")
        desk.press("=")
        _ = desk.update(.terminal(.paste("A")))
        #expect(desk.shown == "invoice-1")
    }

    @Test("an answer that decided nothing is nothing to agree with, unusable is")
    func nothingToAgreeWith() {
        let answers = [
            Dispute.answer("A", .skip), Dispute.answer("B", .escalate),
            Dispute.answer("C", .unusable), Dispute.answer("D", .label("gone")),
        ]
        var desk = Dispute.desk(Dispute.lease(answers))
        desk.press("=A")
        #expect(desk.flash == "A skipped the item: there is nothing to agree with")
        desk.press("=B")
        #expect(desk.flash == "B escalated the item: there is nothing to agree with")
        desk.press("=D")
        #expect(desk.flash == "gone is not one of the project's labels")
        desk.press("=")
        #expect(desk.screen().contains(" C unusable  any other key back"))
        #expect(desk.press("C").answers.first?.request.verdict == .unusable)
    }

    @Test("the keys of labels, the model's suggestion and its guesses go on to work")
    func keys() {
        for (key, label) in [
            (Key.character("f"), "fraud"), (Key.character("l"), "ok"), (Key(.enter), "fraud"),
            (Key(.tab), "ok"),
        ] {
            var desk = Dispute.desk()
            #expect(desk.press(key).answers.first?.request.verdict == .label(label))
        }
    }

    @Test("a label called A is chosen by its own key, never by the letter of an answer")
    func labelWithLetter() {
        let labels = [Label(name: "A", key: "A"), Label(name: "B", key: "B")]
        let answers = [Dispute.answer("A", .label("B")), Dispute.answer("B", .label("A"))]
        var desk = Sample.desk(
            [Dispute.lease(answers), Dispute.lease(name: "invoice-2")],
            project: Sample.project(labels))
        #expect(desk.press("A").answers.first?.request.verdict == .label("A"))
        desk = Sample.desk([Dispute.lease(answers)], project: Sample.project(labels))
        desk.press("=")
        #expect(desk.press("A").answers.first?.request.verdict == .label("B"))
    }

    @Test("an adjudicator cannot hand on to an adjudicator")
    func escalate() {
        for key in ["e", "E"] {
            var desk = Dispute.desk()
            #expect(desk.press(key).answers.isEmpty)
            #expect(desk.flash == "you are the adjudicator; s leaves the item to another one")
        }
        var desk = Sample.desk()
        #expect(!desk.press("e").answers.isEmpty)
    }

    @Test("reviewers see no answers and propose nothing")
    func reviewers() {
        var desk = Sample.desk()
        for (key, said) in [
            ("=", "only adjudicators see what others answered"),
            ("V", "only adjudicators see what others answered"),
            ("N", "changes of the guidelines are proposed when adjudicating"),
        ] {
            desk.press(key)
            #expect(desk.flash == said)
            #expect(desk.mode == .review)
        }
    }

    @Test("a proposal is written, kept with its item through undo, and goes with its answer only")
    func proposal() throws {
        var desk = Dispute.desk()
        desk.press("N")
        desk.press("say what a new account is")
        #expect(desk.screen().contains("guidelines should say: say what a new account is"))
        desk.press(Key(.enter))
        #expect(desk.flash == "the proposal goes with the answer")
        #expect(desk.screen().contains("proposal: say what a new account is"))
        let answer = try #require(desk.press("f").answers.first)
        #expect(answer.request.guidelineNote == "say what a new account is")
        #expect(answer.request.comment == nil)
        _ = desk.update(
            .submitted(reviewID: answer.request.reviewID, .success(Sample.reply("x"))))
        desk.press("u")
        _ = desk.update(
            .undone(
                reviewID: answer.request.reviewID,
                .success(
                    UndoReply(reviewID: answer.request.reviewID, lease: Dispute.lease()))))
        #expect(desk.leases[0].guidelineNote == "say what a new account is")
        #expect(desk.press("f").answers.first?.request.guidelineNote != nil)
    }

    @Test("a proposal is written in the reviewer's own editor, and is not the comment")
    func proposalInEditor() {
        var desk = Dispute.desk()
        desk.press("N")
        desk.press("so")
        #expect(
            desk.press(Key.control("x")) == [.editText(.proposal, "so", limit: 4_096)])
        _ = desk.update(.edited(.proposal, .success("so be it\n")))
        #expect(desk.leases[0].guidelineNote == "so be it")
        #expect(desk.leases[0].comment.isEmpty)
        _ = desk.update(.edited(.proposal, .success(String(repeating: "x", count: 4_097))))
        #expect(desk.leases[0].guidelineNote == "so be it")
        #expect(desk.flash == "the proposal was not kept: it is longer than 4096 bytes")
    }

    @Test("a proposal half written waits for the item while nobody is there")
    func idle() {
        var desk = Dispute.desk()
        desk.press("N")
        desk.press("half")
        _ = desk.update(.clock(.seconds(400)))
        desk.press(" ")
        _ = desk.update(.leased(.success([Dispute.lease()])))
        #expect(desk.leases[0].guidelineNote == "half")
        #expect(desk.mode == .review)
    }

    @Test("the item does not change between = and its letter")
    func noChangeUnderTheFingers() {
        var desk = Dispute.desk()
        let answer = desk.press("f").answers.first
        let reviewID = answer?.request.reviewID ?? ""
        _ = desk.update(.submitted(reviewID: reviewID, .success(Sample.reply(reviewID))))
        desk.press("u=")
        _ = desk.update(
            .undone(
                reviewID: reviewID,
                .success(UndoReply(reviewID: reviewID, lease: Dispute.lease()))))
        #expect(desk.shown == "invoice-1")
        #expect(desk.mode == .agree)
        #expect(desk.press("B").answers.first?.lease == "lease-invoice-1")
    }

    @Test("a lost lease shows no answers and takes no letter")
    func lost() {
        var desk = Dispute.desk()
        _ = desk.update(
            .renewed(lease: "lease-invoice-1", .failure(Sample.problem(.leaseLost(decided: false))))
        )
        #expect(!desk.screen().contains("saw the model"))
        desk.press("=A")
        #expect(desk.mode == .review)
        #expect(desk.shown == "invoice-1")
    }
}

import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("What is told in passing, and the reviewer's own figures")
struct ToldTests {
    /// A client that answered `f` for invoice-1 and got this reply.
    private func told(
        status: String = "counted", _ gold: GoldFeedback? = nil
    ) throws -> Desk {
        var desk = Sample.desk()
        let answer = try #require(desk.press("f").answers.first)
        var reply = Sample.reply(answer.request.reviewID, status: status)
        reply.gold = gold
        _ = desk.update(.submitted(reviewID: answer.request.reviewID, .success(reply)))
        return desk
    }

    @Test("an answer that others had made needless is kept, said in passing, and no refusal")
    func surplus() throws {
        let desk = try told(status: "surplus")
        #expect(
            desk.flash
                == "invoice-1: others had decided by then; your answer is kept with theirs")
        #expect(desk.notices.isEmpty)
        #expect(desk.shown == "invoice-2")
        #expect(desk.done == 1)
        #expect(desk.pending.isEmpty)
    }

    @Test("what a gold item teaches stays until it is put away, and the work goes on at once")
    func gold() throws {
        var desk = try told(GoldFeedback(isCorrect: false, label: "ok", note: "see 3.2"))
        #expect(desk.press("f").answers.first?.lease == "lease-invoice-2")
        desk.press(Key(.down))
        #expect(
            desk.screen().contains("it is Looks fine, you said fraud · see 3.2"))
        desk.press(Key(.escape))
        #expect(!desk.screen().contains("was a test"))
        desk = try told(GoldFeedback(isCorrect: true, label: "fraud"))
        #expect(desk.flash == "right: invoice-1 was a test, and is fraud")
    }

    @Test("what was told stands on the page of figures")
    func goldRemembered() throws {
        var desk = try told(GoldFeedback(isCorrect: false, label: "ok", note: "see 3.2"))
        let effects = desk.press("F")
        #expect(effects == [.loadOwnFigures])
        #expect(desk.screen().contains("you were told  invoice-1 was a test: it is Looks fine"))
        #expect(desk.screen().contains("loading"))
    }

    @Test("figures have their interval, their n and their method, what is not known its reason")
    func figures() throws {
        var desk = Sample.desk()
        desk.press("F")
        _ = desk.update(.ownFiguresLoaded(.success(Sample.ownFigures)))
        try expectScreen("figures", desk)
        desk.press(Key(.escape))
        #expect(desk.mode == .review)
        desk.press("F")
        _ = desk.update(
            .ownFiguresLoaded(
                .success(
                    OwnFigures(
                        reviewer: "ana", reviews: 1,
                        agreement: MeasuredShare(value: nil, reason: "nothing was decided yet"),
                        paused: OwnFigures.Pause(since: Sample.received, why: "gold items")))))
        let screen = desk.screen()
        #expect(screen.contains("agreement      nothing was decided yet"))
        #expect(screen.contains("all sessions   1 answer\n"))
        #expect(screen.contains("paused         since 2026-11-18"))
        #expect(!screen.contains("items whose answer was known"))
    }

    @Test("a service that does not tell figures is no reason to stop")
    func failure() {
        var desk = Sample.desk()
        desk.press("F")
        _ = desk.update(.ownFiguresLoaded(.failure(.unreachable(reason: "no route"))))
        #expect(desk.screen().contains("all sessions   cannot be shown: no route"))
        desk.press("F")
        #expect(desk.press("F") == [.loadOwnFigures])
    }

    @Test("figures fit the smallest screen")
    func small() throws {
        var desk = Sample.desk(size: Size(columns: 40, rows: 12))
        desk.press("F")
        _ = desk.update(.ownFiguresLoaded(.success(Sample.ownFigures)))
        try expectScreen("figures-40x12", desk, columns: 40, rows: 12)
    }
}

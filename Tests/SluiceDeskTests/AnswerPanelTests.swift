import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("The answers side by side")
struct AnswerPanelTests {
    @Test(
        "why the item is here is said",
        arguments: ["disagreement", "escalated", "skipped", "limit", nil])
    func why(reason: String?) {
        let answers = Dispute.three + [Dispute.answer("D", .escalate), Dispute.answer("E", .skip)]
        let expected =
            switch reason {
            case "disagreement": "the answers differ"
            case "escalated": "escalated by D"
            case "skipped": "skipped by 1"
            case "limit": "too few of 5 agree"
            default: "to be decided"
            }
        let desk = Dispute.desk(Dispute.lease(answers, why: reason))
        #expect(desk.screen().contains("── invoice-1 · \(expected) ──"))
    }

    @Test("rows are divided evenly, and never more than there are")
    func share() {
        #expect(AnswerPanel.share(7, among: [10, 1, 10]) == [3, 1, 3])
        #expect(AnswerPanel.share(2, among: [10, 1, 10]) == [1, 1, 0])
        #expect(AnswerPanel.share(50, among: [10, 1, 0]) == [10, 1, 0])
        #expect(AnswerPanel.share(5, among: []) == [])
    }

    @Test("no layout is wider or higher than it may be, however much there is to say")
    func room() {
        let long = String(repeating: "many words and 詐欺 ", count: 60)
        let answers = (0..<9).map { index in
            Dispute.answer(
                String(UnicodeScalar(UInt8(65 + index))), .label("fraud"), tags: [long, "b"],
                comment: long, reviewer: index % 2 == 0 ? "somebody with a long name" : nil)
        }
        for count in 1...9 {
            let desk = Dispute.desk(Dispute.lease(Array(answers.prefix(count))))
            for width in [38, 50, 78, 118, 198] {
                for rows in 1...20 {
                    let layout = desk.answerPanel?.layout(width: width, rows: rows)
                    #expect((layout?.lines.count ?? 99) <= rows)
                    #expect(layout?.isCut == true)
                    if width >= 22 * (count + 1) + 3 * count, rows >= 3 {
                        #expect(layout?.lines.allSatisfy { $0.columns <= width } == true)
                    }
                }
            }
        }
    }

    @Test("what fits is not said to be cut, and the page has all of what does not")
    func whole() {
        var desk = Dispute.desk(columns: 200, rows: 60)
        #expect(desk.screen(200, 60).contains("── 3 answers ──"))
        desk = Dispute.desk(columns: 40, rows: 12)
        desk.press("V")
        var seen = ""
        for _ in 0..<20 {
            seen += desk.screen(40, 12)
            desk.press(Key(.down))
        }
        for text in [
            "11.4 s · saw the model", "blind", "tags: hard", "that is how it is done.", "3 min",
            "62.1 %",
        ] {
            #expect(seen.contains(text), "\(text)")
        }
        desk.press("V")
        #expect(desk.mode == .review)
    }

    @Test("names are shown where the service tells them")
    func names() {
        let answers = [
            Dispute.answer("A", .label("ok"), reviewer: "ana"),
            Dispute.answer("B", .label("fraud"), reviewer: "ben"),
        ]
        let desk = Dispute.desk(Dispute.lease(answers))
        #expect(desk.screen().contains("A  Looks fine [l]  ana"))
    }

    @Test(
        "three answers and the model's at each size",
        arguments: [(40, 12), (80, 24), (100, 30), (120, 40), (200, 60)])
    func screens(columns: Int, rows: Int) throws {
        let desk = Dispute.desk(columns: columns, rows: rows)
        try expectScreen(
            "adjudication-\(columns)x\(rows)", desk, columns: columns, rows: rows)
    }

    @Test("two answers stand beside the model's on a common terminal")
    func two() throws {
        let desk = Dispute.desk(Dispute.lease(Array(Dispute.three.prefix(2))))
        try expectScreen("adjudication-two", desk)
    }

    @Test("what a reviewer escalated, blind, with no answer to agree with")
    func escalated() throws {
        let answer = Dispute.answer(
            "A", .escalate, comment: "I know the supplier", isShown: false)
        let desk = Dispute.desk(Dispute.lease([answer], why: "escalated", isBlind: true))
        try expectScreen("adjudication-escalated", desk)
    }

    @Test("the letter to come, a proposal being written, and all answers whole")
    func modes() throws {
        var desk = Dispute.desk()
        desk.press("=")
        try expectScreen("adjudication-agree", desk)
        desk.press(Key(.escape))
        desk.press("N")
        desk.press("a new account and a deadline in one letter are fraud")
        try expectScreen("adjudication-propose", desk)
        desk.press(Key(.enter))
        desk.press("V")
        try expectScreen("adjudication-answers", desk)
    }

    @Test("nothing on the screen needs colour: every mark is text")
    func plain() {
        let text = Dispute.desk().screen()
        for word in ["A ", "B ", "C ", "model ", "saw the model", "blind"] {
            #expect(text.contains(word))
        }
    }
}

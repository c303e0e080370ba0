import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Keys for long, repeated and disputed items")
struct ItemKeysTests {
    private func confirmed(_ effects: [Effect], _ desk: inout Desk) -> Verdict? {
        guard let answer = effects.answers.first else { return nil }
        let id = answer.request.reviewID
        _ = desk.update(.submitted(reviewID: id, .success(Sample.reply(id))))
        return answer.request.verdict
    }

    @Test("a capital letter agrees at once with that answer, where no label has it")
    func agree() {
        for (letter, label) in [("A", "fraud"), ("B", "ok"), ("C", "unclear")] {
            var desk = Dispute.desk()
            #expect(desk.screen().contains("A B C agree"))
            #expect(desk.press(letter).answers.map(\.request.verdict) == [.label(label)])
        }
        // A label that is called so owns the letter.
        var desk = Sample.desk(
            [Dispute.lease()], project: Sample.project(Sample.labels + [Label(name: "A")]))
        #expect(desk.press("A").answers.map(\.request.verdict) == [.label("A")])
        // An answer that decides nothing is not agreed with, and no command is done instead.
        desk = Dispute.desk(
            Dispute.lease([Dispute.answer("A", .label("ok")), Dispute.answer("C", .skip)]))
        #expect(desk.press("C").isEmpty && desk.mode == .review)
        #expect(desk.screen().contains("C skipped the item"))
        // Where nothing is adjudicated the letter is the command's.
        desk = Sample.desk()
        #expect(!desk.press("C").isEmpty)
    }

    @Test("the last label of this session is given again, and no earlier one")
    func again() {
        var desk = Sample.desk((1...4).map { Sample.lease("invoice-\($0)") })
        desk.recentLabels.addEarlier(["ok"])
        #expect(desk.press(".").isEmpty)
        #expect(desk.screen().contains("no label was given in this session yet"))
        #expect(confirmed(desk.press("n"), &desk) == .label("unclear"))
        #expect(confirmed(desk.press("s"), &desk) == .skip)
        #expect(confirmed(desk.press("."), &desk) == .label("unclear"))
    }

    @Test("an item kept for later comes after the others, with what was typed for it")
    func later() {
        var desk = Sample.desk((1...3).map { Sample.lease("invoice-\($0)") })
        desk.press("c")
        desk.press("odd")
        desk.press(Key(.enter))
        desk.press("L")
        #expect(desk.shown == "invoice-2")
        #expect(desk.leases.map(\.externalID) == ["invoice-2", "invoice-3", "invoice-1"])
        #expect(desk.leases.last?.comment == "odd")
        desk = Sample.desk([Sample.lease()])
        desk.press("L")
        #expect(desk.shown == "invoice-1")
        #expect(desk.screen().contains("no other item is here"))
    }

    @Test("the item gets the whole screen until it is answered, and keys answer it all the same")
    func enlarged() throws {
        let text = (1...60).map { "line \($0)" }.joined(separator: "\\n")
        var desk = Sample.desk([
            Sample.lease(payload: #"{"text":"\#(text)"}"#), Sample.lease("invoice-2"),
        ])
        #expect(!desk.screen().contains("line 18"))
        desk.press("z")
        #expect(desk.screen().contains("line 18"))
        #expect(desk.screen(40, 12).contains("line 8"))
        desk.press("/")
        #expect(desk.screen().contains("labels found"))
        desk.press(Key(.escape))
        desk.press("z")
        #expect(desk.press("f").answers.count == 1)
        #expect(desk.screen().contains("── labels ──"))
    }

    @Test("a text is found in the item, line by line and round again")
    func find() {
        let text = (1...90).map { $0 % 30 == 0 ? "The Needle \($0)" : "line \($0)" }
        var desk = Sample.desk([
            Sample.lease(payload: #"{"text":"\#(text.joined(separator: "\\n"))"}"#)
        ])
        desk.press(.control("f"))
        desk.press("needle")
        #expect(desk.screen().contains("The Needle 30"))
        #expect(desk.screen().contains("line 1 of 3 that hold it"))
        desk.press(Key(.enter))
        #expect(desk.screen().contains("The Needle 60"))
        desk.press(Key(.up))
        desk.press(Key(.up))
        #expect(desk.screen().contains("The Needle 90"))
        let frame = desk.view(in: Size(columns: 80, rows: 24))
        let row = (0..<24).first { row in
            frame.row(row).map { String($0.grapheme) }.joined().contains("The Needle 90")
        }
        #expect(row.map { frame[$0, 5].style.attributes.contains(.reverse) } == true)
        desk.press("x")
        #expect(desk.screen().contains("the item does not hold this text"))
        desk.press(Key(.escape))
        #expect(desk.mode == .review && desk.shown == "invoice-1")
    }

    @Test("] goes from change to change of a difference")
    func changes() {
        let before = (1...200).map { "line \($0)" }
        var after = before
        for place in [50, 120, 190] { after[place] = "changed \(place)" }
        func text(_ lines: [String]) -> String { lines.joined(separator: "\\n") }
        var desk = Sample.desk([
            Sample.lease(payload: #"{"before":"\#(text(before))","after":"\#(text(after))"}"#)
        ])
        desk.press(Key(.right))
        for place in [50, 120, 190] {
            desk.press("]")
            #expect(desk.screen().contains("+ changed \(place)"), "\(place)")
        }
        desk.press("[")
        #expect(desk.screen().contains("+ changed 120"))
    }

    @Test("how far nested values are unfolded stays for the next items")
    func folds() {
        let nested =
            #"{"a":{"b":{"c":{"d":[1,2,3],"e":"a text that is too long for the line of it"}}}}"#
        var desk = Sample.desk([
            Sample.lease(payload: nested), Sample.lease("invoice-2", payload: nested),
        ])
        desk.press(Key(.left))
        desk.press(Key(.left))
        let folded = desk.payloadLines(width: 78, in: desk.size).count
        desk.press("f")
        #expect(desk.payloadLines(width: 78, in: desk.size).count == folded)
    }

    @Test("labels are listed with their numbers, found by words, and long items come in portions")
    func plain() async {
        let text = (1...100).map { "line \($0)" }.joined(separator: "\\n")
        let service = FakeService([
            Sample.lease("a", payload: #"{"text":"\#(text)"}"#), Sample.lease("b"),
        ])
        let played = await playPlain(
            service,
            [
                ":labels", ":find fine looks", ":show", ":more", ":more", ":more", ":brief",
                ":show", ":2", ":9", ":quit",
            ])
        #expect(played.text.contains("  :1 Looks fine [l]\n  :2 fraud [f]\n  :3 unclear [n]\n"))
        #expect(played.text.contains("or :help\n  :1 Looks fine [l]\nAnswer"))
        #expect(played.text.contains("  line 40\n60 more lines; :more shows them.\n"))
        #expect(played.text.contains("  line 80\n20 more lines; :more shows them.\n"))
        #expect(played.text.contains("  line 100\nAnswer"))
        #expect(played.text.contains("There is no more."))
        #expect(played.text.contains("  line 4\n96 more lines; :more shows them.\n"))
        #expect(played.text.contains("a: fraud"))
        #expect(played.text.contains("there is no label 9; :labels lists them"))
        #expect(played.text.split(separator: "\n").count { $0.hasPrefix("Labels: ") } == 1)
    }

    @Test("line by line the letter of an answer is enough to agree with it")
    func plainAgree() async {
        let service = FakeService([Dispute.lease(name: "a"), Dispute.lease(name: "b")])
        _ = await playPlain(service, ["B", "D", "f"])
        #expect(
            await service.calls == [
                .review("lease-a", .label("ok"), comment: nil),
                .review("lease-b", .label("fraud"), comment: nil),
            ])
    }
}

import SluiceAPI
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("The session's figures")
struct FiguresTests {
    /// A client that answered so many items in so many seconds each.
    private func desk(_ count: Int, seconds: Int, waiting: Int = 100) -> Desk {
        var desk = Sample.desk(
            (0...count).map { Sample.lease("i\($0)") },
            figures: QueueReply(waiting: waiting, leased: 1, oldestWaitingSeconds: 60))
        for answer in 0..<count {
            _ = desk.update(.clock(.seconds((answer + 1) * seconds)))
            desk.press("f")
        }
        return desk
    }

    @Test("a pace and the time left are told from five answers and ten seconds on")
    func pace() {
        #expect(desk(0, seconds: 9).sessionText(room: 60) == "")
        #expect(desk(4, seconds: 9).sessionText(room: 60) == "done 4")
        #expect(desk(5, seconds: 1).sessionText(room: 60) == "done 5")
        // Ten seconds an answer are 360 an hour; 99 and the one held take a quarter of one.
        #expect(
            desk(6, seconds: 10, waiting: 99).sessionText(room: 60)
                == "done 6 · 360/h · queue takes you 16 min")
    }

    @Test("the time left is not told where the queue is not known")
    func unknown() {
        #expect(desk(6, seconds: 10, waiting: 0).sessionText(room: 60) == "done 6 · 360/h")
        var offline = desk(6, seconds: 10)
        _ = offline.update(.queueLoaded(.failure(.unreachable(reason: "no route"))))
        #expect(offline.sessionText(room: 60) == "done 6 · 360/h")
    }

    @Test("what a session came to is said in a line: answers taken back are no part of it")
    func tally() {
        #expect(desk(0, seconds: 6).outcome.tally.sentence == "0 reviewed")
        var desk = desk(5, seconds: 6)
        #expect(desk.leases[0].suggestion?.label == "fraud")
        #expect(desk.outcome.tally.sentence == "5 reviewed, 6.0 s each")
        _ = desk.update(
            .leased(.success([Sample.lease("k0"), Sample.lease("k1"), Sample.lease("k2")])))
        _ = desk.update(.clock(.seconds(34)))
        desk.press("l")
        _ = desk.update(.clock(.seconds(48)))
        desk.press("l")
        #expect(desk.outcome.tally.sentence == "7 reviewed, 2 corrected, 6.9 s each")
        desk.press("u")
        desk.press("u")
        desk.press("u")
        #expect(desk.outcome.tally.sentence == "4 reviewed, 6.0 s each")
        var tally = desk.outcome.tally
        tally.addGold(isRight: true)
        tally.addGold(isRight: false)
        #expect(tally.sentence == "4 reviewed, 6.0 s each, gold 1 of 2")
    }

    @Test("a pause is not work: at most a minute of it counts")
    func pause() {
        #expect(desk(6, seconds: 200).pace == 60)
    }

    @Test("the answer that can be taken back is said whole: figures give way to it part by part")
    func flash() {
        let desk = desk(6, seconds: 10)
        let said = "i5: fraud · u takes it back"
        for (columns, figures) in [
            (80, "done 6 · 360/h · queue takes you 16 min"), (70, "done 6 · 360/h"),
            (46, "done 6 · 360/h"), (45, "done 6"), (40, "done 6"),
        ] {
            let row = desk.screen(columns, 12).split(separator: "\n").dropLast().last ?? ""
            let gap = columns - 2 - said.count - figures.count
            #expect(row == " \(said)" + String(repeating: " ", count: gap) + figures, "\(columns)")
        }
    }

    @Test(
        "an answer whose name leaves no room for figures has the row to itself, and at last is cut")
    func longName() throws {
        var desk = desk(6, seconds: 10)
        for (length, screen) in [(47, nil), (53, "flash"), (54, "flash-cut")] as [(Int, String?)] {
            let name = String(repeating: "n", count: length)
            desk.leases[0] = HeldLease(Sample.lease(name), askedAt: desk.now)
            desk.leases.append(HeldLease(Sample.lease("i7"), askedAt: desk.now))
            desk.press("f")
            let row = desk.screen().split(separator: "\n").dropLast().last ?? ""
            #expect(row.hasPrefix(" nnn") && !row.contains("done"))
            #expect(row.contains("takes it back") == (length < 54))
            if let screen { try expectScreen(screen, desk) }
        }
    }

    @Test("figures give way where there is no room")
    func room() {
        let desk = desk(6, seconds: 10)
        #expect(desk.sessionText(room: 20) == "done 6 · 360/h")
        #expect(desk.sessionText(room: 10) == "done 6")
        #expect(desk.sessionText(room: 5) == "")
    }
}

@Suite("Records")
struct RecordTests {
    private func record(_ name: String, _ fields: String) -> Lease {
        Sample.lease(name, payload: #"{"type":"record","fields":\#(fields)}"#)
    }

    @Test("a field that most records have is missed where it is absent")
    func absent() {
        var desk = Sample.desk([
            record("a", #"{"payer":"A","amount":1,"odd":0}"#),
            record("b", #"{"payer":"B","amount":2}"#), record("c", #"{"payer":"C","amount":null}"#),
            record("d", #"{"payer":"D"}"#),
        ])
        #expect(!desk.screen().contains("(absent)"))
        desk.press("ff")
        #expect(desk.screen().contains(" amount  (missing)"))
        desk.press("f")
        #expect(desk.screen().contains(" payer   D\n amount  (absent)"))
        #expect(!desk.screen().contains("odd"))
    }

    @Test("two records are too few to miss anything")
    func few() {
        var desk = Sample.desk([
            record("a", #"{"payer":"A","amount":1}"#), record("b", #"{"payer":"B"}"#),
        ])
        desk.press("f")
        #expect(!desk.screen().contains("(absent)"))
    }

    @Test("an object that is nothing else is a record, and nested values fold with the arrows")
    func folds() {
        var desk = Kind.desk(Kind.nested, columns: 80, rows: 24)
        #expect(desk.screen().contains(#""address": {… 4 members}"#))
        #expect(desk.screen().contains("→ unfolds"))
        desk.press(Key(.right))
        #expect(desk.screen().contains(#""city": "Helsinki""#))
        desk.press(Key(.left))
        desk.press(Key(.left))
        #expect(desk.screen().contains("{… 2 members}"))
        desk.press(Key(.left))
        #expect(desk.flash == "everything is folded")
        var text = Sample.desk()
        text.press(Key(.right))
        #expect(text.flash == "nothing is folded in this item")
    }

    @Test("the guidelines beside the item go and come with a key, and not on narrow screens")
    func guidelines() {
        var desk = Kind.desk(Kind.nested, columns: 120, rows: 40)
        #expect(desk.screen(120, 40).contains("┬── Guidelines"))
        desk.press("|")
        #expect(!desk.screen(120, 40).contains("Guidelines"))
        var narrow = Kind.desk(Kind.nested, columns: 119, rows: 40)
        #expect(!narrow.screen(119, 40).contains("Guidelines"))
        narrow.press("|")
        #expect(narrow.flash == "the screen is too narrow; g shows the guidelines")
    }
}

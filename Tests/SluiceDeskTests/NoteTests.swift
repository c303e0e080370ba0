import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Tags, reasons and breaks")
struct NoteTests {
    private func desk(_ tags: [String] = ["blurry", "wrong page", "handwritten"]) -> Desk {
        var project = Sample.project()
        project.tags = tags
        return Sample.desk(project: project)
    }

    @Test("tags are found by typing, marked, shown, and go with the answer of their item only")
    func tags() throws {
        var desk = desk()
        desk.press("t")
        desk.press("PAG")
        desk.press(Key(.enter))
        desk.press("odd one")
        desk.press(Key(.enter))
        desk.press(Key(.enter))
        #expect(desk.screen().contains("tags: wrong page, odd one"))
        let answer = try #require(desk.press("f").answers.first)
        #expect(answer.request.tags == ["wrong page", "odd one"])
        _ = desk.update(
            .submitted(reviewID: answer.request.reviewID, .success(Sample.reply("x"))))
        #expect(desk.press("f").answers.first?.request.tags == [])
    }

    @Test("recently used tags come first, new ones included")
    func recent() {
        var desk = desk()
        desk.press("t")
        desk.press("new")
        desk.press(Key(.enter))
        desk.press(Key(.enter))
        desk.press("f")
        #expect(desk.knownTags.first == "new")
        desk.press("t")
        desk.press(Key(.tab))
        desk.press(Key(.right))
        desk.press(Key(.tab))
        desk.press(Key(.enter))
        #expect(desk.leases[0].tags == ["new", "blurry"])
    }

    @Test("Esc keeps the old tags, backspace takes the last one away")
    func discard() {
        var desk = desk()
        desk.press("t")
        desk.press(Key(.tab))
        desk.press(Key(.enter))
        #expect(desk.leases[0].tags == ["blurry"])
        desk.press("t")
        desk.press(Key(.backspace))
        desk.press(Key(.escape))
        #expect(desk.leases[0].tags == ["blurry"])
        desk.press("t")
        desk.press(Key(.backspace))
        desk.press(Key(.enter))
        #expect(desk.leases[0].tags == [])
    }

    @Test("a space is part of a tag's name and marks nothing; arrows move in rows and columns")
    func space() {
        var desk = desk((1...12).map { "tag number \($0)" })
        desk.press("t ")
        #expect(desk.screen().contains("Tab marks a tag"))
        desk.press(Key(.down))
        desk.press(Key(.right))
        desk.press(Key(.right))
        desk.press(Key(.left))
        desk.press(Key(.tab))
        desk.press("two words ")
        desk.press(Key(.enter))
        desk.press(Key(.enter))
        let columns = 3
        #expect(desk.leases[0].tags == ["tag number \(columns + 2)", "two words"])
    }

    @Test("no more tags than the service takes, none longer")
    func limits() {
        var desk = desk([])
        desk.press("t")
        for number in 0..<40 {
            desk.press("tag \(number)")
            desk.press(Key(.enter))
        }
        desk.press(Key.control("u"))
        desk.press(Key(.enter))
        #expect(desk.leases[0].tags.count == TagList.maximumCount)
        let long = TagPicker.parse(String(repeating: "ü", count: 50) + ", b,, b , c")
        #expect(long.map(\.utf8.count) == [64, 1, 1])
    }

    @Test(
        "a reason goes with the answer as its comment",
        arguments: [
            ("S", Verdict.skip), ("E", .escalate), ("X", .unusable),
        ])
    func reason(key: String, verdict: Verdict) {
        var desk = desk()
        desk.press(key)
        desk.press("not mine")
        let answer = desk.press(Key(.enter)).answers.first
        #expect(answer?.request.verdict == verdict)
        #expect(answer?.request.comment == "not mine")
        #expect(desk.shown == "invoice-2")
    }

    @Test("Esc leaves the reason's line and answers nothing")
    func noReason() {
        var desk = desk()
        desk.press("S")
        desk.press("no")
        desk.press(Key(.escape))
        #expect(desk.shown == "invoice-1")
        #expect(desk.leases[0].comment.isEmpty)
    }

    @Test("a pause gives the items back, hides them, counts no time, and any key ends it")
    func pause() {
        var desk = desk()
        desk.press("t")
        desk.press(Key(.tab))
        desk.press(Key(.enter))
        _ = desk.update(.clock(.seconds(10)))
        _ = desk.update(.leased(.success([])))
        let effects = desk.press("P")
        #expect(
            effects.filter { if case .release = $0 { true } else { false } } == [
                .release(lease: "lease-invoice-1"), .release(lease: "lease-invoice-2"),
            ])
        #expect(desk.screen().contains("Paused."))
        #expect(!desk.screen().contains("invoice-1"))
        let idle = desk.update(.clock(.seconds(1_000)))
        #expect(!idle.contains { if case .lease = $0 { true } else { false } })
        #expect(desk.press("f").contains(.lease(count: 5)))
        _ = desk.update(.leased(.success([Sample.lease()])))
        #expect(desk.leases[0].tags == ["blurry"])
        _ = desk.update(.clock(.seconds(1_002)))
        let seconds = desk.press("f").answers.first?.request.seconds ?? 0
        #expect(seconds == 12)
    }

    @Test("leases that come during a pause are given back")
    func leasedWhilePaused() {
        var desk = Sample.desk([])
        desk.press("P")
        let effects = desk.update(.leased(.success([Sample.lease()])))
        #expect(effects == [.release(lease: "lease-invoice-1")])
    }

    @Test("the comment comes back from the reviewer's own editor, several lines and all")
    func editor() {
        var desk = desk()
        desk.press("c")
        desk.press("so")
        let lent = desk.press(Key.control("x"))
        #expect(lent == [.editText(.comment, "so", limit: 4_096)])
        _ = desk.update(.edited(.comment, .success("so far\nso good\n\n")))
        #expect(desk.leases[0].comment == "so far\nso good")
        #expect(desk.press("C") == [.editText(.comment, "so far\nso good", limit: 4_096)])
        _ = desk.update(.edited(.comment, .failure(.status(program: "vi", status: 1))))
        #expect(desk.leases[0].comment == "so far\nso good")
        #expect(desk.flash.contains("vi ended with status 1"))
        _ = desk.update(.edited(.comment, .success(String(repeating: "x", count: 4_097))))
        #expect(desk.leases[0].comment == "so far\nso good")
    }

    @Test("without a key for it, the answer does not say how it is taken back")
    func undoWithoutKey() throws {
        var desk = Sample.desk(
            [Sample.lease("invoice-1")],
            options: Desk.Options(keymap: try Keymap(parsing: Array(#"{"undo":[]}"#.utf8))))
        desk.press("f")
        #expect(desk.flash == "invoice-1: fraud")
    }

    @Test("the answer says how it is taken back, and several are taken back one after the other")
    func undo() {
        var desk = Sample.desk((1...4).map { Sample.lease("invoice-\($0)") })
        desk.press("f")
        #expect(desk.flash == "invoice-1: fraud · u takes it back")
        desk.press("sx")
        desk.press("uuu")
        #expect(desk.pending.operations.map(\.externalID) == ["invoice-1", "invoice-1"])
        #expect(desk.leases.prefix(3).map(\.externalID) == ["invoice-1", "invoice-2", "invoice-3"])
        #expect(desk.leases[0].former == .label("fraud"))
        #expect(desk.screen().contains("your answer was: fraud"))
    }
}

@Suite("The editor of one line")
struct LineEditorTests {
    private func edited(_ text: String, _ keys: [Key]) -> (text: String, cursor: Int) {
        var editor = LineEditor(text, limit: 100)
        for key in keys { _ = editor.take(key) }
        return (editor.text, editor.cursor)
    }

    private func control(_ keys: String) -> [Key] { keys.map { .control($0) } }

    private func alt(_ keys: String) -> [Key] { keys.map { Key(.character($0), .alt) } }

    @Test(
        "keys of readline move and cut",
        arguments: [
            ("a", "", "one two, three", 0), ("e", "", "one two, three", 14),
            ("bb", "", "one two, three", 12), ("af", "", "one two, three", 1),
            ("ad", "", "ne two, three", 0), ("h", "", "one two, thre", 13),
            ("bbbk", "", "one two, th", 11), ("bbbu", "", "ree", 0), ("w", "", "one two, ", 9),
            ("ww", "", "one ", 4), ("wwww", "", "", 0), ("", "b", "one two, three", 9),
            ("", "bb", "one two, three", 4), ("a", "f", "one two, three", 3),
            ("a", "ff", "one two, three", 7), ("a", "d", " two, three", 0),
            ("a", "ddd", "", 0), ("a", "bbb", "one two, three", 0),
            ("", "ff", "one two, three", 14),
        ])
    func keys(controls: String, alts: String, text: String, cursor: Int) {
        let result = edited("one two, three", control(controls) + alt(alts))
        #expect(result.text == text)
        #expect(result.cursor == cursor)
    }

    @Test("what was cut comes back, and cuts in a row are one")
    func yank() {
        #expect(edited("one two", control("wwy")).text == "one two")
        #expect(edited("one two", control("wyy")).text == "one twotwo")
        #expect(edited("one two", control("wbwy")).text == "one ")
        #expect(edited("one two", control("aky")).text == "one two")
        #expect(edited("one two", control("a") + alt("d") + control("ey")).text == " twoone")
    }

    @Test("wide and joined characters are one step each")
    func graphemes() {
        #expect(edited("日本👩‍👩‍👧e\u{301}", control("h")).text == "日本👩‍👩‍👧")
        #expect(edited("日本👩‍👩‍👧e\u{301}", control("bbd")).text == "日本e\u{301}")
    }

    @Test("a line never grows beyond its limit, and a paste is one line")
    func limit() {
        var editor = LineEditor(limit: 10)
        editor.insert("12345678\tü🙂")
        #expect(editor.text == "12345678 ")
        _ = editor.take(.character("ü"))
        #expect(editor.text == "12345678 ")
        editor.insert("\n")
        #expect(editor.text == "12345678  ")
    }
}

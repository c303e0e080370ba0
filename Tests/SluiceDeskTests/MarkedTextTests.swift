import SluiceAPI
import SluiceJSON
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Marked text")
struct MarkedTextTests {
    private func document(_ text: String, _ highlights: String) throws -> PayloadDocument {
        let payload = RawJSON(JSONValue.object(["text": .string(text)]).bytes)
        return PayloadDocument(payload, metadata: nil, highlights: RawJSON(Array(highlights.utf8)))
    }

    private func shown(_ text: String, _ highlights: String) throws -> String {
        guard case .text(let marked) = try document(text, highlights).body else { return "" }
        return marked.line().text
    }

    @Test(
        "offsets count code points, as Python does, and never cut a grapheme",
        arguments: [
            ("Pay now please", 4, 7, "Pay ¹[now] please"),
            ("日本の請求書です", 3, 6, "日本の¹[請求書]です"),
            // Each of these emoji is more than one code point.
            ("a👍🏽b", 1, 3, "a¹[👍🏽]b"), ("a👍🏽b", 1, 2, "a¹[👍🏽]b"), ("a👍🏽b", 2, 3, "a¹[👍🏽]b"),
            ("a👍🏽b", 3, 4, "a👍🏽¹[b]"), ("👩‍👩‍👧!", 2, 3, "¹[👩‍👩‍👧]!"),
            ("x🇫🇮y", 2, 4, "x¹[🇫🇮y]"), ("e\u{301}e", 0, 1, "¹[e\u{301}]e"),
            ("a\r\nb", 2, 4, "a¹[\r\nb]"), ("abc", 0, 3, "¹[abc]"),
        ])
    func codePoints(text: String, start: Int, end: Int, expected: String) throws {
        #expect(try shown(text, #"[{"start":\#(start),"end":\#(end)}]"#) == expected)
    }

    @Test("marks are numbered in reading order, whatever order they are sent in")
    func order() throws {
        let text = try shown("one two", #"[{"start":4,"end":7},{"start":0,"end":3}]"#)
        #expect(text == "¹[one] ²[two]")
    }

    @Test("marks inside of each other nest, marks that cross say which one ends")
    func overlaps() throws {
        let nested = #"[{"start":0,"end":7},{"start":4,"end":7},{"start":0,"end":7}]"#
        #expect(try shown("one two", nested) == "¹[²[one ³[two]]]")
        let crossing = #"[{"start":0,"end":5},{"start":4,"end":9}]"#
        #expect(try shown("one two three", crossing) == "¹[one ²[t]¹wo t]hree")
    }

    @Test("what is named by its words is found where it first stands")
    func quotes() throws {
        #expect(try shown("aba ba", #"[{"text":"ba"}]"#) == "a¹[ba] ba")
    }

    @Test(
        "what points nowhere is listed with the reason, and drawn nowhere",
        arguments: [
            (#"{"start":9,"end":12}"#, "outside the text, which has 5"),
            (#"{"start":3,"end":3}"#, "ends before it begins"),
            (#"{"start":4,"end":1}"#, "ends before it begins"),
            (#"{"text":"zzz"}"#, "not found in the text"),
            (#"{"start":0,"end":1,"field":"no"}"#, #"there is no text in a field "no""#),
            (#"{"start":0,"end":1,"turn":2}"#, "there is no turn 2"),
            (#"{"x":0,"y":0,"width":1,"height":1}"#, "there is no image"),
            (#"{"start":"0","end":1}"#, "of a shape that is not known"),
            ("7", "of a shape that is not known"),
        ])
    func nowhere(highlight: String, fault: String) throws {
        let document = try document("hello", "[\(highlight)]")
        #expect(document.evidence.entries.map(\.fault) == [fault])
        #expect(document.evidence.entries.map(\.number) == [nil])
        #expect(try shown("hello", "[\(highlight)]") == "hello")
    }

    @Test("what goes beyond the text is cut, and says so")
    func cut() throws {
        let document = try document("hello", #"[{"start":-3,"end":2},{"start":3,"end":99}]"#)
        #expect(
            try shown("hello", #"[{"start":-3,"end":2},{"start":3,"end":99}]"#) == "¹[he]l²[lo]")
        #expect(
            document.evidence.entries.map(\.fault) == [
                "goes beyond the text: -3 to 2 of 5", "goes beyond the text: 3 to 99 of 5",
            ])
    }

    @Test("fields and turns can be pointed at")
    func fields() throws {
        let record = PayloadDocument(
            RawJSON(Array(#"{"amount":1240.5,"payer":"Acme Ltd"}"#.utf8)), metadata: nil,
            highlights: RawJSON(
                Array(
                    #"[{"field":"amount","label":"odd"},{"field":"payer","start":0,"end":4}]"#.utf8)
            ))
        let lines = record.lines(PayloadView(width: 60, rows: 20)).map(\.text)
        #expect(lines.prefix(2) == ["amount  ¹[1240.5]", "payer   ²[Acme] Ltd"])
    }

    @Test("spelt out, a mark carries its label and score")
    func spelt() throws {
        let text = try document(
            "Pay now please", #"[{"start":4,"end":7,"label":"urgent","score":0.934}]"#)
        guard case .text(let marked) = text.body else { return }
        #expect(marked.spelt == "Pay [[now|urgent 0.93]] please")
    }

    @Test("a mark goes on over the end of a line, and wraps like other text")
    func wrapped() throws {
        let document = try document(
            "The goods arrived late again", #"[{"start":10,"end":22,"label":"delay"}]"#)
        let lines = document.lines(PayloadView(width: 16, rows: 20))
        #expect(lines.prefix(3).map(\.text) == ["The goods", "¹[arrived late]", "again"])
        #expect(lines[1].spans.contains { $0.style.attributes.contains(.underline) })
    }

    @Test("the keys for marked places move to those out of sight")
    func keys() {
        let text = (0..<60).map { "line \($0)" }.joined(separator: "\\n")
        var desk = Sample.desk([
            Sample.lease(
                payload: #"{"text":"\#(text)"}"#,
                highlights:
                    #"[{"text":"line 7"},{"text":"line 30"},{"text":"line 31"},{"text":"line 55"}]"#
            )
        ])
        desk.press("]")
        #expect(desk.scroll == 29)
        desk.press("]")
        #expect(desk.scroll > 40)
        desk.press("]")
        #expect(desk.flash == "no marked place further down")
        desk.press("[")
        desk.press("[")
        #expect(desk.scroll == 6)
    }
}

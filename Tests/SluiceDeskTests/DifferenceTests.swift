import SluiceJSON
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Differences")
struct DifferenceTests {
    /// Signs and lines, with the words of one side only between stars.
    private func text(_ before: String, _ after: String) -> [String] {
        TextDifference(from: before, to: after).entries.map { entry in
            switch entry {
            case .same(let line): " " + line
            case .removed(let pieces): "-" + Self.spelt(pieces)
            case .added(let pieces): "+" + Self.spelt(pieces)
            }
        }
    }

    private static func spelt(_ pieces: [TextDifference.Piece]) -> String {
        pieces.map { $0.isChanged ? "*\($0.text)*" : $0.text }.joined()
    }

    @Test("equal texts have no difference")
    func equal() {
        #expect(text("a\nb", "a\nb") == [" a", " b"])
        #expect(text("", "") == [" "])
    }

    @Test("changed words are marked on both sides")
    func words() {
        #expect(
            text("pay 10 EUR today", "pay 12 EUR now")
                == ["-pay *10* EUR *today*", "+pay *12* EUR *now*"])
    }

    @Test("lines with nothing in common are not compared word by word")
    func unlike() {
        #expect(
            text("completely other", "nothing alike here") == [
                "-completely other", "+nothing alike here",
            ])
    }

    @Test("lines that were put in or taken out stand alone")
    func lines() {
        #expect(text("a\nb\nc", "a\nx\nb") == [" a", "+x", " b", "-c"])
        #expect(text("a\n", "a") == [" a", "-"])
    }

    @Test("letters that look alike and are written otherwise differ")
    func bytes() {
        #expect(text("caf\u{e9}", "cafe\u{301}").count == 2)
        #expect(text("a\r\nb", "a\nb") == ["-a*\r*", "+a", " b"])
    }

    @Test("a difference rebuilds both texts, whatever they are")
    func rebuilds() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<400 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                    ["a b", "a c", "b", "", "x y z"].randomElement(using: &generator) ?? ""
                }.joined(separator: "\n")
            }
            var old: [String] = []
            var new: [String] = []
            for entry in TextDifference(from: texts[0], to: texts[1]).entries {
                switch entry {
                case .same(let line):
                    old.append(line)
                    new.append(line)
                case .removed(let pieces): old.append(pieces.map(\.text).joined())
                case .added(let pieces): new.append(pieces.map(\.text).joined())
                }
            }
            #expect([old, new].map { $0.joined(separator: "\n") } == texts)
        }
    }

    @Test("texts of many thousand unlike lines are compared at once", .timeLimit(.minutes(1)))
    func large() {
        let before = (0..<20_000).map { "old \($0)" }.joined(separator: "\n")
        let after = (0..<20_000).map { "new \($0) x" }.joined(separator: "\n")
        let difference = TextDifference(from: before, to: after)
        #expect(difference.removed == 20_000)
        #expect(difference.added == 20_000)
    }

    @Test("objects are compared member by member, kinds included")
    func objects() throws {
        let before = try JSONValue(parsing: #"{"a":1,"b":"x","c":null,"d":true}"#)
        let after = try JSONValue(parsing: #"{"a":"1","b":"x","c":0,"e":[]}"#)
        let payload = PayloadDifference(before: before, after: after)
        let lines = PayloadPainter(view: PayloadView(width: 40, rows: 20)).difference(payload)
        #expect(
            lines.map(\.text) == [
                "before → after: -3 lines, +3 lines", "- a  1", #"+ a  "1""#, "  b  x", "- c  null",
                "+ c  0", "- d  true", "+ e  []",
            ])
    }

    @Test("equal lines far from a change are folded, and unfold with a key")
    func folded() {
        let old = (0..<12).map { "line \($0)" }.joined(separator: "\\n")
        var desk = Sample.desk([
            Sample.lease(payload: #"{"before":"\#(old)","after":"\#(old) x"}"#)
        ])
        #expect(desk.screen().contains("⋯ 9 equal lines"))
        #expect(!desk.screen().contains("line 3"))
        desk.press(Key(.right))
        #expect(desk.screen().contains("   line 3"))
        desk.press(Key(.right))
        #expect(desk.flash == "everything is unfolded")
        desk.press(Key(.left))
        #expect(desk.screen().contains("⋯ 9 equal lines"))
    }
}

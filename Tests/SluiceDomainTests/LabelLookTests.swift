import SluiceDomain
import Testing

@Suite("Names that look alike")
struct LabelLookTests {
    @Test(
        "names that differ in nothing that shows are refused, naming the twin",
        arguments: [
            ("spam", "spam "), ("spam", " spam"), ("not ok", "not  ok"), ("not ok", "not\u{a0}ok"),
            ("spam", "sp\u{200b}am"), ("spam", "spam\u{feff}"), ("spam", "spam\u{2060}"),
            ("spam", "\u{202e}spam"), ("spam", "sp\u{ad}am"), ("caf\u{e9}", "cafe\u{301}"),
            ("scope", "ѕсоре"), ("A", "Α"), ("A", "А"), ("ok", "ｏｋ"), ("ok", "𝐨𝐤"), ("7", "𝟕"),
            ("a-b", "a‑b"), ("a-b", "a–b"), ("don't", "don’t"), ("file", "\u{fb01}le"),
        ])
    func twins(_ name: String, _ twin: String) {
        #expect(LabelLook(name) == LabelLook(twin))
        let error = #expect(throws: LabelSetError.self) {
            try LabelSet([Label(name: name), Label(name: "other"), Label(name: twin)])
        }
        #expect(error == .lookAlike(twin, twin: name))
        #expect(error?.detail.contains("\"\(name)\"") == true)
    }

    @Test(
        "names that people can tell apart are not taken for one another",
        arguments: [
            ["0", "O", "o"], ["1", "l", "I", "|"], ["a", "A"], ["-1", "+1", "1"], ["é", "e", "è"],
            ["да", "нет"], ["ja", "nein"], ["rn", "m"], ["未定", "決定"], ["kil", "kıl"],
            ["👍", "👎", "👍🏽"], ["C", "C++", "C#"], ["a b", "ab"],
        ])
    func distinct(_ names: [String]) throws {
        #expect(try LabelSet(names.map { Label(name: $0) }).labels.map(\.name) == names)
    }

    @Test(
        "a name of which nothing shows is refused",
        arguments: [" ", "\u{200b}", "\u{3164}", "\u{a0}\u{feff}"])
    func invisible(_ name: String) {
        #expect(throws: LabelSetError.invisibleName(name)) {
            try LabelSet([Label(name: "a"), Label(name: name)])
        }
    }

    @Test("the message spells what does not show")
    func spelling() {
        let detail = LabelSetError.lookAlike("spam\u{200b}", twin: "spam").detail
        #expect(detail.contains("spam<U+200B>") && detail.contains("\"spam\""))
    }
}

import SluiceDomain
import Testing

@Suite("Label sets")
struct LabelSetTests {
    @Test("labels keep their order and are found by their exact bytes")
    func order() throws {
        let names = ["b", "a", "caf\u{e9}", "cafe\u{301}"]
        // Stored before names that look alike were refused.
        let set = try LabelSet(stored: names.map { Label(name: $0) }, version: 1)
        #expect(set.labels.map(\.name) == names)
        #expect(set.labels.count == 4)
        for name in names {
            #expect(set.label(named: name).map { Array($0.name.utf8) } == Array(name.utf8))
        }
        #expect(!set.contains("A"))
        #expect(set.label(named: "") == nil)
    }

    @Test(
        "a list that breaks a rule is refused with that rule",
        arguments: [
            ([], .empty), ([Label(name: "a"), Label(name: "")], .emptyName(index: 1)),
            (
                [Label(name: String(repeating: "é", count: 101))],
                .nameTooLong(index: 0, bytes: 202)
            ), ([Label(name: "a"), Label(name: "a")], .duplicateName("a")),
            ([Label(name: "a\u{1b}[2J")], .controlCharacter(index: 0)),
            ([Label(name: "a", title: "x\u{9b}")], .controlCharacter(index: 0)),
            ([Label(name: "a", key: "A")], .keyNotOneLetterOrDigit(label: "a", key: "A")),
            ([Label(name: "a", key: "ab")], .keyNotOneLetterOrDigit(label: "a", key: "ab")),
            ([Label(name: "a", key: "")], .keyNotOneLetterOrDigit(label: "a", key: "")),
            (
                [Label(name: "a", key: "x"), Label(name: "b", key: "x")],
                .duplicateKey("x", first: "a", second: "b")
            ),
            (
                [Label(name: "A"), Label(name: "apple", key: "a")],
                .keyIsName("a", label: "apple", of: "A")
            ),
            (
                [Label(name: "a", isBorderline: true), Label(name: "b", isBorderline: true)],
                .severalBorderline("b")
            ),
        ] as [([Label], LabelSetError)])
    func refusals(_ labels: [Label], _ expected: LabelSetError) {
        let error = #expect(throws: LabelSetError.self) { try LabelSet(labels) }
        #expect(error == expected)
        #expect(error?.detail.isEmpty == false)
    }

    @Test("ten thousand labels are accepted, one more is not")
    func count() throws {
        let labels = (0...LabelSet.maximumCount).map { Label(name: "label-\($0)") }
        #expect(try LabelSet(labels.dropLast()).labels.count == 10_000)
        #expect(throws: LabelSetError.tooMany(10_001)) { try LabelSet(labels) }
    }

    @Test("a project's name never needs escaping in a path")
    func projectNames() {
        for name in ["a", "0", "a-b", "a--", String(repeating: "x", count: 63)] {
            #expect(ProjectName(name)?.text == name)
        }
        let refused = [
            "", "-a", "A", "a_b", "a.b", "a/b", "é", "a\0", "a ", String(repeating: "x", count: 64),
        ]
        for name in refused { #expect(ProjectName(name) == nil) }
    }

    @Test("text that looks the same in two forms is two texts")
    func exactText() {
        let composed = ExactText("\u{e9}")
        let decomposed = ExactText("e\u{301}")
        #expect(composed.text == decomposed.text, "Swift calls them equal")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, ExactText("\u{e9}")]).count == 2)
        #expect(ExactText("ab") != ExactText("a"))
        #expect("\(composed)" == "\u{e9}")
    }
}

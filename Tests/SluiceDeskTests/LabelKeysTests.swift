import SluiceDomain
import Testing

@testable import SluiceDesk

@Suite("Label keys")
struct LabelKeysTests {
    private func keys(_ labels: [Label]) -> [Character?] {
        LabelKeys(labels, reserved: Keymap.standard.reserved).entries.map(\.key)
    }

    @Test("a declared key is kept, a command's key is not")
    func declared() {
        let labels = [
            Label(name: "one", key: "z"), Label(name: "spam", key: "s"),
            Label(name: "two", key: "2"),
        ]
        #expect(keys(labels) == ["z", "p", "2"])
    }

    @Test("labels without a key take the first free letter of their own name")
    func mnemonic() {
        let labels = ["apple", "apricot", "aa", "quince"].map { Label(name: $0) }
        #expect(keys(labels) == ["a", "p", "b", "i"])
    }

    @Test("no two labels share a key, no label has a command's, and most labels have one")
    func distinct() {
        let labels = (0..<150).map { Label(name: "intent \($0)") }
        let given = keys(labels).compactMap { $0 }
        #expect(Set(given).count == given.count)
        #expect(Set(given).isDisjoint(with: Keymap.standard.reserved))
        #expect(given.count == 27)
        #expect(Array(keys(labels).prefix(27)) == given.map { Optional($0) })
    }

    @Test("line by line, labels have the keys of full screen, whatever a file says of the keys")
    func plain() throws {
        let labels = [Label(name: "spam"), Label(name: "ham"), Label(name: "offer", key: "s")]
        let keymap = try Keymap(parsing: Array(#"{"skip":"n","history":"a"}"#.utf8))
        let onScreen = LabelKeys(labels, reserved: keymap.reserved)
        let plain = PlainLabels(labels, keymap: keymap)
        #expect(onScreen.entries.map(\.key) == ["p", "h", "s"])
        #expect(labels.indices.map(plain.offer) == ["1 spam [p]", "2 ham [h]", "3 offer [s]"])
        #expect(plain.entry(for: "h")?.label.name == "ham")
        #expect(PlainLabels(labels).offer(1) != plain.offer(1))
    }

    @Test("digits of the model's guesses are given to labels last")
    func digits() {
        let labels = (0..<23).map { Label(name: "\($0)") }
        #expect(Set(keys(labels).compactMap { $0 }).isDisjoint(with: "1234"))
    }

    @Test("labels are told apart byte by byte")
    func bytes() {
        let both = LabelKeys(
            [Label(name: "caf\u{e9}"), Label(name: "cafe\u{301}")], reserved: [])
        #expect(both.entry(named: "caf\u{e9}")?.key == "c")
        #expect(both.entry(named: "cafe\u{301}")?.key == "a")
    }

    @Test("no key of the keymap is bound twice, and each row of the help has a key")
    func keymap() {
        let bound = Keymap.standard.bindings.flatMap(\.keys)
        #expect(Set(bound).count == bound.count)
        #expect(Keymap.standard.rows.allSatisfy { !$0.key.isEmpty && !$0.help.isEmpty })
    }

    @Test(
        "sets of every size: keys are stable and distinct, every label is found by typing its name",
        arguments: [10, 100, 1_000, 10_000])
    func sizes(count: Int) {
        let labels = (0..<count).map { Label(name: "label_\($0)", title: "Label \($0)") }
        let all = LabelKeys(labels, reserved: Keymap.standard.reserved)
        let given = all.entries.compactMap(\.key)
        #expect(Set(given).count == given.count)
        #expect(given.count == min(count, 36 - 9))
        // A longer set leaves the keys of the labels before it as they were.
        let more = LabelKeys(labels + [Label(name: "more")], reserved: Keymap.standard.reserved)
        #expect(more.entries.dropLast().map(\.key) == all.entries.map(\.key))
        for index in stride(from: 0, to: count, by: max(1, count / 7)) {
            #expect(all.matching("label \(index)").first?.label.name == "label_\(index)")
            #expect(all.entry(named: "label_\(index)")?.title == "Label \(index)")
        }
    }

    @Test("recently used labels are found first, the last one before the others")
    func recent() {
        let all = LabelKeys((0..<1_000).map { Label(name: "label \($0)") }, reserved: [])
        var recent = RecentNames()
        for name in ["label 12", "label 700", "label 71", "label 12", "gone"] { recent.use(name) }
        let names = { (text: String) in
            all.matching(text, recent: recent).prefix(4).map(\.label.name)
        }
        #expect(names("") == ["label 12", "label 71", "label 700", "label 0"])
        #expect(names("7") == ["label 71", "label 700", "label 7", "label 17"])
    }
}

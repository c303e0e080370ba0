import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Label keys")
struct LabelKeysTests {
    private func keys(_ labels: [Label]) -> [Character?] {
        LabelKeys(labels, keymap: .standard).entries.map(\.key)
    }

    private func keys(_ names: [String]) -> [Character?] { keys(names.map { Label(name: $0) }) }

    @Test("a declared key is the label's, and its command moves")
    func declared() {
        let labels = LabelKeys(
            [
                Label(name: "one", key: "z"), Label(name: "spam", key: "s"),
                Label(name: "two", key: "2"),
            ], keymap: .standard)
        #expect(labels.entries.map(\.key) == ["z", "s", "2"])
        #expect(labels.keymap.command(for: .character("s")) == nil)
        #expect(labels.keymap.command(for: .control("s")) == .skip)
    }

    @Test("first letters go first, then other letters of the name, then what is left")
    func mnemonic() {
        #expect(keys(["apple", "apricot", "aa", "quince", "pear"]) == ["a", "r", "b", "i", "p"])
    }

    @Test(
        "a label that is one letter or digit has it as its key, in either case",
        arguments: [
            ["A", "B", "C", "D", "E"], ["0", "1"], ["1", "2", "3", "4", "5"], ["s", "u", "q", "e"],
            ["a", "A", "b"], ["?", "/", "=", "|"], ["é", "ж", "愛", "+", "-"],
        ])
    func ownNames(names: [String]) {
        let all = LabelKeys(names.map { Label(name: $0) }, keymap: .standard)
        #expect(all.entries.map { $0.key.map { String($0) } } == names)
        for name in names {
            #expect(all.entry(for: Character(name))?.label.name == name)
            guard !names.contains(name.lowercased()) else { continue }
            #expect(all.entry(for: Character(name.lowercased()))?.label.name == name)
        }
    }

    @Test("a name owns a key before a title, a numbered title before a guess")
    func titles() {
        let all = LabelKeys(
            [
                Label(name: "x", title: "s"), Label(name: "s", title: "x"),
                Label(name: "7", key: "n"),
            ],
            keymap: .standard)
        #expect(all.entry(for: "s")?.label.name == "s")
        #expect(all.entry(for: "x")?.label.name == "x")
        #expect(all.entry(for: "7")?.label.name == "7")
        #expect(all.entry(for: "n")?.label.name == "7")
        #expect(keys(["5 stars", "1. bad", "none"]) == ["5", "1", "n"])
        #expect(LabelKeys([Label(name: "10")], keymap: .standard).ownsDigits)
        #expect(!LabelKeys([Label(name: "3d print")], keymap: .standard).ownsDigits)
    }

    @Test("digits mean one thing in a project: labels where one is called by a digit, else guesses")
    func digits() {
        let numbered = LabelKeys([Label(name: "7"), Label(name: "ok")], keymap: .standard)
        #expect(numbered.keymap.command(for: .character("1")) == nil)
        #expect(numbered.keymap.title(of: .guess(0)) == "Alt-1")
        #expect(numbered.entries.map(\.key) == ["7", "o"])
        let many = LabelKeys((0..<150).map { Label(name: "intent \($0)") }, keymap: .standard)
        #expect(many.keymap.command(for: .character("4")) == .guess(3))
        #expect(many.entries.allSatisfy { $0.key?.isNumber != true })
    }

    @Test("no two labels share a key, nor one with a command; each of 40 labels has one")
    func distinct() {
        let given = keys((0..<150).map { Label(name: "intent \($0)") }).compactMap { $0 }
        #expect(Set(given).count == given.count)
        #expect(Set(given).isDisjoint(with: Keymap.standard.reserved))
        #expect(given.count == 42)
        #expect(keys((0..<40).map { "label \($0)" }).allSatisfy { $0 != nil })
    }

    @Test("every command keeps a key, no key means two things, whatever the labels own")
    func commands() {
        let sets = [
            Array("abcdefghijklmnopqrstuvwxyz"), Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
            Array("?/=|][.,;-"),
        ]
        for set in sets {
            let all = LabelKeys(set.map { Label(name: String($0)) }, keymap: .standard)
            let bound = all.keymap.bindings.flatMap(\.keys)
            #expect(Set(bound).count == bound.count)
            for binding in all.keymap.bindings {
                #expect(!binding.keys.isEmpty, "\(binding.name)")
                for key in binding.keys {
                    #expect(key.plainCharacter.flatMap { all.entry(for: $0) } == nil)
                }
            }
        }
    }

    @Test("labels are told apart byte by byte")
    func bytes() {
        let both = LabelKeys(
            [Label(name: "caf\u{e9}"), Label(name: "cafe\u{301}")], keymap: Keymap([]))
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
        "sets of every size: keys are distinct, every label is found by typing its name",
        arguments: [10, 100, 1_000, 10_000])
    func sizes(count: Int) {
        let labels = (0..<count).map { Label(name: "label_\($0)", title: "Label \($0)") }
        let all = LabelKeys(labels, keymap: .standard)
        let given = all.entries.compactMap(\.key)
        #expect(Set(given).count == given.count)
        #expect(given.count == min(count, 42))
        for index in stride(from: 0, to: count, by: max(1, count / 7)) {
            #expect(all.matching("label \(index)").first?.label.name == "label_\(index)")
            #expect(all.entry(named: "label_\(index)")?.title == "Label \(index)")
        }
    }

    @Test("recently used labels are found first, the last one before the others")
    func recent() {
        let all = LabelKeys((0..<1_000).map { Label(name: "label \($0)") }, keymap: .standard)
        var recent = RecentNames()
        for name in ["label 12", "label 700", "label 71", "label 12", "gone"] { recent.use(name) }
        let names = { (text: String) in
            all.matching(text, recent: recent).prefix(4).map(\.label.name)
        }
        #expect(names("") == ["label 12", "label 71", "label 700", "label 0"])
        #expect(names("7") == ["label 71", "label 700", "label 7", "label 70"])
    }
}

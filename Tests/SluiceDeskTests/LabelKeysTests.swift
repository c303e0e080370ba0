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
}

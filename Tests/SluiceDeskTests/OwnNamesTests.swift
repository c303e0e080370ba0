import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("A key chooses the label it says", .timeLimit(.minutes(2)))
struct OwnNamesTests {
    /// What one keystroke can be, and a label's name.
    private static let characters =
        Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        + Array("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~äöüéñжшλ愛")

    /// A set of 1 to 40 one-character names, by a seed.
    private static func names(_ seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...40, using: &generator)
        return characters.shuffled(using: &generator).prefix(count).map { String($0) }
    }

    @Test("in full screen", arguments: 0..<200 as Range<UInt64>)
    func fullScreen(seed: UInt64) {
        let names = Self.names(seed)
        let project = Sample.project(names.map { Label(name: $0) })
        for name in names {
            var desk = Sample.desk([Sample.lease(label: names[0], scores: nil)], project: project)
            #expect(desk.press(name).answers.map(\.request.verdict) == [.label(name)])
            for binding in desk.keymap.bindings {
                #expect(!binding.keys.contains(.character(Character(name))), "\(binding.name)")
            }
        }
    }

    @Test("in plain mode", arguments: 0..<200 as Range<UInt64>)
    func plain(seed: UInt64) {
        let names = Self.names(seed)
        let labels = PlainLabels(names.map { Label(name: $0) })
        for name in names {
            #expect(PlainCommand(name, labels: labels) == .answer(.label(name)))
        }
    }

    @Test("full screen and plain mode agree on every character, whatever is declared")
    func agree() {
        let sets = [
            [Label(name: "ok"), Label(name: "Down"), Label(name: "3 stars"), Label(name: "d1")],
            [Label(name: "A"), Label(name: "apple"), Label(name: "b", title: "D")],
            [Label(name: "yes", key: "1"), Label(name: "no", key: "0"), Label(name: "1 or 2")],
            [Label(name: "spam", key: "s"), Label(name: "S")],
        ]
        for set in sets {
            let labels = PlainLabels(set)
            for character in Self.characters {
                let screen = labels.keys.entry(for: character)?.label.name
                #expect(labels.entry(for: String(character))?.label.name == screen)
            }
        }
    }

    @Test("the command of a key that a label owns stands in footer and help with its other key")
    func moved() {
        let labels = ["s", "u", "e", "q"].map { Label(name: $0) }
        var desk = Sample.desk(
            [Sample.lease(label: "s", scores: nil)], project: Sample.project(labels))
        for text in ["Ctrl-S skip", "Ctrl-C quit", "Ctrl-E escalate"] {
            #expect(desk.screen(120, 24).contains(text), "\(text)")
        }
        desk.press("?")
        #expect(desk.screen(80, 60).contains("Ctrl-U"))
        desk.press(Key(.escape))
        #expect(desk.press(.control("s")).answers.map(\.request.verdict) == [.skip])
    }

    @Test("a reviewer's own key gives way to a label of that character, which is told")
    func ownKeys() throws {
        let keymap = try Keymap(parsing: Array(#"{"skip":"d","undo":"F6"}"#.utf8))
        let labels = [Label(name: "d"), Label(name: "dog")]
        var desk = Sample.desk(
            [Sample.lease(label: "d", scores: nil)], project: Sample.project(labels),
            options: Desk.Options(keymap: keymap))
        #expect(desk.screen().contains("Labels own keys of your keys.json"))
        #expect(desk.screen().contains("d is a label's key; skip is Ctrl-D"))
        #expect(desk.press("d").answers.map(\.request.verdict) == [.label("d")])
        // A key that no label is called by stays the command's.
        desk = Sample.desk(
            project: Sample.project([labels[1]]), options: Desk.Options(keymap: keymap))
        #expect(desk.labels?.entries.map(\.key) == ["o"])
        #expect(desk.notices.isEmpty)
    }

    @Test(
        "a label of a command's character that comes while at work is told, and stays when it goes")
    func changed() {
        var desk = Sample.desk()
        func change(_ labels: [Label], _ version: Int) {
            _ = desk.update(
                .leased(.success(LeaseReply(leases: [], labelSetVersion: version))))
            let reply = ProjectReply(
                name: "invoices", labels: labels, labelSetVersion: version, guidelines: "",
                policyVersion: 1, createdAt: Timestamp(microseconds: 0))
            _ = desk.update(.projectLoaded(.success(reply)))
        }
        change(Sample.labels + [Label(name: "s")], 2)
        #expect(desk.screen().contains("s is a label's key; skip is Ctrl-S"))
        #expect(desk.keymap.title(of: .skip) == "Ctrl-S")
        change(Sample.labels, 3)
        #expect(desk.keymap.title(of: .skip) == "Ctrl-S")
        #expect(desk.press("s").isEmpty && desk.shown == "invoice-1")
    }

    @Test("guesses of labels that do not exist are not offered, by no key")
    func unknownGuess() {
        let scores = #"{"fraud":0.5,"ghost":0.3,"unclear":0.15,"ok":0.05}"#
        var desk = Sample.desk([Sample.lease(scores: scores)])
        #expect(!desk.screen().contains("ghost"))
        #expect(desk.screen().contains("n 1    unclear"))
        #expect(desk.press("1").answers.map(\.request.verdict) == [.label("unclear")])
    }
}

import Foundation
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

@Suite("Keys from a file")
struct KeymapFileTests {
    private func keymap(_ json: String) throws(KeymapError) -> Keymap {
        try Keymap(parsing: Array(json.utf8))
    }

    @Test("a file changes the keys of the commands it names, and nothing else")
    func changed() throws {
        let keymap = try keymap(#"{"skip":"n","undo":["u","Backspace"],"pause":[],"top":"Alt-<"}"#)
        #expect(keymap.command(for: .character("n")) == .skip)
        #expect(keymap.command(for: .character("s")) == nil)
        #expect(keymap.command(for: Key(.backspace)) == .undo)
        #expect(keymap.command(for: .character("P")) == nil)
        #expect(keymap.command(for: Key(.character("<"), .alt)) == .scroll(.top))
        #expect(keymap.command(for: .character("e")) == .escalate)
        #expect(try self.keymap("{}").rows.map(\.key) == Keymap.standard.rows.map(\.key))
    }

    @Test("the client goes by the changed keys: dispatch, footer, help and the labels' keys")
    func client() throws {
        let options = Desk.Options(keymap: try keymap(#"{"skip":"o","help":"F2"}"#))
        var desk = Desk(project: "invoices", ids: ReviewIDs(high: 1, low: 2), options: options)
        _ = desk.update(.started)
        _ = desk.update(.projectLoaded(.success(Sample.project())))
        _ = desk.update(.leased(.success([Sample.lease(), Sample.lease("invoice-2")])))
        #expect(desk.screen().contains("o skip"))
        #expect(desk.labels?.entry(named: "ok")?.key == "l")
        #expect(desk.press("o").answers.first?.request.verdict == .skip)
        desk.press(Key(.function(2)))
        #expect(desk.screen().contains("leave the item to somebody else"))
    }

    @Test(
        "what is wrong is said exactly",
        arguments: [
            ("[]", "not a JSON object"), ("{", "at byte"),
            (#"{"skipp":"s"}"#, "no command \"skipp\"; the commands are accept, agree, answers"),
            (#"{"skip":7}"#, "\"skip\" must have the name of a key"),
            (#"{"skip":"Hyper-s"}"#, "\"Hyper-s\" of \"skip\" is not the name of a key"),
            (#"{"skip":"ss"}"#, "\"ss\" of \"skip\""), (#"{"skip":""}"#, "\"\" of \"skip\""),
            (#"{"skip":"u"}"#, "the key u is given to \"skip\" and to \"undo\""),
            (#"{"undo":"Ctrl-C"}"#, "\"undo\" cannot have Ctrl-C"),
        ])
    func refused(json: String, words: String) {
        do throws(KeymapError) {
            _ = try keymap(json)
            Issue.record("\(json) was accepted")
        } catch {
            #expect(error.description.contains(words), "\(error.description)")
        }
    }

    @Test("a key writes a comment of the reviewer's own, and gives way to a label")
    func templates() throws {
        let keymap = try keymap(#"{"comments":{"F5":"not enough context","d":"a duplicate"}}"#)
        var desk = Sample.desk(options: Desk.Options(keymap: keymap))
        desk.press(Key(.function(5)))
        desk.press("d")
        #expect(desk.leases[0].comment == "not enough context; a duplicate")
        #expect(desk.screen().contains("comment: not enough context; a duplicate"))
        desk.press("?")
        #expect(desk.screen(80, 60).contains("comment: not enough context"))
        desk.press(Key(.escape))
        #expect(
            desk.press("f").answers.first?.request.comment == "not enough context; a duplicate")
        desk = Sample.desk(
            project: Sample.project([Label(name: "d")]), options: Desk.Options(keymap: keymap))
        #expect(desk.screen().contains("d is a label's key; its comment has none"))
        for wrong in [#"{"comments":7}"#, #"{"comments":{"F5":""}}"#, #"{"comments":{"F5":1}}"#] {
            #expect(throws: KeymapError.notTemplates) { try self.keymap(wrong) }
        }
        #expect(throws: KeymapError.self) { try self.keymap(#"{"comments":{"s":"x"}}"#) }
    }

    @Test("Ctrl-C leaves whatever the file says")
    func wayOut() throws {
        #expect(try keymap(#"{"quit":"Q"}"#).command(for: .control("c")) == .quit)
        #expect(try keymap(#"{"quit":[]}"#).command(for: .control("c")) == .quit)
    }

    @Test("every key of the table has a name that reads back to it, in any case")
    func names() {
        for binding in Keymap.standard.bindings {
            for key in binding.keys {
                #expect(Key(name: key.name) == key)
                guard key.plainCharacter == nil else { continue }
                #expect(Key(name: key.name.uppercased()) == key)
            }
        }
        #expect(Key(name: "ctrl-alt-x") == Key(.character("x"), [.control, .alt]))
        #expect(Key(name: "-") == .character("-"))
        #expect(Key(name: "Ctrl--") == .control("-"))
        #expect(Key(name: "Ctrl-") == nil)
        #expect(Key(name: "Shift-a") == nil)
        #expect(Key(name: "F21") == nil)
    }

    @Test("command names are distinct")
    func distinct() {
        let names = Keymap.standard.bindings.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("the README's table of keys is the one of the code")
    func readme() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        for row in Keymap.standard.rows {
            let key = row.key.replacingOccurrences(of: "|", with: "\\|")
            let line = "| `\(key)` | \(row.help) | \(row.names) |"
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}

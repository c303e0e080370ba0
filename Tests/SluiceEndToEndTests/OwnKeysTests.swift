import Foundation
import TerminalProbe
import TestSupport
import Testing

/// `keys.json` changes the keys wherever an item is answered.
@Suite(.inTurns) struct OwnKeysTests {
    /// Writes a file of keys where commands of this home look for it.
    private func keep(_ keys: String, in home: Home) throws {
        try FileManager.default.createDirectory(
            atPath: home.path(".config/sluice"), withIntermediateDirectories: true)
        _ = try home.file(".config/sluice/keys.json", keys)
    }

    private var demoData: String {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path + "/Deploy/demo-data"
    }

    @Test("in plain mode a label has the key it has in full screen")
    func plain() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let line = prediction("item-1", confidence: "0.4") + "\n"
            #expect(try await home.sluice("import", "-", token: admin, input: line).status == 0)
            // The dog declares its key: the command gives way.
            try keep(#"{"skip": "d"}"#, in: home)
            let rita = try await home.token("reviewer", "rita", project: "pets")
            let review = try await home.sluice("review", "--plain", token: rita, input: "d\n")
            #expect(review.output.contains("dog [d]"), "\(review.output)")
            #expect(review.output.contains("item-1: dog"))
        }
    }

    @Test("labels own the keys they are called by, on the screen, in plain mode and with --keys")
    func ownNames() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let labels = #"[{"name":"1"},{"name":"2"},{"name":"s"},{"name":"E"}]"#
            let project = #"{"name":"stars","dwell_ms":0,"labels":\#(labels)}"#
            #expect(
                try await home.sluice("project", "create", "-", token: admin, input: project)
                    .status == 0)
            let lines = (1...5).map { number in
                #"{"external_id":"i-\#(number)","payload":{"text":"item \#(number)"},"#
                    + #""label":"1","confidence":0.4,"scores":{"2":0.3,"s":0.2},"#
                    + #""model":"m","model_version":"1"}"# + "\n"
            }.joined()
            let imported = try await home.sluice(
                "import", "-", "--project", "stars", token: admin, input: lines)
            #expect(imported.status == 0, "\(imported.error)")
            let rita = try await home.token("reviewer", "rita", project: "stars")
            let keys = try await home.sluice("review", "--keys", "--project", "stars", token: rita)
            #expect(keys.output.contains("Ctrl-S") && keys.output.contains("Alt-1"))
            let sitting = try Sitting(home, token: rita)
            try await sitting.see("item 1")
            for (key, answered) in [("2", "i-1: 2"), ("s", "i-2: s"), ("e", "i-3: E")] {
                sitting.terminal.type(key)
                try await sitting.see(answered)
            }
            sitting.terminal.type("\u{3}")
            #expect(try await sitting.left() == 0)
            let plain = try await home.sluice("review", "--plain", token: rita, input: "2\ne\n")
            #expect(plain.output.contains("i-4: 2") && plain.output.contains("i-5: E"))
            let answers = try await home.ask(
                "SELECT string_agg(label, ' ' ORDER BY reviewed_at) FROM review WHERE label IS NOT NULL"
            )
            #expect(answers == "2 s E 2 E")
        }
    }

    @Test("control characters of data act on no terminal, and reach files and pipes as they are")
    func controls() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let line =
                #"{"external_id":"i-1","model":"m","model_version":"1","label":"cat","#
                + "\"confidence\":0.99,\"payload\":{\"text\":\"red \u{9B}31m\u{202E} text\"}}\n"
            #expect(try await home.sluice("import", "-", token: admin, input: line).status == 0)
            let piped = try await home.sluice("item", "show", "i-1", token: admin)
            #expect(piped.output.contains("\u{9B}31m"), "\(piped.output)\(piped.error)")
            let sitting = try Sitting(
                ownTerminalOf: home, "\(try BuiltProduct.sluice()) item show i-1", token: admin)
            #expect(try await sitting.left() == 0, "\(sitting.raw)")
            #expect(sitting.raw.contains("\\u009b31m\\u202e"), "\(sitting.raw)")
            #expect(!sitting.raw.unicodeScalars.contains { (0x80...0x9F).contains($0.value) })
        }
    }

    @Test("the demo has the keys of the file, and says at once what is wrong in it")
    func demo() async throws {
        try await Home.use { home in
            try keep(#"{"skip": "F5", "undo": "F6"}"#, in: home)
            let command = "\(try BuiltProduct.sluice()) demo --data \(demoData)"
            let sitting = try Sitting(ownTerminalOf: home, command)
            try await sitting.see("F5 skip", within: .seconds(60))
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            #expect(sitting.terminal.settings == sitting.before)

            _ = try home.file(".config/sluice/keys.json", #"{"skip": "Hyper-X"}"#)
            let refused = try Sitting(ownTerminalOf: home, command)
            #expect(try await refused.left() == 1)
            #expect(refused.raw.contains("Hyper-X"), "\(refused.raw)")
            #expect(!refused.raw.contains("starting a service"))
        }
    }
}

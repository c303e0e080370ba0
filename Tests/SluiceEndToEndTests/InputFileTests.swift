import Foundation
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct InputFileTests {
    private func file(_ home: Home, _ name: String, _ bytes: [UInt8]) throws -> String {
        let path = home.path(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    @Test(
        "a table that is not UTF-8, lacks a quote or ends its lines otherwise says so, line by line"
    )
    func tables() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func answers(_ name: String, _ text: String) async throws -> CommandResult {
                let path = try file(home, name, Array(text.utf8))
                return try await home.sluice(
                    "import", "--reviews", "--create-items", path, token: admin)
            }
            let latin = try file(
                home, "latin.csv",
                Array("item,worker,label\nsp".utf8) + [0xE9]
                    + Array("c,al,cat\nplain,ren".utf8) + [0xE9] + Array(",dog\nfine,al,cat\n".utf8)
            )
            let refused = try await home.sluice(
                "import", "--reviews", "--create-items", latin, token: admin)
            #expect(refused.status == 1)
            #expect(refused.error.contains("line 2: it is not UTF-8"), "\(refused.error)")
            #expect(refused.error.contains("line 3: it is not UTF-8"))
            #expect(refused.error.contains("3 lines: 1 imported, 2 refused"))
            #expect(try await home.ask("SELECT string_agg(external_id, ',') FROM item") == "fine")

            let open = try await answers(
                "open.csv",
                "item,worker,label,comment\nq1,al,cat,ok\nq2,al,cat,\"never\nq3,al,dog,x\n")
            #expect(open.status == 1)
            #expect(
                open.error.contains("a quoted field that begins in line 3 is not closed"),
                "\(open.error)")
            #expect(open.error.contains("1 lines: 1 imported") && !open.error.contains("no answer"))

            let inside = try await answers(
                "inside.csv", "item,worker,label,comment\nq4,al,cat,\"a \"b\" c\"\nq5,al,dog,x\n")
            #expect(inside.status == 1 && inside.error.contains("line 2: there is text behind"))
            #expect(inside.error.contains("2 lines: 1 imported, 1 refused"))

            let old = try await answers("old.csv", "item,worker,label\rc1,al,cat\rc2,al,bird\r")
            #expect(old.error.contains(#"line 3: SLU-105 "bird""#), "\(old.error)")
            #expect(old.error.contains("2 lines: 1 imported, 1 refused"))

            let divided = try await answers("divided.csv", "item;worker;label\nx;al;cat\n")
            #expect(divided.status == 1 && divided.error.contains("divided by semicolons"))
            for (name, bytes) in [
                ("wide.csv", [0xFF, 0xFE, 0x69, 0, 0x74, 0]), ("zero.csv", [0x69, 0, 0x74, 0]),
            ] as [(String, [UInt8])] {
                let wide = try await home.sluice(
                    "import", "--reviews", try file(home, name, bytes), token: admin)
                #expect(wide.status == 1 && wide.error.contains("it is UTF-16"), "\(wide.error)")
            }
        }
    }

    @Test("seconds are numbers in digits, and none that nobody spent")
    func seconds() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let words = ["nan", "inf", "-inf", "1e400", "0x1p3", "1e308", "-1", "1_0"]
            let rows = words.enumerated().map { "s,w\($0),cat,\($1)\n" }.joined()
            let table = try home.file(
                "seconds.csv", "item,worker,label,seconds\n\(rows)s,ok,cat,2.5\ns,bare,cat,\n")
            let result = try await home.sluice(
                "import", "--reviews", "--create-items", table, token: admin)
            #expect(result.status == 1)
            for line in words.indices {
                #expect(result.error.contains("line \(line + 2): SLU-102 seconds is"))
            }
            #expect(result.error.contains("10 lines: 2 imported, 8 refused"), "\(result.error)")
            #expect(
                try await home.ask("SELECT string_agg(seconds::text, ',') FROM review") == "2.5")
            for option in ["nan", "inf", "0x1p-3", "1e999", " 0.1"] {
                let plan = try await home.sluice(
                    "audit", "plan", "--half-width", option, token: admin)
                #expect(
                    plan.status == 64 && plan.error.contains("no number in digits"), "\(option)")
                let tried = try await home.sluice(
                    "policy", "what-if", "--threshold", "0.5,\(option)x", token: admin)
                #expect(tried.status == 1 && tried.error.contains("SLU-113"))
            }
        }
    }

    @Test("a byte order mark is passed over in every file a command reads")
    func byteOrderMarks() async throws {
        try await Home.served { home, _ in
            let admin = try await home.token("admin", "root")
            func marked(_ name: String, _ text: String) throws -> String {
                try file(home, name, Self.mark + Array(text.utf8))
            }
            func run(_ arguments: String...) async throws {
                let result = try await runCommand(
                    try BuiltProduct.sluice(), arguments,
                    environment: home.environment(token: admin))
                #expect(result.status == 0, "\(arguments): \(result.error)")
            }
            try await run("project", "create", marked("project.json", Home.project))
            let policy = try marked("policy.json", #"{"degree":"partial"}"#)
            try await run("policy", "set", policy, "--reason", "x", "--yes")
            let lines = try marked("lines.jsonl", prediction("a") + "\n" + prediction("b") + "\n")
            try await run("import", lines)
            try await run("policy", "test", policy, "--on", lines)
            try await run("policy", "what-if", policy)
            try await run(
                "import", "--reviews",
                marked("r.jsonl", #"{"external_id":"a","reviewer":"x","label":"cat"}"#))
            try await run("import", "--reviews", marked("r.csv", "item,worker,label\nb,x,cat\n"))
            try await run(
                "gold", "import", marked("gold.jsonl", #"{"external_id":"a","label":"cat"}"#))
            try await run("label-map", "set", "m", marked("map.json", #"{"cat":"pet"}"#))
            try await run("export", "--map", home.path("map.json"))
            try await run("guidelines", "set", marked("g.txt", "Look twice."))
            #expect(try await home.sluice("guidelines", token: admin).output == "Look twice.\n")
            let settings = home.path("settings")
            try FileManager.default.createDirectory(
                atPath: settings + "/sluice", withIntermediateDirectories: true)
            _ = try marked("settings/sluice/keys.json", #"{"skip":"n"}"#)
            let keys = try await home.sluice(
                "review", "--keys", with: ["XDG_CONFIG_HOME": settings])
            #expect(keys.status == 0, "\(keys.error)")
        }
    }

    @Test("JSON arrays and objects over several lines go in, and errors count elements")
    func arrays() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func pretty(_ id: String, _ confidence: String = "0.95") -> String {
                prediction(id, confidence: confidence).replacing(",\"", with: ",\r\n  \"")
            }
            func send(_ arguments: String..., text: String) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(), ["import"] + arguments + ["-"],
                    environment: home.environment(token: admin), input: text)
            }
            let array = try await send(
                text: "\u{FEFF} [\n\(pretty("a")),\n\(pretty("b", "7")) ,\(pretty("c"))]\n")
            #expect(array.status == 1)
            #expect(array.error.contains("element 2: SLU-106"), "\(array.error)")
            #expect(array.error.contains("3 lines: 2 accepted, 1 refused"))
            let objects = try await send(
                text: pretty("d").replacing("{\"external", with: "{\n\"external") + "\n"
                    + pretty("e"))
            #expect(
                objects.status == 0 && objects.error.contains("2 lines: 2 accepted"),
                "\(objects.error)")
            #expect(try await send(text: "[]").error.contains("0 lines: 0 refused"))

            for (text, why) in [
                ("[\(prediction("f")),", "the array is not closed behind element 1"),
                ("[\(prediction("g")) \(prediction("h"))]", "there is no comma behind element 1"),
                ("[\(prediction("i")),]", "element 2 is missing"),
                ("[\(prediction("j"))] x", "something stands behind the array"),
                ("[\(prediction("k")),{\"external_id\":\"l", "the file ends within element 2"),
            ] {
                let broken = try await send(text: text)
                #expect(broken.status == 1 && broken.error.contains(why), "\(broken.error)")
                #expect(broken.error.contains(" lines: 1 accepted, "), "\(broken.error)")
                #expect(!broken.error.contains("no answer"))
            }
            let answers = try await send(
                "--reviews",
                text:
                    #"[{"external_id":"a","reviewer":"x","label":"cat"},{"external_id":"a","reviewer":"y","label":"z"}]"#
            )
            #expect(answers.error.contains(#"element 2: SLU-105 "z""#), "\(answers.error)")
            let returns = try await send(text: prediction("m") + "\r" + prediction("n") + "\r")
            #expect(returns.status == 1 && returns.error.contains("its lines end with CR alone"))
        }
    }

    @Test("what is wrong with a file is said as that, in words")
    func localFaults() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            for arguments in [
                ["import"], ["import", "--reviews"], ["policy", "set"], ["project", "create"],
                ["gold", "import"], ["guidelines", "set"], ["label-map", "set", "m"],
            ] {
                for (path, why) in [
                    ("/nowhere/at-all", "No such file"), (home.path("."), "Is a directory"),
                ] {
                    let result = try await runCommand(
                        try BuiltProduct.sluice(), arguments + [path],
                        environment: home.environment(token: admin))
                    #expect(result.status == 1 && result.error.contains(why), "\(result.error)")
                    #expect(result.error.contains(path))
                    for word in ["no answer from", "Error(", "NSCocoa", "Optional("] {
                        #expect(!result.error.contains(word), "\(arguments): \(result.error)")
                    }
                }
            }
            let gone = try await home.sluice(
                "project", "list", token: admin, with: ["SLUICE_URL": "http://127.0.0.1:1"])
            #expect(gone.status == 1 && gone.error.contains("no answer from http://127.0.0.1:1: "))
            #expect(!gone.error.contains("NIO") && !gone.error.contains("("), "\(gone.error)")
        }
    }
}

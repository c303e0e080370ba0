import Foundation
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct CommandTests {
    @Test("tokens are made, listed without themselves, and revoked ones are refused in time")
    func tokens() async throws {
        try await Home.served { home, _ in
            let made = try await home.sluice(
                "token", "create", "--role", "analyst", "--name",
                "Ann \u{1B}[31m".filter { $0 != "\u{1B}" })
            #expect(made.status == 0 && made.error.isEmpty)
            let lines = made.output.split(separator: "\n")
            #expect(lines.count == 1 && made.output.hasSuffix("\n"))
            let token = String(lines.first ?? "")
            #expect(token.hasPrefix("slu_") && token.count == 47)

            let table = try await home.sluice("token", "list")
            #expect(table.status == 0 && table.output.contains("analyst"))
            #expect(!table.output.contains(token))
            let json = try await home.sluice("token", "list", "--json")
            let row = try JSONValue(parsing: Array(json.output.split(separator: "\n")[0].utf8))
            let id = try #require(row["id"]?.string)
            #expect(row["revoked"]?.string == "-")

            func status() async throws -> Int {
                try await request("GET", "/v1/projects", port: home.port, token: token).status
            }
            #expect(try await status() == 200)
            let revoked = try await home.sluice("token", "revoke", id)
            #expect(revoked.status == 0 && revoked.output.isEmpty)
            try await eventually("the token is refused", within: .seconds(3)) {
                try await status() == 401
            }
            let again = try await home.sluice("token", "revoke", id)
            #expect(again.status == 1 && again.error.contains("there is no live token \(id)"))
            let foreign = try await home.sluice(
                "token", "create", "--role", "producer", "--name", "p", "--project", "none")
            #expect(foreign.status == 1 && foreign.error.contains("SLU-201"))
            #expect(foreign.output.isEmpty)
        }
    }

    @Test("the doctor finds a count that is off, and puts it right")
    func doctor() async throws {
        try await Home.served { home, _ in
            let project = "counted"
            let token = try await home.sluice("token", "create", "--role", "admin", "--name", "a")
                .output.split(separator: "\n").joined()
            let body = #"{"name":"counted","labels":[{"name":"a"},{"name":"b"}]}"#
            let made = try await request(
                "POST", "/v1/projects", port: home.port, token: token,
                headers: ["Content-Type": "application/json"], body: Array(body.utf8))
            #expect(made.status == 201)
            let sound = try await home.sluice("doctor")
            #expect(sound.status == 0, "\(sound.output)\(sound.error)")
            #expect(sound.output.contains("ok   queue of \(project)"))
            #expect(sound.output.contains("ok   rollups of \(project)"))
            #expect(sound.output.contains("ok   durability"))
            let anew = try await home.sluice("doctor", "--rebuild-rollups", "--json")
            #expect(anew.status == 0 && anew.error.contains("counted \(project) anew"))
            for line in anew.output.split(separator: "\n") {
                let finding = try JSONValue(parsing: Array(line.utf8))
                #expect(finding["state"]?.string == "ok", "\(line)")
            }
            let none = try await home.sluice("doctor", "--project", "none")
            #expect(none.status == 1 && none.error.contains("SLU-201"))
        }
    }

    @Test("a policy is tested on a file, and a route that is not the expected one ends with 2")
    func policyTest() async throws {
        try await Home.use { home in
            let policy = try home.file(
                "policy.json",
                """
                {"degree":"partial","accept":{"default":0.9},"audit_rate":1,"rules":[
                    {"name":"big","when":{"payload.amount":{"above":100}},"then":{"route":"review"}}]}
                """)
            let good = try home.file(
                "good.jsonl",
                """
                {"label":"a","confidence":0.95,"payload":{"amount":7},"expected_route":"accepted","expected_rule":null}

                {"label":"a","confidence":0.95,"payload":{"amount":700},"expected_route":"queued","expected_rule":"big"}
                {"label":"b","confidence":null,"payload":1,"expected_reason":"missing_confidence"}
                {"label":"b","confidence":0.95,"payload":{}}
                """)
            let passed = try await home.sluice("policy", "test", policy, "--on", good)
            #expect(passed.status == 0, "\(passed.error)")
            #expect(passed.error.contains("4 predictions, 3 with an expectation, 0 wrong"))
            #expect(passed.output.contains("50.0 %"))
            let bad = try home.file(
                "bad.jsonl",
                """
                {"external_id":"x\\u001b[2J","label":"a","confidence":0.95,"payload":{},"expected_route":"queued"}
                {"label":"a","confidence":0.95,"payload":{},"expected_rule":"big"}
                """)
            let failed = try await home.sluice("policy", "test", policy, "--on", bad)
            #expect(failed.status == 2)
            #expect(failed.output.contains("route accepted, expected queued"))
            #expect(failed.output.contains("rule none, expected big"))
            #expect(!failed.output.contains("\u{1B}"))
            let json = try await home.sluice("policy", "test", policy, "--on", bad, "--json")
            #expect(json.status == 2)
            let row = try JSONValue(parsing: Array(json.output.split(separator: "\n")[0].utf8))
            #expect(row["route"]?.string == "accepted" && row["wrong"]?.array?.count == 1)

            let project = try home.file("project.json", Home.project)
            let foreign = try await home.sluice(
                "policy", "test", policy, "--on", good, "--project",
                try home.file("other.json", #"{"name":"o","labels":[{"name":"z"}]}"#))
            #expect(foreign.status == 1 && foreign.error.contains("not one of the project's"))
            let unknown = try await home.sluice(
                "policy", "test",
                try home.file("p2.json", #"{"accept":{"labels":{"nobody":0.5}}}"#), "--on",
                try home.file("cat.jsonl", #"{"label":"cat","confidence":1,"payload":{}}"#),
                "--project", project)
            #expect(unknown.status == 1 && unknown.error.contains("accept.labels.nobody"))
            let broken = try home.file("broken.jsonl", #"{"label":"a","confidence":2}"#)
            let refused = try await home.sluice("policy", "test", policy, "--on", broken)
            #expect(refused.status == 1 && refused.error.contains("line 1 of"))
        }
    }

    @Test("projects are made, listed and shown")
    func projects() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let list = try await home.sluice("project", "list", token: admin)
            #expect(list.output == "pets\n")
            let show = try await home.sluice("project", "show", token: admin)
            let project = try JSONValue(parsing: Array(show.output.utf8))
            #expect(project["labels"]?.array?.count == 2)
            #expect(project["policy_version"]?.int == 2)
            let twice = try await home.sluice(
                "project", "create", "-", token: admin, input: Home.project)
            #expect(twice.status == 1 && twice.error.contains("SLU-202"))

            let missing = try await home.sluice("policy", "set", "/nowhere.json", token: admin)
            #expect(missing.status == 1 && missing.error.contains("/nowhere.json"))
        }
    }

    @Test("predictions go in, reviews are scripted through a pipe, labels and figures come out")
    func wholeWay() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let file = try home.file(
                "predictions.jsonl",
                """
                \(prediction("sure"))
                \(prediction("unsure-1", confidence: "0.4"))
                \(prediction("broken", confidence: "1.4"))
                \(prediction("unsure-2", confidence: "0.3"))

                """)
            let imported = try await home.sluice("import", file, token: admin)
            #expect(imported.status == 1, "a line was refused")
            #expect(imported.output.isEmpty)
            #expect(imported.error.contains("line 3: SLU-106"))
            #expect(imported.error.contains("4 lines: 1 accepted, 2 queued, 1 refused"))
            let again = try await home.sluice(
                "import", "-", "--json", token: admin,
                input: prediction("sure") + "\n")
            #expect(again.status == 0 && again.error.contains("(1 had been sent before)"))
            #expect(try JSONValue(parsing: Array(again.output.utf8))["duplicate"]?.bool == true)

            let reviewer = try await home.token("reviewer", "rita", project: "pets")
            let review = try await home.sluice(
                "review", "--plain", token: reviewer, input: "d\n\n:quit\n")
            #expect(review.status == 0, "\(review.error)")
            #expect(review.output.contains(": dog\n"), "\(review.output)")
            #expect(review.output.contains(": cat\n"))
            #expect(review.error.contains("2 reviewed"))

            let jsonl = try await home.sluice("export", token: admin)
            #expect(jsonl.status == 0)
            let rows = try jsonl.output.split(separator: "\n")
                .map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(Set(rows.compactMap { $0["external_id"]?.string }) == ["unsure-1", "unsure-2"])
            let path = home.path("labels.csv")
            let csv = try await home.sluice(
                "export", "--format", "csv", "--include-pseudo", "--output", path, token: admin)
            #expect(csv.status == 0 && csv.output.isEmpty && csv.error.contains("4 lines"))
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("sure"))
            let wrong = try await home.sluice("export", "--format", "xml", token: admin)
            #expect(wrong.status == 1 && wrong.error.contains("jsonl, csv"))

            let report = try await home.sluice("report", token: admin)
            #expect(report.status == 0)
            #expect(report.output.contains("automation rate") && report.output.contains("rita"))
            let json = try await home.sluice("report", "--json", token: admin)
            let figures = try JSONValue(parsing: Array(json.output.utf8))
            #expect(figures["metrics"]?["received"]?["value"]?.int == 3)
            #expect(figures["metrics"]?["override_rate"]?["value"]?.double == 0.5)
        }
    }

    @Test("an export that is cut leaves no file under the final name")
    func cutExport() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (0..<500).map { prediction("i\($0)") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            let proxy = try CutProxy(to: .port(home.port))
            defer { proxy.close() }
            proxy.set(.cut(.server, afterBytes: 20_000))
            let path = home.path("labels.jsonl")
            let result = try await home.sluice(
                "export", "--include-pseudo", "--output", path, "--project", "pets", token: admin,
                with: ["SLUICE_URL": "http://127.0.0.1:\(proxy.port)"])
            #expect(result.status == 1)
            #expect(result.error.contains("sluice: exporting failed:"), "\(result.error)")
            #expect(result.error.contains("ended before it was complete"), "\(result.error)")
            let left = try FileManager.default.contentsOfDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
            #expect(!left.contains { $0.hasPrefix("labels") })
            let full = try await home.sluice(
                "export", "--include-pseudo", "--output", "/dev/full/x", token: admin)
            #expect(full.status == 1)
        }
    }

    @Test("nobody there, no token, a wrong token: each is told with what to do")
    func failures() async throws {
        try await Home.use { home in
            let nobody = try await home.sluice("report", "--project", "x", token: "slu_x")
            #expect(nobody.status == 1)
            #expect(nobody.error.contains("no answer from") && nobody.error.contains(" hint: "))
            let without = try await home.sluice("report", "--project", "x")
            #expect(without.status == 1 && without.error.contains("SLUICE_TOKEN is not set"))
            let noFile = try await home.sluice("import", "/nowhere", "--project", "x", token: "t")
            #expect(noFile.status == 1 && noFile.error.contains("/nowhere"))
        }
    }

    @Test(
        "usage errors end with 64 and say what was wrong",
        arguments: [
            ["nonsense"], ["token", "create", "--role", "king", "--name", "x"], ["import"],
            ["token", "create", "--role", "admin"], ["export", "--colour", "red"],
            ["token", "revoke", "first"],
        ])
    func usage(arguments: [String]) async throws {
        let result = try await runCommand(try BuiltProduct.sluice(), arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.error.contains("Error:") && result.error.contains("Usage:"))
    }

    @Test(
        "--only that is none is told with what was given, what is accepted and what to do",
        arguments: [
            ("dog", #"it has no "=""#, "write label=dog"),
            ("colour=red", #"there is no key "colour""#, "metadata.colour=VALUE"),
            ("Label=dog", #"there is no key "Label""#, "write label=NAME"),
            ("metadata.=x", #"there is no key "metadata.""#, "name the member"),
            ("=x", #"there is no key """#, "before the \"=\""),
            ("label=", #"nothing stands behind "=""#, "needs quotes"),
            ("label=" + String(repeating: "n", count: 2_000), "longer than", "no item has"),
        ])
    func only(given: String, reason: String, advice: String) async throws {
        let result = try await runCommand(
            try BuiltProduct.sluice(), ["review", "--plain", "--only", given])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        let line = String(result.error.prefix { $0 != "\n" })
        #expect(line.contains("'\(given)'") && line.contains("--only"))
        #expect(line.contains("\(reason)"), "\(line)")
        #expect(line.contains("accepted: label=NAME, metadata.KEY=VALUE"), "\(line)")
        #expect(line.contains(" hint: ") && line.contains(advice), "\(line)")
    }

    @Test(
        "every command's help tells its options and ends with 0",
        arguments: [
            (
                [],
                [
                    "serve", "demo", "review", "import", "export", "report", "policy", "project",
                    "token",
                    "migrate",
                ]
            ),
            (
                ["serve"],
                ["--listen", "--data-dir", "--database-url", "SLUICE_LISTEN", "DATABASE_URL"]
            ),
            (["demo"], ["--data", "--data-dir", "--answers", "--unattended"]),
            (["review"], ["--plain", "--adjudicate", "--url", "--project"]),
            (["import"], ["<file>", "--json", "--url", "--project"]),
            (
                ["export"],
                ["--format", "--output", "--source", "--since", "--label", "--include-pseudo"]
            ),
            (
                ["report"],
                [
                    "--from", "--to", "--window", "--model", "--model-version", "--label",
                    "--slice",
                    "--reviewer", "--json",
                ]
            ),
            (["policy"], ["show", "set", "test", "history"]),
            (["policy", "set"], ["<file>", "--reason"]),
            (["policy", "history"], ["--json"]), (["policy", "show"], ["--project"]),
            (["project"], ["create", "list", "show", "slices"]),
            (["project", "slices"], ["<slices>", "--none"]),
            (["doctor"], ["--rebuild-rollups", "--project", "--json", "--within", "--data-dir"]),
            (["project", "create"], ["<file>", "--url"]),
            (["token"], ["create", "list", "revoke"]),
            (
                ["token", "create"],
                ["--role", "--name", "--project", "--data-dir", "--database-url"]
            ),
            (["token", "list"], ["--json"]), (["token", "revoke"], ["<id>"]),
            (["migrate"], ["--plan"]),
        ] as [([String], [String])])
    func help(command: [String], words: [String]) async throws {
        let result = try await runCommand(try BuiltProduct.sluice(), command + ["--help"])
        #expect(result.status == 0)
        #expect(result.error.isEmpty)
        for word in words { #expect(result.output.contains(word), "\(word)") }
        for line in result.output.split(separator: "\n") {
            #expect(line.count <= 80 || line.contains("USAGE"), "\(line)")
        }
    }

    @Test("the unattended demo shows the whole way and leaves nothing running")
    func demo() async throws {
        let top = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let scratch = try TemporaryDirectory()
        let result = try await runCommand(
            try BuiltProduct.sluice(),
            ["demo", "--unattended", "--answers", "40", "--data", "\(top.path)/Deploy/demo-data"],
            environment: ["PATH": "/usr/bin:/bin", "TMPDIR": scratch.path])
        #expect(result.status == 0, "\(result.error)")
        #expect(result.error.contains("answered 40 tasks by the truth"))
        #expect(result.error.contains("exported 40 labels to"))
        #expect(result.output.contains("automation rate"))
        #expect(!result.error.contains(#""level":"error""#), "\(result.error)")
        let line = try #require(
            result.error.split(separator: "\n").first { $0.contains("its own PostgreSQL in ") })
        let directory = try #require(line.split(separator: " ").last)
        #expect(!FileManager.default.fileExists(atPath: String(directory)), "it is removed")
        try scratch.remove()
    }
}

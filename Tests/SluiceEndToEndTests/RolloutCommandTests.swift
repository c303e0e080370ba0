import Foundation
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct RolloutCommandTests {
    private func send(
        _ home: Home, _ admin: String, _ lines: [(id: String, version: String)]
    ) async throws {
        let text = lines.map { line in
            """
            {"external_id":"\(line.id)","model":"m","model_version":"\(line.version)",\
            "label":"cat","confidence":0.95,"payload":{"text":"meow"}}

            """
        }
        let sent = try await home.sluice("import", "-", token: admin, input: text.joined())
        try #require(sent.status == 0, "\(sent.error)")
    }

    @Test("a version is brought in service step by step and taken back, and all of it is logged")
    func wholeWay() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func sluice(_ arguments: String...) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(), ["rollout"] + arguments,
                    environment: home.environment(token: admin))
            }
            let none = try await sluice("status")
            #expect(none.status == 0)
            #expect(none.output.hasPrefix("pets  no rollout: whichever version comes first"))
            try await send(home, admin, [("a", "6"), ("b", "6")])
            let steps: [([String], String)] = [
                (
                    ["start", "--candidate", "m/7", "--reason", "new data", "--base", "none"],
                    "revision 1: m/6 serves, m/7 is its shadow\n"
                ),
                (
                    ["canary", "--share", "5%", "--answer-within", "2m", "--fallback", "review"],
                    "revision 2: m/7 decides 5 %, m/6 the rest\n"
                ),
                (
                    [
                        "ramp", "--steps", "0.05,0.255,1", "--every", "1d", "--minimum-labels",
                        "20",
                        "--error-limit", "0.1",
                    ], "revision 3: m/7 decides 5 %, next 25.5 %, m/6 the rest\n"
                ),
                (["switch", "--base", "3"], "revision 4: m/7 serves (before: m/6)\n"),
                (
                    ["rollback", "--reason", "regression"],
                    "revision 5: m/6 serves (m/7 was rolled back)\n"
                ),
            ]
            for (arguments, said) in steps {
                let result = try await runCommand(
                    try BuiltProduct.sluice(), ["rollout"] + arguments,
                    environment: home.environment(token: admin))
                #expect(result.status == 0 && result.output.isEmpty)
                #expect(result.error == said)
            }
            let again = try await sluice("rollback")
            #expect(again.status == 1 && again.error.contains("SLU-311"))
            #expect(again.error.contains("m/7 was rolled back before and m/6 serves"))
            let late = try await sluice("end", "--base", "3")
            #expect(
                late.status == 1 && late.error.contains("revision 5 of the rollout is in force"))
            let history = try await sluice("history", "--json")
            let lines = try history.output.split(separator: "\n").map {
                try JSONValue(parsing: Array($0.utf8))
            }
            #expect(lines.map { $0["revision"]?.int } == [5, 4, 3, 2, 1])
            #expect(lines[2]["rollout"]?["ramp"]?["every_seconds"]?.int == 86_400)
            #expect(lines[2]["rollout"]?["answer_within_seconds"]?.int == 120)
            #expect(lines[2]["rollout"]?["fallback"]?.string == "review")
            #expect(lines[2]["rollout"]?["guard"]?["minimum_labels"]?.int == 20)
            let table = try await sluice("history").output.split(separator: "\n")
            #expect(table.count == 6 && table[1].contains("m/6 serves (m/7 was rolled back)"))
            try await auditLog(home, admin)
        }
    }

    private func auditLog(_ home: Home, _ admin: String) async throws {
        let log = try await home.sluice("audit-log", token: admin)
        #expect(log.status == 0 && log.error.isEmpty)
        let rows = log.output.split(separator: "\n")
        #expect(rows.count == 8)
        #expect(rows[2].contains("policy.set") && rows[2].contains("policy 2, partial"))
        #expect(rows[3].contains("root  rollout.started") && rows[3].contains("new data"))
        #expect(rows[7].contains("rollout.rolled_back") && rows[7].hasSuffix("regression"))
        let json = try await home.sluice("audit-log", "--json", "--limit", "1", token: admin)
        let entry = try JSONValue(parsing: Array(json.output.utf8))
        #expect(entry["before"]?["serving"]?.string == "m/7")
        #expect(entry["after"]?["serving"]?.string == "m/6")
        let id = try #require(entry["id"]?.string)
        let rest = try await home.sluice("audit-log", "--json", "--after", id, token: admin)
        #expect(rest.status == 0 && rest.output.isEmpty)
    }

    @Test("status shows the share in fact, what each version sent and what the guard says")
    func status() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            func sluice(_ arguments: String...) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(), ["rollout"] + arguments,
                    environment: home.environment(token: admin))
            }
            let start = try await sluice(
                "start", "--candidate", "m/7", "--serving", "m/6", "--mode", "canary", "--share",
                "1", "--json")
            #expect(try JSONValue(parsing: start.output)["revision"]?.int == 1)
            _ = try await sluice("ramp", "--steps", "1", "--every", "1h")
            try await send(home, admin, (0..<40).map { ("i\($0)", "7") } + [("odd", "5")])
            let shown = try await sluice("status")
            #expect(shown.status == 0 && shown.error.isEmpty)
            let text = shown.output
            for part in [
                "m/7 decides 100 %, the last step, m/6 the rest",
                "share realised  100 % (95 % interval 91.24 % to 100 %) of 40 items since ",
                "silent version  after 60 s the other version's prediction is routed",
                "guard holds     ", "next            the switch, not before 2",
                "m/5 is not part of the rollout; what it sends is for people",
            ] {
                #expect(text.contains(part), "\(part) in \(text)")
            }
            let json = try JSONValue(parsing: try await sluice("status", "--json").output)
            #expect(json["next"]?["action"]?.string == "switch")
            #expect(json["versions"]?.array?.count == 3)
        }
    }

    @Test(
        "what cannot be meant is refused before anything is asked of the service",
        arguments: [
            ["start"], ["start", "--candidate", "m"],
            ["start", "--candidate", "m/7", "--share", "1"],
            ["start", "--candidate", "m/7", "--mode", "canary"],
            ["start", "--candidate", "m/7", "--mode", "ramp"], ["canary"],
            ["canary", "--share", "0"], ["canary", "--share", "101%"], ["canary", "--share", "x"],
            ["ramp", "--steps", "0.5,0.4", "--every", "1d"],
            ["ramp", "--steps", "", "--every", "1d"],
            ["ramp", "--steps", "0.5", "--every", "1"],
            ["ramp", "--steps", "0.5", "--every", "0d"],
            ["ramp", "--steps", "0.5"], ["canary", "--share", "0.1", "--error-limit", "2"],
            ["switch", "--base", "0"], ["rollback", "--fallback", "other"],
        ])
    func refused(arguments: [String]) async throws {
        let result = try await runCommand(
            try BuiltProduct.sluice(), ["rollout"] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"])
        #expect(result.status == 64, "\(result.error)")
        #expect(result.output.isEmpty)
    }
}

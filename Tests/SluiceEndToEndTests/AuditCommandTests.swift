import SluiceJSON
import TestSupport
import Testing

/// `sluice audit plan` and `sluice item reopen`, on a service of their own.
@Suite(.inTurns) struct AuditCommandTests {
    @Test("a plan fits 80 columns, and --apply puts its rate in force")
    func plan() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject(
                policy: #"{"degree":"full","audit_rate":0.02}"#)
            let sent = try await home.sluice(
                "import", "-", token: admin,
                input: (0..<40).map { prediction("i\($0)", confidence: "0.\(50 + $0)") }
                    .joined(separator: "\n") + "\n")
            #expect(sent.status == 0, "\(sent.error)")
            func plan(_ more: String...) async throws -> CommandResult {
                try await runCommand(
                    try BuiltProduct.sluice(),
                    [
                        "audit", "plan", "--half-width", "0.01", "--error", "0.01", "--per-day",
                        "1000", "--days", "4",
                    ] + more, environment: home.environment(token: admin, [:]), input: "")
            }
            let planned = try await plan("--stratified")
            #expect(planned.status == 0, "\(planned.error)")
            let lines = planned.output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(planned.output)")
            #expect(lines[0].hasPrefix("438 audits, 10.95 % of what is accepted, take 4 days"))
            #expect(planned.output.contains("10.95 %  2.00 %"))
            let applied = try await plan("--apply", "--yes")
            #expect(applied.status == 0, "\(applied.error)")
            #expect(applied.error.contains("audit_rate 0.0200 -> 0.1095"))
            let policy = try await home.sluice("policy", "show", "--json", token: admin)
            #expect(policy.output.contains(#""audit_rate":0.1095"#))
            let history = try await home.sluice("policy", "history", token: admin)
            #expect(history.output.contains("audit plan: 438 audits in 4 days"))
            let again = try await plan("--apply", "--yes")
            #expect(again.error.contains("says that already"))
            let both = try await home.sluice(
                "audit", "plan", "--half-width", "0.1", "--certify", "0.1", token: admin)
            #expect(both.status == 64)
        }
    }

    @Test("an item is reopened with a reason, and shown")
    func reopen() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject(policy: #"{"degree":"full","audit_rate":0}"#)
            let sent = try await home.sluice(
                "import", "-", token: admin, input: prediction("x") + "\n")
            #expect(sent.status == 0, "\(sent.error)")
            let reopened = try await home.sluice(
                "item", "reopen", "x", "--reason", "a complaint", token: admin)
            #expect(
                reopened.status == 0 && reopened.error == "x is open; it waits for a reviewer\n")
            let shown = try await home.sluice("item", "show", "x", token: admin)
            #expect(try JSONValue(parsing: shown.output)["decision"]?.isNull == true)
            let log = try await home.sluice("audit-log", token: admin)
            #expect(log.output.contains("item.reopened") && log.output.contains("a complaint"))
            let missing = try await home.sluice(
                "item", "reopen", "y", "--reason", "a complaint", token: admin)
            #expect(missing.status == 1 && missing.error.contains("SLU-204"))
        }
    }
}

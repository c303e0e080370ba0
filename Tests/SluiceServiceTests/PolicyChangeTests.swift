import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Changes of policy", .database)
struct PolicyChangeTests {
    private struct Logged: Equatable {
        let action: String
        let reason: String
        let before: String
        let after: String

        init(_ record: AuditRecord) {
            action = record.action
            reason = record.reason
            before = record.before.map { String(decoding: $0, as: UTF8.self) } ?? ""
            after = record.after.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }

        init(_ action: AuditAction, _ reason: String, _ before: String, _ after: String) {
            self.action = action.rawValue
            self.reason = reason
            self.before = before
            self.after = after
        }
    }

    @Test(
        "every change is in the audit log with what was in force before and after; a refused one is not"
    )
    func audited() async throws {
        try await TestService.run { service in
            let administration = service.administration
            let project = try await service.project()
            _ = try await administration.setPolicy(
                JSONValue(parsing: #"{"degree":"partial"}"#), base: 1, reason: "go", of: project,
                by: service.admin)
            _ = try await administration.activatePolicy(
                1, reason: "stop", of: project, by: service.admin)
            _ = try await administration.activatePolicy(
                1, reason: "stop again", of: project, by: service.admin)
            _ = try await administration.rollBackPolicy(
                base: 1, reason: "go on", of: project, by: service.admin)
            await #expect(throws: ReviewError.policyChanged(base: 1, inForce: 2)) {
                try await administration.rollBackPolicy(
                    base: 1, reason: "late", of: project, by: service.admin)
            }
            await #expect(throws: ReviewError.unknownPolicy(version: "3")) {
                try await administration.activatePolicy(
                    3, reason: "typo", of: project, by: service.admin)
            }
            let entries = try await service.pool.withSession { session in
                try Store(session).auditEntries(project: project.id, after: nil, limit: 100)
            }
            let assist = #"{"policy_version":1,"degree":"assist"}"#
            let partial = #"{"policy_version":2,"degree":"partial"}"#
            #expect(
                entries.map(Logged.init).filter { $0.action.hasPrefix("policy.") } == [
                    Logged(.policySet, "go", assist, partial),
                    Logged(.policyActivated, "stop", partial, assist),
                    Logged(.policyRolledBack, "go on", assist, partial),
                ])
            #expect(entries.allSatisfy { $0.actor == "admin" })
        }
    }

    @Test("a version that today's rules refuse is not put in force again")
    func outdated() async throws {
        try await TestService.run(policy: #"{"degree":"partial"}"#) { service in
            let project = try await service.project()
            try await service.sql(
                """
                UPDATE policy SET document = '{"accept":{"labels":{"gone":0.5}}}' WHERE version = 1
                """)
            await #expect(throws: ReviewError.self) {
                try await service.administration.activatePolicy(
                    1, reason: "", of: project, by: service.admin)
            }
            let inForce = try await service.administration.policyInForce(of: project)
            #expect(inForce.policy.version == 2 && inForce.activation.number == 2)
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Stored rollouts and the audit log", .database)
struct RolloutStoreTests {
    private let document = #"{"serving":"fraud/6","candidate":"fraud/7"}"#

    @Test("a project has no rollout until one is stored, and then the newest revision")
    func revisions() async throws {
        try await TestService.run { service in
            let before = try await service.project()
            #expect(before.rollout == nil && before.rolloutRevision == nil)
            for (revision, reason) in [(1, "first"), (2, "second")] {
                let stored = try await service.pool.transaction { session in
                    try Store(session).storeRollout(
                        Array(document.utf8), reason: reason, project: before.id,
                        by: service.admin.actor)
                }
                #expect(stored.revision == revision)
            }
            await service.directory.forget(service.name)
            let after = try await service.project()
            #expect(after.rolloutRevision == 2 && after.record.rollout?.reason == "second")
            #expect(after.rollout?.candidate == ModelVersion("fraud/7"))
            try await service.pool.transaction { session in
                _ = try Store(session).storeRollout(
                    nil, reason: "over", project: before.id, by: service.admin.actor)
            }
            await service.directory.forget(service.name)
            #expect(try await service.project().rollout == nil)
            let history = try await service.pool.withSession { session in
                try (
                    Store(session).rollouts(of: before.id),
                    Store(session).rolloutInForce(project: before.id)
                )
            }
            #expect(history.0.map(\.revision) == [3, 2, 1] && history.1 == nil)
            #expect(history.0.map(\.reason) == ["over", "second", "first"])
            #expect(history.0[0].document == nil)
            #expect(history.0[2].document == Array(document.utf8))
            #expect(history.0.allSatisfy { $0.createdBy == "admin" })
        }
    }

    @Test("every change of a project and its policy is in the audit log, with before and after")
    func audit() async throws {
        try await TestService.run { service in
            try await service.setPolicy(#"{"degree":"partial"}"#)
            _ = try await service.administration.change(
                guidelines: "look twice", summary: "twice", tags: nil, of: service.project(),
                by: service.admin)
            let project = try await service.project()
            let log = try await service.pool.withSession { session in
                try Store(session).auditEntries(project: project.id, after: nil, limit: 10)
            }
            #expect(log.map(\.action) == ["project.created", "policy.set", "guidelines.set"])
            #expect(log.map(\.reason) == ["", "test", ""])
            #expect(log.allSatisfy { $0.actor == "admin" })
            #expect(log.map(\.id) == log.map(\.id).sorted())
            let text = { (bytes: [UInt8]?) in bytes.map { String(decoding: $0, as: UTF8.self) } }
            #expect(
                log.map { text($0.before) } == [
                    nil, #"{"policy_version":1,"degree":"assist"}"#, #"{"guidelines_version":1}"#,
                ])
            #expect(
                log.map { text($0.after) } == [
                    #"{"policy_version":1,"degree":"assist"}"#,
                    #"{"policy_version":2,"degree":"partial"}"#,
                    #"{"guidelines_version":2,"summary":"twice"}"#,
                ])
            let pages = try await service.pool.withSession { session in
                let store = Store(session)
                return try (
                    store.auditEntries(project: project.id, after: log[0].id, limit: 1),
                    store.auditEntries(project: project.id, after: log[2].id, limit: 1),
                    store.auditEntries(project: project.id, after: nil, limit: 2)
                )
            }
            #expect(pages.0.map(\.id) == [log[1].id] && pages.1.isEmpty)
            #expect(pages.2.map(\.id) == [log[1].id, log[2].id])
        }
    }

    @Test("a change that fails leaves no entry, and policies set at once are each logged in order")
    func concurrent() async throws {
        try await TestService.run { service in
            let project = try await service.project()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        _ = try await service.administration.setPolicy(
                            JSONValue(parsing: "{}"), reason: "", of: project, by: service.admin)
                    }
                }
                try await group.waitForAll()
            }
            await #expect(throws: ReviewError.self) {
                try await service.setPolicy(#"{"degree":"most"}"#)
            }
            #expect(
                try await service.sql(
                    """
                    SELECT string_agg(before ->> 'policy_version', ',' ORDER BY id),
                        string_agg(after ->> 'policy_version', ',' ORDER BY id)
                    FROM audit_log WHERE action = 'policy.set'
                    """) == "1,2,3,4,5,6,7,8|2,3,4,5,6,7,8,9")
        }
    }

    @Test("a change is announced to who listens, with the project's name, once it is committed")
    func announcement() async throws {
        try await TestService.run { service in
            let listener = Listener(
                options: service.database.options, channels: [Store.changeChannel])
            let events = listener.notifications()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await listener.run() }
                var iterator = events.makeAsyncIterator()
                #expect(await iterator.next() == .connected)
                try await service.setPolicy("{}")
                #expect(
                    await iterator.next()
                        == .notification(
                            Notification(channel: "sluice_change", payload: service.name.text)))
                listener.stop()
                try await group.waitForAll()
            }
        }
    }

    @Test("the draw of a rollout is an item's own, and is taken only while both sides decide")
    func draws() async throws {
        let version = try #require(ModelVersion("fraud/7"))
        let shadow = try Rollout(serving: #require(ModelVersion("fraud/6"))).startingShadow(version)
        let salt = [UInt8](repeating: 7, count: 32)
        func draw(_ item: String, _ rollout: Rollout?) -> Double {
            Array(item.utf8).withUnsafeBufferPointer {
                RoutingDraws(salt: salt, externalID: $0, policy: .standard, rollout: rollout)
                    .rollout
            }
        }
        for rollout in [nil, shadow, try shadow.canary(share: 1), try shadow.switched()] {
            #expect(draw("x", rollout) == 0)
        }
        let canary = try shadow.canary(share: 0.05)
        let draws = (0..<10_000).map { draw("item-\($0)", canary) }
        #expect(draws == (0..<10_000).map { draw("item-\($0)", try? shadow.canary(share: 0.25)) })
        #expect(draws[0] == RoutingDraws.side(salt: salt, externalID: "item-0".utf8))
        // Binomial 99.9 % interval of 10,000 at 0.05: 429...572.
        #expect((429...572).contains(draws.count { canary.side(draw: $0) == .candidate }))
    }
}

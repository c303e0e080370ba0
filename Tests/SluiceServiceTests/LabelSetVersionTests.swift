import Logging
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Versions of a label set", .database)
struct LabelSetVersionTests {
    @Test("changes come one by one, each a version with who and why, and on its base only")
    func versions() async throws {
        try await TestService.run(connections: 10) { service in
            await #expect(throws: ReviewError.labelsChanged(base: 7, inForce: 1)) {
                try await service.change(.rename("a", to: "x"), base: 7)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        try await service.change(
                            .add(Label(name: "new-\(index)")), reason: "r\(index)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await service.change(.add(Label(name: "last"))).labels.version == 10)
            #expect(try await service.change(.retitle("a", to: nil)).kind == nil)
            let sets = LabelSets(pool: service.pool, directory: service.directory)
            let history = try await sets.history(of: service.project())
            #expect(history.map(\.version) == Array((2...10).reversed()))
            #expect(Set(history.map(\.reason)).count == 9)
            #expect(history.allSatisfy { $0.changedBy == "admin" && $0.kind == .added })
            let actions = try await service.pool.withSession { session in
                try Store(session).auditEntries(
                    project: try Store(session).project(named: service.name)?.id ?? 0, after: nil,
                    limit: 100
                ).map(\.action)
            }
            #expect(actions.count { $0 == "label.added" } == 9)
            // A look changes nothing.
            let preview = try await sets.preview(.retire("a"), base: 10, of: service.project())
            #expect(preview.kind == .retired && preview.labels.version == 11)
            #expect(try await service.project().labels.version == 10)
        }
    }

    @Test("another instance takes the new set without being asked")
    func followed() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await TestService.run { service in
            let pool = service.database.pool(connections: 2)
            let other = ProjectDirectory(pool: pool, lifetime: .seconds(3600))
            let follower = ChangeFollower(
                options: service.database.options, directory: other, logger: quiet)
            let following = Task { await follower.run() }
            _ = try await other.context(service.name.text)
            // Listening has begun when a change is heard.
            try await eventually("the other instance listens") {
                try await service.change(.retitle("a", to: "\(ContinuousClock.now)"))
                try await Task.sleep(for: .milliseconds(100))
                return try await other.context(service.name.text).labels.version
                    == service.project().labels.version
            }
            try await service.change(.rename("a", to: "alpha"))
            try await eventually("the renaming is followed") {
                try await other.context(service.name.text).labels.contains("alpha")
            }
            following.cancel()
            await following.value
            await pool.shutdown()
        }
    }
}

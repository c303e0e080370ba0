import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Following what other instances change", .database)
struct ChangeFollowerTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` beside another instance that reads nothing anew unless it hears of a change.
    private func withFollower(
        _ body: @Sendable @escaping (TestService, ProjectDirectory) async throws -> Void
    ) async throws {
        try await TestService.run { service in
            let pool = service.database.pool(connections: 2)
            let other = ProjectDirectory(pool: pool, lifetime: .seconds(3600))
            let follower = ChangeFollower(
                options: service.database.options, directory: other, logger: quiet)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await follower.run() }
                do {
                    try await body(service, other)
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
            await pool.shutdown()
        }
    }

    private func versions(_ directory: ProjectDirectory) async -> [Int] {
        await directory.held().map(\.policyVersion)
    }

    @Test("a change made elsewhere is read without anybody asking for the project")
    func follows() async throws {
        try await withFollower { service, other in
            #expect(await other.held().isEmpty)
            _ = try await other.context(service.name.text)
            #expect(
                await other.held() == [
                    ProjectDirectory.Held(
                        name: service.name.text, policyVersion: 1, rolloutRevision: nil,
                        fallbacks: [])
                ])
            // Listening may begin later than this change: then all that is held is read anew.
            try await service.setPolicy(#"{"degree":"partial"}"#)
            try await eventually("the policy is followed") { await versions(other) == [2] }
            for version in 3...6 {
                try await service.setPolicy("{}")
                try await eventually("the policy is followed") {
                    await versions(other) == [version]
                }
            }
            #expect(try await other.context(service.name.text).policyVersion == 6)
        }
    }

    @Test("what changed while nobody could hear it is read when listening begins again")
    func reconnects() async throws {
        try await withFollower { service, other in
            _ = try await other.context(service.name.text)
            try await service.setPolicy("{}")
            try await eventually("the policy is followed") { await versions(other) == [2] }
            for version in [3, 4] {
                // Cut and changed in one transaction of the server: the notice finds nobody.
                let cut = try await service.sql(
                    """
                    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                    WHERE query = 'LISTEN "sluice_change"' AND datname = current_database()
                    """)
                #expect(cut == "1")
                try await service.setPolicy("{}")
                try await eventually("the policy is followed") {
                    await versions(other) == [version]
                }
                try await eventually("it listens again") {
                    try await service.sql(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE query = 'LISTEN "sluice_change"' AND datname = current_database()
                        """) == "1"
                }
            }
        }
    }

    @Test("nothing that was read before a project was forgotten is given out after it")
    func straddling() async throws {
        try await TestService.run(connections: 4) { service in
            let directory = ProjectDirectory(pool: service.pool, lifetime: .seconds(3600))
            // Readers that never stop meet every moment of the changes.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while !Task.isCancelled {
                            _ = try await directory.context(service.name.text)
                            await Task.yield()
                        }
                    }
                }
                for version in 2...40 {
                    try await service.setPolicy("{}")
                    await directory.forget(service.name)
                    let seen = try await directory.context(service.name.text).policyVersion
                    #expect(seen == version)
                }
                group.cancelAll()
            }
        }
    }

    @Test("each batch of a stream is routed by what is in force when it is stored")
    func stream() async throws {
        try await TestService.run { service in
            let stream = IngestStream(
                ingestion: service.ingestion, directory: service.directory,
                project: try await service.project(), limits: IngestLimits())
            let (chunks, sink) = AsyncStream.makeStream(of: [UInt8].self)
            let (stored, told) = AsyncStream.makeStream(of: StoredPrediction.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await stream.run(chunks) { _, outcomes in
                        for outcome in outcomes {
                            if let stored = outcome.stored { told.yield(stored) }
                        }
                    }
                    told.finish()
                }
                var answers = stored.makeAsyncIterator()
                for (number, degree) in ["assist", "full", "human_only"].enumerated() {
                    try await service.setPolicy(#"{"degree":"\#(degree)","audit_rate":0}"#)
                    sink.yield(Array((SentPrediction("i\(number)").line + "\n").utf8))
                    let answer = try #require(await answers.next())
                    #expect(answer.policyVersion == number + 2)
                    #expect(answer.route == (degree == "full" ? .accepted : .queued))
                }
                sink.finish()
                try await group.waitForAll()
            }
        }
    }
}

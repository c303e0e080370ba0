import Foundation
import Logging
import SluiceDomain
import SluiceService
import SluiceStore
import Synchronization
import TestSupport
import Testing

/// What a large reopening costs, and what reviewers of another project notice of it.
///
/// Runs with `SLUICE_STORM=full` only: it prints figures and takes minutes.
@Suite(
    "A large reopening", .database,
    .enabled(if: ProcessInfo.processInfo.environment["SLUICE_STORM"] == "full"))
struct ReopeningStormTests {
    private static let items = 100_000

    /// Whether what is measured beside is over.
    private final class End: Sendable {
        let isReached = Atomic(false)
    }

    @Test("100,000 items are reopened and restored while another project leases")
    func large() async throws {
        try await TestService.run(
            policy: #"{"degree":"full","audit_rate":0}"#, connections: 10
        ) { service in
            for block in 0..<Self.items / 1000 {
                try await service.ingest((0..<1000).map { SentPrediction("i\(block)-\($0)") })
            }
            let other = try await Self.otherProject(service)
            let calm = try await Self.leases(
                service, other,
                while: {
                    try await Task.sleep(for: .seconds(5))
                })
            Self.tell("calm: \(calm)")
            let bulk = BulkReopening(
                pool: service.pool, directory: service.directory,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            var filter = ReopeningFilter()
            filter.source = .model
            let begun = try await bulk.start(
                filter, reason: "r", of: service.project(), by: service.admin)
            let reopening = try await Self.leases(service, other) { try await bulk.work() }
            #expect(
                try await bulk.show(begun.id, of: service.project()).reopened == Self.items)
            Self.tell("reopening: \(reopening)")
            _ = try await bulk.undo(begun.id, reason: "r", of: service.project(), by: service.admin)
            let undoing = try await Self.leases(service, other) { try await bulk.work() }
            #expect(
                try await bulk.show(begun.id, of: service.project()).restored == Self.items)
            Self.tell("undoing: \(undoing)")
            // In pages, as the doctor does: a statement over the whole takes minutes.
            let audit = try await QueueAudit(pool: service.pool).run(
                project: service.project().id)
            #expect(audit.unbalanced == 0)
        }
    }

    /// At once, so that figures are there when the rest takes too long.
    private static func tell(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }

    private static func otherProject(_ service: TestService) async throws -> ProjectContext {
        let name = try #require(ProjectName("other"))
        let labels = try LabelSet([Label(name: "a"), Label(name: "b")])
        let project = try await service.administration.createProject(
            name, labels: labels, guidelines: "", by: service.admin.actor)
        let lines = (0..<5_000).map { SentPrediction("o\($0)", label: "a").line }
        for start in stride(from: 0, to: lines.count, by: 1000) {
            _ = try await service.ingestion.ingest(
                service.batch(Array(lines[start..<start + 1000]), project: project),
                project: project)
        }
        return project
    }

    /// How long leases of a project took while something else was going on.
    private static func leases(
        _ service: TestService, _ project: ProjectContext,
        while work: @escaping @Sendable () async throws -> Void
    ) async throws -> String {
        let end = End()
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            group.addTask {
                defer { end.isReached.store(true, ordering: .releasing) }
                try await work()
                return []
            }
            for name in ["ann", "bob"] {
                let caller = try await service.reviewer(name)
                group.addTask {
                    var times: [Duration] = []
                    while !end.isReached.load(ordering: .acquiring) {
                        let start = ContinuousClock.now
                        let leases = try await service.reviewing.lease(
                            1, queue: .review, only: LeaseFilter(), project: project, by: caller)
                        times.append(start.duration(to: .now))
                        for lease in leases {
                            try await service.reviewing.release(
                                lease.id, project: project, by: caller)
                        }
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    return times
                }
            }
            let times = try await group.reduce(into: [Duration]()) { $0 += $1 }.sorted()
            let seconds = start.duration(to: .now) / .seconds(1)
            func quantile(_ share: Double) -> Double {
                times[min(Int(Double(times.count) * share), times.count - 1)] / .milliseconds(1)
            }
            return "\(seconds) s; \(times.count) leases: p50 \(quantile(0.5)) ms, "
                + "p99 \(quantile(0.99)) ms, longest \(quantile(1)) ms"
        }
    }
}

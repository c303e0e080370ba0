import SluiceDomain
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Rollups", .database)
struct RollupTests {
    private static let policy = """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,"sla_seconds":3600,
         "rules":[{"name":"many","when":{"label":"c"},"then":{"reviewers":3,"route":"review","sla_seconds":60}}]}
        """

    /// Some of everything that moves a count.
    private static func work(_ service: TestService, _ round: Int) async throws {
        try await service.ingest(
            (0..<80).map { number in
                SentPrediction(
                    "\(round)-\(number)", label: ["a", "b", "c"][number % 3],
                    confidence: number % 4 == 0 ? "0.2" : "0.9",
                    version: number % 2 == 0 ? "1" : "2")
            })
        for name in ["ann", "bob", "cid"] {
            let caller = try await service.reviewer(name)
            for (index, lease) in try await service.lease(25, by: caller).enumerated() {
                let id = "\(name)-\(round)-\(index)"
                let verdict: Verdict =
                    index % 11 == 3
                    ? .skip : index % 7 == 2 ? .unusable : .label(["a", "b"][index % 2])
                try await service.answer(lease, verdict, id: id, by: caller, seconds: Double(index))
                if index % 5 == 4 { _ = try await service.undo(id, by: caller) }
            }
        }
        try await service.lapseLeases()
    }

    @Test("the counts kept are those of a recount, folded or not, or made anew")
    func equal() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service, 0)
            try await service.checkRollups()
            try await Self.work(service, 1)
            try await service.checkRollups()
        }
    }

    @Test("a count that was tampered with is found, and put right by making the rollups anew")
    func tampered() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service, 0)
            let project = try await service.project().id
            for tampering in [
                "UPDATE rollup_arrival SET items = items + 1 WHERE grain = 'hour' AND items > 0",
                "UPDATE rollup_arrival SET offset_milliseconds = offset_milliseconds - 1 WHERE grain = 'day'",
                "DELETE FROM rollup_decision WHERE clock = 'decision'",
                "UPDATE rollup_review SET reviews = 0 WHERE verdict = 'label'",
                "UPDATE rollup_review SET reviews = reviews + 1 WHERE facet = 'label' AND reviews > 0",
                "DELETE FROM rollup_arrival WHERE facet = 'route'",
                "UPDATE rollup_handling SET milliseconds = milliseconds + 5",
                "DELETE FROM appended_move",
            ] {
                try await service.rollups.fold(project: project)
                try await Self.work(service, tampering.count)
                try await service.sql(tampering)
                #expect(try await !service.rollups.check(project: project).isEmpty, "\(tampering)")
                try await service.rollups.rebuild(project: project)
                #expect(try await service.rollups.check(project: project).isEmpty, "\(tampering)")
            }
        }
    }

    @Test("what is folded while people work is neither lost nor counted twice")
    func concurrent() async throws {
        try await TestService.run(policy: Self.policy, connections: 12) { service in
            let project = try await service.project().id
            try await withThrowingTaskGroup { group in
                for worker in 0..<4 {
                    group.addTask {
                        let caller = try await service.reviewer("r\(worker)")
                        for round in 0..<6 {
                            try await service.ingest(
                                (0..<60).map {
                                    SentPrediction(
                                        "\(worker)-\(round)-\($0)",
                                        confidence: $0 % 2 == 0 ? "0.1" : "0.9")
                                })
                            for (index, lease) in try await service.lease(10, by: caller)
                                .enumerated()
                            {
                                let id = "\(worker)-\(round)-\(index)"
                                try await service.answer(lease, .label("a"), id: id, by: caller)
                                if index == 3 { _ = try await service.undo(id, by: caller) }
                            }
                        }
                    }
                }
                group.addTask {
                    for round in 0..<12 {
                        if round % 4 == 3 {
                            try await service.rollups.rebuild(project: project)
                        } else {
                            try await service.rollups.fold()
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await service.checkRollups()
        }
    }
}

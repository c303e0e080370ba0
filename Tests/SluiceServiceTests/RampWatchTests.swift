import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("What the guard of a ramp is shown", .database)
struct RampWatchTests {
    private func rollout(_ service: TestService, _ more: String) async throws {
        let project = try await service.project()
        try await service.pool.transaction { session in
            _ = try Store(session).storeRollout(
                Array(#"{"serving":"demo/1","candidate":"demo/2",\#(more)}"#.utf8), reason: "test",
                project: project.id, by: service.admin.actor)
        }
        await service.directory.forget(service.name)
    }

    private func judge(_ service: TestService) async throws -> RampGuard.Judgement {
        let project = try await service.project()
        let rollout = try #require(project.rollout)
        return try await service.pool.withSession { session in
            try RampWatch().judge(rollout, project: project.id, Store(session))
        }
    }

    /// Both versions score items that a person then labels as `truth` says.
    private func work(
        _ service: TestService, _ names: [String], candidate: (Int) -> String,
        truth: (Int) -> String = { _ in "a" }
    ) async throws {
        try await service.ingest(names.map { SentPrediction($0, label: "a", version: "1") })
        try await service.ingest(
            names.enumerated().map {
                SentPrediction($0.element, label: candidate($0.offset), version: "2")
            })
        let ann = try await service.reviewer("ann")
        for (index, lease) in try await service.lease(names.count, by: ann).enumerated() {
            try await service.answer(
                lease, .label(truth(index)), id: "r-\(lease.content.externalID)", by: ann)
        }
    }

    @Test("labels count from when the candidate last came in service, and an alarm takes it back")
    func since() async throws {
        try await TestService.run { service in
            try await rollout(service, #""mode":"shadow","guard":{"minimum_labels":20}"#)
            #expect(try await judge(service) == .hold("no candidate is in service"))
            let canary = #""mode":"canary","share":0.05,"guard":{"minimum_labels":20}"#
            try await work(service, (0..<30).map { "s\($0)" }, candidate: { _ in "a" })
            try await rollout(service, canary)
            #expect(
                try await judge(service)
                    == .hold("no item that the candidate scored has been labelled yet"))
            try await work(
                service, (0..<25).map { "c\($0)" }, candidate: { $0 == 3 ? "b" : "a" })
            // A larger share is the same time in service.
            try await rollout(
                service, #""mode":"canary","share":0.25,"guard":{"minimum_labels":20}"#)
            #expect(
                try await judge(service)
                    == .advance("25 labelled items scored by both versions show no regression"))
            try await work(service, (0..<16).map { "d\($0)" }, candidate: { _ in "b" })
            let alarm = try await judge(service)
            guard case .rollBack(let reason) = alarm else {
                Issue.record("\(alarm)")
                return
            }
            #expect(
                reason.hasPrefix(
                    "the candidate is wrong on 17 labelled items where the serving version is right"
                ))
            // Taken away and brought back, it starts anew.
            try await rollout(service, #""mode":"shadow""#)
            try await rollout(service, canary)
            #expect(
                try await judge(service)
                    == .hold("no item that the candidate scored has been labelled yet"))
        }
    }

    @Test("a version that sent nothing, and traffic without audits, are said")
    func unknown() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0}"#
        try await TestService.run(policy: policy) { service in
            try await rollout(service, #""mode":"canary","share":0.5"#)
            #expect(
                try await judge(service) == .hold("demo/2 has not sent a prediction yet"))
            try await service.ingest(
                (0..<40).map {
                    SentPrediction(
                        "i\($0)", confidence: $0 < 10 ? "0.9" : "0.1", version: "1")
                })
            try await service.ingest([SentPrediction("i0", confidence: "0.9", version: "2")])
            guard case .hold(let reason) = try await judge(service) else {
                Issue.record("nothing is known of what is accepted")
                return
            }
            #expect(reason.contains("without audits"), "\(reason)")
        }
    }
}

import Logging
import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Alarms that somebody closes", .database)
struct EpisodeClosingTests {
    private static let policy =
        #"{"degree":"full","audit_rate":1,"error_limit":0.05,"on_alarm":"ACTION","audits":{"second_look":false}}"#
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func alarms(_ service: TestService) async throws -> Int {
        try await DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, logger: quiet
        ).step().conceptAlarms.count
    }

    /// Sends items of which a third is wrong, and has people answer.
    private func wrong(_ service: TestService, _ range: Range<Int>) async throws {
        try await service.ingest(
            range.map { SentPrediction(($0 % 3 == 0 ? "w" : "r") + "\($0)", label: "a") })
        try await service.answerByName()
    }

    private func close(
        _ service: TestService, _ number: Int, _ reason: String = "a known outage"
    ) async throws -> (episode: FoundEpisode, fallbacks: [Int]) {
        try await DriftAdministration(pool: service.pool).closeEpisode(
            number, reason: reason, of: service.project(), by: service.admin)
    }

    private func log(_ service: TestService) async throws -> String {
        try await service.sql(
            """
            SELECT a.name || ' ' || l.reason || ' ' || (l.after ->> 'over_reason') FROM audit_log l
            JOIN actor a ON a.id = l.actor_id WHERE l.action = 'concept.over' ORDER BY l.id
            """)
    }

    @Test("it is over at once, and again only by what comes from then on")
    func story() async throws {
        let policy = Self.policy.replacing("ACTION", with: "notify")
        try await TestService.run(labels: ["a", "z"], policy: policy) { service in
            try await wrong(service, 0..<150)
            // These wait, and are answered when the alarm is closed.
            try await service.ingest(
                (150..<250).map {
                    SentPrediction(($0 % 3 == 0 ? "w" : "r") + "\($0)", label: "a")
                })
            #expect(try await alarms(service) == 1)
            let closed = try await close(service, 1)
            #expect(closed.episode.record.overReason == .closed && closed.fallbacks.isEmpty)
            #expect(closed.episode.overBy == "admin")
            try await service.answerByName()
            #expect(try await alarms(service) == 0, "what was asked for before leads to none")
            #expect(try await log(service) == "admin a known outage closed")
            // What is still true is another alarm with the next evidence.
            try await wrong(service, 300..<400)
            #expect(try await alarms(service) == 1)
            #expect(
                try await service.sql(
                    "SELECT number, coalesce(over_reason, 'stands') FROM alarm_episode ORDER BY 1")
                    == "1|closed\n2|stands")
        }
    }

    @Test("closing once more changes nothing, also at once, and beside the watch")
    func once() async throws {
        let policy = Self.policy.replacing("ACTION", with: "notify")
        try await TestService.run(labels: ["a", "z"], policy: policy, connections: 12) { service in
            try await wrong(service, 0..<100)
            #expect(try await alarms(service) == 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask { _ = try await close(service, 1, "closer \(number)") }
                    group.addTask { _ = try await alarms(service) }
                }
                try await group.waitForAll()
            }
            let first = try await log(service)
            #expect(first.split(separator: "\n").count == 1 && first.hasPrefix("admin closer"))
            let again = try await close(service, 1, "again")
            #expect(again.episode.record.overReason == .closed)
            #expect(try await log(service) == first)
            #expect(try await alarms(service) == 0)
            await #expect(throws: ReviewError.unknownEpisode(number: "2")) {
                _ = try await close(service, 2)
            }
            await #expect(throws: ReviewError.unknownEpisode(number: "99999999999")) {
                _ = try await close(service, 99_999_999_999)
            }
        }
    }

    @Test("what was done about the alarm stays until somebody resumes, before or after")
    func fallback() async throws {
        let policy = Self.policy.replacing("ACTION", with: "assist")
        try await TestService.run(labels: ["a", "z"], policy: policy) { service in
            try await wrong(service, 0..<100)
            #expect(try await alarms(service) == 1)
            #expect(try await close(service, 1).fallbacks == [1])
            await service.directory.forget(service.name)
            #expect(try await service.project().policy.fallbacks.map(\.number) == [1])
            _ = try await service.administration.resumePolicy(
                reason: "", of: service.project(), by: service.admin)
            #expect(try await alarms(service) == 0)
            #expect(try await close(service, 1).fallbacks.isEmpty)
            try await wrong(service, 100..<200)
            #expect(try await alarms(service) == 1)
            await service.directory.forget(service.name)
            // Lifted first: the watch closes it as the one who lifted it, or the person does.
            _ = try await service.administration.resumePolicy(
                reason: "", of: service.project(), by: service.admin)
            #expect(try await close(service, 2).episode.record.overReason == .closed)
            #expect(try await alarms(service) == 0)
            #expect(try await log(service).split(separator: "\n").count == 2)
        }
    }
}

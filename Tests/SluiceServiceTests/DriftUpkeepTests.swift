import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStatistics
import SluiceStore
import TestSupport
import Testing

@Suite("Windows of traffic against a reference", .database)
struct DriftUpkeepTests {
    private static let policy =
        #"{"degree":"partial","accept":{"default":0.8},"audit_rate":0.1}"#
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func upkeep(_ service: TestService) -> DriftUpkeep {
        DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, idSpan: .zero,
            logger: quiet)
    }

    private func watch(_ service: TestService, _ document: String) async throws {
        _ = try await DriftAdministration(pool: service.pool).change(
            JSONValue(parsing: document), of: service.project(), by: service.admin)
    }

    /// Sends items whose confidence, label, amount and site follow from their number.
    private func send(
        _ service: TestService, _ range: Range<Int>, version: String = "1",
        confidence: (Int) -> Double = { 0.5 + Double($0 * 37 % 500) / 1000 },
        amount: (Int) -> String = { "\(100 + $0 * 17 % 90)" }, site: String = "north"
    ) async throws {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 500) {
            try await service.ingest(
                (start..<min(start + 500, range.upperBound)).map { item in
                    SentPrediction(
                        "item-\(item)", label: item % 3 == 0 ? "b" : "a",
                        confidence: "\(confidence(item))", version: version,
                        payload: #"{"amount":\#(amount(item))}"#,
                        more: #""metadata":{"site":"\#(item % 2 == 0 ? site : "south")"}"#)
                })
        }
    }

    private func report(
        _ service: TestService, version: String = "1"
    ) async throws -> JSONValue {
        try await JSONValue(
            parsing: DriftReport(pool: service.pool).json(
                project: service.project(),
                version: ModelVersion("demo/\(version)"), from: nil,
                to: nil, windows: 28),
            limits: JSONLimits(depth: 64, bytes: 1 << 24))
    }

    private func signal(_ name: String, _ report: JSONValue) throws -> JSONValue {
        try #require(report["signals"]?.array?.first { $0["name"]?.string == name }, "\(name)")
    }

    @Test("the audited error beside what was promised is the report's, disputed audits and all")
    func auditedError() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0.5}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<80).map { SentPrediction("i\($0)", label: "a", confidence: "0.9") })
            let ann = try await service.reviewer("ann")
            for (index, lease) in try await service.lease(20, by: ann).enumerated() {
                try await service.answer(
                    lease, .label(index % 5 == 0 ? "b" : "a"), id: "ann\(index)", by: ann)
            }
            let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
            let whole = try JSONValue(
                parsing: try await reporting.json(project: service.project(), ReportQuestion()))
            let error = try #require(whole["metrics"]?["auto_accept_error"])
            let audited = try await report(service)["expected_error"]?["audited"]
            #expect(error["audits_disputed"]?.int == 4 && error["n"]?.int == 16)
            for key in ["value", "lo", "hi", "n"] {
                #expect(audited?[key]?.double != nil && audited?[key] == error[key], "\(key)")
            }
        }
    }

    @Test(
        "windows of items are closed once each, and a shift in two of three raises the alarm once")
    func alarm() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await watch(
                service, #"{"window_items":300,"inputs":["payload.amount","metadata.site"]}"#)
            let upkeep = upkeep(service)
            try await send(service, 0..<299)
            #expect(try await upkeep.step().windows.isEmpty, "a window holds 300 items")
            #expect(try await report(service)["current"]?["value"] == .null)
            try await send(service, 299..<1000)
            let calm = try await upkeep.step().windows
            #expect(calm.map(\.number) == [1, 2, 3] && calm.allSatisfy { $0.items == 300 })
            #expect(calm.allSatisfy { $0.level == .none && $0.alarms.isEmpty })
            #expect(try await upkeep.step().windows.isEmpty, "each is closed once")
            // From here on amounts are larger by half, and a site nobody has seen sends items.
            try await send(
                service, 1000..<1800, amount: { "\(150 + $0 * 17 % 135)" }, site: "east")
            let drifted = try await upkeep.step().windows
            #expect(drifted.map(\.number) == [4, 5, 6])
            #expect(drifted.allSatisfy { $0.level == .act })
            #expect(drifted[0].alarms.isEmpty, "one window is not enough")
            #expect(
                drifted[1].alarms.map(\.signal.name)
                    == ["metadata.site", "payload.amount", "payload.amount out of range"])
            #expect(drifted[1].alarms.map(\.level) == [.act, .act, .warn])
            #expect(drifted[2].alarms.isEmpty, "what goes on is not news")
            let report = try await report(service)
            #expect(report["reference"]?["number"]?.int == 1)
            #expect(report["current"]?["number"]?.int == 6 && report["level"]?.string == "act")
            let amount = try signal("payload.amount", report)
            #expect(amount["alarm"]?.string == "act" && amount["kind"]?.string == "numeric")
            #expect(try #require(amount["effect"]?.double) > 0.25)
            #expect(try #require(amount["current"]?.double) > 200)
            #expect(try signal("metadata.site", report)["unseen"]?.array?.first?.string == "east")
            #expect(try signal("confidence", report)["level"]?.string == "none")
            #expect(report["windows"]?.array?.count == 6)
            #expect(report["alarms"]?.array?.count == 3)
            #expect(
                try await service.sql(
                    """
                    SELECT a.name || ' ' || reason FROM audit_log l JOIN actor a ON a.id = l.actor_id
                    WHERE action = 'drift.alarmed' AND reason LIKE 'metadata%'
                    """
                ).hasPrefix("sluice metadata.site has drifted: Jensen-Shannon distance 0."))
        }
    }

    @Test("what the windows say is what a recount of the stored rows says")
    func recount() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await watch(service, #"{"window_items":400,"inputs":["payload.amount"]}"#)
            try await send(service, 0..<400)
            try await send(
                service, 400..<800, confidence: { 0.45 + Double($0 * 37 % 500) / 1000 },
                amount: { $0 % 10 == 0 ? "null" : "\($0 % 100)" })
            _ = try await upkeep(service).step()
            let report = try await report(service)
            let missing = try signal("payload.amount missing", report)
            #expect(missing["current"]?.double == 0.1 && missing["reference"]?.double == 0)
            let share = try await service.sql(
                """
                SELECT count(*) FILTER (WHERE route IN ('accepted', 'audited')) / 400.0 FROM (
                    SELECT route FROM prediction ORDER BY item_id OFFSET 400) AS second
                """)
            let automation = try signal("automation_rate", report)
            #expect(automation["current"]?.double == Double(share))
            let mean = try await service.sql(
                "SELECT avg(confidence) FROM (SELECT confidence FROM prediction ORDER BY item_id "
                    + "OFFSET 400) AS second")
            let confidence = try signal("confidence", report)
            let value = try #require(confidence["current"]?.double)
            #expect(abs(value - (try #require(Double(mean)))) < 1e-9)
        }
    }

    @Test("windows of equal time begin at multiples of their length and leave gaps out")
    func timed() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await watch(service, #"{"window_seconds":3600}"#)
            try await send(service, 0..<250)
            try await send(service, 250..<500)
            let upkeep = upkeep(service)
            // The first half came in the hour from 10:00 four days ago, the other two days ago.
            try await service.sql(
                """
                UPDATE model_version SET first_seen_at = date_trunc('day', now(), 'UTC') - interval '4 days' + interval '10 hours 5 minutes';
                UPDATE prediction p SET received_at = date_trunc('day', now(), 'UTC') - interval '4 days' + interval '10 hours 5 minutes'
                FROM item i WHERE i.id = p.item_id AND substr(i.external_id, 6)::integer < 250;
                UPDATE prediction p SET received_at = date_trunc('day', now(), 'UTC') - interval '2 days' + interval '7 minutes'
                FROM item i WHERE i.id = p.item_id AND substr(i.external_id, 6)::integer >= 250;
                """)
            let closed = try await upkeep.step().windows
            #expect(closed.map(\.items) == [250, 250])
            let report = try await report(service)
            let windows = try #require(report["windows"]?.array)
            #expect(windows.count == 2)
            #expect(windows[0]["from"]?.string?.contains("T10:00:00") == true)
            #expect(windows[0]["to"]?.string?.contains("T11:00:00") == true)
            #expect(windows[1]["from"]?.string?.contains("T00:00:00") == true)
            #expect(report["level"]?.string == "none")
            #expect(try await upkeep.step().windows.isEmpty)
        }
    }

    @Test("a change of what is watched makes the windows anew, without alarms about the past")
    func changed() async throws {
        try await TestService.run(policy: Self.policy) { service in
            let upkeep = upkeep(service)
            try await send(service, 0..<600)
            try await send(service, 600..<1200, confidence: { 0.7 + Double($0 % 300) / 1000 })
            try await watch(service, #"{"window_items":300}"#)
            let closed = try await upkeep.step().windows
            #expect(closed.map(\.number) == [1, 2, 3, 4])
            #expect(closed[3].level == .act && closed.allSatisfy { $0.alarms.isEmpty })
            #expect(try await report(service)["alarms"]?.array?.isEmpty == true)
            try await watch(service, #"{"window_items":400,"inputs":["payload.amount"]}"#)
            #expect(try await upkeep.step().windows.map(\.number) == [1, 2, 3])
            let report = try await report(service)
            #expect(report["settings"]?["window_items"]?.int == 400)
            #expect(try signal("payload.amount", report)["level"]?.string == "none")
            #expect(
                try await service.sql(
                    "SELECT count(*) FROM audit_log WHERE action = 'drift.changed'") == "2")
        }
    }

    @Test("a reference can be a stretch of time of another version")
    func reference() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await send(service, 0..<300, version: "1")
            try await send(
                service, 300..<900, version: "2", confidence: { 0.7 + Double($0 % 300) / 1000 })
            await #expect(throws: ReviewError.self) {
                try await watch(
                    service,
                    """
                    {"reference":{"from":"2020-01-01T00:00:00Z","to":"2020-02-01T00:00:00Z",
                     "model":"demo","version":"3"}}
                    """)
            }
            let until = try await service.sql(
                "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            try await watch(
                service,
                """
                {"window_items":300,"reference":{"from":"2020-01-01T00:00:00Z","to":"\(until)",
                 "model":"demo","version":"1"}}
                """)
            _ = try await upkeep(service).step()
            let report = try await report(service, version: "2")
            #expect(report["reference"]?["number"]?.int == 0)
            #expect(report["reference"]?["items"]?.int == 300)
            let confidence = try signal("confidence", report)
            #expect(confidence["alarm"]?.string == "act")
        }
    }

    @Test("two instances close each window once")
    func instances() async throws {
        try await TestService.run(policy: Self.policy, connections: 12) { service in
            try await watch(service, #"{"window_items":200}"#)
            try await send(service, 0..<2000)
            let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await upkeep(service).step().windows.map(\.number) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let rest = try await upkeep(service).step().windows.map(\.number)
            #expect((numbers + rest).sorted() == Array(1...10))
            #expect(try await service.sql("SELECT sum(items) FROM drift_window") == "2000")
        }
    }
}

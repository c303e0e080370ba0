import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Reports over time", .database)
struct ReportSeriesTests {
    private func report(
        _ service: TestService, from: String? = nil, to: String? = nil, by: ReportBucket
    ) async throws -> JSONValue {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        return try JSONValue(
            parsing: try await reporting.json(
                project: service.project(), from: from.flatMap { Timestamp(rfc3339: $0) },
                to: to.flatMap { Timestamp(rfc3339: $0) }, by: by))
    }

    @Test("each piece has its own figures, and one in which nothing happened is kept")
    func series() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.5},"audit_rate":1,"audits":{"second_look":false}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<30).map {
                    SentPrediction("i\($0)", label: "a", confidence: $0 % 3 == 0 ? "0.1" : "0.9")
                })
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(30, by: ann) {
                let number = try #require(Int(lease.content.externalID.dropFirst()))
                try await service.answer(
                    lease, .label(number % 5 == 0 ? "b" : "a"), id: "r\(number)", by: ann)
            }
            // Ten items a day on the 2nd, the 4th and the 5th; reviewed six hours later.
            let day = "CASE WHEN n < 10 THEN 2 WHEN n < 20 THEN 4 ELSE 5 END"
            try await service.sql(
                """
                CREATE TEMPORARY TABLE moved AS SELECT id, timestamptz '2026-03-01 20:00Z' + (\(day) - 1) * interval '1 day' AS at
                FROM (SELECT id, substr(external_id, 2)::integer AS n FROM item) AS numbered;
                UPDATE prediction p SET received_at = m.at FROM moved m WHERE m.id = p.item_id;
                UPDATE review v SET reviewed_at = m.at + interval '6 hours' FROM moved m WHERE m.id = v.item_id;
                UPDATE decision d SET decided_at = m.at + interval '6 hours' FROM moved m WHERE m.id = d.item_id;
                """)
            try await service.rollups.rebuild(project: service.project().id)
            let report = try await report(
                service, from: "2026-03-01T10:00:00Z", to: "2026-03-07T00:00:00Z", by: .day)
            let points = try #require(report["series"]?["points"]?.array)
            #expect(report["series"]?["by"]?.string == "day")
            let starts = (1...6).map { "2026-03-0\($0)T00:00:00.000000Z" }
            #expect(points.compactMap { $0["from"]?.string } == starts)
            let counts: (String) -> [Int?] = { key in points.map { $0[key]?.int } }
            let values: (String) -> [Double?] = { key in points.map { $0[key]?["value"]?.double } }
            #expect(counts("received") == [0, 10, 0, 10, 10, 0])
            #expect(counts("decided_by_people") == [0, 0, 10, 0, 10, 10])
            // 0, 3, 6 and 9 of the first ten are unsure, then 12, 15 and 18, then 21, 24 and 27.
            let automated: [Double?] = [nil, 0.6, nil, 0.7, 0.7, nil]
            #expect(values("automation_rate") == automated)
            let overridden: [Double?] = [nil, nil, 0.2, nil, 0.2, 0.2]
            #expect(values("override_rate") == overridden)
            // Wrong and accepted: 5 of six, 10 of seven, 20 and 25 of seven.
            let wrong: [Double?] = [nil, 1.0 / 6, nil, 1.0 / 7, 2.0 / 7, nil]
            #expect(values("auto_accept_error") == wrong)
            let weeks = try await self.report(
                service, from: "2026-03-01T10:00:00Z", to: "2026-03-07T00:00:00Z", by: .week)
            // The 1st of March 2026 is a Sunday.
            let pieces = try #require(weeks["series"]?["points"]?.array)
            let mondays = pieces.compactMap { $0["from"]?.string.map { String($0.prefix(10)) } }
            #expect(mondays == ["2026-02-23", "2026-03-02"])
            #expect(pieces.compactMap { $0["received"]?.int } == [0, 30])
            let sum = weeks["metrics"]?["received"]?["value"]?.double
            #expect(sum == 30)
        }
    }

    @Test("the shortest pieces that fit are chosen, and too many are refused")
    func buckets() async throws {
        try await TestService.run { service in
            for (to, name) in [
                ("2026-03-03T07:00:00Z", "hour"), ("2026-03-03T09:00:00Z", "day"),
                ("2026-04-25T00:00:00Z", "day"), ("2026-04-27T00:00:00Z", "week"),
                ("2030-01-01T00:00:00Z", "week"),
            ] {
                let report = try await report(
                    service, from: "2026-03-01T00:00:00Z", to: to, by: .auto)
                #expect(report["series"]?["by"]?.string == name, "\(to)")
            }
            await #expect(throws: ReviewError.self) {
                _ = try await report(
                    service, from: "2026-03-01T00:00:00Z", to: "2027-03-01T00:00:00Z", by: .hour)
            }
            let empty = try await report(
                service, from: "2026-03-01T00:00:00Z", to: "2026-03-01T00:00:00Z", by: .day)
            #expect(empty["series"]?["points"]?.array?.isEmpty == true)
        }
    }

    @Test("the changes of the window are told with who, why, before and after")
    func changes() async throws {
        try await TestService.run { service in
            try await service.setPolicy(#"{"degree":"partial"}"#)
            let report = try await report(service, by: .auto)
            let changes = try #require(report["changes"]?.array)
            #expect(changes.map { $0["action"]?.string } == ["project.created", "policy.set"])
            #expect(changes[1]["actor"]?.string == "admin")
            #expect(changes[1]["reason"]?.string == "test")
            #expect(changes[1]["before"]?["degree"]?.string == "assist")
            #expect(changes[1]["after"]?["policy_version"]?.int == 2)
            let before = try await self.report(
                service, from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z", by: .day)
            #expect(before["changes"]?.array?.isEmpty == true)
        }
    }

    @Test("in the shadow, what the model would have done is held against what people decided")
    func shadow() async throws {
        let policy = #"{"degree":"shadow","accept":{"default":0.5},"audit_rate":0.5}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest(
                (0..<50).map {
                    SentPrediction("i\($0)", label: "a", confidence: $0 < 20 ? "0.9" : "0.1")
                })
            let empty = try await report(service, by: .auto)["shadow"]?[0]
            #expect(empty?["would_be_automation_rate"]?["value"]?.double == 0.4)
            #expect(
                empty?["would_be_error"]?["reason"]?.string
                    == "no such item has been labelled by a person")
            let ann = try await service.reviewer("ann")
            for lease in try await service.lease(50, by: ann) {
                let number = try #require(Int(lease.content.externalID.dropFirst()))
                guard number != 1 else { continue }
                try await service.answer(
                    lease, .label(number % 10 == 0 ? "b" : "a"), id: "r\(number)", by: ann)
            }
            let shadow = try #require(try await report(service, by: .auto)["shadow"]?.array)
            #expect(shadow.count == 1 && shadow[0]["as"]?.string == "degree")
            #expect(shadow[0]["model"]?.string == "demo" && shadow[0]["received"]?.int == 50)
            // 0 and 10 of the twenty it would have accepted, of which one is open.
            let error = try #require(shadow[0]["would_be_error"])
            #expect(error["value"]?.double == 2.0 / 19 && error["n"]?.int == 19)
            #expect(error["method"]?.string == "wilson" && error["lo"]?.double ?? 0 > 0)
            #expect(shadow[0]["error"]?["value"]?.double == 5.0 / 49)
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

@Suite("Report windows and filters", .database)
struct ReportWindowTests {
    private func report(
        _ service: TestService, _ ask: (inout ReportQuestion) -> Void = { _ in }
    ) async throws -> JSONValue {
        var question = ReportQuestion()
        ask(&question)
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        return try JSONValue(
            parsing: try await reporting.json(project: service.project(), question))
    }

    private func value(_ report: JSONValue, _ metric: String) -> Double? {
        report["metrics"]?[metric]?["value"]?.double
    }

    private static let policy =
        #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,"audits":{"second_look":false}}"#

    /// Items of two labels, two versions and two sources, some of them answered.
    private static func work(_ service: TestService, count: Int = 120) async throws {
        try await service.ingest(
            (0..<count).map { number in
                var sent = SentPrediction(
                    "i\(number)", label: number % 3 == 0 ? "b" : "a",
                    confidence: number % 4 == 0 ? "0.2" : "0.9",
                    version: number % 2 == 0 ? "1" : "2")
                sent.more = #""metadata":{"source":"s\#(number % 5)"}"#
                return sent
            })
        for name in ["ann", "bob"] {
            let caller = try await service.reviewer(name)
            for (index, lease) in try await service.lease(15, by: caller).enumerated() {
                try await service.answer(
                    lease, .label(index % 4 == 0 ? "c" : "a"), id: "\(name)\(index)", by: caller,
                    seconds: 3)
            }
        }
    }

    @Test(
        "a report says the same before and after its counts are folded, and after they are made anew"
    )
    func folded() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service)
            let project = try await service.project().id
            // What depends on the moment is left out; a window of a minute has a pace, a shorter one none.
            func comparable(_ report: JSONValue) -> [String?] {
                let names = (report["metrics"]?.object?.members ?? []).map(\.key)
                    .filter {
                        ![
                            "oldest_waiting_seconds", "time_to_decision", "arrivals_per_hour",
                            "utilisation", "clear_time_seconds",
                        ].contains($0)
                    }
                return names.map { name in
                    "\(name) \(report["metrics"]?[name]?["value"]?.double ?? -1) \(report["metrics"]?[name]?["n"]?.int ?? -1)"
                }
            }
            let before = try await comparable(report(service))
            #expect(before.count > 20)
            try await service.rollups.fold(project: project)
            #expect(try await comparable(report(service)) == before)
            try await service.rollups.rebuild(project: project)
            #expect(try await comparable(report(service)) == before)
        }
    }

    @Test("counts that tell less apart say the same as those that tell everything")
    func facets() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service)
            for isFolded in [false, true] {
                if isFolded { try await service.rollups.fold(project: service.project().id) }
                func asked(_ model: String?) async throws -> JSONValue {
                    try await report(service) {
                        ($0.bucket, $0.model, $0.length) = (.hour, model, .week)
                    }
                }
                let (all, ofModel) = try await (asked(nil), asked("demo"))
                for member in ["by_label", "by_model_version", "series"] {
                    #expect(all[member] != nil && all[member] == ofModel[member], "\(member)")
                }
                for metric in ["received", "override_rate", "auto_accept_error"] {
                    #expect(all["metrics"]?[metric] == ofModel["metrics"]?[metric], "\(metric)")
                }
                let counts = ["reviews", "skips", "override_rate"]
                let people = [all, ofModel].map { report in
                    (report["reviewers"]?.array ?? []).map { each in counts.map { each[$0] } }
                }
                #expect(people[0].count == 2 && people[0] == people[1])
            }
        }
    }

    @Test(
        "a window of days begins at midnight, one of hours exactly",
        arguments: [
            ("1h", "2026-03-11T09:30:00Z"), ("1d", "2026-03-10T10:30:00Z"),
            ("7d", "2026-03-04T00:00:00Z"), ("28d", "2026-02-11T00:00:00Z"),
        ])
    func lengths(length: String, from: String) async throws {
        let length = try #require(ReportQuestion.Length(rawValue: length))
        let to = try #require(Timestamp(rfc3339: "2026-03-11T10:30:00Z"))
        #expect(length.start(before: to) == Timestamp(rfc3339: from))
    }

    @Test(
        "an end within an hour is answered from the rows, or widened to the hour when they are many"
    )
    func ends() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service)
            // An item a minute from 10:00:00 on; reviews when their items came.
            try await service.sql(
                """
                CREATE TEMPORARY TABLE moved AS SELECT id,
                    timestamptz '2026-03-01 10:00Z' + substr(external_id, 2)::integer * interval '1 minute' AS at FROM item;
                UPDATE prediction p SET received_at = m.at FROM moved m WHERE m.id = p.item_id;
                UPDATE review v SET reviewed_at = m.at FROM moved m WHERE m.id = v.item_id;
                UPDATE decision d SET decided_at = m.at FROM moved m WHERE m.id = d.item_id;
                UPDATE project SET created_at = '2026-01-01';
                """)
            await service.directory.forget(service.name)
            let project = try await service.project().id
            try await service.rollups.rebuild(project: project)
            for (from, to, minutes) in [
                ("10:00", "11:00", 60), ("10:15", "10:45", 30), ("10:45", "11:15", 30),
                ("10:00", "11:59", 119), ("10:01", "12:00", 119), ("09:30", "14:30", 120),
                ("10:10", "10:10", 0),
            ] {
                let report = try await report(service) {
                    $0.from = Timestamp(rfc3339: "2026-03-01T\(from):00Z")
                    $0.to = Timestamp(rfc3339: "2026-03-01T\(to):00Z")
                    $0.bucket = .hour
                }
                #expect(value(report, "received") == Double(minutes), "\(from) to \(to)")
                #expect(report["window"]?["rounded"]?.bool == false)
                let points = report["series"]?["points"]?.array ?? []
                #expect(
                    points.reduce(0) { $0 + ($1["received"]?.int ?? 0) } == minutes,
                    "\(from) to \(to)")
                let reviews = report["reviewers"]?.array?.reduce(0) {
                    $0 + ($1["reviews"]?.int ?? 0)
                }
                let expected = try await service.sql(
                    """
                    SELECT count(*) FROM review WHERE reviewed_at >= '2026-03-01 \(from)Z' AND reviewed_at < '2026-03-01 \(to)Z'
                    """)
                #expect("\(reviews ?? 0)" == expected, "\(from) to \(to)")
            }
            // An hour of very many rows is not counted by row.
            try await service.sql(
                "UPDATE rollup_arrival SET items = items + 30000 WHERE starts_at = '2026-03-01 11:00Z'"
            )
            let wide = try await report(service) {
                $0.from = Timestamp(rfc3339: "2026-03-01T10:15:00Z")
                $0.to = Timestamp(rfc3339: "2026-03-01T11:15:00Z")
            }
            #expect(wide["window"]?["rounded"]?.bool == true)
            #expect(wide["from"]?.string == "2026-03-01T10:15:00.000000Z")
            #expect(wide["to"]?.string == "2026-03-01T12:00:00.000000Z")
        }
    }

    @Test("a length of time reaches back from now, and goes with no beginning")
    func lengths() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service)
            try await service.sql(
                "UPDATE prediction SET received_at = now() - interval '2 hours' WHERE item_id % 2 = 0"
            )
            try await service.sql("UPDATE project SET created_at = now() - interval '90 days'")
            await service.directory.forget(service.name)
            try await service.rollups.rebuild(project: service.project().id)
            let even =
                Double(try await service.sql("SELECT count(*) FROM item WHERE id % 2 = 0")) ?? 0
            for (length, count) in [
                (ReportQuestion.Length.hour, 120 - even), (.day, 120), (.week, 120), (.month, 120),
            ] {
                let report = try await report(service) { $0.length = length }
                #expect(value(report, "received") == count, "\(length)")
            }
            await #expect(throws: ReviewError.self) {
                _ = try await report(service) {
                    $0.length = .day
                    $0.from = Timestamp(rfc3339: "2026-03-01T00:00:00Z")
                }
            }
        }
    }

    @Test("a report of some items is what a recount of those items says")
    func filters() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await Self.work(service)
            try await service.administration.change(
                slices: ["metadata.source"], of: service.project(), by: service.admin)
            try await Self.more(service)
            let cases: [(String, (inout ReportQuestion) -> Void)] = [
                ("m.version = '2'", { $0.version = "2" }),
                ("m.version = '2'", { ($0.model, $0.version) = ("demo", "2") }),
                ("p.label = 'b'", { $0.label = "b" }),
                ("i.metadata ->> 'source' = 's3'", { $0.slice = "metadata.source=s3" }),
                ("i.metadata ->> 'source' IS NULL", { $0.slice = "metadata.source=" }),
                (
                    "p.label = 'a' AND m.version = '1' AND i.metadata ->> 'source' = 's2'",
                    {
                        ($0.label, $0.version, $0.slice) = ("a", "1", "metadata.source=s2")
                    }
                ),
            ]
            for (condition, ask) in cases {
                let counts = try await service.sql(
                    """
                    SELECT count(*), count(*) FILTER (WHERE p.route IN ('accepted', 'audited')),
                        count(v.id), count(*) FILTER (WHERE v.label <> p.label)
                    FROM prediction p JOIN item i ON i.id = p.item_id JOIN model_version m ON m.id = p.model_version_id
                    LEFT JOIN review v ON v.item_id = p.item_id AND v.slot IS NOT NULL
                    WHERE \(condition)
                    """
                ).split(separator: "|").compactMap { Double($0) }
                let report = try await report(service, ask)
                #expect(value(report, "received") == counts[0], "\(condition)")
                #expect(
                    value(report, "automation_rate")
                        == (counts[0] > 0 ? counts[1] / counts[0] : nil),
                    "\(condition)")
                #expect(
                    value(report, "override_rate") == (counts[2] > 0 ? counts[3] / counts[2] : nil),
                    "\(condition)")
            }
            let ann = try await report(service) { $0.reviewer = "ann" }
            #expect(ann["reviewers"]?.array?.compactMap { $0["reviewer"]?.string } == ["ann"])
            #expect(ann["metrics"]?["override_rate"]?["n"]?.int == 15)
            await #expect(throws: ReviewError.self) {
                _ = try await report(service) { $0.slice = "metadata.other=1" }
            }
            await #expect(
                throws: ReviewError.unknownName(UnknownName(.model, "another", among: []))
            ) {
                _ = try await report(service) { $0.model = "another" }
            }
            try await service.checkRollups()
        }
    }

    /// Items after the slices were set, some without the metadata.
    private static func more(_ service: TestService) async throws {
        try await service.ingest(
            (0..<30).map { number in
                var sent = SentPrediction("j\(number)", label: "a", confidence: "0.9")
                if number % 2 == 0 { sent.more = #""metadata":{"source":"s3"}"# }
                return sent
            })
    }

    @Test("of very many values a hundred are told apart, and what is dropped is gone")
    func values() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await service.administration.change(
                slices: ["metadata.source"], of: service.project(), by: service.admin)
            for batch in 0..<3 {
                try await service.ingest(
                    (0..<60).map { number in
                        var sent = SentPrediction("\(batch)-\(number)", confidence: "0.2")
                        sent.more = #""metadata":{"source":"v\#(batch * 60 + number)"}"#
                        return sent
                    })
                try await service.checkRollups()
            }
            let kinds = try await service.sql(
                "SELECT count(DISTINCT slice_value) FROM rollup_arrival WHERE slice_key <> ''")
            #expect(kinds == "101")
            let other = try await report(service) { $0.slice = "metadata.source=other" }
            #expect(value(other, "received") == 80)
            let log = try await service.sql(
                "SELECT after ->> 'slices' FROM audit_log WHERE action = 'project.changed'")
            #expect(log == #"["metadata.source"]"#)
            try await service.administration.change(
                slices: [], of: service.project(), by: service.admin)
            #expect(
                try await service.sql("SELECT count(*) FROM rollup_arrival WHERE slice_key <> ''")
                    == "0")
            try await service.checkRollups()
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// A log of 21 items with every number known: vector automation_log_21.
@Suite("The figures of a known log", .database)
struct AutomationLogTests {
    /// Arrival in minutes, route, predicted, final (nil: open), decided in minutes.
    private static let log: [(Int, String, String, String?, Double?)] = [
        (0, "accepted", "A", "A", nil), (1, "accepted", "A", "A", nil), (2, "audited", "B", "B", 9),
        (3, "audited", "A", "B", 8), (4, "accepted", "B", "B", nil), (5, "accepted", "A", "B", 90),
        (6, "accepted", "C", "C", nil), (7, "accepted", "A", "A", nil),
        (8, "audited", "C", "C", 20),
        (9, "accepted", "B", "B", nil), (10, "accepted", "A", "A", nil),
        (11, "accepted", "A", "A", nil),
        (0, "queued", "A", "A", 30), (2, "queued", "B", "A", 20), (3, "queued", "C", "C", 63),
        (5, "queued", "A", "A", 17), (6, "queued", "B", "C", 126), (7, "queued", "C", nil, nil),
        (8, "queued", "A", nil, nil), (9, "queued", "B", "B", 54), (11, "queued", "A", "A", 40),
    ]

    /// Writes the log as rows, its first item 180 minutes ago.
    private static func write(_ service: TestService) async throws {
        let project = try await service.project().id
        let ann = try await service.reviewer("ann").actor
        var rows: [String] = []
        for (index, (received, route, predicted, final, decided)) in log.enumerated() {
            let item = index + 1
            let at = "now() - interval '180 minutes' + \(received) * interval '1 minute'"
            let propensity = route == "queued" ? "1" : "0.25"
            rows.append(
                """
                INSERT INTO item (project_id, id, external_id, payload_hash, received_at)
                    VALUES (\(project), \(item), 'i\(item)', gen_random_uuid(), \(at));
                INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
                    policy_version, salt_id, is_blind, label, route, reason, received_at)
                    SELECT \(project), \(item), m.id, gen_random_uuid(), 0.9, \(propensity), 2, 1, false, '\(predicted)',
                    '\(route)', '\(route == "queued" ? "below_threshold" : "above_threshold")', \(at) FROM model_version m;
                INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked, is_blind, is_audit)
                    SELECT \(project), \(item), m.id, \(item), 2, 1, false, \(route == "audited") FROM model_version m;
                """)
            var revision = 1
            if route != "queued" {
                rows.append(
                    """
                    INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
                        SELECT \(project), \(item), 1, 0, \(at), m.id, '\(predicted)', 'model', 'auto_accepted' FROM model_version m;
                    """)
                revision = 2
            }
            guard let final, let decided else { continue }
            let then = "now() - interval '180 minutes' + \(decided) * interval '1 minute'"
            rows.append(
                """
                INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id, agreement,
                    label, source, outcome)
                    SELECT \(project), \(item), \(revision), 1, \(then), m.id, \(ann), 1, '\(final)', 'reviewer',
                    '\(final == predicted ? "accepted" : "corrected")' FROM model_version m;
                INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, reviewed_at, seconds, queue, slot,
                    is_shown, status, verdict, label)
                    SELECT \(project), 'r\(item)', \(item), \(ann), m.id, \(then), 30, 0, 0, \(route == "queued"), 'counted',
                    'label', '\(final)' FROM model_version m;
                """)
        }
        try await service.sql(
            "INSERT INTO model_version (project_id, model, version) VALUES (\(project), 'm', '1');"
                + rows.joined() + "UPDATE project SET created_at = now() - interval '1 day'")
        await service.directory.forget(service.name)
        try await service.rollups.rebuild(project: project)
    }

    @Test("every figure of the log is what is known of it")
    func figures() async throws {
        let policy = #"{"degree":"partial","accept":{"default":0.5},"sla_seconds":3700}"#
        try await TestService.run(labels: ["A", "B", "C"], policy: policy) { service in
            try await Self.write(service)
            #expect(try await service.rollups.check(project: service.project().id).isEmpty)
            let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
            let report = try await JSONValue(
                parsing: reporting.json(project: service.project(), ReportQuestion()))
            func figure(_ name: String) -> JSONValue? { report["metrics"]?[name] }
            func value(_ name: String) -> Double? { figure(name)?["value"]?.double }
            #expect(value("received") == 21)
            #expect(value("automation_rate") == 12.0 / 21)
            #expect(value("deferral_rate") == 9.0 / 21)
            #expect(value("straight_through_rate") == 8.0 / 21)
            #expect(value("straight_through_rate_nonblocking") == 11.0 / 21)
            #expect(value("known_errors") == 1)
            #expect(figure("override_rate_queue_shown")?["n"]?.int == 7)
            #expect(value("override_rate_queue_shown") == 2.0 / 7)
            #expect(figure("auto_accept_error")?["n"]?.int == 3)
            #expect(value("auto_accept_error") == 1.0 / 3)
            let people = figure("time_to_decision")?["people"]
            #expect(people?["p50"]?["open"]?.int == 2)
            // 45 minutes, where the completed ones alone would say 30.
            let median = try #require(people?["p50"]?["value"]?.double)
            #expect(abs(median - 45 * 60) < 1)
            #expect(people?["p50"]?["method"]?.string == "kaplan_meier")
            #expect(people?["p90"]?["value"]?.isNull == true)
            #expect(people?["p90"]?["reason"]?.string?.hasPrefix("not reached") == true)
            #expect(figure("time_to_decision")?["auto"]?["n"]?.int == 12)
            // In the hour: 30, 18, 60, 12, 45 and 29 minutes; 120 is not, and two are open and late.
            #expect(value("sla_attainment") == 6.0 / 9)
            #expect(value("handling_seconds_p50") == 30)
            #expect(figure("system_error_rate")?["reason"]?.string?.contains("gold") == true)
            // Four reviewer-hours at most in as many hours of the clock; nothing waits in the queue.
            #expect(figure("clear_time_seconds")?["reason"]?.string == "nothing is waiting")
            #expect((value("utilisation") ?? 0) > 0)
        }
    }
}

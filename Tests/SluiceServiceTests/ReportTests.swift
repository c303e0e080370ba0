import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Reports", .database)
struct ReportTests {
    private func report(_ service: TestService) async throws -> JSONValue {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        return try JSONValue(
            parsing: try await reporting.json(
                project: service.project(), from: nil, to: nil))
    }

    private func value(_ report: JSONValue, _ metric: String) -> Double? {
        report["metrics"]?[metric]?["value"]?.double
    }

    @Test("the figures are those an independent recount of the export gives")
    func recount() async throws {
        let policy =
            #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0.3,"audits":{"second_look":false}}"#
        try await TestService.run(labels: ["a", "b", "?unclear"], policy: policy) { service in
            try await service.ingest(
                (0..<400).map { number in
                    SentPrediction(
                        "i\(number)", label: number % 3 == 0 ? "b" : "a",
                        confidence: number % 2 == 0 ? "0.9" : "0.1",
                        version: number % 4 < 2 ? "1" : "2")
                })
            let ann = try await service.reviewer("ann")
            for (index, lease) in try await service.lease(230, by: ann).enumerated() {
                let predicted = try #require(lease.content.prediction).label
                let other = predicted == "a" ? "b" : "a"
                let verdict: Verdict =
                    index % 13 == 5
                    ? .label("unclear")
                    : index % 17 == 3 ? .unusable : .label(index % 5 == 0 ? other : predicted)
                try await service.answer(lease, verdict, id: "r\(index)", by: ann, seconds: 3)
            }
            let export = try await service.export(
                .jsonLines, LabelFilter(includesModel: true)
            ).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            func count(_ include: (JSONValue) -> Bool) -> Double {
                Double(export.count(where: include))
            }
            func text(_ row: JSONValue, _ key: String) -> String { row[key]?.string ?? "" }
            let report = try await report(service)
            #expect(value(report, "received") == 400)
            #expect(value(report, "automation_rate") == 0.5)
            #expect(value(report, "deferral_rate") == 0.5)
            #expect(
                report["metrics"]?["deferral_by_reason"]?["below_threshold"]?["value"]?.double
                    == 0.5)
            let audited = count { text($0, "route") == "audited" }
            #expect(value(report, "audit_rate") == audited / 200)
            #expect(value(report, "straight_through_rate") == (200 - audited) / 400)
            func isLabelled(_ row: JSONValue) -> Bool {
                ["accepted", "corrected"].contains(text(row, "outcome"))
            }
            let audits = count { text($0, "route") == "audited" && isLabelled($0) }
            let errors = count {
                text($0, "route") == "audited" && text($0, "outcome") == "corrected"
            }
            let error = try #require(report["metrics"]?["auto_accept_error"])
            #expect(error["value"]?.double == errors / audits)
            #expect(error["n"]?.double == audits)
            #expect(error["audits_drawn"]?.double == audited)
            #expect(error["method"]?.string == "wilson")
            let lo = try #require(error["lo"]?.double)
            let hi = try #require(error["hi"]?.double)
            // Wilson's bounds solve (p - value)^2 = z^2 p (1 - p) / n.
            for bound in [lo, hi] {
                let z = 1.959963984540054
                let distance = (bound - errors / audits) * (bound - errors / audits)
                #expect(abs(distance - z * z * bound * (1 - bound) / audits) < 1e-9)
            }
            let given =
                count(isLabelled) - count { text($0, "label_source") == "model" && isLabelled($0) }
            let overridden = count { text($0, "outcome") == "corrected" }
            #expect(value(report, "override_rate") == overridden / given)
            #expect(value(report, "override_rate_audit") == errors / audits)
            #expect(report["metrics"]?["override_rate_queue_blind"]?["value"]?.isNull == true)
            let left = 200 + audited - 230
            #expect(value(report, "queue_depth") == left)
            #expect((value(report, "oldest_waiting_seconds") ?? -1) >= 0)
            for group in report["by_model_version"]?.array ?? [] {
                let version = group["model_version"]?.string ?? ""
                #expect(group["metrics"]?["received"]?["value"]?.double == 200)
                let automated = count {
                    text($0, "model_version") == version && text($0, "route") != "queued"
                }
                #expect(group["metrics"]?["automation_rate"]?["value"]?.double == automated / 200)
            }
            let labels = report["by_label"]?.array?.compactMap { $0["label"]?.string }
            #expect(labels == ["a", "b"])
            let reviewer = try #require(report["reviewers"]?[0])
            #expect(reviewer["reviewer"]?.string == "ann" && reviewer["reviews"]?.int == 230)
            #expect(reviewer["handling_seconds_p50"]?["value"]?.double == 3)
            // A window of seconds has no pace; on a slow machine this one may be longer.
            let pace = reviewer["reviews_per_hour"]
            #expect(pace?.isNull == true || (pace?.double ?? .infinity) <= 230 * 60)
            // What has no handling time is not counted as one.
            _ = try await service.sql("UPDATE review SET seconds = NULL")
            try await service.rollups.rebuild(project: service.project().id)
            let untimed = try #require(try await self.report(service)["reviewers"]?[0])
            #expect(untimed["handling_seconds_p50"]?["value"]?.isNull == true)
            #expect(untimed["handling_seconds_p90"]?["reason"]?.string?.isEmpty == false)
            #expect(reviewer["override_rate"]?["value"]?.double == overridden / given)
        }
    }

    @Test("what cannot be known is not printed: without audits there is no error rate")
    func unknown() async throws {
        let policy = #"{"degree":"full","audit_rate":0}"#
        try await TestService.run(policy: policy) { service in
            let empty = try await report(service)
            for metric in ["automation_rate", "auto_accept_error", "override_rate"] {
                #expect(empty["metrics"]?[metric]?["value"]?.isNull == true)
                #expect(empty["metrics"]?[metric]?["reason"]?.string?.isEmpty == false)
            }
            try await service.ingest((0..<10).map { SentPrediction("i\($0)") })
            let full = try await report(service)
            #expect(value(full, "automation_rate") == 1)
            #expect(full["metrics"]?["auto_accept_error"]?["value"]?.isNull == true)
            #expect(
                full["metrics"]?["auto_accept_error"]?["reason"]?.string
                    == "no audits in this window")
        }
    }
}

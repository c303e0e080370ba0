import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("What automation saved", .database)
struct CostReportTests {
    private static func policy(_ costs: String) -> String {
        """
        {"degree":"partial","accept":{"default":0.5},"audit_rate":0.5,\
        "audits":{"second_look":false},"costs":\(costs)}
        """
    }

    /// 400 items, half of them accepted; every tenth audit finds an error.
    private func audited(_ service: TestService) async throws {
        try await service.ingest(
            (0..<400).map { number in
                SentPrediction(
                    "i\(number)", label: number % 4 == 0 ? "b" : "a",
                    confidence: number % 2 == 0 ? "0.9" : "0.1")
            })
        let ann = try await service.reviewer("ann")
        for (index, lease) in try await service.lease(400, by: ann).enumerated() {
            let number = Int(lease.content.externalID.dropFirst()) ?? 0
            let predicted = number % 4 == 0 ? "b" : "a"
            let label = number % 10 == 0 ? (predicted == "a" ? "b" : "a") : predicted
            try await service.answer(
                lease, .label(label), id: "r\(index)", by: ann, seconds: 9)
        }
    }

    private func report(_ service: TestService) async throws -> JSONValue {
        let reporting = Reporting(pool: service.pool, counter: QueueCounter(pool: service.pool))
        return try JSONValue(
            parsing: try await reporting.json(project: service.project(), from: nil, to: nil))
    }

    private func figure(_ value: JSONValue?) throws -> (value: Double, lo: Double, hi: Double) {
        (
            try #require(value?["value"]?.double), try #require(value?["lo"]?.double),
            try #require(value?["hi"]?.double)
        )
    }

    @Test(
        "the money is that of the items and audits, with the interval of the error carried through")
    func saved() async throws {
        let policy = Self.policy(#"{"review":0.5,"audit":0.4,"error":20,"currency":"EUR"}"#)
        try await TestService.run(labels: ["a", "b"], policy: policy) { service in
            try await audited(service)
            let report = try await report(service)
            let cost = try #require(report["cost"])
            let error = try figure(report["metrics"]?["auto_accept_error"])
            let audits = try #require(
                report["metrics"]?["auto_accept_error"]?["audits_drawn"]?.double)
            #expect(cost["items_decided_by_model"]?.int == 200)
            #expect(cost["audits_drawn"]?.double == audits && cost["currency"]?.string == "EUR")
            let saved = try figure(cost["saved"])
            let net = 200 * 0.5 - audits * 0.4
            #expect(abs(saved.value - (net - 200 * error.value * 20)) < 1e-9)
            #expect(abs(saved.lo - (net - 200 * error.hi * 20)) < 1e-9)
            #expect(abs(saved.hi - (net - 200 * error.lo * 20)) < 1e-9)
            #expect(cost["saved"]?["gross"]?.double == 100)
            let hours = try #require(cost["reviewer_hours_saved"]?["value"]?.double)
            #expect(abs(hours - (200 - audits) * 9 / 3600) < 1e-9)
            let suggestion = try #require(cost["suggestions"]?.array?.first)
            #expect(abs((suggestion["accept_from"]?.double ?? 0) - (1 - 0.5 / 20)) < 1e-12)
            #expect(suggestion["threshold_in_force"]?.double == 0.5)
            #expect(suggestion["label"] == .null && cost["suggestions"]?.array?.count == 1)

            let tried = try JSONValue(
                parsing: try await WhatIf(pool: service.pool).json(
                    WhatIfQuestion(thresholds: [0.05, 0.5]), project: service.project()))
            let candidates = try #require(tried["candidates"]?.array)
            for candidate in candidates {
                let accepted = try #require(candidate["accepted"]?.double)
                let error = try figure(candidate["error"])
                let audited = try #require(candidate["audited"]?.double)
                let saved = try figure(candidate["saved"])
                let net = accepted * 0.5 - audited * 0.4
                #expect(abs(saved.value - (net - accepted * error.value * 20)) < 1e-9)
                #expect(abs(saved.lo - (net - accepted * error.hi * 20)) < 1e-9)
                #expect(abs(saved.hi - (net - accepted * error.lo * 20)) < 1e-9)
            }
            #expect(tried["cost"]?["suggestions"]?.array?.count == 1)
        }
    }

    @Test("labels whose errors cost more are counted by themselves")
    func labels() async throws {
        let policy = Self.policy(#"{"review":0.5,"error":20,"labels":{"b":100}}"#)
        try await TestService.run(labels: ["a", "b"], policy: policy) { service in
            try await audited(service)
            let report = try await report(service)
            var errors = 0.0
            var (up, down) = (0.0, 0.0)
            for (label, price) in [("a", 20.0), ("b", 100.0)] {
                let group = try #require(
                    report["by_label"]?.array?.first { $0["label"]?.string == label })
                let metrics = group["metrics"]
                let received = try #require(metrics?["received"]?["value"]?.double)
                let items = received * (metrics?["automation_rate"]?["value"]?.double ?? 0)
                let error = try figure(metrics?["auto_accept_error"])
                errors += items * error.value * price
                up +=
                    (items * (error.hi - error.value) * price)
                    * (items * (error.hi - error.value) * price)
                down +=
                    (items * (error.value - error.lo) * price)
                    * (items * (error.value - error.lo) * price)
            }
            let saved = try figure(report["cost"]?["saved"])
            let audits = try #require(report["cost"]?["audits_drawn"]?.double)
            let value = 200 * 0.5 - audits * 0.5 - errors
            #expect(abs(saved.value - value) < 1e-9)
            #expect(abs(saved.lo - (value - up.squareRoot())) < 1e-9)
            #expect(abs(saved.hi - (value + down.squareRoot())) < 1e-9)
            let suggestions = try #require(report["cost"]?["suggestions"]?.array)
            #expect(suggestions.map { $0["label"]?.string } == [nil, "b"])
            #expect(abs((suggestions[1]["accept_from"]?.double ?? 0) - 0.995) < 1e-12)
        }
    }

    @Test("without costs there are items and hours, and without audits no sum")
    func unknown() async throws {
        try await TestService.run(labels: ["a", "b"], policy: Self.policy("null")) { service in
            try await audited(service)
            let cost = try #require(try await report(service)["cost"])
            #expect(cost["saved"]?["value"] == .null)
            #expect(cost["saved"]?["reason"]?.string?.contains("no costs") == true)
            #expect(cost["suggestions"]?.array?.isEmpty == true)
            #expect(cost["reviewer_hours_saved"]?["value"]?.double != nil)
            let tried = try JSONValue(
                parsing: try await WhatIf(pool: service.pool).json(
                    WhatIfQuestion(), project: service.project()))
            #expect(tried["cost"] == .null)
            #expect(tried["candidates"]?.array?.first?["saved"]?["value"] == .null)
            try await service.setPolicy(
                #"{"degree":"full","audit_rate":0,"costs":{"review":1,"error":2}}"#)
            // More than a tenth of all: with less, the interval would take them for right and wrong.
            try await service.ingest(
                (0..<60).map { SentPrediction("new\($0)", label: "b", confidence: "0.9") })
            let later = try #require(try await report(service)["cost"])
            #expect(later["saved"]?["value"] == .null)
            #expect(later["saved"]?["reason"]?.string?.isEmpty == false)
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

/// Everything that Swift's `String` takes for one and PostgreSQL for two, through all of the service.
@Suite("Names that differ in their normal form only", .database)
struct ExactTextStoryTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    private func report(
        _ service: TestService, _ change: (inout ReportQuestion) -> Void = { _ in }
    ) async throws -> JSONValue {
        var question = ReportQuestion()
        change(&question)
        return try JSONValue(
            parsing: try await Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool)
            ).json(project: service.project(), question))
    }

    private func received(_ entries: JSONValue?, _ key: String) -> [ExactText: Int] {
        (entries?.array ?? []).reduce(into: [:]) { found, entry in
            guard let name = entry[key]?.string else { return }
            found[ExactText(name)] = entry["metrics"]?["received"]?["value"]?.int
        }
    }

    @Test("ids, models, versions, metadata, rules and reviewers stay two, and every count is right")
    func twins() async throws {
        let (one, other) = (Self.composed, Self.decomposed)
        #expect(one == other && ExactText(one) != ExactText(other))
        let policy = """
            {"degree":"partial","accept":{"default":0.5},"audit_rate":0,"rules":[
                {"name":"\(one)","when":{"metadata.source":["\(one)"]},"then":{"route":"review","sla_seconds":60}},
                {"name":"\(other)","when":{"metadata.source":["\(other)"]},"then":{"accept":0.9}}]}
            """
        try await TestService.run(labels: ["a", other], policy: policy) { service in
            try await service.administration.change(
                slices: ["metadata.source"], of: service.project(), by: service.admin)
            var lines: [SentPrediction] = []
            for (index, name) in [one, one, other, one, other].enumerated() {
                lines.append(
                    SentPrediction(
                        "\(index)-\(name)", label: index % 2 == 0 ? other : "a",
                        confidence: "0.95", model: name, version: name,
                        more: #""metadata":{"source":"\#(name)"}"#))
            }
            // The same id but for its form, and a batch of every way at once.
            lines.append(SentPrediction(one, confidence: "0.2", model: one, version: other))
            lines.append(SentPrediction(other, confidence: "0.2", model: other, version: one))
            #expect(try await service.ingest(lines).allSatisfy { $0.stored?.isDuplicate == false })
            #expect(try await service.ingest(lines).allSatisfy { $0.stored?.isDuplicate == true })
            #expect(
                try await service.ingest([SentPrediction("x", label: one)])[0].refusal
                    == .unknownLabel(one), "the label is the other")

            for (number, name) in [one, other].enumerated() {
                let caller = try await service.reviewer(name)
                for lease in try await service.lease(number + 2, by: caller) {
                    try await service.answer(
                        lease, .label("a"), id: "\(name)-\(lease.content.externalID)", by: caller)
                }
            }
            for isFolded in [false, true] {
                if isFolded { try await service.rollups.fold(project: service.project().id) }
                let report = try await report(service)
                let versions = report["by_model_version"]?.array ?? []
                #expect(versions.count == 4)
                #expect(
                    versions.map { $0["metrics"]?["received"]?["value"]?.int ?? 0 }.reduce(0, +)
                        == 7)
                #expect(
                    received(report["by_label"], "label") == [
                        ExactText("a"): 4, ExactText(other): 3,
                    ])
                let people = (report["reviewers"]?.array ?? []).map {
                    [ExactText($0["reviewer"]?.string ?? ""): $0["reviews"]?.int ?? 0]
                }
                #expect(people == [[ExactText(other): 3], [ExactText(one): 2]])
                for (name, items) in [(one, 3), (other, 2)] {
                    let slice = try await self.report(service) {
                        $0.slice = "metadata.source=\(name)"
                    }
                    #expect(slice["metrics"]?["received"]?["value"]?.int == items, "\(isFolded)")
                }
            }
            try await service.checkRollups()
            let rows = try await service.export(.jsonLines).split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }
            let exported = Set(rows.map { ExactText($0["external_id"]?.string ?? "") })
            #expect(exported.isSuperset(of: [ExactText(one), ExactText(other)]))
            #expect(
                try await service.sql(
                    "SELECT count(DISTINCT rule), count(*) FILTER (WHERE rule IS NOT NULL) FROM prediction"
                ) == "2|5")
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Items without a prediction", .database)
struct UnpredictedItemTests {
    private static let humanOnly = #"{"degree":"human_only","reviewers":1}"#

    @Test("an item by itself goes to people, who see no prediction and whose label is the decision")
    func reviewed() async throws {
        try await TestService.run(labels: ["a", "b", "?unclear"], policy: Self.humanOnly) {
            service in
            let outcomes = try await service.ingest(lines: (0..<3).map { SentItem("x\($0)").line })
            for outcome in outcomes {
                let stored = try #require(outcome.stored)
                #expect(stored.route == .queued && stored.reason == "no_prediction")
                #expect(stored.label == nil && !stored.isDuplicate)
            }
            let ann = try await service.reviewer("ann")
            for (index, verdict) in [Verdict.label("b"), .label("unclear"), .unusable].enumerated()
            {
                let lease = try await service.nextLease(by: ann)
                #expect(lease.content.prediction == nil)
                #expect(!lease.isBlind, "nothing is withheld")
                let answer = try await service.answer(lease, verdict, id: "r\(index)", by: ann)
                #expect(answer.decision?.outcome == ["labelled", "borderline", "unusable"][index])
            }
            let again = try #require(try await service.undo("r0", by: ann))
            #expect(again.content.prediction == nil && !again.isBlind)
            try await service.answer(again, .label("a"), id: "again", by: ann)
            try await QueueInvariant.check(service)
            #expect(
                try await service.sql(
                    """
                    SELECT d.label, d.outcome, d.model_version_id, v.is_shown FROM decision d
                    JOIN item i ON i.id = d.item_id AND i.external_id = 'x0'
                    JOIN review v ON v.item_id = d.item_id AND v.undone_at IS NULL
                    ORDER BY d.revision DESC LIMIT 1
                    """) == "a|labelled|0|f")
        }
    }

    @Test("several reviewers agree on an item without a prediction, and an adjudicator settles one")
    func consensus() async throws {
        let policy =
            #"{"degree":"human_only","reviewers":2,"consensus":{"agree":2,"at_most":2}}"#
        try await TestService.run(policy: policy) { service in
            try await service.ingest(lines: [SentItem("x").line])
            try await service.answerNext(.label("a"), by: ["ann", "bob"])
            #expect(
                try await service.sql("SELECT source, outcome, label FROM decision")
                    == "consensus|labelled|a")
            try await service.ingest(lines: [SentItem("y").line])
            try await service.answerNext(.escalate, by: ["cid"])
            let lease = try await service.nextLease(queue: .adjudication, by: service.admin)
            #expect(lease.content.prediction == nil)
            try await service.answer(lease, .label("c"), id: "settled", by: service.admin)
            #expect(
                try await service.sql(
                    "SELECT source, outcome, label FROM decision ORDER BY item_id DESC LIMIT 1")
                    == "adjudicator|labelled|c")
            try await QueueInvariant.check(service)
        }
    }

    @Test("a rule on what was sent gives it reviewers and priority")
    func rules() async throws {
        let policy = """
            {"degree":"human_only","rules":[
                {"name":"label","when":{"label":"a"},"then":{"reviewers":3}},
                {"name":"factory","when":{"metadata.factory":["F9"]},"then":{"reviewers":2,"priority":"urgent"}}]}
            """
        try await TestService.run(policy: policy) { service in
            try await service.ingest(lines: [
                SentItem("x").line, SentItem("y", more: #""metadata":{"factory":"F9"}"#).line,
            ])
            #expect(
                try await service.sql(
                    """
                    SELECT i.external_id, t.asked, p.rule FROM ready r JOIN task t USING (item_id)
                    JOIN item i ON i.id = t.item_id JOIN prediction p ON p.item_id = t.item_id
                    ORDER BY r.rank
                    """) == "y|2|factory\nx|1|\ny|2|factory", "second reviews come last")
        }
    }

    @Test(
        "sent again it is a duplicate, also when the degree has changed; another content conflicts")
    func repeats() async throws {
        try await TestService.run(policy: Self.humanOnly) { service in
            let many = (0..<60).map { SentItem("x\($0)").line }
            #expect(try await service.ingest(lines: many).allSatisfy { $0.stored != nil })
            try await service.setPolicy(#"{"degree":"partial"}"#)
            let again = try await service.ingest(lines: many + [SentItem("new").line])
            for outcome in again.dropLast() {
                let stored = try #require(outcome.stored)
                #expect(stored.isDuplicate && stored.route == .queued)
                #expect(stored.reason == "no_prediction" && stored.policyVersion == 2)
            }
            #expect(again.last?.refusal == .missingPrediction(degree: .partial))
            let changed = try await service.ingest(lines: [
                SentItem("x0", payload: "1").line, SentItem("x0", more: #""group":"g""#).line,
            ])
            #expect(
                changed.map(\.refusal) == [
                    .itemConflict(externalID: "x0", difference: ItemDifference(.payload)),
                    .itemConflict(externalID: "x0", difference: ItemDifference(.group, sent: "g")),
                ])
            #expect(
                try await service.sql(
                    "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM prediction)")
                    == "60|60")
        }
    }

    @Test("the same item fifty times at once is stored once")
    func concurrentRepeats() async throws {
        try await TestService.run(policy: Self.humanOnly, connections: 12) { service in
            let all = try await withThrowingTaskGroup(of: LineOutcome.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await service.ingest(lines: [SentItem("x").line])[0] }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try all.map { try #require($0.stored) }.count { !$0.isDuplicate } == 1)
            #expect(
                try await service.sql("SELECT (SELECT count(*) FROM item), count(*) FROM ready")
                    == "1|1")
        }
    }

    @Test(
        "in every other degree it is refused with what is missing, and the lines around it go in",
        arguments: ["shadow", "assist", "partial", "full"])
    func refused(_ degree: String) async throws {
        try await TestService.run(policy: #"{"degree":"\#(degree)"}"#) { service in
            let outcomes = try await service.ingest(lines: [
                SentPrediction("before").line, SentItem("x").line, SentItem("x").line,
                SentPrediction("after").line, SentItem("after").line, SentItem("before").line,
            ])
            for index in [1, 2, 4, 5] {
                let refusal = try #require(outcomes[index].refusal)
                #expect(refusal.code == .missingField)
                #expect(refusal.detail.hasPrefix("model, model_version, label and confidence"))
                #expect(refusal.detail.hasSuffix("human_only, and the degree is \(degree)"))
            }
            #expect(outcomes[0].stored != nil && outcomes[3].stored != nil)
            #expect(
                try await service.sql("SELECT string_agg(external_id, ',' ORDER BY id) FROM item")
                    == "before,after")
        }
    }

    @Test(
        "half a prediction is refused, naming what is missing",
        arguments: [
            (#""model":"m""#, "model_version"), (#""label":"a""#, "model"),
            (#""confidence":null"#, "model"), (#""scores":{"a":1}"#, "model"),
            (#""highlights":[]"#, "model"),
            (#""model":"m","model_version":"1","label":"a""#, "confidence"),
        ])
    func half(_ more: String, _ missing: String) async throws {
        try await TestService.run(policy: Self.humanOnly) { service in
            let outcomes = try await service.ingest(lines: [SentItem("x", more: more).line])
            #expect(outcomes[0].refusal == .missingField(path: missing))
        }
    }

    @Test(
        "the report counts it, the export gives its label without a prediction, and the item shows it"
    )
    func shown() async throws {
        try await TestService.run(policy: Self.humanOnly) { service in
            try await service.ingest(
                lines: (0..<3).map { SentItem("x\($0)").line } + [SentPrediction("p").line])
            let ann = try await service.reviewer("ann")
            for (index, lease) in try await service.lease(4, by: ann).enumerated() {
                try await service.answer(lease, .label("b"), id: "r\(index)", by: ann)
            }
            let project = try await service.project()
            let reporting = Reporting(
                pool: service.pool, counter: QueueCounter(pool: service.pool))
            let report = try JSONValue(
                parsing: try await reporting.json(project: project, from: nil, to: nil))
            #expect(report["metrics"]?["received"]?["value"]?.double == 4)
            #expect(
                report["metrics"]?["deferral_by_reason"]?["no_prediction"]?["value"]?.double == 0.75
            )
            // Only the label that could differ from a prediction can override one.
            #expect(report["metrics"]?["override_rate"]?["n"]?.double == 1)
            #expect(report["by_model_version"]?.array?.count == 1)
            #expect(report["by_label"]?.array?.count == 1)

            let rows = try await service.export().split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }
            #expect(rows.count == 4)
            let row = try #require(rows.first { $0["external_id"]?.string == "x1" })
            #expect(row["label"]?.string == "b" && row["outcome"]?.string == "labelled")
            for key in ["predicted", "confidence", "model", "model_version"] {
                #expect(row[key] == .null, "\(key)")
            }
            #expect(row["propensity"]?.double == 1 && row["weight"]?.double == 1)
            #expect(row["reason"]?.string == "no_prediction")

            let view = try JSONValue(
                parsing: try await ItemView(pool: service.pool).json(
                    externalID: "x1", project: project))
            let route = try #require(view["predictions"]?.array?.first)
            #expect(route["model"] == .null && route["label"] == .null)
            #expect(route["route"]?.string == "queued" && route["stands"] == true)
            #expect(view["decision"]?["label"]?.string == "b")
        }
    }

    @Test("a later prediction routes the item while nobody has begun, by the policy of then")
    func predictedLater() async throws {
        try await TestService.run(policy: Self.humanOnly) { service in
            try await service.ingest(lines: ["x", "y"].map { SentItem($0).line })
            try await service.setPolicy(
                #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#)
            let outcomes = try await service.ingest([
                SentPrediction("x", label: "c", confidence: "0.95"),
                SentPrediction("y", label: "c", confidence: "0.5"),
            ])
            #expect(outcomes.map(\.stored?.route) == [.accepted, .queued])
            let ann = try await service.reviewer("ann")
            let leases = try await service.lease(5, by: ann)
            #expect(leases.map(\.content.externalID) == ["y"])
            #expect(leases[0].content.prediction?.label == "c" && !leases[0].isBlind)
            try await QueueInvariant.check(service)
        }
    }
}

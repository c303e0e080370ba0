import SluiceDomain
import SluicePostgres
import SluiceStore
import Synchronization
import TestSupport
import Testing

@testable import SluiceService

@Suite("Ingest by copying", .database)
struct BulkIngestTests {
    private static let partial =
        #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":2}"#

    /// 120 lines with everything a line can have, and everything that can be wrong with one.
    private static var lines: [String] {
        (0..<120).map { index in
            var line = SentPrediction(
                "item-\(index)", label: index % 3 == 0 ? "a" : "b",
                confidence: ["0.95", "0.2", "null", "1e-7"][index % 4],
                payload: #"{"n":\#(index),"text":"ü 😀"}"#)
            switch index % 10 {
            case 1: line.group = "group"
            case 2: line.more = #""scores":{"a":0.9,"b":0.1},"metadata":{"source":"x"}"#
            case 3: line.more = #""highlights":[{"start":0,"end":1}],"parents":["item-0"]"#
            case 4: line = SentPrediction("item-\(index - 1)", confidence: "1", version: "2")
            case 5: return "{"
            case 6: line = SentPrediction("item-1", confidence: "0.3", payload: "7")
            case 7: line = SentPrediction("twice", confidence: "0.97")
            default: break
            }
            return line.line
        }
    }

    /// Everything stored, without ids and times.
    private static let contents = """
        SELECT i.external_id, i.payload_hash, i.group_key, i.payload, i.metadata, i.parents, m.version,
            p.content_hash, p.confidence, p.propensity, p.policy_version, p.is_blind, p.label, p.route,
            p.reason, p.scores, p.highlights, d.revision, d.reviews, d.actor_id, d.agreement, d.label,
            d.source, d.outcome, t.policy_version, t.asked, t.is_blind, t.is_audit, r.queue,
            r.free_slots, d.decided_at = i.received_at, p.received_at = i.received_at
        FROM item i JOIN prediction p ON p.item_id = i.id
        JOIN model_version m ON m.id = p.model_version_id
        LEFT JOIN decision d ON d.item_id = i.id AND d.model_version_id = p.model_version_id
        LEFT JOIN task t ON t.item_id = i.id AND t.model_version_id = p.model_version_id
        LEFT JOIN ready r ON r.item_id = i.id
        ORDER BY i.external_id, m.version, r.rank
        """

    private static func stored(
        in parts: Int
    ) async throws -> (contents: String, outcomes: [String]) {
        let result = Mutex((contents: "", outcomes: [String]()))
        let database = try await TestDatabase.make()
        try await TestDatabase.$current.withValue(database) {
            try await TestService.run(policy: Self.partial) { service in
                let size = Self.lines.count / parts
                var outcomes: [LineOutcome] = []
                for part in 0..<parts {
                    outcomes += try await service.ingest(
                        lines: Array(Self.lines[part * size..<(part + 1) * size]))
                }
                let contents = try await service.sql(Self.contents)
                let told = outcomes.map { "\($0)" }
                result.withLock { $0 = (contents: contents, outcomes: told) }
            }
        }
        return result.withLock { $0 }
    }

    @Test("what is stored and answered is the same, column for column, as by statements")
    func sameAsStatements() async throws {
        let copied = try await Self.stored(in: 1)
        let byStatements = try await Self.stored(in: 6)
        #expect(copied.contents == byStatements.contents)
        #expect(copied.outcomes == byStatements.outcomes)
        #expect(copied.contents.split(separator: "\n").count == 127)
    }

    @Test("a batch of new items is copied, and stored at the first attempt")
    func copied() async throws {
        try await TestService.run(policy: Self.partial) { service in
            let project = try await service.project()
            let version = try await service.pool.withSession { session in
                try Store(session).ensureModelVersion(
                    project: project.id, model: "demo", version: "1")
            }
            let batch = service.batch(
                (0..<60).map { SentPrediction("direct-\($0)", confidence: "0.95").line },
                project: project)
            let plan = IngestPlan(
                batch: batch, project: project,
                modelVersions: [ModelVersionName(model: "demo", version: "1"): version])
            let bulk = try #require(plan.bulk(firstItemID: 1_000_000))
            try await service.pool.transaction { session in try bulk.store(Store(session)) }
            #expect(try await service.sql("SELECT count(*) FROM decision") == "60")
            // A batch that is refused is halved: its items would come in several transactions.
            try await service.ingest(
                (0..<60).map { SentPrediction("item-\($0)", confidence: "0.95") })
            #expect(
                try await service.sql(
                    """
                    SELECT count(*), count(DISTINCT xmin::text) FROM item WHERE external_id LIKE 'item%'
                    """) == "60|1")
        }
    }

    @Test("items that are there already cost the new ones nothing, time after time")
    func withKnownItems() async throws {
        try await TestService.run(policy: Self.partial) { service in
            for round in 0..<4 {
                let first = round * 30
                let outcomes = try await service.ingest(
                    (first..<first + 60).map { SentPrediction("item-\($0)", confidence: "0.95") })
                let known = round == 0 ? 0 : 30
                #expect(outcomes.prefix(known).allSatisfy { $0.stored?.isDuplicate == true })
                #expect(outcomes.dropFirst(known).allSatisfy { $0.stored?.isDuplicate == false })
            }
            #expect(
                try await service.sql(
                    "SELECT count(*), count(DISTINCT external_id) FROM item") == "150|150")
            #expect(try await service.sql("SELECT count(*) FROM decision") == "150")
        }
    }

    @Test("the same large batch twenty times at once is stored once")
    func concurrently() async throws {
        try await TestService.run(policy: Self.partial, connections: 8) { service in
            let batch = (0..<80).map {
                SentPrediction("item-\($0)", confidence: $0 % 2 == 0 ? "0.95" : "0.2")
            }
            let fresh = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    let mine = number % 2 == 0 ? batch : batch.reversed()
                    group.addTask {
                        try await service.ingest(mine).count { $0.stored?.isDuplicate == false }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(fresh == 80)
            #expect(
                try await service.sql(
                    """
                    SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM prediction),
                        (SELECT count(*) FROM decision), (SELECT count(*) FROM task),
                        (SELECT count(*) FROM ready)
                    """) == "80|80|40|40|80")
        }
    }
}

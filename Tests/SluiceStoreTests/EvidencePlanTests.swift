import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Plans of the evidence", .database)
struct EvidencePlanTests {
    /// One project among three, 30,000 routes in each, a tenth of them decided by people.
    private static let seed = """
        SET synchronous_commit = off;
        INSERT INTO actor (name) VALUES ('someone');
        INSERT INTO project (name, created_by) SELECT 'plans-' || n, a.id FROM actor a, generate_series(1, 3) n;
        INSERT INTO model_version (project_id, model, version) SELECT id, 'm', '1' FROM project;
        INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity,
            policy_version, salt_id, is_blind, label, route, reason)
            SELECT m.project_id, n, m.id, '2026-01-01Z'::timestamptz + n * interval '1 minute', gen_random_uuid(), 0.5, 1, 1, 1,
                false, 'a', 'audited', 'confident'
            FROM generate_series(1, 30000) n, model_version m;
        INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
            SELECT m.project_id, n, 1, 0, '2026-01-01Z'::timestamptz + n * interval '1 minute', m.id, 'a', 'model',
                'auto_accepted'
            FROM generate_series(1, 30000) n, model_version m;
        INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
            SELECT m.project_id, n * 10, 2, 1, '2026-01-02Z'::timestamptz + n * interval '10 minutes', m.id, 'a', 'reviewer',
                'accepted'
            FROM generate_series(1, 3000) n, model_version m;
        ANALYZE;
        SELECT min(id) AS project FROM project \\gset
        """

    @Test("a page of evidence is read by keys: no sort, no whole table, no more rows than it gives")
    func pages() async throws {
        let database = try #require(TestDatabase.current)
        let decided = SQLCatalog.decidedEvidence.text.trimmingCharacters(in: ["\n", ";"])
        let plan = try await database.execute(
            Self.seed + """

                SET plan_cache_mode = force_generic_plan;
                PREPARE decided AS \(decided);
                EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)
                EXECUTE decided(:project, '2026-01-01Z', '2027-01-01Z', NULL, '2026-01-12Z', 15000, 500);
                RESET plan_cache_mode;
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_nested_statements = on;
                SET auto_explain.log_analyze = on;
                SELECT count(*) FROM evidence_page(:project, '2026-01-01Z', '2027-01-01Z', NULL, 15000, 30000, 500);
                """)
        #expect(plan.contains("decision_by_people_idx"), "\(plan)")
        #expect(!plan.contains("Seq Scan"), "\(plan)")
        #expect(!plan.contains("Bitmap"), "\(plan)")
        #expect(!plan.contains("Sort"), "\(plan)")
        #expect(
            plan.contains("Index Scan using decision_by_people_idx on decision d (actual rows=500"))
        let log = try String(contentsOfFile: database.server.log, encoding: .utf8)
        let page = try #require(
            log.components(separatedBy: "Query Text:").last {
                $0.contains("p.item_id > p_after_item")
            })
        #expect(page.contains("rows=500 loops=1"), "\(page)")
        for word in ["Seq Scan", "Bitmap", "Sort"] { #expect(!page.contains(word), "\(page)") }
        #expect(page.contains("using prediction_pkey on prediction p"), "\(page)")
        #expect(page.contains("using decision_pkey on decision c"), "\(page)")
    }

    @Test(
        "audits of a version are walked by their index, in both directions, as far as they are asked for"
    )
    func audits() async throws {
        let database = try #require(TestDatabase.current)
        try await database.execute(
            Self.seed + """

                SELECT min(id) AS version FROM model_version WHERE project_id = :project \\gset
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_nested_statements = on;
                SET auto_explain.log_analyze = on;
                SELECT count(*) FROM audit_page(:project, :version, '2026-01-11 10:00Z', 15000, '2027-01-01Z', 500);
                SELECT count(*) FROM latest_audits(:project, :version, '2026-01-01Z', '2026-01-11 10:00Z', 15000, 50);
                """)
        let log = try String(contentsOfFile: database.server.log, encoding: .utf8)
        for (word, rows) in [("p_after_item", 500), ("p_until_item", 200)] {
            let page = try #require(
                log.components(separatedBy: "Query Text:").last {
                    $0.contains(word) && $0.contains("prediction_audited_idx")
                })
            #expect(page.contains("using prediction_audited_idx on prediction"), "\(page)")
            #expect(page.contains("rows=\(rows) loops=1"), "\(page)")
            #expect(page.contains("using decision_pkey on decision c"), "\(page)")
            for word in ["Seq Scan", "Bitmap", "rows=30000"] {
                #expect(!page.contains(word), "\(page)")
            }
        }
    }
}

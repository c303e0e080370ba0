import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Plans of the watch of drift", .database)
struct DriftPlanTests {
    /// One project among three, 20,000 routes in each, a tenth of them decided by people.
    private static let seed = """
        SET synchronous_commit = off;
        INSERT INTO actor (name) VALUES ('someone');
        INSERT INTO project (name, created_by) SELECT 'plans-' || n, a.id FROM actor a, generate_series(1, 3) n;
        INSERT INTO model_version (project_id, model, version) SELECT id, 'm', '1' FROM project;
        INSERT INTO item (project_id, id, external_id, payload_hash, payload)
            SELECT p.id, n, 'item-' || n, gen_random_uuid(), '{"a":1}' FROM project p, generate_series(1, 20000) n;
        INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity,
            policy_version, salt_id, is_blind, label, route, reason)
            SELECT m.project_id, n, m.id, '2026-01-01Z'::timestamptz + n * interval '1 minute', gen_random_uuid(), 0.5, 1, 1, 1,
                false, 'a', 'queued', 'below_threshold'
            FROM generate_series(1, 20000) n, model_version m;
        INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
            SELECT m.project_id, n * 10, 1, 1, '2026-01-02Z'::timestamptz + n * interval '10 minutes', m.id, 'a', 'reviewer',
                'accepted'
            FROM generate_series(1, 2000) n, model_version m;
        ANALYZE;
        SELECT min(project_id) AS project, min(id) AS version FROM model_version \\gset
        """

    @Test("what upkeep asks each time it looks is found by keys")
    func looks() async throws {
        let database = try #require(TestDatabase.current)
        var script = Self.seed + "\nSET plan_cache_mode = force_generic_plan;\n"
        for (statement, arguments) in [
            (SQLCatalog.driftArrivals, ":project, :version, 19900, 20000"),
            (SQLCatalog.settledArrivals, ":project, '2026-12-01Z', '2026-12-01Z'"),
            (SQLCatalog.nextDriftItems, ":project, :version, 10000, 20000, 500"),
            (
                SQLCatalog.driftRows,
                ":project, :version, 10000, 10500, '2026-01-01Z', '2026-12-01Z', true, 200"
            ),
            (
                SQLCatalog.driftOverrides,
                ":project, :version, '2026-01-05Z', '2026-01-06Z'"
            ),
            (SQLCatalog.standingEpisode, ":project, :version"),
            (SQLCatalog.newestEpisodes, ":project, :version, 10"),
            (SQLCatalog.driftWindows, ":project, :version, 28"),
            (
                SQLCatalog.newestAlarms,
                ":project, NULL, '2026-01-01Z', '2026-12-01Z', 50"
            ),
        ] {
            script += """
                \\echo =\(statement.name)
                PREPARE "\(statement.name)" AS \(statement.text.trimmingCharacters(in: ["\n", ";"]));
                EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) EXECUTE "\(statement.name)"(\(arguments));

                """
        }
        let plans = try await database.execute(script)
        for table in ["item", "prediction", "decision"] {
            #expect(!plans.contains("Seq Scan on \(table) "), "\(plans)")
        }
        #expect(plans.contains("decision_by_people_idx"), "\(plans)")
        let next = try #require(
            plans.components(separatedBy: "=").first { $0.contains("nextDriftItems") })
        #expect(!next.contains("rows=10000"), "\(next)")
    }
}

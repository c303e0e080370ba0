import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Plans of the hot paths", .database)
struct PlanTests {
    /// One project, 20,000 waiting items, 500 leases, 5,000 reviews of actor 7 ahead of the rest.
    private static let seed = """
        SET synchronous_commit = off;
        INSERT INTO actor (name) SELECT 'actor ' || n FROM generate_series(1, 20) n;
        INSERT INTO project (name, created_by) SELECT 'plans', min(id) FROM actor;
        CREATE TEMP TABLE here AS SELECT p.id AS project, min(a.id) AS actor FROM project p, actor a GROUP BY 1;
        INSERT INTO label (project_id, position, id, name) SELECT project, 1, 'a', 'a' FROM here;
        INSERT INTO model_version (project_id, model, version) SELECT project, 'm', '1' FROM here;
        INSERT INTO item (project_id, id, external_id, payload_hash, payload)
            SELECT project, n, 'item-' || n, gen_random_uuid(), '{"a":1}' FROM here, generate_series(1, 20000) n;
        INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
            policy_version, salt_id, is_blind, label, route, reason)
            SELECT project, n, m.id, gen_random_uuid(), 0.5, 1, 1, 1, false, 'a', 'queued', 'degree'
            FROM here, model_version m, generate_series(1, 20000) n;
        INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked, is_blind, is_audit)
            SELECT project, n, m.id, n, 1, 2, false, false FROM here, model_version m, generate_series(1, 20000) n;
        INSERT INTO ready SELECT project, 0, n, n, 2 FROM here, generate_series(1, 20000) n;
        INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, queue, slot, is_shown, status,
            verdict, label)
            SELECT project, 'r-' || n, n, actor, m.id, 0, 0, true, 'counted', 'label', 'a'
            FROM here, model_version m, generate_series(1, 5000) n;
        INSERT INTO lease (project_id, item_id, actor_id, token, rank, expires_at, queue, slot)
            SELECT project, n, actor + 1, n, n, now() + interval '1 hour', 0, 0
            FROM here, generate_series(10001, 10500) n;
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
            SELECT project, n, 1, 1, m.id, 'a', 'reviewer', 'accepted'
            FROM here, model_version m, generate_series(1, 5000) n;
        ANALYZE;
        """

    @Test("no claim, answer, undo, release, sweep or routing anew reads a whole table")
    func hotPaths() async throws {
        let database = try #require(TestDatabase.current)
        try await database.execute(
            Self.seed + """
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_nested_statements = on;
                SET auto_explain.log_analyze = on;
                DO $$
                DECLARE
                    v_project bigint := (SELECT project FROM here);
                    v_actor bigint := (SELECT actor FROM here);
                    v_model bigint := (SELECT max(id) FROM model_version);
                    v_head bigint := -9223372036854775808;
                BEGIN
                    -- Eight times: by the sixth the planner may take a plan that ignores the values.
                    FOR n IN 1..8 LOOP
                        PERFORM claim_tasks(v_project, 0::smallint, 600, n % 2 = 0, ARRAY[v_actor, v_actor + 3],
                            ARRAY[2, 1], ARRAY[5000, v_head], ARRAY[5000, v_head], ARRAY[NULL, 200],
                            ARRAY[n * 10, n * 10 + 1, n * 10 + 2]::bigint[]);
                        PERFORM claim_matching_tasks(v_project, 0::smallint, v_actor + 4, ARRAY[n * 10 + 4]::bigint[], 600,
                            v_head, v_head, n * 500, n * 500, ARRAY['a'], ARRAY['language'], ARRAY['c'], false);
                        PERFORM claim_matching_tasks(v_project, 0::smallint, v_actor + 5, ARRAY[n * 10 + 5]::bigint[], 600,
                            n, n, 6000, 6000, ARRAY['a'], '{}'::text[], '{}'::text[], n = 8);
                        PERFORM record_review(v_project, 'new-' || n, l.item_id, l.actor_id, 0::smallint, l.token, v_model,
                            true, 'label', 'a', NULL, NULL, NULL,
                            CASE n % 2 WHEN 0 THEN ARRAY['accepted', 'corrected', 'labelled'] END, n % 3 = 0)
                        FROM lease l WHERE l.token = n * 10;
                        PERFORM release_lease(v_project, l.item_id, l.actor_id, l.token)
                        FROM lease l WHERE l.token = n * 10 + 1;
                        PERFORM undo_review(v_project, 'new-' || n, v_actor, n * 10 + 3, 600);
                        UPDATE lease SET expires_at = now() - interval '1 minute' WHERE token = n * 10 + 3;
                        PERFORM sweep_leases(v_project, 20);
                        PERFORM lock_waiting_tasks(v_project, ARRAY[15000 + n, 16000 + n, 30000]::bigint[]);
                        PERFORM requeue_tasks(v_project, 1, ARRAY[15000 + n, 16000 + n]::bigint[], ARRAY[v_model, v_model],
                            ARRAY[2, 0]::smallint[], ARRAY[0, 0]::bigint[], ARRAY[30, 0], ARRAY[true, false],
                            ARRAY[false, false]);
                    END LOOP;
                END $$;
                """)
        let log = try String(contentsOfFile: database.server.log, encoding: .utf8)
        var plans = 0
        var query = ""
        for line in log.split(separator: "\n") {
            if line.contains("Query Text:") {
                query = String(line)
                plans += 1
            }
            // The scaffolding of this test finds its leases by token alone; the functions say p_project.
            let isOurs = query.contains("v_project") || query.contains("WHERE token = n")
            for table in ["ready", "lease", "review", "task", "item", "prediction", "decision"]
            where line.contains("Seq Scan on \(table) ") && !isOurs {
                Issue.record("\(query): \(line)")
            }
        }
        #expect(plans > 100, "the plans are in the log")
    }

    @Test(
        "statistics from when nobody reviewed do not make a claim or an answer read what others did"
    )
    func emptyStatistics() async throws {
        let database = try #require(TestDatabase.current)
        try await database.execute(
            Self.seed + """
                TRUNCATE lease;
                TRUNCATE review;
                VACUUM ANALYZE lease;
                VACUUM ANALYZE review;
                LOAD 'auto_explain';
                SET auto_explain.log_min_duration = 0;
                SET auto_explain.log_nested_statements = on;
                DO $$
                DECLARE
                    v_project bigint := (SELECT project FROM here);
                    v_actor bigint := (SELECT actor FROM here);
                    v_model bigint := (SELECT max(id) FROM model_version);
                BEGIN
                    FOR n IN 1..3 LOOP
                        PERFORM claim_tasks(v_project, 0::smallint, 600, n % 2 = 0, ARRAY[v_actor], ARRAY[2],
                            ARRAY[6000]::bigint[], ARRAY[6000]::bigint[], ARRAY[NULL]::integer[],
                            ARRAY[n * 10, n * 10 + 1]::bigint[]);
                        PERFORM record_review(v_project, 'new-' || n, l.item_id, l.actor_id, 0::smallint, l.token, v_model,
                            true, 'label', 'a', NULL, NULL, NULL,
                            CASE n % 2 WHEN 0 THEN ARRAY['accepted', 'corrected', 'labelled'] END, n % 3 = 0)
                        FROM lease l WHERE l.token = n * 10;
                        PERFORM release_lease(v_project, l.item_id, l.actor_id, l.token)
                        FROM lease l WHERE l.token = n * 10 + 1;
                        PERFORM sweep_leases(v_project, 20);
                    END LOOP;
                END $$;
                """)
        let log = try String(contentsOfFile: database.server.log, encoding: .utf8)
        var scans: Set<String> = []
        var scan: Substring?
        for line in log.split(separator: "\n") {
            if line.contains("Bitmap Heap Scan on ") {
                Issue.record("a bitmap reads dead entries again each time: \(line)")
            }
            if let found = line.range(of: "Index Scan using ") {
                scan = line[found.upperBound...]
            } else if let place = scan, line.contains("Index Cond: ") {
                // The project alone is no key.
                let isByKey = ["item_id", "expires_at", "(id ="].contains {
                    line.contains($0)
                }
                if place.contains(" on lease ") || place.contains(" on review ") {
                    #expect(isByKey, "\(place): \(line)")
                    scans.insert(String(place.prefix { $0 != " " }))
                }
                scan = nil
            }
        }
        #expect(
            scans.isSuperset(of: ["lease_expires_at_idx", "review_once_a_reviewer"]), "\(scans)")
    }

    @Test("the end of a filtered look and a reviewer's own reviews are found by index")
    func looks() async throws {
        let database = try #require(TestDatabase.current)
        var script = Self.seed + "SELECT project, actor FROM here \\gset\n"
        for (statement, arguments) in [
            (SQLCatalog.readyAfter, ":project, 0, 5000, 5000, 2000"),
            (SQLCatalog.ownReviews, ":project, :actor, 50"),
            (SQLCatalog.answersBesideOwn, ":project, :actor, 50"),
            (SQLCatalog.itemSlices, ":project, ARRAY[1, 2, 3], true, 'payload', ARRAY['a']"),
            (
                SQLCatalog.labelRowsOf,
                ":project, true, NULL, NULL, NULL, ARRAY[1, 2], ARRAY[0.5, 0.1]"
            ),
        ] {
            script += """
                SET plan_cache_mode = force_generic_plan;
                PREPARE "\(statement.name)" AS \(statement.text.trimmingCharacters(in: ["\n", ";"]));
                EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) EXECUTE "\(statement.name)"(\(arguments));

                """
        }
        let plans = try await database.execute(script)
        for table in ["ready", "review", "lease", "item", "task", "decision", "prediction"] {
            #expect(!plans.contains("Seq Scan on \(table) "), "\(plans)")
        }
        #expect(plans.contains("review_by_actor_idx"), "\(plans)")
    }

    @Test("a reviewer's floor skips what lies behind it: a claim reads a handful of rows")
    func floor() async throws {
        let database = try #require(TestDatabase.current)
        let removed = try await database.execute(
            Self.seed + """
                EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)
                SELECT x.rank FROM ready x, here
                WHERE x.project_id = here.project AND x.queue = 0 AND (x.rank, x.item_id) >= (5000, 5001)
                    AND NOT EXISTS (SELECT FROM review v WHERE v.project_id = here.project AND v.item_id = x.item_id
                        AND v.actor_id = here.actor AND v.queue = 0 AND v.undone_at IS NULL OFFSET 0)
                ORDER BY x.rank, x.item_id LIMIT 1;
                """)
        #expect(removed.contains("Index"))
        #expect(!removed.contains("Rows Removed by Filter: 5000"))
    }
}

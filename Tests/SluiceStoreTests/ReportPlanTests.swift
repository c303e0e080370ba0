import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

@Suite("Plans of reports", .database)
struct ReportPlanTests {
    /// Ninety days of rollups of one project and of another, and rows they could have come from.
    private static let seed = """
        SET synchronous_commit = off;
        INSERT INTO actor (name) SELECT 'actor ' || n FROM generate_series(1, 5) n;
        INSERT INTO project (name, created_by) SELECT 'plans-' || n, (SELECT min(id) FROM actor) FROM generate_series(1, 2) n;
        INSERT INTO model_version (project_id, model, version) SELECT p.id, 'm', '1' FROM project p;
        INSERT INTO rollup_arrival (project_id, facet, grain, starts_at, model_version_id, propensity, policy_version, stratum,
            is_contradicted, slice_key, slice_value, label, route, reason, rule, source, outcome, items, offset_milliseconds)
            SELECT p.id, f.facet, g.grain, date_trunc(g.grain, now(), 'UTC') - n * g.step, 1, 0.1, 1, -1, false, '', '', 'l' || k,
                'accepted', 'above_threshold', '', 'model', 'auto_accepted', 5, 0
            FROM project p, generate_series(1, 10) k, (VALUES ('all'), ('route')) f (facet),
                (VALUES ('hour', interval '1 hour', 2160), ('day', interval '1 day', 90)) g (grain, step, many),
                LATERAL generate_series(0, g.many) n;
        INSERT INTO rollup_review (project_id, facet, grain, starts_at, actor_id, model_version_id, policy_version, queue,
            is_audit, is_shown, is_queued, slice_key, slice_value, status, verdict, predicted, agreement, rule, reviews)
            SELECT a.project_id, f.facet, a.grain, a.starts_at, (SELECT min(id) FROM actor), 1, 1, 0, false, true, true, '', '',
                'counted', 'label', a.label, 'same', '', 3
            FROM rollup_arrival a, (VALUES ('all'), ('reviewer'), ('label'), ('agreement')) f (facet) WHERE a.facet = 'all';
        INSERT INTO rollup_decision (project_id, clock, grain, starts_at, model_version_id, bin, is_accepted, slice_key,
            slice_value, deadline, items, milliseconds)
            SELECT a.project_id, c.clock, a.grain, a.starts_at, 1, length(a.label) + right(a.label, 1)::integer, false, '', '', 'none', 3, 9
            FROM rollup_arrival a, (VALUES ('arrival'), ('decision')) c (clock)
            ON CONFLICT DO NOTHING;
        INSERT INTO rollup_handling (project_id, grain, starts_at, actor_id, bin, is_skip, reviews, milliseconds)
            SELECT a.project_id, g.grain, a.starts_at, (SELECT min(id) FROM actor), 9, false, 3, 9
            FROM rollup_arrival a, (VALUES ('hour'), ('day'), ('shift')) g (grain) ON CONFLICT DO NOTHING;
        INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity,
            policy_version, salt_id, is_blind, label, route, reason)
            SELECT p.id, n, 1, now() - interval '90 days', gen_random_uuid(), 0.5, 1, 1, 1, false, 'a', 'accepted', 'degree'
            FROM project p, generate_series(1, 20000) n;
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
            SELECT p.id, n, 1, 1, 1, 'a', 'model', 'auto_accepted' FROM project p, generate_series(1, 20000) n;
        INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, queue, slot, is_shown, status, verdict, label)
            SELECT p.id, 'r-' || n, n, (SELECT min(id) FROM actor), 1, 0, 0, true, 'counted', 'label', 'a'
            FROM project p, generate_series(1, 5000) n;
        ANALYZE;
        SELECT max(id) AS project FROM project \\gset
        SELECT set_config('jit', 'off', false), set_config('enable_sort', 'off', false),
            set_config('plan_cache_mode', 'force_generic_plan', false);
        """

    private static let day = "date_trunc('day', now(), 'UTC')"
    private static let pieces = """
        ARRAY['hour', 'day', 'hour'], ARRAY[now() - interval '28 days', \(day) - interval '27 days', \(day)],
        ARRAY[\(day) - interval '27 days', \(day), now()]
        """
    private static let times = "\(pieces), now(), now()"

    private static func scope(_ facet: String) -> String {
        ":project, '', '', '\(facet)', \(times), NULL, NULL"
    }

    @Test("a report reads the hours and days of its window by key, and no row of anything else")
    func byKey() async throws {
        let database = try #require(TestDatabase.current)
        var script = Self.seed
        for (statement, arguments) in [
            (SQLCatalog.reportArrivals, Self.scope("all") + ", now()"),
            (SQLCatalog.reportTimes, Self.scope("route") + ", \(Self.day), 86400"),
            (SQLCatalog.reportLabels, Self.scope("all")),
            (SQLCatalog.reportDecisions, ":project, '', '', \(Self.times), NULL"),
            (SQLCatalog.reportReviewers, Self.scope("reviewer") + ", NULL"),
            (SQLCatalog.reportOverrides, Self.scope("label") + ", NULL"),
            (SQLCatalog.reportHandling, ":project, \(Self.times), NULL"),
            (SQLCatalog.reportShifts, ":project, now() - interval '28 days', now()"),
            (SQLCatalog.seriesReviews, Self.scope("agreement") + ", NULL, \(Self.day), 86400"),
            (
                SQLCatalog.seriesDecisions,
                ":project, '', '', \(Self.times), NULL, \(Self.day), 86400"
            ),
            (SQLCatalog.reportShadow, ":project, now() - interval '28 days', now()"),
            (SQLCatalog.reportNotServing, ":project, now() - interval '28 days', now()"),
            (SQLCatalog.goldErrors, ":project"),
        ] {
            script += """
                \nPREPARE "\(statement.name)" AS \(statement.text.trimmingCharacters(in: ["\n", ";"]));
                EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) EXECUTE "\(statement.name)"(\(arguments));
                """
        }
        let plans = try await database.execute(script)
        #expect(plans.contains("rollup_arrival_pkey") && plans.contains("rollup_review_pkey"))
        for line in plans.split(separator: "\n") where !line.contains("never executed") {
            for table in [
                "rollup_arrival", "rollup_review", "rollup_decision", "rollup_handling",
                "prediction",
                "decision", "review",
            ] {
                #expect(!line.contains("Seq Scan on \(table) "), "\(line)")
            }
        }
    }
}

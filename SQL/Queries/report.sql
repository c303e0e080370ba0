-- What a report counts is read from the rollups, in no order and to be added up: days where they lie within the window, hours at its ends ($4 to $6), what is
-- not folded yet ($7 to $8), and where an end lies within an hour, the rows themselves ($9 to $10; none where that is empty).

-- name: reportSettings
-- What is read of the rollups is found by their keys whatever the window, so one plan does; rows are counted by a plan made for
-- their window. Compiling a plan takes longer than running it, and so does sorting before adding up.
-- $1 plan_cache_mode text
-- returns jit text, enable_sort text, plan_cache_mode text
SELECT set_config('jit', 'off', true), set_config('enable_sort', 'off', true), set_config('plan_cache_mode', $1, true);

-- name: reportArrivals
-- Items by their route that stands and the decision that stands; empty texts: no prediction, no rule, no decision.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- returns model text, version text, label text, policy_version integer, route text, reason text, rule text
--   propensity double precision, stratum smallint or null, source text, outcome text, is_contradicted boolean, items bigint
WITH n AS MATERIALIZED (
    SELECT r.model_version_id, r.label, r.policy_version, r.route, r.reason, r.rule, r.propensity, r.stratum,
        r.source, r.outcome, r.is_contradicted, r.items
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.model_version_id, k.label, k.policy_version, k.route, k.reason, k.rule, k.propensity, k.stratum, k.source,
            k.outcome, k.is_contradicted, k.items, k.offset_milliseconds
        FROM rollup_arrival k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.grain = piece.grain
            AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT u.model_version_id, u.label, u.policy_version, u.route, u.reason, u.rule, u.propensity, u.stratum,
        u.source, u.outcome, u.is_contradicted, u.items
    FROM unfolded_arrival u
    WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.received_at >= $7 AND u.received_at < $8
    UNION ALL
    SELECT c.model_version_id, c.label, c.policy_version, c.route, c.reason, c.rule, c.propensity, c.stratum,
        c.source, c.outcome, c.is_contradicted, c.items
    FROM counted_arrival c
    WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
        AND c.received_at >= $9 AND c.received_at < $10
)
SELECT coalesce(m.model, ''), coalesce(m.version, ''), n.label, n.policy_version, n.route, n.reason, n.rule,
    n.propensity, nullif(n.stratum, -1), n.source, n.outcome, n.is_contradicted, sum(n.items)::bigint
FROM n
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = n.model_version_id
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND ($12::text IS NULL OR n.label = $12)
GROUP BY m.model, m.version, n.label, n.policy_version, n.route, n.reason, n.rule, n.propensity, n.stratum, n.source, n.outcome,
    n.is_contradicted
HAVING sum(n.items) <> 0;

-- name: reportTimes
-- The same over time: open items and audits by the hour or day the rollups keep, with the mean time from its beginning to
-- their arrival; what else came, by buckets of $14 seconds since $13 (0: left out).
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- $13 origin timestamptz, $14 seconds integer
-- returns starts_at timestamptz, model text, version text, label text, policy_version integer, route text, rule text
--   propensity double precision, stratum smallint or null, source text, outcome text, is_contradicted boolean, items bigint
--   mean_milliseconds double precision
WITH n AS MATERIALIZED (
    SELECT r.starts_at AS at, r.offset_milliseconds AS offset_milliseconds,
        r.model_version_id, r.label, r.policy_version, r.route, r.reason, r.rule, r.propensity, r.stratum,
        r.source, r.outcome, r.is_contradicted, r.items
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.model_version_id, k.label, k.policy_version, k.route, k.reason, k.rule, k.propensity, k.stratum, k.source,
            k.outcome, k.is_contradicted, k.items, k.offset_milliseconds
        FROM rollup_arrival k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.grain = piece.grain
            AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT date_trunc('hour', u.received_at, 'UTC') AS at, u.items * floor(extract(
            epoch FROM u.received_at - date_trunc('hour', u.received_at, 'UTC')) * 1000)::bigint AS offset_milliseconds,
        u.model_version_id, u.label, u.policy_version, u.route, u.reason, u.rule, u.propensity, u.stratum,
        u.source, u.outcome, u.is_contradicted, u.items
    FROM unfolded_arrival u
    WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.received_at >= $7 AND u.received_at < $8
    UNION ALL
    SELECT date_trunc('hour', c.received_at, 'UTC') AS at, c.items * floor(extract(
            epoch FROM c.received_at - date_trunc('hour', c.received_at, 'UTC')) * 1000)::bigint AS offset_milliseconds,
        c.model_version_id, c.label, c.policy_version, c.route, c.reason, c.rule, c.propensity, c.stratum,
        c.source, c.outcome, c.is_contradicted, c.items
    FROM counted_arrival c
    WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
        AND c.received_at >= $9 AND c.received_at < $10
), placed AS (
    SELECT CASE WHEN n.is_open OR $14 = 0 THEN n.at ELSE date_bin($14 * interval '1 second', n.at, $13) END AS at,
        n.offset_milliseconds, n.model_version_id, n.label, n.policy_version, n.route, n.rule, n.propensity, n.stratum, n.source,
        n.outcome, n.is_contradicted, n.items
    FROM (
        SELECT n.at, n.offset_milliseconds, n.model_version_id, n.label, n.policy_version, n.route, n.rule, n.propensity, n.stratum,
            n.source, n.outcome, n.is_contradicted, n.items,
            n.source = '' OR n.outcome = 'reopened' OR n.source = 'model' AND n.route = 'audited' AS is_open
        FROM n
    ) AS n
    WHERE n.is_open OR $14 > 0
)
SELECT n.at, coalesce(m.model, ''), coalesce(m.version, ''), n.label, n.policy_version, n.route, n.rule,
    n.propensity, nullif(n.stratum, -1), n.source, n.outcome, n.is_contradicted, sum(n.items)::bigint,
    (sum(n.offset_milliseconds) / sum(n.items))::double precision
FROM placed n
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = n.model_version_id
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND ($12::text IS NULL OR n.label = $12)
GROUP BY n.at, m.model, m.version, n.label, n.policy_version, n.route, n.rule, n.propensity, n.stratum, n.source, n.outcome,
    n.is_contradicted
HAVING sum(n.items) <> 0;


-- name: reportDecisions
-- Items of these arrivals that people decided, by how long that took and whether it met the deadline.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- returns is_accepted boolean, deadline text, bin smallint, items bigint, milliseconds bigint
WITH n AS MATERIALIZED (
    SELECT r.model_version_id, r.is_accepted, r.deadline, r.bin, r.items, r.milliseconds
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.model_version_id, k.is_accepted, k.deadline, k.bin, k.items, k.milliseconds
        FROM rollup_decision k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.clock = 'arrival'
            AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT x.model_version_id, x.is_accepted,
        CASE
            WHEN x.is_accepted OR coalesce(own.o_seconds, other.o_seconds) IS NULL THEN 'none'
            WHEN x.milliseconds <= coalesce(own.o_seconds, other.o_seconds) * 1000 THEN 'met'
            ELSE 'missed' END,
        duration_bin(x.milliseconds), x.items, x.items * x.milliseconds
    FROM (
        SELECT u.received_at, u.decided_at, u.model_version_id, u.policy_version, u.rule, u.is_accepted, u.items, u.milliseconds
        FROM unfolded_decision u
        WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.received_at >= $7 AND u.received_at < $8
        UNION ALL
        SELECT c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, c.items, c.milliseconds
        FROM counted_decision c
        WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
            AND c.received_at >= $9 AND c.received_at < $10
    ) AS x
    LEFT JOIN policy_deadlines($1) AS own
        ON own.o_version = x.policy_version AND own.o_rule = x.rule AND x.rule <> ''
    LEFT JOIN policy_deadlines($1) AS other ON other.o_version = x.policy_version AND other.o_rule = ''
)
SELECT n.is_accepted, n.deadline, n.bin, sum(n.items)::bigint, sum(n.milliseconds)::bigint
FROM n
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND $12::text IS NULL
GROUP BY n.is_accepted, n.deadline, n.bin
HAVING sum(n.items) <> 0;

-- name: reportReviews
-- Reviews that stand, by reviewer and by what was predicted. Given and overridden are labels that counted towards a decision, but for
-- borderline ones; labels and overrides all that were given on predictions, those on gold left out. Drawn: queued under a
-- policy that shows or hides predictions at random, by its own blind_share and not by that of a rule.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- $13 reviewer text or null
-- returns reviewer text, model text, version text, label text, is_audit boolean, is_shown boolean, is_drawn boolean
--   reviews bigint, labels bigint, overrides bigint, skips bigint, escalations bigint, unusable bigint, surplus bigint
--   given bigint, overridden bigint
WITH n AS MATERIALIZED (
    SELECT r.actor_id, r.model_version_id, r.policy_version, r.queue, r.is_audit, r.is_shown, r.is_queued, r.status,
        r.verdict, r.predicted, r.given, r.rule, r.reviews
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.actor_id, k.model_version_id, k.policy_version, k.queue, k.is_audit, k.is_shown, k.is_queued, k.status, k.verdict,
            k.predicted, k.given, k.rule, k.reviews
        FROM rollup_review k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.grain = piece.grain
            AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.reviews <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT u.actor_id, u.model_version_id, u.policy_version, u.queue, u.is_audit, u.is_shown, u.is_queued, u.status,
        u.verdict, u.predicted, u.given, u.rule, u.reviews
    FROM unfolded_review u
    WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.reviewed_at >= $7 AND u.reviewed_at < $8
    UNION ALL
    SELECT c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued, c.status,
        c.verdict, c.predicted, c.given, c.rule, c.reviews
    FROM counted_review c
    WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
        AND c.reviewed_at >= $9 AND c.reviewed_at < $10
), drawing AS MATERIALIZED (
    SELECT y.version, ARRAY(
        SELECT r ->> 'name' FROM json_array_elements(y.document -> 'rules') AS r
        WHERE r -> 'then' ->> 'blind_share' IS NOT NULL) AS rules_with_own
    FROM policy y
    WHERE y.project_id = $1 AND y.document ->> 'degree' NOT IN ('human_only', 'shadow')
        AND (y.document ->> 'blind_share')::double precision > 0 AND (y.document ->> 'blind_share')::double precision < 1
)
SELECT a.name, coalesce(m.model, ''), coalesce(m.version, ''), n.predicted, n.is_audit, n.is_shown,
    n.is_queued AND y.version IS NOT NULL AND n.rule <> ALL(coalesce(y.rules_with_own, '{}')) AS is_drawn,
    sum(n.reviews)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.verdict = 'label' AND n.status <> 'gold' AND NOT coalesce(l.is_borderline, false)
        AND n.predicted <> ''), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.verdict = 'label' AND n.status <> 'gold' AND NOT coalesce(l.is_borderline, false)
        AND n.predicted <> '' AND n.given <> n.predicted), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.verdict = 'skip'), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.verdict = 'escalate'), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.verdict = 'unusable'), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.status IN ('surplus', 'lapsed')), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.queue = 0 AND n.status IN ('counted', 'late') AND n.verdict = 'label'
        AND NOT coalesce(l.is_borderline, false) AND n.predicted <> ''), 0)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.queue = 0 AND n.status IN ('counted', 'late') AND n.verdict = 'label'
        AND NOT coalesce(l.is_borderline, false) AND n.predicted <> '' AND n.given <> n.predicted), 0)::bigint
FROM n
JOIN actor a ON a.id = n.actor_id
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = n.model_version_id
LEFT JOIN drawing y ON y.version = n.policy_version
LEFT JOIN label l ON l.project_id = $1 AND l.name = n.given
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND ($12::text IS NULL OR n.predicted = $12)
    AND ($13::text IS NULL OR a.name = $13)
GROUP BY a.name, m.model, m.version, n.predicted, n.is_audit, n.is_shown, is_drawn
HAVING sum(n.reviews) <> 0;

-- name: reportHandling
-- How long reviewers took, in bins; capped at the idle limit of 120 seconds each.
-- $1 project_id bigint, $2 grains text[], $3 piece_from timestamptz[], $4 piece_to timestamptz[], $5 unfolded_from timestamptz
-- $6 unfolded_to timestamptz, $7 rows_from timestamptz, $8 rows_to timestamptz, $9 reviewer text or null
-- returns reviewer text, is_skip boolean, bin smallint, reviews bigint, milliseconds bigint
WITH n AS MATERIALIZED (
    SELECT r.actor_id, r.is_skip, r.bin, r.reviews, r.milliseconds
    FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.actor_id, k.is_skip, k.bin, k.reviews, k.milliseconds
        FROM rollup_handling k
        WHERE k.project_id = $1 AND k.grain = piece.grain AND k.starts_at >= piece.from_at
            AND k.starts_at < piece.to_at
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT x.actor_id, x.verdict = 'skip', duration_bin(x.milliseconds), x.reviews, x.reviews * x.milliseconds
    FROM (
        SELECT u.actor_id, u.verdict, u.reviews, u.milliseconds FROM unfolded_review u
        WHERE u.project_id = $1 AND u.slice_key = '' AND u.reviewed_at >= $5 AND u.reviewed_at < $6
            AND u.milliseconds IS NOT NULL
        UNION ALL
        SELECT c.actor_id, c.verdict, c.reviews, c.milliseconds FROM counted_review c
        WHERE $7::timestamptz < $8::timestamptz AND c.project_id = $1 AND c.slice_key = '' AND c.reviewed_at >= $7
            AND c.reviewed_at < $8 AND c.milliseconds IS NOT NULL
    ) AS x
)
SELECT a.name, n.is_skip, n.bin, sum(n.reviews)::bigint, sum(n.milliseconds)::bigint
FROM n
JOIN actor a ON a.id = n.actor_id
WHERE $9::text IS NULL OR a.name = $9
GROUP BY a.name, n.is_skip, n.bin
HAVING sum(n.reviews) <> 0;

-- name: reportShifts
-- How many hours had a review with its handling time of each reviewer, summed over them.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns hours bigint
SELECT count(*)
FROM (
    SELECT r.actor_id, r.starts_at FROM rollup_handling r
    WHERE r.project_id = $1 AND r.grain = 'shift' AND r.starts_at >= $2 AND r.starts_at < $3 AND r.reviews > 0
    UNION
    SELECT u.actor_id, date_trunc('hour', u.reviewed_at, 'UTC') FROM unfolded_review u
    WHERE u.project_id = $1 AND u.slice_key = '' AND u.reviewed_at >= $2 AND u.reviewed_at < $3 AND u.milliseconds IS NOT NULL
        AND u.reviews > 0
) AS n;

-- name: reportModelVersions
-- $1 project_id bigint, $2 model text or null, $3 version text or null
-- returns id bigint
SELECT m.id FROM model_version m
WHERE m.project_id = $1 AND ($2::text IS NULL OR m.model = $2) AND ($3::text IS NULL OR m.version = $3)
ORDER BY m.id;

-- name: reportDeadlines
-- How long after their arrival items are to be decided, by policy and rule; an empty rule: where no rule says otherwise.
-- $1 project_id bigint
-- returns version integer, rule text, seconds bigint
SELECT y.o_version, y.o_rule, y.o_seconds FROM policy_deadlines($1) AS y ORDER BY y.o_version, y.o_rule;

-- name: projectSlices
-- The metadata by which a project's items are told apart.
-- $1 project_id bigint
-- returns key text
SELECT s.key FROM rollup_slice s WHERE s.project_id = $1 ORDER BY s.key;

-- name: goldErrors
-- How many labels people gave to items whose label is known, and how many of those are others.
-- $1 project_id bigint
-- returns given bigint, wrong bigint
SELECT count(*), count(*) FILTER (WHERE v.label <> g.label)
FROM review v
JOIN gold g ON g.project_id = v.project_id AND g.item_id = v.item_id AND g.retired_at IS NULL
WHERE v.project_id = $1 AND v.status = 'gold' AND v.verdict = 'label' AND v.undone_at IS NULL;

-- name: reportHourSize
-- How many predictions that stand, and how many reviews, the rollups have of one hour.
-- $1 project_id bigint, $2 starts_at timestamptz
-- returns rows bigint
SELECT (coalesce((SELECT sum(r.items) FROM rollup_arrival r
        WHERE r.project_id = $1 AND r.slice_key = '' AND r.slice_value = '' AND r.grain = 'hour' AND r.starts_at = $2), 0)
    + coalesce((SELECT sum(v.reviews) FROM rollup_review v
        WHERE v.project_id = $1 AND v.slice_key = '' AND v.slice_value = '' AND v.grain = 'hour' AND v.starts_at = $2), 0))::bigint;

-- name: currentTime
-- The database's clock, the only one that times are taken from.
-- returns now timestamptz
SELECT now();

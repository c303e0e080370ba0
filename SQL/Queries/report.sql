-- What a report counts is read from the rollups, in no order and to be added up: days where they lie within the window, hours at its
-- ends ($5 to $7), what is not folded yet, and where an end lies within an hour, the rows themselves ($8 to $9; none where that is
-- empty). What is asked of one predicted label ($11) is found hour by hour or day by day, in a branch of its own.

-- part: arrivalsInWindow
SELECT r.starts_at, r.model_version_id, r.policy_version, r.propensity, r.stratum, r.is_contradicted, r.label, r.route, r.reason,
    r.rule, r.source, r.outcome, r.items, r.offset_milliseconds
FROM (
    SELECT n.grain, n.from_at, n.to_at, CASE n.grain WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END AS step
    FROM unnest($5::text[], $6::timestamptz[], $7::timestamptz[]) AS n (grain, from_at, to_at)) AS piece
CROSS JOIN LATERAL (
    SELECT k.starts_at, k.model_version_id, k.policy_version, k.propensity, k.stratum, k.is_contradicted, k.label, k.route,
        k.reason, k.rule, k.source, k.outcome, k.items, k.offset_milliseconds
    FROM rollup_arrival k
    WHERE $11::text IS NULL AND k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.facet = $4
        AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
    UNION ALL
    SELECT k.starts_at, k.model_version_id, k.policy_version, k.propensity, k.stratum, k.is_contradicted, k.label, k.route,
        k.reason, k.rule, k.source, k.outcome, k.items, k.offset_milliseconds
    FROM generate_series(piece.from_at, piece.to_at - interval '1 second', piece.step) AS t (at)
    CROSS JOIN LATERAL (
        SELECT x.starts_at, x.model_version_id, x.policy_version, x.propensity, x.stratum, x.is_contradicted, x.label, x.route,
            x.reason, x.rule, x.source, x.outcome, x.items, x.offset_milliseconds
        FROM rollup_arrival x
        WHERE x.project_id = $1 AND x.slice_key = $2 AND x.slice_value = $3 AND x.facet = $4 AND x.grain = piece.grain
            AND x.starts_at = t.at AND x.label = $11 AND x.items <> 0
        OFFSET 0
    ) AS k
) AS r
UNION ALL
SELECT n.starts_at, u.model_version_id, u.policy_version, u.propensity, u.stratum, u.is_contradicted, u.label, u.route, u.reason,
    u.rule, u.source, u.outcome, u.items,
    u.items * floor(extract(epoch FROM u.received_at - n.starts_at) * 1000)::bigint
FROM unfolded_arrival u
JOIN unnest($5::text[], $6::timestamptz[], $7::timestamptz[]) AS piece (grain, from_at, to_at)
    ON u.received_at >= piece.from_at AND u.received_at < piece.to_at
CROSS JOIN LATERAL (SELECT date_trunc(piece.grain, u.received_at, 'UTC') AS starts_at) AS n
WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND ($11::text IS NULL OR u.label = $11)
UNION ALL
SELECT n.starts_at, c.model_version_id, c.policy_version, c.propensity, c.stratum, c.is_contradicted, c.label, c.route, c.reason,
    c.rule, c.source, c.outcome, c.items,
    c.items * floor(extract(epoch FROM c.received_at - n.starts_at) * 1000)::bigint
FROM counted_arrival c
CROSS JOIN LATERAL (SELECT date_trunc('hour', c.received_at, 'UTC') AS starts_at) AS n
WHERE $8::timestamptz < $9::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
    AND c.received_at >= $8 AND c.received_at < $9 AND ($11::text IS NULL OR c.label = $11)

-- part: reviewsInWindow
SELECT r.starts_at AS at, r.actor_id, r.model_version_id, r.policy_version, r.queue, r.is_audit, r.is_shown, r.is_queued, r.status,
    r.verdict, r.predicted, r.agreement, r.rule, r.reviews
FROM (
    SELECT n.grain, n.from_at, n.to_at, CASE n.grain WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END AS step
    FROM unnest($5::text[], $6::timestamptz[], $7::timestamptz[]) AS n (grain, from_at, to_at)) AS piece
CROSS JOIN LATERAL (
    SELECT k.starts_at, k.actor_id, k.model_version_id, k.policy_version, k.queue, k.is_audit, k.is_shown, k.is_queued, k.status,
        k.verdict, k.predicted, k.agreement, k.rule, k.reviews
    FROM rollup_review k
    WHERE $11::text IS NULL AND k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.facet = $4
        AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.reviews <> 0
    UNION ALL
    SELECT k.starts_at, k.actor_id, k.model_version_id, k.policy_version, k.queue, k.is_audit, k.is_shown, k.is_queued, k.status,
        k.verdict, k.predicted, k.agreement, k.rule, k.reviews
    FROM generate_series(piece.from_at, piece.to_at - interval '1 second', piece.step) AS t (at)
    CROSS JOIN LATERAL (
        SELECT x.starts_at, x.actor_id, x.model_version_id, x.policy_version, x.queue, x.is_audit, x.is_shown, x.is_queued, x.status,
            x.verdict, x.predicted, x.agreement, x.rule, x.reviews
        FROM rollup_review x
        WHERE x.project_id = $1 AND x.slice_key = $2 AND x.slice_value = $3 AND x.facet = $4 AND x.grain = piece.grain
            AND x.starts_at = t.at AND x.predicted = $11 AND x.reviews <> 0
        OFFSET 0
    ) AS k
) AS r
UNION ALL
SELECT u.reviewed_at, u.actor_id, u.model_version_id, u.policy_version, u.queue, u.is_audit, u.is_shown, u.is_queued, u.status,
    u.verdict, u.predicted, u.agreement, u.rule, u.reviews
FROM unfolded_review u
JOIN unnest($6::timestamptz[], $7::timestamptz[]) AS piece (from_at, to_at)
    ON u.reviewed_at >= piece.from_at AND u.reviewed_at < piece.to_at
WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND ($11::text IS NULL OR u.predicted = $11)
UNION ALL
SELECT c.reviewed_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued, c.status,
    c.verdict, c.predicted, c.agreement, c.rule, c.reviews
FROM counted_review c
WHERE $8::timestamptz < $9::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
    AND c.reviewed_at >= $8 AND c.reviewed_at < $9 AND ($11::text IS NULL OR c.predicted = $11)

-- name: reportSettings
-- What is read of the rollups is found by their keys whatever the window, so one plan does; rows are counted by a plan made for
-- their window. Compiling a plan takes longer than running it, and so does sorting before adding up.
-- $1 plan_cache_mode text
-- returns jit text, enable_sort text, plan_cache_mode text
SELECT set_config('jit', 'off', true), set_config('enable_sort', 'off', true), set_config('plan_cache_mode', $1, true);

-- name: reportArrivals
-- Items by their route that stands and, of those the model decided, the decision that stands; empty texts: no prediction, no rule,
-- another route. Overdue are those that came before $12 by the mean of their hour or day, and whose audit is open.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null, $12 overdue_before timestamptz
-- returns model text, version text, label text, policy_version integer, route text, reason text, rule text
--   propensity double precision, stratum smallint or null, source text, outcome text, is_contradicted boolean, items bigint
--   overdue bigint
WITH n AS MATERIALIZED (
    SELECT CASE WHEN a.route = 'audited' AND a.source = 'model' THEN a.starts_at END AS starts_at, a.model_version_id,
        a.label, a.policy_version, a.route, a.reason, a.rule, a.propensity, a.stratum,
        CASE WHEN a.route IN ('accepted', 'audited') THEN a.source ELSE '' END AS source,
        CASE WHEN a.route IN ('accepted', 'audited') THEN a.outcome ELSE '' END AS outcome, a.is_contradicted,
        sum(a.items)::bigint AS items, sum(a.offset_milliseconds)::double precision AS offset_milliseconds
    FROM (
        -- use: arrivalsInWindow
    ) AS a
    WHERE $10::bigint[] IS NULL OR a.model_version_id = ANY($10)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
), counted AS (
    SELECT n.model_version_id, n.label, n.policy_version, n.route, n.reason, n.rule, n.propensity, n.stratum, n.source, n.outcome,
        n.is_contradicted, sum(n.items)::bigint AS items,
        coalesce(sum(n.items) FILTER (
            WHERE n.items <> 0 AND n.starts_at + n.offset_milliseconds / n.items * interval '1 millisecond' < $12), 0)::bigint
            AS overdue
    FROM n
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
)
SELECT coalesce(m.model, ''), coalesce(m.version, ''), c.label, c.policy_version, c.route, c.reason, c.rule, c.propensity,
    nullif(c.stratum, -1), c.source, c.outcome, c.is_contradicted, c.items, c.overdue
FROM counted c
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = c.model_version_id
WHERE c.items <> 0;

-- name: reportTimes
-- The same over time, with neither version, label nor reason: open items and audits by the hour or day the rollups keep, with
-- the mean time from its beginning to their arrival; what else came, by buckets of $13 seconds since $12 (0: left out). The source
-- of what is open is empty or its outcome reopened; of what people decided that was theirs, the outcome is empty.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null, $12 origin timestamptz, $13 seconds integer
-- returns starts_at timestamptz, policy_version integer, route text, rule text, propensity double precision
--   stratum smallint or null, source text, outcome text, is_contradicted boolean, items bigint, mean_milliseconds double precision
WITH n AS MATERIALIZED (
    SELECT a.starts_at, a.policy_version, a.route, a.rule, a.propensity, a.stratum,
        CASE WHEN a.route IN ('accepted', 'audited') OR a.source = '' THEN a.source ELSE 'reviewer' END AS source,
        CASE WHEN a.route IN ('accepted', 'audited') OR a.outcome = 'reopened' THEN a.outcome ELSE '' END AS outcome,
        a.is_contradicted, a.items, a.offset_milliseconds,
        a.source = '' OR a.outcome = 'reopened' OR a.source = 'model' AND a.route = 'audited' AS is_open
    FROM (
        -- use: arrivalsInWindow
    ) AS a
    WHERE $10::bigint[] IS NULL OR a.model_version_id = ANY($10)
)
SELECT CASE WHEN n.is_open OR $13 = 0 THEN n.starts_at ELSE date_bin($13 * interval '1 second', n.starts_at, $12) END,
    n.policy_version, n.route, n.rule, n.propensity, nullif(n.stratum, -1), n.source, n.outcome,
    n.is_contradicted, sum(n.items)::bigint, (sum(n.offset_milliseconds) / sum(n.items))::double precision
FROM n
WHERE n.is_open OR $13 > 0
GROUP BY 1, 2, 3, 4, 5, n.stratum, 7, 8, 9
HAVING sum(n.items) <> 0;

-- name: reportLabels
-- How many items each label was predicted of, and of how many of those the model decided.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null
-- returns label text, items bigint, automated bigint
SELECT a.label, sum(a.items)::bigint,
    coalesce(sum(a.items) FILTER (WHERE a.route IN ('accepted', 'audited')), 0)::bigint
FROM (
    -- use: arrivalsInWindow
) AS a
WHERE $10::bigint[] IS NULL OR a.model_version_id = ANY($10)
GROUP BY a.label
HAVING sum(a.items) <> 0;

-- name: reportDecisions
-- Items of these arrivals that people decided, by how long that took and whether it met the deadline.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 rows_from timestamptz, $8 rows_to timestamptz, $9 model_version_ids bigint[] or null
-- returns is_accepted boolean, deadline text, bin smallint, items bigint, milliseconds bigint
WITH n AS (
    SELECT r.model_version_id, r.is_accepted, r.deadline, r.bin, r.items, r.milliseconds
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.model_version_id, k.is_accepted, k.deadline, k.bin, k.items, k.milliseconds
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
        SELECT u.model_version_id, u.policy_version, u.rule, u.is_accepted, u.items, u.milliseconds
        FROM unfolded_decision u
        JOIN unnest($5::timestamptz[], $6::timestamptz[]) AS piece (from_at, to_at)
            ON u.received_at >= piece.from_at AND u.received_at < piece.to_at
        WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3
        UNION ALL
        SELECT c.model_version_id, c.policy_version, c.rule, c.is_accepted, c.items, c.milliseconds
        FROM counted_decision c
        WHERE $7::timestamptz < $8::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
            AND c.received_at >= $7 AND c.received_at < $8
    ) AS x
    LEFT JOIN policy_deadlines($1) AS own
        ON own.o_version = x.policy_version AND own.o_rule = x.rule AND x.rule <> ''
    LEFT JOIN policy_deadlines($1) AS other ON other.o_version = x.policy_version AND other.o_rule = ''
)
SELECT n.is_accepted, n.deadline, n.bin, sum(n.items)::bigint, sum(n.milliseconds)::bigint
FROM n
WHERE $9::bigint[] IS NULL OR n.model_version_id = ANY($9)
GROUP BY n.is_accepted, n.deadline, n.bin
HAVING sum(n.items) <> 0;

-- name: reportReviewers
-- Reviews that stand, by reviewer. Labels and overrides are all that were given on predictions, but for borderline ones and those
-- on gold.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null, $12 reviewer text or null
-- returns reviewer text, reviews bigint, labels bigint, overrides bigint, skips bigint, escalations bigint, unusable bigint
--   surplus bigint
WITH n AS MATERIALIZED (
    SELECT v.actor_id, sum(v.reviews) AS reviews,
        sum(v.reviews) FILTER (WHERE v.status <> 'gold' AND v.agreement <> '') AS labels,
        sum(v.reviews) FILTER (WHERE v.status <> 'gold' AND v.agreement = 'other') AS overrides,
        sum(v.reviews) FILTER (WHERE v.verdict = 'skip') AS skips,
        sum(v.reviews) FILTER (WHERE v.verdict = 'escalate') AS escalations,
        sum(v.reviews) FILTER (WHERE v.verdict = 'unusable') AS unusable,
        sum(v.reviews) FILTER (WHERE v.status IN ('surplus', 'lapsed')) AS surplus
    FROM (
        -- use: reviewsInWindow
    ) AS v
    WHERE $10::bigint[] IS NULL OR v.model_version_id = ANY($10)
    GROUP BY v.actor_id
    HAVING sum(v.reviews) <> 0
)
SELECT p.name, n.reviews::bigint, coalesce(n.labels, 0)::bigint, coalesce(n.overrides, 0)::bigint, coalesce(n.skips, 0)::bigint,
    coalesce(n.escalations, 0)::bigint, coalesce(n.unusable, 0)::bigint, coalesce(n.surplus, 0)::bigint
FROM n
JOIN actor p ON p.id = n.actor_id
WHERE $12::text IS NULL OR p.name = $12;

-- name: reportOverrides
-- Labels that counted towards a decision, but for borderline ones, by what was predicted. Drawn: queued under a policy that shows or
-- hides predictions at random, by its own blind_share and not by that of a rule.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null, $12 reviewer text or null
-- returns model text, version text, label text, is_audit boolean, is_shown boolean, is_drawn boolean, given bigint
--   overridden bigint
WITH drawing AS MATERIALIZED (
    SELECT y.version, ARRAY(
        SELECT r ->> 'name' FROM json_array_elements(y.document -> 'rules') AS r
        WHERE r -> 'then' ->> 'blind_share' IS NOT NULL) AS rules_with_own
    FROM policy y
    WHERE y.project_id = $1 AND y.document ->> 'degree' NOT IN ('human_only', 'shadow')
        AND (y.document ->> 'blind_share')::double precision > 0 AND (y.document ->> 'blind_share')::double precision < 1
), n AS MATERIALIZED (
    SELECT v.model_version_id, v.policy_version, v.predicted, v.rule, v.is_audit, v.is_shown, v.is_queued,
        sum(v.reviews) AS given, sum(v.reviews) FILTER (WHERE v.agreement = 'other') AS overridden
    FROM (
        -- use: reviewsInWindow
    ) AS v
    WHERE v.queue = 0 AND v.status IN ('counted', 'late') AND v.agreement <> ''
        AND ($10::bigint[] IS NULL OR v.model_version_id = ANY($10))
        AND ($12::text IS NULL OR v.actor_id IN (SELECT p.id FROM actor p WHERE p.name = $12))
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT coalesce(m.model, ''), coalesce(m.version, ''), n.predicted, n.is_audit, n.is_shown,
    n.is_queued AND y.version IS NOT NULL AND n.rule <> ALL(coalesce(y.rules_with_own, '{}')) AS is_drawn,
    sum(n.given)::bigint, coalesce(sum(n.overridden), 0)::bigint
FROM n
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = n.model_version_id
LEFT JOIN drawing y ON y.version = n.policy_version
GROUP BY m.model, m.version, n.predicted, n.is_audit, n.is_shown, is_drawn
HAVING sum(n.given) <> 0;

-- name: reportHandling
-- How long reviewers took, in bins; capped at the idle limit of 120 seconds each.
-- $1 project_id bigint, $2 grains text[], $3 piece_from timestamptz[], $4 piece_to timestamptz[], $5 rows_from timestamptz
-- $6 rows_to timestamptz, $7 reviewer text or null
-- returns reviewer text, is_skip boolean, bin smallint, reviews bigint, milliseconds bigint
WITH n AS MATERIALIZED (
    SELECT h.actor_id, h.is_skip, h.bin, sum(h.reviews)::bigint AS reviews, sum(h.milliseconds)::bigint AS milliseconds
    FROM (
        SELECT r.actor_id, r.is_skip, r.bin, r.reviews, r.milliseconds
        FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS piece (grain, from_at, to_at)
        CROSS JOIN LATERAL (
            SELECT k.actor_id, k.is_skip, k.bin, k.reviews, k.milliseconds
            FROM rollup_handling k
            WHERE k.project_id = $1 AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at
            OFFSET 0
        ) AS r
        UNION ALL
        SELECT x.actor_id, x.verdict = 'skip', duration_bin(x.milliseconds), x.reviews, x.reviews * x.milliseconds
        FROM (
            SELECT u.actor_id, u.verdict, u.reviews, u.milliseconds
            FROM unfolded_review u
            JOIN unnest($3::timestamptz[], $4::timestamptz[]) AS piece (from_at, to_at)
                ON u.reviewed_at >= piece.from_at AND u.reviewed_at < piece.to_at
            WHERE u.project_id = $1 AND u.slice_key = '' AND u.milliseconds IS NOT NULL
            UNION ALL
            SELECT c.actor_id, c.verdict, c.reviews, c.milliseconds
            FROM counted_review c
            WHERE $5::timestamptz < $6::timestamptz AND c.project_id = $1 AND c.slice_key = '' AND c.reviewed_at >= $5
                AND c.reviewed_at < $6 AND c.milliseconds IS NOT NULL
        ) AS x
    ) AS h
    GROUP BY h.actor_id, h.is_skip, h.bin
    HAVING sum(h.reviews) <> 0
)
SELECT p.name, n.is_skip, n.bin, n.reviews, n.milliseconds
FROM n
JOIN actor p ON p.id = n.actor_id
WHERE $7::text IS NULL OR p.name = $7;

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
CROSS JOIN LATERAL (
    SELECT x.label FROM gold x
    WHERE x.project_id = v.project_id AND x.item_id = v.item_id AND x.retired_at IS NULL
    OFFSET 0) AS g
WHERE v.project_id = $1 AND v.status = 'gold' AND v.verdict = 'label' AND v.undone_at IS NULL;

-- name: reportHourSize
-- How many predictions that stand, and how many reviews, the rollups have of one hour.
-- $1 project_id bigint, $2 starts_at timestamptz
-- returns rows bigint
SELECT (coalesce((SELECT sum(r.items) FROM rollup_arrival r
        WHERE r.project_id = $1 AND r.slice_key = '' AND r.slice_value = '' AND r.facet = 'route' AND r.grain = 'hour' AND r.starts_at = $2), 0)
    + coalesce((SELECT sum(v.reviews) FROM rollup_review v
        WHERE v.project_id = $1 AND v.slice_key = '' AND v.slice_value = '' AND v.facet = 'reviewer' AND v.grain = 'hour' AND v.starts_at = $2), 0))::bigint;

-- name: currentTime
-- The database's clock, the only one that times are taken from.
-- returns now timestamptz
SELECT now();

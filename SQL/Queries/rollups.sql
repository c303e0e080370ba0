-- What makes rows of hours and of days takes them from what was appended, or, to make the rollups anew, from the rows themselves,
-- or adds the one and subtracts the other ($2: appended, rows, both). Days are made of the hours, so that nothing is looked at twice.
-- What is read together is written together: scattered over the table, the rows of a window take twice as long to read.

-- name: projectsToFold
-- The projects of which something was appended that is not folded yet.
-- returns project_id bigint
SELECT a.project_id FROM appended_arrivals a
UNION
SELECT m.project_id FROM appended_move m
UNION
SELECT v.project_id FROM appended_review v
ORDER BY 1;

-- name: rollupSettings
-- Counting all rows of a project wants memory, and no sorting before adding up.
-- returns work_mem text, enable_sort text, jit text
SELECT set_config('work_mem', '256MB', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true);

-- name: lockRollups
-- Whether the caller alone may change a project's rollups, to the end of its transaction.
-- $1 project_id bigint
-- returns locked boolean
SELECT pg_try_advisory_xact_lock(hashtextextended('rollups', $1));

-- name: noteSliceValues
-- Takes up to 100 values of each slice into the list of those told apart.
-- $1 project_id bigint, $2 from_rows boolean
INSERT INTO rollup_slice_value (project_id, key, value)
SELECT $1, n.key, n.value
FROM (
    SELECT v.key, v.value, row_number() OVER (PARTITION BY v.key ORDER BY v.value) + (
        SELECT count(*) FROM rollup_slice_value x WHERE x.project_id = $1 AND x.key = v.key) AS number
    FROM (
        SELECT DISTINCT a.slice_key, a.slice_value FROM unfolded_arrival a
        WHERE NOT $2 AND a.project_id = $1 AND a.slice_key <> ''
        UNION
        SELECT DISTINCT a.slice_key, a.slice_value FROM counted_arrival a
        WHERE $2 AND a.project_id = $1 AND a.slice_key <> ''
    ) AS v (key, value)
    WHERE NOT EXISTS (
        SELECT FROM rollup_slice_value x WHERE x.project_id = $1 AND x.key = v.key AND x.value = v.value)
) AS n
WHERE n.number <= 100;

-- part: arrivalCounts
WITH hour AS MATERIALIZED (
    SELECT date_trunc('hour', n.received_at, 'UTC') AS starts_at, n.model_version_id, n.propensity, n.policy_version, n.stratum,
        n.is_contradicted, n.slice_key, n.slice_value, n.label, n.route, n.reason, n.rule, n.source, n.outcome,
        sum(n.items) AS items, sum(n.items * floor(extract(
            epoch FROM n.received_at - date_trunc('hour', n.received_at, 'UTC')) * 1000)::bigint) AS offset_milliseconds
    FROM (
        SELECT a.received_at, a.model_version_id, a.propensity, a.policy_version, a.stratum, a.is_contradicted, a.slice_key,
            a.slice_value, a.label, a.route, a.reason, a.rule, a.source, a.outcome, a.items
        FROM unfolded_arrival a WHERE $2 <> 'rows' AND a.project_id = $1
        UNION ALL
        SELECT a.received_at, a.model_version_id, a.propensity, a.policy_version, a.stratum, a.is_contradicted, a.slice_key,
            a.slice_value, a.label, a.route, a.reason, a.rule, a.source, a.outcome, a.items * CASE $2 WHEN 'both' THEN -1 ELSE 1 END
        FROM counted_arrival a WHERE $2 <> 'appended' AND a.project_id = $1
    ) AS n
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
), faceted AS (
    SELECT 'all' AS facet, h.starts_at, h.model_version_id, h.propensity, h.policy_version, h.stratum, h.is_contradicted, h.slice_key,
        h.slice_value, h.label, h.route, h.reason, h.rule, h.source, h.outcome, h.items, h.offset_milliseconds
    FROM hour h
    UNION ALL
    SELECT 'route', h.starts_at, 0, h.propensity, h.policy_version, h.stratum, h.is_contradicted, h.slice_key, h.slice_value, '',
        h.route, '', h.rule, h.source, h.outcome, sum(h.items), sum(h.offset_milliseconds)
    FROM hour h
    GROUP BY h.starts_at, h.propensity, h.policy_version, h.stratum, h.is_contradicted, h.slice_key, h.slice_value, h.route, h.rule,
        h.source, h.outcome
)
SELECT h.facet, 'hour' AS grain, h.starts_at, h.model_version_id, h.propensity, h.policy_version, h.stratum,
    h.is_contradicted, h.slice_key, h.slice_value, h.label, h.route, h.reason, h.rule, h.source, h.outcome, h.items,
    h.offset_milliseconds
FROM faceted h
UNION ALL
SELECT h.facet, 'day', date_trunc('day', h.starts_at, 'UTC'), h.model_version_id, h.propensity, h.policy_version, h.stratum,
    h.is_contradicted, h.slice_key, h.slice_value, h.label, h.route, h.reason, h.rule, h.source, h.outcome, sum(h.items),
    sum(h.offset_milliseconds + h.items * (extract(
        epoch FROM h.starts_at - date_trunc('day', h.starts_at, 'UTC')) * 1000)::bigint)
FROM faceted h
GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16

-- name: foldArrivals
-- Items by their routes and decisions that stand.
-- $1 project_id bigint, $2 counted text
INSERT INTO rollup_arrival AS r (project_id, facet, grain, starts_at, model_version_id, propensity, policy_version,
    stratum, is_contradicted, slice_key, slice_value, label, route, reason, rule, source, outcome, items,
    offset_milliseconds)
SELECT $1, n.facet, n.grain, n.starts_at, n.model_version_id, n.propensity, n.policy_version, n.stratum,
    n.is_contradicted, n.slice_key, n.slice_value, n.label, n.route, n.reason, n.rule, n.source, n.outcome, n.items,
    n.offset_milliseconds
FROM (
    -- use: arrivalCounts
) AS n
ORDER BY n.slice_key, n.slice_value, n.facet, n.grain, n.starts_at
ON CONFLICT (project_id, slice_key, slice_value, facet, grain, starts_at, model_version_id, label, policy_version, route, reason,
    rule, propensity, stratum, source, outcome, is_contradicted)
DO UPDATE SET items = r.items + excluded.items,
    offset_milliseconds = r.offset_milliseconds + excluded.offset_milliseconds;

-- part: decisionCounts
WITH hour AS MATERIALIZED (
    SELECT k.clock, date_trunc('hour', k.at, 'UTC') AS starts_at, n.model_version_id, n.is_accepted, n.slice_key, n.slice_value,
        CASE
            WHEN k.clock = 'decision' OR n.is_accepted OR coalesce(own.o_seconds, other.o_seconds) IS NULL THEN 'none'
            WHEN n.milliseconds <= coalesce(own.o_seconds, other.o_seconds) * 1000 THEN 'met'
            ELSE 'missed' END AS deadline,
        CASE k.clock WHEN 'arrival' THEN duration_bin(n.milliseconds) ELSE 0 END AS bin, sum(n.items) AS items,
        sum(n.items * n.milliseconds) AS milliseconds
    FROM (
        SELECT d.received_at, d.decided_at, d.model_version_id, d.policy_version, d.rule, d.is_accepted, d.slice_key,
            d.slice_value, d.items, d.milliseconds
        FROM unfolded_decision d WHERE $2 <> 'rows' AND d.project_id = $1
        UNION ALL
        SELECT d.received_at, d.decided_at, d.model_version_id, d.policy_version, d.rule, d.is_accepted, d.slice_key,
            d.slice_value, d.items * CASE $2 WHEN 'both' THEN -1 ELSE 1 END, d.milliseconds
        FROM counted_decision d WHERE $2 <> 'appended' AND d.project_id = $1
    ) AS n
    LEFT JOIN policy_deadlines($1) AS own
        ON own.o_version = n.policy_version AND own.o_rule = n.rule AND n.rule <> ''
    LEFT JOIN policy_deadlines($1) AS other ON other.o_version = n.policy_version AND other.o_rule = ''
    CROSS JOIN LATERAL (
        SELECT 'arrival', n.received_at UNION ALL SELECT 'decision', n.decided_at) AS k (clock, at)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
)
SELECT h.clock, 'hour' AS grain, h.starts_at, h.model_version_id, h.is_accepted, h.slice_key, h.slice_value,
    h.deadline, h.bin, h.items, h.milliseconds
FROM hour h
UNION ALL
SELECT h.clock, 'day', date_trunc('day', h.starts_at, 'UTC'), h.model_version_id, h.is_accepted, h.slice_key,
    h.slice_value, h.deadline, h.bin, sum(h.items), sum(h.milliseconds)
FROM hour h
GROUP BY 1, 3, 4, 5, 6, 7, 8, 9

-- name: foldDecisions
-- Items that people decided, by arrival and by decision.
-- $1 project_id bigint, $2 counted text
INSERT INTO rollup_decision AS r (project_id, clock, grain, starts_at, model_version_id, is_accepted, slice_key,
    slice_value, deadline, bin, items, milliseconds)
SELECT $1, n.clock, n.grain, n.starts_at, n.model_version_id, n.is_accepted, n.slice_key, n.slice_value, n.deadline,
    n.bin, n.items, n.milliseconds
FROM (
    -- use: decisionCounts
) AS n
ORDER BY n.slice_key, n.slice_value, n.clock, n.grain, n.starts_at
ON CONFLICT (project_id, slice_key, slice_value, clock, grain, starts_at, model_version_id, is_accepted, deadline, bin)
DO UPDATE SET items = r.items + excluded.items, milliseconds = r.milliseconds + excluded.milliseconds;

-- part: reviewCounts
WITH hour AS MATERIALIZED (
    SELECT date_trunc('hour', n.reviewed_at, 'UTC') AS starts_at, n.actor_id, n.model_version_id, n.policy_version, n.queue,
        n.is_audit, n.is_shown, n.is_queued, n.slice_key, n.slice_value, n.status, n.verdict, n.predicted, n.agreement, n.rule,
        sum(n.reviews) AS reviews
    FROM (
        SELECT v.reviewed_at, v.actor_id, v.model_version_id, v.policy_version, v.queue, v.is_audit, v.is_shown, v.is_queued,
            v.slice_key, v.slice_value, v.status, v.verdict, v.predicted, v.agreement, v.rule, v.reviews
        FROM unfolded_review v WHERE $2 <> 'rows' AND v.project_id = $1
        UNION ALL
        SELECT v.reviewed_at, v.actor_id, v.model_version_id, v.policy_version, v.queue, v.is_audit, v.is_shown, v.is_queued,
            v.slice_key, v.slice_value, v.status, v.verdict, v.predicted, v.agreement, v.rule, v.reviews * CASE $2 WHEN 'both' THEN -1 ELSE 1 END
        FROM counted_review v WHERE $2 <> 'appended' AND v.project_id = $1
    ) AS n
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
), faceted AS (
    SELECT 'all' AS facet, h.starts_at, h.actor_id, h.model_version_id, h.policy_version, h.queue, h.is_audit, h.is_shown, h.is_queued,
        h.slice_key, h.slice_value, h.status, h.verdict, h.predicted, h.agreement, h.rule, h.reviews
    FROM hour h
    UNION ALL
    SELECT 'reviewer', h.starts_at, h.actor_id, 0, 0, h.queue, false, false, false, h.slice_key, h.slice_value, h.status, h.verdict, '',
        h.agreement, '', sum(h.reviews)
    FROM hour h
    GROUP BY h.starts_at, h.actor_id, h.queue, h.slice_key, h.slice_value, h.status, h.verdict, h.agreement
    UNION ALL
    SELECT 'label', h.starts_at, 0, h.model_version_id, h.policy_version, 0, h.is_audit, h.is_shown, h.is_queued, h.slice_key,
        h.slice_value, 'counted', 'label', h.predicted, h.agreement, h.rule, sum(h.reviews)
    FROM hour h
    WHERE h.queue = 0 AND h.status IN ('counted', 'late') AND h.agreement <> ''
    GROUP BY h.starts_at, h.model_version_id, h.policy_version, h.is_audit, h.is_shown, h.is_queued, h.slice_key, h.slice_value,
        h.predicted, h.agreement, h.rule
    UNION ALL
    SELECT 'agreement', h.starts_at, 0, 0, 0, 0, false, false, false, h.slice_key, h.slice_value, 'counted', 'label', '', h.agreement, '',
        sum(h.reviews)
    FROM hour h
    WHERE h.queue = 0 AND h.status IN ('counted', 'late') AND h.agreement <> ''
    GROUP BY h.starts_at, h.slice_key, h.slice_value, h.agreement
)
SELECT h.facet, 'hour' AS grain, h.starts_at, h.actor_id, h.model_version_id, h.policy_version, h.queue, h.is_audit,
    h.is_shown, h.is_queued, h.slice_key, h.slice_value, h.status, h.verdict, h.predicted, h.agreement, h.rule,
    h.reviews
FROM faceted h
UNION ALL
SELECT h.facet, 'day', date_trunc('day', h.starts_at, 'UTC'), h.actor_id, h.model_version_id, h.policy_version, h.queue,
    h.is_audit, h.is_shown, h.is_queued, h.slice_key, h.slice_value, h.status, h.verdict, h.predicted, h.agreement, h.rule,
    sum(h.reviews)
FROM faceted h
GROUP BY 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17

-- name: foldReviews
-- Reviews that stand.
-- $1 project_id bigint, $2 counted text
INSERT INTO rollup_review AS r (project_id, facet, grain, starts_at, actor_id, model_version_id, policy_version,
    queue, is_audit, is_shown, is_queued, slice_key, slice_value, status, verdict, predicted, agreement, rule,
    reviews)
SELECT $1, n.facet, n.grain, n.starts_at, n.actor_id, n.model_version_id, n.policy_version, n.queue, n.is_audit,
    n.is_shown, n.is_queued, n.slice_key, n.slice_value, n.status, n.verdict, n.predicted, n.agreement, n.rule,
    n.reviews
FROM (
    -- use: reviewCounts
) AS n
ORDER BY n.slice_key, n.slice_value, n.facet, n.grain, n.starts_at
ON CONFLICT (project_id, slice_key, slice_value, facet, grain, starts_at, actor_id, model_version_id, policy_version, queue,
    is_audit, is_shown, is_queued, status, verdict, predicted, agreement, rule)
DO UPDATE SET reviews = r.reviews + excluded.reviews;

-- part: handlingCounts
WITH hour AS MATERIALIZED (
    SELECT date_trunc('hour', n.reviewed_at, 'UTC') AS starts_at, n.actor_id, n.verdict = 'skip' AS is_skip,
        duration_bin(n.milliseconds) AS bin, sum(n.reviews) AS reviews, sum(n.reviews * n.milliseconds) AS milliseconds
    FROM (
        SELECT v.reviewed_at, v.actor_id, v.verdict, v.reviews, v.milliseconds
        FROM unfolded_review v WHERE $2 <> 'rows' AND v.project_id = $1 AND v.slice_key = '' AND v.milliseconds IS NOT NULL
        UNION ALL
        SELECT v.reviewed_at, v.actor_id, v.verdict, v.reviews * CASE $2 WHEN 'both' THEN -1 ELSE 1 END, v.milliseconds
        FROM counted_review v WHERE $2 <> 'appended' AND v.project_id = $1 AND v.slice_key = '' AND v.milliseconds IS NOT NULL
    ) AS n
    GROUP BY 1, 2, 3, 4
)
SELECT 'hour' AS grain, h.starts_at, h.actor_id, h.is_skip, h.bin, h.reviews, h.milliseconds
FROM hour h
UNION ALL
SELECT 'day', date_trunc('day', h.starts_at, 'UTC'), h.actor_id, h.is_skip, h.bin, sum(h.reviews), sum(h.milliseconds)
FROM hour h
GROUP BY 2, 3, 4, 5
UNION ALL
SELECT 'shift', h.starts_at, h.actor_id, false, 0, sum(h.reviews), sum(h.milliseconds)
FROM hour h
GROUP BY 2, 3

-- name: foldHandling
-- Handling times of reviews that stand.
-- $1 project_id bigint, $2 counted text
INSERT INTO rollup_handling AS r (project_id, grain, starts_at, actor_id, is_skip, bin, reviews, milliseconds)
SELECT $1, n.grain, n.starts_at, n.actor_id, n.is_skip, n.bin, n.reviews, n.milliseconds
FROM (
    -- use: handlingCounts
) AS n
ORDER BY n.grain, n.starts_at
ON CONFLICT (project_id, grain, starts_at, actor_id, is_skip, bin)
DO UPDATE SET reviews = r.reviews + excluded.reviews, milliseconds = r.milliseconds + excluded.milliseconds;

-- name: arrivalDifferences
-- Arrivals of which what is kept, with what is not folded yet, is not what the rows say ($2: both), the greatest
-- differences first. One statement sees one moment: nothing is written, and nobody is kept waiting.
-- $1 project_id bigint, $2 counted text, $3 limit integer
-- returns grain text, starts_at timestamptz, difference bigint
SELECT n.grain, n.starts_at, CASE WHEN sum(n.items) <> 0 THEN sum(n.items) ELSE sum(n.offset_milliseconds) END::bigint AS difference
FROM (
    SELECT r.facet, r.grain, r.starts_at, r.model_version_id, r.propensity, r.policy_version, r.stratum,
        r.is_contradicted, r.slice_key, r.slice_value, r.label, r.route, r.reason, r.rule, r.source, r.outcome,
        r.items, r.offset_milliseconds
    FROM rollup_arrival r WHERE r.project_id = $1
    UNION ALL
    SELECT c.facet, c.grain, c.starts_at, c.model_version_id, c.propensity, c.policy_version, c.stratum,
        c.is_contradicted, c.slice_key, c.slice_value, c.label, c.route, c.reason, c.rule, c.source, c.outcome,
        c.items, c.offset_milliseconds
    FROM (
        -- use: arrivalCounts
    ) AS c
) AS n
GROUP BY n.grain, n.starts_at, n.facet, n.model_version_id, n.propensity, n.policy_version, n.stratum,
    n.is_contradicted, n.slice_key, n.slice_value, n.label, n.route, n.reason, n.rule, n.source, n.outcome
HAVING sum(n.items) <> 0 OR sum(n.offset_milliseconds) <> 0
ORDER BY abs(CASE WHEN sum(n.items) <> 0 THEN sum(n.items) ELSE sum(n.offset_milliseconds) END::bigint) DESC, n.grain, n.starts_at
LIMIT $3;

-- name: decisionDifferences
-- Decisions of which what is kept, with what is not folded yet, is not what the rows say ($2: both), the greatest
-- differences first. One statement sees one moment: nothing is written, and nobody is kept waiting.
-- $1 project_id bigint, $2 counted text, $3 limit integer
-- returns grain text, starts_at timestamptz, difference bigint
SELECT n.grain, n.starts_at, CASE WHEN sum(n.items) <> 0 THEN sum(n.items) ELSE sum(n.milliseconds) END::bigint AS difference
FROM (
    SELECT r.clock, r.grain, r.starts_at, r.model_version_id, r.is_accepted, r.slice_key, r.slice_value, r.deadline,
        r.bin, r.items, r.milliseconds
    FROM rollup_decision r WHERE r.project_id = $1
    UNION ALL
    SELECT c.clock, c.grain, c.starts_at, c.model_version_id, c.is_accepted, c.slice_key, c.slice_value, c.deadline,
        c.bin, c.items, c.milliseconds
    FROM (
        -- use: decisionCounts
    ) AS c
) AS n
GROUP BY n.grain, n.starts_at, n.clock, n.model_version_id, n.is_accepted, n.slice_key, n.slice_value, n.deadline,
    n.bin
HAVING sum(n.items) <> 0 OR sum(n.milliseconds) <> 0
ORDER BY abs(CASE WHEN sum(n.items) <> 0 THEN sum(n.items) ELSE sum(n.milliseconds) END::bigint) DESC, n.grain, n.starts_at
LIMIT $3;

-- name: reviewDifferences
-- Reviews of which what is kept, with what is not folded yet, is not what the rows say ($2: both), the greatest
-- differences first. One statement sees one moment: nothing is written, and nobody is kept waiting.
-- $1 project_id bigint, $2 counted text, $3 limit integer
-- returns grain text, starts_at timestamptz, difference bigint
SELECT n.grain, n.starts_at, sum(n.reviews)::bigint AS difference
FROM (
    SELECT r.facet, r.grain, r.starts_at, r.actor_id, r.model_version_id, r.policy_version, r.queue, r.is_audit,
        r.is_shown, r.is_queued, r.slice_key, r.slice_value, r.status, r.verdict, r.predicted, r.agreement, r.rule,
        r.reviews
    FROM rollup_review r WHERE r.project_id = $1
    UNION ALL
    SELECT c.facet, c.grain, c.starts_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit,
        c.is_shown, c.is_queued, c.slice_key, c.slice_value, c.status, c.verdict, c.predicted, c.agreement, c.rule,
        c.reviews
    FROM (
        -- use: reviewCounts
    ) AS c
) AS n
GROUP BY n.grain, n.starts_at, n.facet, n.actor_id, n.model_version_id, n.policy_version, n.queue, n.is_audit,
    n.is_shown, n.is_queued, n.slice_key, n.slice_value, n.status, n.verdict, n.predicted, n.agreement, n.rule
HAVING sum(n.reviews) <> 0
ORDER BY abs(sum(n.reviews)::bigint) DESC, n.grain, n.starts_at
LIMIT $3;

-- name: handlingDifferences
-- Handling times of which what is kept, with what is not folded yet, is not what the rows say ($2: both), the greatest
-- differences first. One statement sees one moment: nothing is written, and nobody is kept waiting.
-- $1 project_id bigint, $2 counted text, $3 limit integer
-- returns grain text, starts_at timestamptz, difference bigint
SELECT n.grain, n.starts_at, CASE WHEN sum(n.reviews) <> 0 THEN sum(n.reviews) ELSE sum(n.milliseconds) END::bigint AS difference
FROM (
    SELECT r.grain, r.starts_at, r.actor_id, r.is_skip, r.bin, r.reviews, r.milliseconds
    FROM rollup_handling r WHERE r.project_id = $1
    UNION ALL
    SELECT c.grain, c.starts_at, c.actor_id, c.is_skip, c.bin, c.reviews, c.milliseconds
    FROM (
        -- use: handlingCounts
    ) AS c
) AS n
GROUP BY n.grain, n.starts_at, n.actor_id, n.is_skip, n.bin
HAVING sum(n.reviews) <> 0 OR sum(n.milliseconds) <> 0
ORDER BY abs(CASE WHEN sum(n.reviews) <> 0 THEN sum(n.reviews) ELSE sum(n.milliseconds) END::bigint) DESC, n.grain, n.starts_at
LIMIT $3;

-- name: dropAppended
-- Drops what the same snapshot folded, or what it does not need because it counted the rows.
-- $1 project_id bigint
WITH arrivals AS (
    DELETE FROM appended_arrivals a WHERE a.project_id = $1
), moves AS (
    DELETE FROM appended_move m WHERE m.project_id = $1
)
DELETE FROM appended_review v WHERE v.project_id = $1;

-- name: dropRollups
-- Drops everything that rebuilding makes anew.
-- $1 project_id bigint
WITH arrivals AS (
    DELETE FROM rollup_arrival a WHERE a.project_id = $1
), decisions AS (
    DELETE FROM rollup_decision d WHERE d.project_id = $1
), reviews AS (
    DELETE FROM rollup_review v WHERE v.project_id = $1
), slice_values AS (
    DELETE FROM rollup_slice_value s WHERE s.project_id = $1
)
DELETE FROM rollup_handling h WHERE h.project_id = $1;

-- name: replaceSlices
-- $1 project_id bigint, $2 keys text[]
WITH former AS (
    DELETE FROM rollup_slice s WHERE s.project_id = $1 AND s.key <> ALL($2::text[])
)
INSERT INTO rollup_slice (project_id, key)
SELECT $1, n.key FROM unnest($2::text[]) AS n (key)
ON CONFLICT (project_id, key) DO NOTHING;

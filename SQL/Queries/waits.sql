-- name: insertWaits
-- Has items wait for the version that decides them.
-- $1 project_id bigint, $2 rollout_revision integer, $3 answer_within_seconds integer, $4 item_ids bigint[]
-- $5 model_version_ids bigint[]
INSERT INTO awaiting (project_id, item_id, model_version_id, due_at, rollout_revision)
SELECT $1, n.item_id, n.model_version_id, now() + make_interval(secs => $3), $2
FROM unnest($4::bigint[], $5::bigint[]) AS n (item_id, model_version_id);

-- name: endWaits
-- Ends the waits of items that have a route now, and puts those in the review queue that people are asked about. They have
-- waited since they came: that is where their place is counted from.
-- $1 project_id bigint, $2 policy_version integer, $3 asked smallint[] (0: nobody is), $4 item_ids bigint[]
-- $5 model_version_ids bigint[], $6 rank_offsets bigint[] microseconds after the item came, $7 are_blind boolean[]
-- $8 are_audits boolean[], $9 slot_delays integer[] seconds between the places of a task's slots; none: 0 for all
WITH ended AS (
    DELETE FROM awaiting a WHERE a.project_id = $1 AND a.item_id = ANY($4::bigint[])
    RETURNING a.item_id, a.since
), made AS (
    INSERT INTO task AS t (project_id, item_id, model_version_id, rank, policy_version, slot_delay, created_at, asked, is_blind,
        is_audit)
    SELECT $1, n.item_id, n.model_version_id, (extract(epoch FROM ended.since) * 1000000)::bigint + n.rank_offset, $2,
        coalesce(n.slot_delay, 0), ended.since, n.asked, n.is_blind, n.is_audit
    FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::boolean[], $9::integer[])
        AS n (asked, item_id, model_version_id, rank_offset, is_blind, is_audit, slot_delay)
    JOIN ended ON ended.item_id = n.item_id
    WHERE n.asked > 0
    RETURNING t.item_id, t.rank, t.asked, t.slot_delay
)
INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
SELECT $1, 0, made.rank, made.item_id, CASE WHEN made.slot_delay = 0 THEN (1 << made.asked) - 1 ELSE 1 END FROM made
UNION ALL
SELECT $1, 0, made.rank + n * (made.slot_delay * 1000000::bigint), made.item_id, 1 << n
FROM made CROSS JOIN generate_series(1, made.asked - 1) AS n WHERE made.slot_delay > 0;

-- name: projectsAwaiting
-- The projects in which a wait is over, or was judged by another rollout than the one in force.
-- returns name text
SELECT p.name FROM project p
WHERE p.deleted_at IS NULL
    AND (
        EXISTS (SELECT FROM awaiting a WHERE a.project_id = p.id AND a.due_at <= now())
        OR EXISTS (
            SELECT FROM awaiting a
            WHERE a.project_id = p.id AND a.rollout_revision < coalesce(p.rollout_revision, 2147483647))
        OR EXISTS (SELECT FROM awaiting a WHERE a.project_id = p.id AND a.rollout_revision > p.rollout_revision)
    )
ORDER BY p.name;

-- name: takeWaits
-- Locks the waits that are over or were judged by another rollout, as long as the caller knows what is in force; with what
-- their routes depend on. What another instance has in hand is left to it.
-- $1 project_id bigint, $2 rollout_revision integer or null, $3 policy_version integer, $4 limit integer
-- returns item_id bigint, model_version_id bigint, is_due boolean, external_id text, label text, confidence double precision
--   model text, version text, payload json or null, metadata json or null, was_label_retired boolean
SELECT a.item_id, a.model_version_id, a.due_at <= now(), i.external_id, p.label, p.confidence,
    m.model, m.version, i.payload, i.metadata, coalesce(p.said_label = p.label, false)
FROM awaiting a
CROSS JOIN LATERAL (
    SELECT x.external_id, x.payload, x.metadata FROM item x
    WHERE x.project_id = a.project_id AND x.id = a.item_id
    OFFSET 0) AS i
CROSS JOIN LATERAL (
    SELECT x.label, x.said_label, x.confidence FROM prediction x
    WHERE x.project_id = a.project_id AND x.item_id = a.item_id AND x.model_version_id = a.model_version_id
    OFFSET 0) AS p
JOIN model_version m ON m.project_id = a.project_id AND m.id = a.model_version_id
WHERE a.project_id = $1
    AND (a.due_at <= now() OR a.rollout_revision IS DISTINCT FROM $2::integer)
    AND EXISTS (
        SELECT FROM project o
        WHERE o.id = $1 AND o.rollout_revision IS NOT DISTINCT FROM $2::integer AND o.policy_version = $3)
ORDER BY a.item_id
LIMIT $4
FOR UPDATE OF a SKIP LOCKED;

-- name: keepWaits
-- Notes that waits go on under the rollout in force.
-- $1 project_id bigint, $2 rollout_revision integer, $3 item_ids bigint[]
UPDATE awaiting SET rollout_revision = $2 WHERE project_id = $1 AND item_id = ANY($3::bigint[]);

-- name: routeAwaited
-- Gives predictions that had waited their routes, and keeps that they had.
-- $1 project_id bigint, $2 policy_version integer, $3 rollout_revision integer or null, $4 salt_id smallint, $5 item_ids bigint[]
-- $6 model_version_ids bigint[], $7 propensities double precision[], $8 are_blind boolean[], $9 routes text[], $10 reasons text[]
-- $11 rules text[], $12 would_be text[], $13 strata smallint[]
WITH routed AS (
    SELECT n.item_id, n.model_version_id, n.propensity, n.is_blind, n.route, n.reason, n.rule, n.would_be, n.stratum
    FROM unnest($5::bigint[], $6::bigint[], $7::double precision[], $8::boolean[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::smallint[]) AS n (item_id, model_version_id, propensity, is_blind, route, reason, rule, would_be, stratum)
), kept AS (
    INSERT INTO reroute (project_id, item_id, number, from_policy_version, to_policy_version, from_rollout_revision,
        to_rollout_revision, from_model_version_id, to_model_version_id, from_propensity, from_is_blind, from_route,
        from_reason, from_rule, from_would_be, to_route, to_reason)
    SELECT $1, n.item_id, (SELECT count(*) FROM reroute c WHERE c.project_id = $1 AND c.item_id = n.item_id) + 1,
        p.policy_version, $2, p.rollout_revision, $3, n.model_version_id, n.model_version_id, p.propensity, p.is_blind,
        p.route, p.reason, p.rule, p.would_be, n.route, n.reason
    FROM routed n
    CROSS JOIN LATERAL (
        SELECT x.policy_version, x.rollout_revision, x.propensity, x.is_blind, x.route, x.reason, x.rule, x.would_be,
            x.received_at, x.stratum, x.label
        FROM prediction x
        WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.model_version_id
        OFFSET 0) AS p
), moved AS (
    INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, policy_version, stratum, label,
        route, reason, rule, from_source, from_outcome, to_source, to_outcome)
    SELECT $1, n.item_id, n.model_version_id, p.propensity, p.received_at, p.policy_version, p.stratum, p.label,
        p.route, p.reason, p.rule, '', '', NULL, NULL
    FROM routed n
    CROSS JOIN LATERAL (
        SELECT x.policy_version, x.rollout_revision, x.propensity, x.is_blind, x.route, x.reason, x.rule, x.would_be,
            x.received_at, x.stratum, x.label
        FROM prediction x
        WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.model_version_id
        OFFSET 0) AS p
    UNION ALL
    SELECT $1, n.item_id, n.model_version_id, n.propensity, p.received_at, $2, n.stratum, p.label,
        n.route, n.reason, n.rule, NULL, NULL,
        CASE WHEN n.route IN ('accepted', 'audited') THEN 'model' ELSE '' END,
        CASE WHEN n.route IN ('accepted', 'audited') THEN 'auto_accepted' ELSE '' END
    FROM routed n
    CROSS JOIN LATERAL (
        SELECT x.policy_version, x.rollout_revision, x.propensity, x.is_blind, x.route, x.reason, x.rule, x.would_be,
            x.received_at, x.stratum, x.label
        FROM prediction x
        WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.model_version_id
        OFFSET 0) AS p
)
UPDATE prediction AS p SET policy_version = $2, rollout_revision = $3, salt_id = $4, propensity = n.propensity,
    is_blind = n.is_blind, route = n.route, reason = n.reason, rule = n.rule, would_be = n.would_be,
    stratum = n.stratum
FROM routed n
WHERE p.project_id = $1 AND p.item_id = ANY($5::bigint[]) AND p.item_id = n.item_id
    AND p.model_version_id = n.model_version_id;

-- name: waitingFigures
-- How many items wait for the version that decides them, and since when the oldest does.
-- $1 project_id bigint
-- returns waiting bigint, oldest_at timestamptz or null
SELECT count(*), min(a.since) FROM awaiting a WHERE a.project_id = $1;

-- name: reportNotServing
-- Predictions of versions that were out of service or that the rollout did not name, by version.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns model text, version text, late bigint, unknown bigint, last_at timestamptz
SELECT m.model, m.version, count(*) FILTER (WHERE s.reason = 'late_version'),
    count(*) FILTER (WHERE s.reason = 'unknown_version'), max(s.received_at)
FROM (
    SELECT p.model_version_id, p.reason, p.received_at FROM prediction p
    WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3
        AND p.reason IN ('late_version', 'unknown_version')
    UNION ALL
    -- What waited in vain has another reason by now.
    SELECT p.model_version_id, c.from_reason, p.received_at FROM reroute c
    CROSS JOIN LATERAL (
        SELECT x.model_version_id, x.received_at FROM prediction x
        WHERE x.project_id = $1 AND x.item_id = c.item_id AND x.model_version_id = c.from_model_version_id
        OFFSET 0) AS p
    WHERE c.project_id = $1 AND c.from_model_version_id = c.to_model_version_id AND c.from_reason = 'late_version'
        AND p.received_at >= $2 AND p.received_at < $3
) AS s
JOIN model_version m ON m.project_id = $1 AND m.id = s.model_version_id
GROUP BY m.model, m.version
ORDER BY m.model, m.version;

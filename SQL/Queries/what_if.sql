-- name: replayWindow
-- The routes that stand of the arrivals of a window: how many, between which items and moments; nulls when there is none.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns items bigint, first_item bigint, last_item bigint, first_at timestamptz, last_at timestamptz
SELECT count(*), min(p.item_id), max(p.item_id), min(p.received_at), max(p.received_at)
FROM prediction p
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands;

-- name: replayPage
-- The next routes that stand of a window, with everything they were decided from and what people said since, in order of item.
-- What waits for a version, and what the rollout gave to people, is so under every policy.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 after_item bigint, $5 last_item bigint, $6 with_payload boolean
-- $7 limit integer
-- returns item_id bigint, external_id text, label text or null, confidence double precision, salt_id smallint, is_asked boolean
--   propensity double precision, model text or null, version text or null, payload json or null, metadata json or null
--   is_labelled boolean, is_wrong boolean, is_waiting boolean, is_peoples boolean, is_disputed boolean, was_disputed boolean
--   is_label_retired boolean
SELECT p.item_id, i.external_id, p.label, p.confidence, p.salt_id, p.route <> 'accepted',
    p.propensity, m.model, m.version, CASE WHEN $6 THEN i.payload END, CASE WHEN $6 THEN i.metadata END,
    coalesce(d.source <> 'model' AND d.outcome IN ('accepted', 'corrected'), false), coalesce(d.label <> p.label, false),
    p.route = 'waiting', p.reason IN ('unknown_version', 'no_answer_in_time'),
    k.contradicted AND coalesce(d.source = 'model' OR d.outcome = 'reopened', true),
    k.contradicted AND coalesce(d.source <> 'model' AND d.outcome <> 'reopened', false),
    coalesce(p.said_label = p.label, false) OR p.reason = 'label_retired'
FROM (
    -- The page first, along the key: what is looked up for its rows bounds nothing.
    SELECT o.project_id, o.item_id, o.model_version_id, o.label, o.confidence, o.salt_id, o.route, o.reason, o.propensity,
        o.said_label
    FROM prediction o
    WHERE o.project_id = $1 AND o.item_id > $4 AND o.item_id <= $5
        AND o.received_at >= $2 AND o.received_at < $3 AND o.stands
    ORDER BY o.item_id
    LIMIT $7) AS p
CROSS JOIN LATERAL (
    SELECT x.external_id, x.payload, x.metadata FROM item x
    WHERE x.project_id = p.project_id AND x.id = p.item_id
    OFFSET 0) AS i
LEFT JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
LEFT JOIN LATERAL (
    SELECT e.source, e.outcome, e.label FROM decision e
    WHERE e.project_id = p.project_id AND e.item_id = p.item_id
    ORDER BY e.revision DESC
    LIMIT 1) AS d ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.route = 'audited' THEN is_contradicted(p.project_id, p.item_id, p.route, p.label) ELSE false END
        AS contradicted OFFSET 0) AS k
ORDER BY p.item_id;

-- name: handlingTimes
-- The mean handling time in seconds, capped at the idle limit of 120 each, of the reviews given in a window, and how many
-- came with one.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns mean double precision, timed bigint
SELECT avg(least(v.seconds, 120)), count(v.seconds)
FROM review v
WHERE v.project_id = $1 AND v.reviewed_at >= $2 AND v.reviewed_at < $3 AND v.undone_at IS NULL
    AND v.seconds IS NOT NULL AND v.verdict <> 'skip' AND v.status <> 'imported';

-- name: findItem
-- $1 project_id bigint, $2 external_id text
-- returns id bigint, payload json, metadata json, group_key text, parents json, received_at timestamptz
SELECT i.id, i.payload, i.metadata, i.group_key, i.parents, i.received_at FROM item i
WHERE i.project_id = $1 AND i.external_id = $2;

-- name: itemPredictions
-- $1 project_id bigint, $2 item_id bigint
-- returns model text or null, version text or null, label text or null, confidence double precision, scores json, highlights json
--   route text, reason text, policy_version integer, propensity double precision, salt_id smallint, is_blind boolean
--   received_at timestamptz, rule text or null, would_be text or null, stands boolean, rollout_revision integer or null
--   stratum smallint or null, said_label text or null
SELECT m.model, m.version, p.label, p.confidence, p.scores, p.highlights, p.route, p.reason,
    p.policy_version, p.propensity, p.salt_id, p.is_blind, p.received_at,
    p.rule, p.would_be, p.stands, p.rollout_revision, p.stratum, p.said_label
FROM prediction p
LEFT JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
WHERE p.project_id = $1 AND p.item_id = $2
ORDER BY p.received_at, p.model_version_id;

-- name: itemReroutes
-- The routes that stood for an item until others took their place, oldest first.
-- $1 project_id bigint, $2 item_id bigint
-- returns changed_at timestamptz, from_model text or null, from_version text or null, from_route text, from_reason text
--   from_policy_version integer, to_model text or null, to_version text or null, to_route text, to_reason text
--   to_policy_version integer
SELECT c.changed_at, f.model, f.version, c.from_route, c.from_reason,
    c.from_policy_version, t.model, t.version, c.to_route, c.to_reason,
    c.to_policy_version
FROM reroute c
LEFT JOIN model_version f ON f.project_id = c.project_id AND f.id = c.from_model_version_id
LEFT JOIN model_version t ON t.project_id = c.project_id AND t.id = c.to_model_version_id
WHERE c.project_id = $1 AND c.item_id = $2
ORDER BY c.number;

-- name: itemReviews
-- $1 project_id bigint, $2 item_id bigint
-- returns id text, reviewer text, verdict text, label text, tags json, comment text, seconds double precision, is_shown boolean
--   status text, queue smallint, reviewed_at timestamptz, undone_at timestamptz
SELECT v.id, a.name, v.verdict, v.label, v.tags, v.comment, v.seconds, v.is_shown,
    v.status, v.queue, v.reviewed_at, v.undone_at
FROM (
    SELECT x.id, x.actor_id, x.verdict, x.label, x.tags, x.comment, x.seconds, x.is_shown, x.status, x.queue, x.reviewed_at,
        x.undone_at
    FROM review x WHERE x.project_id = $1 AND x.item_id = $2 AND x.undone_at IS NULL
    UNION ALL
    SELECT x.id, x.actor_id, x.verdict, x.label, x.tags, x.comment, x.seconds, x.is_shown, x.status, x.queue, x.reviewed_at,
        x.undone_at
    FROM review x WHERE x.project_id = $1 AND x.item_id = $2 AND x.undone_at IS NOT NULL) AS v
JOIN actor a ON a.id = v.actor_id
ORDER BY v.reviewed_at, v.id;

-- name: itemDecisions
-- The history of decisions, oldest first.
-- $1 project_id bigint, $2 item_id bigint
-- returns revision integer, label text, source text, outcome text, reviewer text, reviews smallint, agreement double precision
--   decided_at timestamptz
SELECT d.revision, d.label, d.source, d.outcome, a.name, d.reviews, d.agreement, d.decided_at
FROM decision d
LEFT JOIN actor a ON a.id = d.actor_id
WHERE d.project_id = $1 AND d.item_id = $2
ORDER BY d.revision;

-- name: routedFacts
-- Everything the routes that stand were decided from, in order of item.
-- $1 project_id bigint, $2 after_item bigint, $3 limit integer
-- returns item_id bigint, external_id text, label text or null, confidence double precision, policy_version integer, salt_id smallint
--   route text, reason text, propensity double precision, is_blind boolean, rule text or null, would_be text or null
--   model text or null, version text or null, payload json or null, metadata json or null, stratum smallint or null
--   is_label_retired boolean
SELECT p.item_id, i.external_id, p.label, p.confidence, p.policy_version, p.salt_id, p.route, p.reason, p.propensity, p.is_blind,
    p.rule, p.would_be, m.model, m.version, i.payload, i.metadata, p.stratum,
    coalesce(p.said_label = p.label, false) OR p.reason = 'label_retired'
FROM (
    SELECT o.project_id, o.item_id, o.model_version_id, o.label, o.confidence, o.policy_version, o.salt_id, o.route, o.reason,
        o.propensity, o.is_blind, o.rule, o.would_be, o.stratum, o.said_label
    FROM prediction o
    WHERE o.project_id = $1 AND o.item_id > $2 AND o.stands
    ORDER BY o.item_id, o.model_version_id
    LIMIT $3) AS p
CROSS JOIN LATERAL (
    SELECT x.external_id, x.payload, x.metadata FROM item x
    WHERE x.project_id = p.project_id AND x.id = p.item_id
    OFFSET 0) AS i
LEFT JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
ORDER BY p.item_id, p.model_version_id;

-- name: evidenceRange
-- The routes that stand of the arrivals of a window, of one version or of all: how many, and between which items; nulls when
-- there is none.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 model_version_id bigint or null
-- returns items bigint, first_item bigint, last_item bigint
SELECT count(*), min(p.item_id), max(p.item_id)
FROM prediction p
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands AND p.route <> 'waiting'
    AND ($4::bigint IS NULL OR p.model_version_id = $4);

-- name: labelledEvidence
-- The next routes that stand of a window, of one version or of all, with what people say of them by now, in order of item.
-- Decided: by people, and not taken back. Wrong: null unless they gave a label that is not the borderline one to an item with a
-- prediction. Disputed: an audit that somebody has answered otherwise than the model, and that is not decided; was disputed: one
-- that is.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 model_version_id bigint or null, $5 after_item bigint
-- $6 last_item bigint, $7 limit integer
-- returns item_id bigint, received_at timestamptz, decided_at timestamptz or null, model_version_id bigint
--   policy_version integer, route text, reason text, rule text or null, propensity double precision
--   confidence double precision or null, label text or null, decided_label text or null, is_wrong boolean or null
--   source text or null, outcome text or null, is_disputed boolean, was_disputed boolean
SELECT o_item, o_received_at, o_decided_at, o_model_version,
    o_policy_version, o_route, o_reason, o_rule, o_propensity,
    o_confidence, o_label, o_decided_label, o_is_wrong,
    o_source, o_outcome, o_is_disputed, o_was_disputed
FROM evidence_page($1, $2, $3, $4, $5, $6, $7);

-- name: decidedEvidence
-- The next items that people decided in a window, of one version or of all, in the order of their decisions, with the route
-- that stands. Columns as of labelledEvidence; what is decided is not disputed.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 model_version_id bigint or null
-- $5 after_decided_at timestamptz, $6 after_item bigint, $7 limit integer
-- returns item_id bigint, received_at timestamptz, decided_at timestamptz, model_version_id bigint
--   policy_version integer, route text, reason text, rule text or null, propensity double precision
--   confidence double precision or null, label text or null, decided_label text or null, is_wrong boolean or null
--   source text, outcome text, is_disputed boolean, was_disputed boolean
SELECT p.item_id, p.received_at, d.decided_at, p.model_version_id,
    p.policy_version, p.route, p.reason, p.rule, p.propensity,
    p.confidence, p.label, d.label,
    CASE WHEN d.outcome IN ('accepted', 'corrected') THEN d.label <> p.label END,
    d.source, d.outcome, false, is_contradicted(d.project_id, p.item_id, p.route, p.label)
FROM (
    -- The page first, along the index; each decision that is looked at costs two look-ups by key.
    SELECT d.project_id, d.item_id, d.decided_at, d.model_version_id, d.label, d.source, d.outcome FROM decision d
    WHERE d.project_id = $1 AND d.source <> 'model' AND d.decided_at >= $2 AND d.decided_at < $3
        AND d.decided_at >= $5 AND (d.decided_at, d.item_id) > ($5, $6)
        AND d.outcome <> 'reopened'
        AND ($4::bigint IS NULL OR d.model_version_id = $4)
        AND EXISTS (
            SELECT FROM prediction x
            WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
                AND x.stands
            OFFSET 0)
        AND NOT EXISTS (
            SELECT FROM decision later
            WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
            OFFSET 0)
    ORDER BY d.decided_at, d.item_id
    LIMIT $7) AS d
CROSS JOIN LATERAL (
    SELECT x.item_id, x.received_at, x.model_version_id, x.policy_version, x.route, x.reason, x.rule, x.propensity,
        x.confidence, x.label
    FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p
ORDER BY d.decided_at, d.item_id;

-- name: disputedEvidence
-- The audits of one version that arrived in a window and wait for a second look, in the order of their arrival.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 model_version_id bigint
-- returns confidence double precision or null, propensity double precision, received_at timestamptz
SELECT p.confidence, p.propensity, p.received_at
FROM prediction p
CROSS JOIN LATERAL (
    SELECT c.source, c.outcome FROM decision c
    WHERE c.project_id = p.project_id AND c.item_id = p.item_id
    ORDER BY c.revision DESC
    LIMIT 1) AS d
WHERE p.project_id = $1 AND p.model_version_id = $4 AND p.route = 'audited' AND p.received_at >= $2 AND p.received_at < $3
    AND p.stands AND (d.source = 'model' OR d.outcome = 'reopened')
    AND is_contradicted(p.project_id, p.item_id, p.route, p.label)
ORDER BY p.received_at, p.item_id;

-- What exports have in common: which decisions are asked for, that they are the current ones, and the columns of a row.

-- part: isAskedFor
AND d.outcome <> 'reopened'
AND ($2 OR d.source <> 'model')
AND ($3::timestamptz IS NULL OR d.decided_at >= $3)
AND ($4::text IS NULL OR d.source = $4)
AND ($5::text[] IS NULL OR d.label = ANY($5))

-- part: isCurrent
AND NOT EXISTS (
    SELECT FROM decision later
    WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
    OFFSET 0)

-- part: labelColumns
SELECT i.external_id, d.label, d.source, d.outcome, p.label, p.confidence, m.model,
    m.version, p.route, p.reason, p.propensity, p.policy_version, d.reviews,
    d.agreement,
    CASE WHEN d.reviews > 1 THEN (
        SELECT json_agg(a.name ORDER BY v.reviewed_at, v.id) FROM review v
        JOIN actor a ON a.id = v.actor_id
        WHERE v.project_id = d.project_id AND v.item_id = d.item_id AND v.queue = 0
            AND (v.slot IS NOT NULL OR v.status = 'imported') AND v.undone_at IS NULL)
        WHEN d.actor_id IS NOT NULL THEN json_build_array(decider.name) END,
    p.is_blind, i.group_key, i.received_at, d.decided_at,
    d.item_id, d.revision, last_review.tags, last_review.comment, last_review.seconds, i.payload, i.metadata

-- part: labelFacts
CROSS JOIN LATERAL (
    SELECT x.external_id, x.group_key, x.received_at, x.payload, x.metadata FROM item x
    WHERE x.project_id = d.project_id AND x.id = d.item_id
    OFFSET 0) AS i
LEFT JOIN LATERAL (
    SELECT x.label, x.confidence, x.route, x.reason, x.propensity, x.policy_version, x.is_blind FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p ON true
LEFT JOIN model_version m ON m.project_id = d.project_id AND m.id = d.model_version_id
LEFT JOIN actor decider ON decider.id = d.actor_id
LEFT JOIN LATERAL (
    SELECT v.tags, v.comment, v.seconds FROM review v
    -- By item: the sum rules out the index of a reviewer's answers, of which there may be very many.
    WHERE v.project_id = d.project_id AND v.item_id = d.item_id AND v.actor_id + 0 = d.actor_id AND v.undone_at IS NULL
        AND v.queue = CASE WHEN d.source = 'adjudicator' THEN 1 ELSE 0 END
    OFFSET 0) AS last_review ON true

-- name: labelPage
-- Where the next page of an export ends: the last of the next $3 items with a decision; null when there is none.
-- $1 project_id bigint, $2 after_item bigint, $3 items integer
-- returns last bigint
SELECT max(page.item_id) FROM (
    SELECT d.item_id FROM decision d
    WHERE d.project_id = $1 AND d.item_id > $2 AND d.revision = 1
    ORDER BY d.item_id
    LIMIT $3
) AS page;

-- name: labelRows
-- The current decisions of the items in ($6, $7], with where they come from, in order of item.
-- $1 project_id bigint, $2 include_model boolean, $3 since timestamptz or null, $4 source text or null, $5 labels text[] or null
-- $6 after_item bigint, $7 last_item bigint
-- returns external_id text, label text, source text, outcome text, predicted text, confidence double precision, model text
--   version text, route text, reason text, propensity double precision, policy_version integer, reviews smallint
--   agreement double precision, reviewers json, is_blind boolean, group_key text, received_at timestamptz, decided_at timestamptz
--   item_id bigint, revision integer, tags json, comment text, seconds double precision, payload json, metadata json
-- use: labelColumns
FROM decision d
-- use: labelFacts
WHERE d.project_id = $1 AND d.item_id > $6 AND d.item_id <= $7
    -- use: isAskedFor
    -- use: isCurrent
ORDER BY d.item_id;

-- name: labelWitnesses
-- Items of which each has a value in a column of an export that others may lack, the newest first and so many for each column.
-- $1 project_id bigint, $2 items integer
-- returns item_id bigint
(SELECT v.item_id FROM review v WHERE v.project_id = $1 AND v.comment IS NOT NULL ORDER BY v.item_id DESC LIMIT $2)
UNION
(SELECT v.item_id FROM review v WHERE v.project_id = $1 AND v.tags IS NOT NULL ORDER BY v.item_id DESC LIMIT $2)
UNION
(SELECT v.item_id FROM review v WHERE v.project_id = $1 AND v.seconds IS NOT NULL ORDER BY v.item_id DESC LIMIT $2)
UNION
(SELECT i.id FROM item i WHERE i.project_id = $1 AND i.group_key IS NOT NULL ORDER BY i.id DESC LIMIT $2)
UNION
(SELECT i.id FROM item i WHERE i.project_id = $1 AND i.metadata IS NOT NULL ORDER BY i.id DESC LIMIT $2)
UNION
(SELECT p.item_id FROM prediction p WHERE p.project_id = $1 AND p.confidence IS NOT NULL ORDER BY p.item_id DESC LIMIT $2)
UNION
(SELECT d.item_id FROM decision d WHERE d.project_id = $1 AND d.agreement IS NOT NULL ORDER BY d.item_id DESC LIMIT $2)
UNION
(SELECT d.item_id FROM decision d WHERE d.project_id = $1 AND d.source <> 'model' AND d.label IS NOT NULL
    ORDER BY d.item_id DESC LIMIT $2);

-- name: labelLosses
-- The items of an export with how surprised the model is by their labels, the most surprising first; those it said nothing
-- of last. The loss is -ln of the probability it gave the label: of its scores where they have one in 0...1, else the confidence,
-- or what that leaves to all other labels alike. No loss is above 34.54, that of 1e-15.
-- $1 project_id bigint, $2 include_model boolean, $3 since timestamptz or null, $4 source text or null, $5 labels text[] or null
-- $6 limit bigint or null
-- returns item_id bigint, loss double precision
WITH others AS MATERIALIZED (
    SELECT greatest(count(*) - 1, 1) AS n FROM label l WHERE l.project_id = $1 AND l.status = 'active' AND NOT l.is_borderline
)
-- greatest() passes over nulls: what has no probability would have the largest loss of all.
SELECT d.item_id, -ln(CASE WHEN given.probability < 1e-15 THEN 1e-15 ELSE given.probability END) AS loss
FROM decision d
CROSS JOIN others
LEFT JOIN LATERAL (
    SELECT x.label, x.confidence, x.scores FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.outcome IN ('auto_accepted', 'accepted', 'corrected') THEN coalesce(
        CASE WHEN (p.scores ->> d.label)::numeric BETWEEN 0 AND 1 THEN (p.scores ->> d.label)::double precision END,
        CASE WHEN d.label = p.label THEN p.confidence ELSE (1 - p.confidence) / others.n END) END AS probability
) AS given
WHERE d.project_id = $1
    -- use: isAskedFor
    -- use: isCurrent
ORDER BY loss DESC NULLS LAST, d.item_id
LIMIT $6;

-- name: labelRowsOf
-- The current decisions of some items as labelRows has them, in the order of the items, with what was given beside each.
-- $1 project_id bigint, $2 include_model boolean, $3 since timestamptz or null, $4 source text or null, $5 labels text[] or null
-- $6 item_ids bigint[], $7 losses double precision[]
-- returns external_id text, label text, source text, outcome text, predicted text, confidence double precision, model text
--   version text, route text, reason text, propensity double precision, policy_version integer, reviews smallint
--   agreement double precision, reviewers json, is_blind boolean, group_key text, received_at timestamptz, decided_at timestamptz
--   item_id bigint, revision integer, tags json, comment text, seconds double precision, payload json, metadata json
--   loss double precision
-- use: labelColumns
    , wanted.loss
FROM unnest($6::bigint[], $7::double precision[]) WITH ORDINALITY AS wanted(item_id, loss, place)
CROSS JOIN LATERAL (
    SELECT c.project_id, c.item_id, c.revision, c.label, c.source, c.outcome, c.reviews, c.agreement, c.actor_id, c.decided_at,
        c.model_version_id
    FROM decision c
    WHERE c.project_id = $1 AND c.item_id = wanted.item_id
    ORDER BY c.revision DESC
    LIMIT 1) AS d
-- use: labelFacts
WHERE d.project_id = $1
    -- use: isAskedFor
ORDER BY wanted.place;

-- name: labelWeights
-- What an export of the same rows will weigh: per way of selection, rows, sum of weights and of their squares, largest weight.
-- $1 project_id bigint, $2 include_model boolean, $3 since timestamptz or null, $4 source text or null, $5 labels text[] or null
-- returns route text, reason text, rows bigint, weights double precision, squares double precision, largest double precision
SELECT p.route, p.reason, count(*),
    sum(1 / p.propensity), sum(1 / (p.propensity * p.propensity)), max(1 / p.propensity)
FROM decision d
CROSS JOIN LATERAL (
    SELECT x.route, x.reason, x.propensity FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p
WHERE d.project_id = $1
    -- use: isAskedFor
    AND p.propensity > 0 AND p.route <> 'accepted' AND d.source <> 'model'
    -- use: isCurrent
GROUP BY p.route, p.reason
ORDER BY p.route, p.reason;

-- name: knownModelVersion
-- The key of a version that has sent predictions; no row when none did.
-- $1 project_id bigint, $2 model text, $3 version text
-- returns id bigint
SELECT m.id FROM model_version m WHERE m.project_id = $1 AND m.model = $2 AND m.version = $3;

-- name: comparisonPairs
-- The next $7 items that both versions scored and a person labelled, in order of item, with the place in the documents that
-- slices them. Its weight is that of the prediction the item was routed by. What was accepted and labelled all the same, as after a
-- complaint, was nobody's recorded chance.
-- $1 project_id bigint, $2 serving bigint, $3 candidate bigint, $4 from timestamptz or null, $5 to timestamptz or null
-- $6 after_item bigint, $7 items integer, $8 document text or null, $9 keys text[] or null
-- returns item_id bigint, label text, serving_label text, serving_confidence double precision, candidate_label text
--   candidate_confidence double precision, propensity double precision, route text, shown_version bigint or null, slice text or null
SELECT d.item_id, d.label, s.label, s.confidence, c.label, c.confidence, r.propensity, r.route,
    CASE WHEN NOT r.is_blind THEN r.model_version_id END,
    CASE WHEN $8::text IS NOT NULL THEN (
        SELECT CASE $8 WHEN 'payload' THEN i.payload ELSE i.metadata END #>> $9::text[]
        FROM item i WHERE i.project_id = d.project_id AND i.id = d.item_id) END
FROM decision d
CROSS JOIN LATERAL (
    SELECT x.label, x.confidence FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = $3
    OFFSET 0) AS c
CROSS JOIN LATERAL (
    SELECT x.label, x.confidence FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = $2
    OFFSET 0) AS s
CROSS JOIN LATERAL (
    SELECT x.propensity, x.route, x.is_blind, x.model_version_id FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS r
-- Along the key: an index of what people decided, which coalesce() rules out, has it in another order.
WHERE d.project_id = $1 AND d.item_id > $6
    AND coalesce(d.source, '') <> 'model' AND d.label IS NOT NULL AND d.outcome <> 'borderline'
    AND ($4::timestamptz IS NULL OR d.decided_at >= $4)
    AND ($5::timestamptz IS NULL OR d.decided_at < $5)
    AND r.propensity > 0 AND r.route <> 'accepted'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
        OFFSET 0)
ORDER BY d.item_id
LIMIT $7;

-- name: comparisonTraffic
-- The items both versions scored, labelled or not: how many, on how many they agree, how many were audited, how many no person
-- can get to see, and how often each of the two decided such an item.
-- $1 project_id bigint, $2 serving bigint, $3 candidate bigint, $4 from timestamptz or null, $5 to timestamptz or null
-- returns items bigint, agreeing bigint, audited bigint, unseen bigint, unseen_serving bigint
SELECT count(*), count(*) FILTER (WHERE s.label = c.label),
    count(*) FILTER (WHERE r.route = 'audited'),
    count(*) FILTER (WHERE r.propensity = 0),
    count(*) FILTER (WHERE r.propensity = 0 AND r.model_version_id = $2)
FROM prediction c
CROSS JOIN LATERAL (
    SELECT x.label FROM prediction x
    WHERE x.project_id = c.project_id AND x.item_id = c.item_id AND x.model_version_id = $2
    OFFSET 0) AS s
CROSS JOIN LATERAL (
    SELECT x.propensity, x.route, x.model_version_id FROM prediction x
    WHERE x.project_id = c.project_id AND x.item_id = c.item_id AND x.stands AND x.route <> 'waiting'
    OFFSET 0) AS r
WHERE c.project_id = $1 AND c.model_version_id = $3
    AND ($4::timestamptz IS NULL OR c.received_at >= $4)
    AND ($5::timestamptz IS NULL OR c.received_at < $5);

-- name: rampLabels
-- What people said since $4 of the items the candidate scored, in the order of their labels: whether it was wrong, and whether
-- the serving version was, null where that did not score the item. As comparisonPairs, without what nobody drew.
-- $1 project_id bigint, $2 serving bigint or null, $3 candidate bigint, $4 since timestamptz
-- returns propensity double precision, candidate_wrong boolean, serving_wrong boolean or null, decided_at timestamptz
SELECT r.propensity, c.label <> d.label, s.label <> d.label, d.decided_at
FROM decision d
CROSS JOIN LATERAL (
    SELECT x.label FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = $3
    OFFSET 0) AS c
CROSS JOIN LATERAL (
    SELECT x.propensity, x.route FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS r
LEFT JOIN LATERAL (
    SELECT x.label FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = $2
    OFFSET 0) AS s ON true
WHERE d.project_id = $1 AND d.source <> 'model' AND d.decided_at >= $4
    AND d.label IS NOT NULL AND d.outcome <> 'borderline'
    AND r.propensity > 0 AND r.route <> 'accepted'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
        OFFSET 0)
ORDER BY d.decided_at, d.item_id;

-- name: rampTraffic
-- How the last $3 predictions were routed, as far as they came since $2: how many routes, how many of items no person can get to
-- see, and the smallest probability of being labelled. (The latest by key: a scan of all since $2 would grow with the ramp.)
-- $1 project_id bigint, $2 since timestamptz, $3 predictions integer
-- returns routes bigint, unseen bigint, smallest double precision or null
SELECT count(*), count(*) FILTER (WHERE recent.propensity = 0),
    min(recent.propensity) FILTER (WHERE recent.propensity > 0)
FROM (
    -- Backwards along the key, into lower projects if need be: no planner takes that for few rows and sorts them.
    SELECT p.project_id, p.propensity, p.route, p.stands, p.received_at FROM prediction p
    WHERE p.project_id <= $1
    ORDER BY p.project_id DESC, p.item_id DESC, p.model_version_id DESC
    LIMIT $3
) AS recent
WHERE recent.project_id = $1 AND recent.received_at >= $2 AND recent.stands AND recent.route <> 'waiting';

-- name: disputedPairs
-- The audits of what one of two versions decided and the candidate scored that arrived in a window, that somebody has answered
-- otherwise than the model that decided, and that wait for a second look. Both answers, the columns of comparisonPairs, and when
-- it was contradicted.
-- $1 project_id bigint, $2 serving bigint or null, $3 candidate bigint, $4 from timestamptz or null, $5 to timestamptz or null
-- $6 document text or null, $7 keys text[] or null
-- returns item_id bigint, label text, contradiction text or null, serving_label text or null
--   serving_confidence double precision or null, candidate_label text, candidate_confidence double precision
--   propensity double precision, route text, shown_version bigint or null, slice text or null, contradicted_at timestamptz
SELECT r.item_id, r.label, v.label, s.label, s.confidence, c.label, c.confidence, r.propensity, r.route,
    CASE WHEN NOT r.is_blind THEN r.model_version_id END,
    CASE WHEN $6::text IS NOT NULL THEN (
        SELECT CASE $6 WHEN 'payload' THEN i.payload ELSE i.metadata END #>> $7::text[]
        FROM item i WHERE i.project_id = r.project_id AND i.id = r.item_id) END,
    v.reviewed_at
FROM prediction r
CROSS JOIN LATERAL (
    SELECT e.source, e.outcome FROM decision e
    WHERE e.project_id = r.project_id AND e.item_id = r.item_id
    ORDER BY e.revision DESC
    LIMIT 1) AS d
CROSS JOIN LATERAL (
    SELECT w.label, w.reviewed_at FROM review w
    WHERE w.project_id = r.project_id AND w.item_id = r.item_id AND w.queue = 0 AND w.slot IS NOT NULL
        AND w.undone_at IS NULL AND w.label IS DISTINCT FROM r.label AND (d.source = 'model' OR d.outcome = 'reopened')
    ORDER BY w.slot
    LIMIT 1) AS v
CROSS JOIN LATERAL (
    SELECT p.label, p.confidence FROM prediction p
    WHERE p.project_id = r.project_id AND p.item_id = r.item_id AND p.model_version_id = $3 OFFSET 0) AS c
LEFT JOIN LATERAL (
    SELECT p.label, p.confidence FROM prediction p
    WHERE p.project_id = r.project_id AND p.item_id = r.item_id AND p.model_version_id = $2 OFFSET 0) AS s ON true
WHERE r.project_id = $1 AND r.model_version_id IN ($2, $3) AND r.route = 'audited' AND r.stands AND r.propensity > 0
    AND r.received_at >= coalesce($4::timestamptz, '-infinity') AND r.received_at < coalesce($5::timestamptz, 'infinity')
ORDER BY r.received_at, r.item_id;

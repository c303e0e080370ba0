-- name: seedVersions
-- Two versions of a model that routed predictions are of.
-- $1 project_id bigint
INSERT INTO model_version (project_id, model, version)
VALUES ($1, 'deb-section', 'report-1'), ($1, 'deb-section', 'report-2')
ON CONFLICT DO NOTHING;

-- name: seedRouted
-- Predictions numbered from first to last of all, spread evenly over the last $5 days: 88 in a hundred accepted, two audited, ten
-- queued, of 20 labels and two versions, all mixed.
-- $1 project_id bigint, $2 first bigint, $3 last bigint, $4 count bigint, $5 days double precision
INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity,
    policy_version, salt_id, is_blind, label, route, reason)
SELECT $1, n, m.ids[1 + (n % 2)::integer], now() - ($4 - n) * ($5 / $4) * interval '1 day', md5(n::text)::uuid, 0.9,
    CASE WHEN n % 100 < 10 THEN 1 ELSE 0.0222 END, 2, 1, n % 100 >= 10, 'label-' || (hashint8(n) & 65535) % 20,
    CASE WHEN n % 100 < 10 THEN 'queued' WHEN n % 100 < 12 THEN 'audited' ELSE 'accepted' END,
    CASE WHEN n % 100 < 10 THEN 'below_threshold' ELSE 'above_threshold' END
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN (
    SELECT array_agg(v.id ORDER BY v.id) AS ids FROM model_version v
    WHERE v.project_id = $1 AND v.version IN ('report-1', 'report-2')) AS m;

-- name: seedModelDecisions
-- What the model decided of those.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
SELECT $1, p.item_id, 1, 0, p.received_at, p.model_version_id, p.label, 'model', 'auto_accepted'
FROM prediction p
WHERE p.project_id = $1 AND p.item_id BETWEEN $2 AND $3 AND p.route <> 'queued';

-- name: seedPeopleDecisions
-- What people decided of those: nearly all audits and queued items, up to some hours after they came.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id, agreement, label, source,
    outcome)
SELECT $1, p.item_id, CASE p.route WHEN 'queued' THEN 1 ELSE 2 END, 1,
    p.received_at + exp(p.item_id * 7919 % 1000 / 130.0) * interval '10 seconds', p.model_version_id, 1, 1,
    CASE WHEN p.item_id / 100 % 9 = 0 THEN 'corrected' ELSE p.label END, 'reviewer',
    CASE WHEN p.item_id / 100 % 9 = 0 THEN 'corrected' ELSE 'accepted' END
FROM prediction p
WHERE p.project_id = $1 AND p.item_id BETWEEN $2 AND $3 AND p.route <> 'accepted' AND p.item_id / 100 % 50 <> 7
    AND p.received_at + exp(p.item_id * 7919 % 1000 / 130.0) * interval '10 seconds' < now();

-- name: seedGivenReviews
-- The reviews of those decisions, by ten people.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, reviewed_at, seconds, queue, slot, is_shown, status,
    verdict, label)
SELECT $1, 'seed-' || d.item_id, d.item_id, a.ids[1 + (hashint8(-d.item_id) & 65535) % cardinality(a.ids)], d.model_version_id,
    d.decided_at, 2 + exp(d.item_id * 104729 % 1000 / 300.0), 0, 0, true, 'counted', 'label', d.label
FROM decision d
CROSS JOIN (SELECT array_agg(x.id ORDER BY x.id) AS ids FROM actor x WHERE x.name LIKE 'seeded-%') AS a
WHERE d.project_id = $1 AND d.item_id BETWEEN $2 AND $3 AND d.source = 'reviewer';

-- name: seedReviewers
INSERT INTO actor (name) SELECT 'seeded-' || n FROM generate_series(1, 10) AS n ON CONFLICT (name) DO NOTHING;

-- name: seedCreation
-- A project as old as what it holds.
-- $1 project_id bigint, $2 days double precision
UPDATE project SET created_at = date_trunc('hour', now()) - $2 * interval '1 day' WHERE id = $1;

-- name: appendCorrection
-- Lists a decision of people that took the place of a model's.
-- $1 project_id bigint, $2 item_id bigint, $3 revision integer
INSERT INTO correction (project_id, item_id, revision) VALUES ($1, $2, $3);

-- name: followCorrection
-- Lists a decision if the one before it is listed: it gives the model's its place again, or follows a complaint.
-- $1 project_id bigint, $2 item_id bigint, $3 revision integer
INSERT INTO correction (project_id, item_id, revision)
SELECT $1, $2, $3
WHERE EXISTS (
    SELECT FROM correction c WHERE c.project_id = $1 AND c.item_id = $2 AND c.revision = $3 - 1);

-- name: numberCorrections
-- Gives what was committed since the last time its place in the feed; see number_corrections.
-- $1 project_id bigint, $2 limit integer
-- returns numbered integer
SELECT number_corrections($1, $2) AS numbered;

-- name: correctionPlace
-- Where an entry stands in the feed; null: nowhere yet.
-- $1 project_id bigint, $2 item_id bigint, $3 revision integer
-- returns number bigint, decided_at timestamptz
SELECT c.number, d.decided_at
FROM correction c
JOIN decision d ON d.project_id = $1 AND d.item_id = c.item_id AND d.revision = c.revision
WHERE c.project_id = $1 AND c.item_id = $2 AND c.revision = $3;

-- name: correctionsAfter
-- In the order of their numbers, which later commits only add to.
-- $1 project_id bigint, $2 number bigint, $3 limit integer
-- returns number bigint, item_id bigint, revision integer, external_id text, label text, source text, outcome text
--   reviewer text, reviews smallint, agreement double precision, decided_at timestamptz, model_label text, model text, version text
SELECT c.number, c.item_id, c.revision, i.external_id, d.label, d.source, d.outcome, a.name, d.reviews, d.agreement,
    d.decided_at, p.label, m.model, m.version
FROM correction c
CROSS JOIN LATERAL (
    SELECT x.label, x.source, x.outcome, x.actor_id, x.reviews, x.agreement, x.decided_at, x.model_version_id FROM decision x
    WHERE x.project_id = $1 AND x.item_id = c.item_id AND x.revision = c.revision
    OFFSET 0) AS d
CROSS JOIN LATERAL (
    SELECT x.external_id FROM item x WHERE x.project_id = $1 AND x.id = c.item_id OFFSET 0) AS i
LEFT JOIN LATERAL (
    SELECT x.label FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = c.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p ON true
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = d.model_version_id
LEFT JOIN actor a ON a.id = d.actor_id
WHERE c.project_id = $1 AND c.number > $2
ORDER BY c.number
LIMIT $3;

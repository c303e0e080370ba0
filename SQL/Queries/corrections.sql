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

-- name: correctionsAfter
-- In an order that later commits only add to: nothing is read of a transaction before all older ones are over.
-- $1 project_id bigint, $2 transaction text, $3 item_id bigint, $4 revision integer, $5 limit integer
-- returns transaction text, item_id bigint, revision integer, external_id text, label text, source text, outcome text
--   reviewer text, reviews smallint, agreement double precision, decided_at timestamptz, model_label text, model text, version text
SELECT c.transaction::text, c.item_id, c.revision, i.external_id, d.label, d.source, d.outcome, a.name, d.reviews, d.agreement,
    d.decided_at, p.label, m.model, m.version
FROM correction c
JOIN decision d ON d.project_id = $1 AND d.item_id = c.item_id AND d.revision = c.revision
JOIN item i ON i.project_id = $1 AND i.id = c.item_id
LEFT JOIN prediction p ON p.project_id = $1 AND p.item_id = c.item_id AND p.model_version_id = d.model_version_id
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = d.model_version_id
LEFT JOIN actor a ON a.id = d.actor_id
WHERE c.project_id = $1 AND (c.transaction, c.item_id, c.revision) > ($2::text::xid8, $3, $4)
    AND c.transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY c.transaction, c.item_id, c.revision
LIMIT $5;

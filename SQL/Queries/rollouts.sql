-- name: insertRollout
-- Stores the next revision of a project's rollout; the caller holds the project's row.
-- $1 project_id bigint, $2 document json or null, $3 reason text, $4 created_by bigint
-- returns revision integer, created_at timestamptz
INSERT INTO rollout AS r (project_id, revision, document, reason, created_by)
SELECT $1, coalesce(max(o.revision), 0) + 1, $2, $3, $4 FROM rollout o WHERE o.project_id = $1
RETURNING r.revision, r.created_at;

-- name: activateRollout
-- $1 project_id bigint, $2 revision integer or null
UPDATE project SET rollout_revision = $2 WHERE id = $1;

-- name: rolloutInForce
-- No row when there is none.
-- $1 project_id bigint
-- returns revision integer, document json, created_at timestamptz, author text, reason text
SELECT r.revision, r.document, r.created_at, a.name, r.reason
FROM project p
JOIN rollout r ON r.project_id = p.id AND r.revision = p.rollout_revision
JOIN actor a ON a.id = r.created_by
WHERE p.id = $1;

-- name: listRollouts
-- Newest first.
-- $1 project_id bigint
-- returns revision integer, document json, created_at timestamptz, author text, reason text
SELECT r.revision, r.document, r.created_at, a.name, r.reason
FROM rollout r
JOIN actor a ON a.id = r.created_by
WHERE r.project_id = $1
ORDER BY r.revision DESC;

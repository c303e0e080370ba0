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

-- name: seenModelVersions
-- The versions that have sent predictions, in the order of their first.
-- $1 project_id bigint, $2 limit bigint
-- returns model text, version text
SELECT m.model, m.version
FROM model_version m
WHERE m.project_id = $1
ORDER BY m.id
LIMIT $2;

-- name: versionTraffic
-- What became of the predictions of each version that arrived since a moment; the routed are those their items go by.
-- $1 project_id bigint, $2 since timestamptz
-- returns model text, version text, received bigint, routed bigint, waiting bigint, last_received_at timestamptz
SELECT m.model, m.version, count(*),
    count(*) FILTER (WHERE p.stands AND p.route <> 'waiting'),
    count(*) FILTER (WHERE p.stands AND p.route = 'waiting'), max(p.received_at)
FROM prediction p
JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
WHERE p.project_id = $1 AND p.received_at >= $2
GROUP BY m.model, m.version
ORDER BY m.model, m.version;

-- name: projectsOnRamp
-- returns id bigint, name text
SELECT p.id, p.name
FROM project p
JOIN rollout r ON r.project_id = p.id AND r.revision = p.rollout_revision
WHERE r.document ->> 'mode' = 'ramp' AND p.deleted_at IS NULL
ORDER BY p.id;

-- name: claimRollout
-- The rollout in force, for one instance at a time; no row when there is none or another instance has it. What people change
-- does not wait for this lock: they hold the project's row.
-- $1 project_id bigint
-- returns revision integer, document json
SELECT r.revision, r.document
FROM rollout r
WHERE r.project_id = $1 AND r.revision = (SELECT p.rollout_revision FROM project p WHERE p.id = $1)
FOR UPDATE OF r SKIP LOCKED;

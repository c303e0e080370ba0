-- name: appendAuditEntry
-- Says what was changed; the caller holds the project's row, so ids are in the order of the commits.
-- $1 project_id bigint, $2 actor_id bigint, $3 action text, $4 reason text, $5 before json or null, $6 after json or null
-- returns id bigint
INSERT INTO audit_log AS l (project_id, actor_id, action, reason, before, after)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING l.id;

-- name: auditEntriesAfter
-- Oldest first.
-- $1 project_id bigint, $2 after bigint, $3 limit bigint
-- returns id bigint, at timestamptz, actor text, action text, reason text, before json, after json
SELECT l.id, l.at, a.name, l.action, l.reason, l.before, l.after
FROM audit_log l
JOIN actor a ON a.id = l.actor_id
WHERE l.project_id = $1 AND l.id > $2
ORDER BY l.id
LIMIT $3;

-- name: newestAuditEntries
-- The last ones, oldest first.
-- $1 project_id bigint, $2 limit bigint
-- returns id bigint, at timestamptz, actor text, action text, reason text, before json, after json
WITH newest AS (
    SELECT l.id, l.at, l.actor_id, l.action, l.reason, l.before, l.after
    FROM audit_log l
    WHERE l.project_id = $1
    ORDER BY l.id DESC
    LIMIT $2
)
SELECT n.id, n.at, a.name, n.action, n.reason, n.before, n.after
FROM newest n
JOIN actor a ON a.id = n.actor_id
ORDER BY n.id;

-- name: announceChange
-- Tells every instance that listens that a project changed; they hear of it when the transaction commits.
-- $1 project text
-- returns announced void
SELECT pg_notify('sluice_change', $1) AS announced;

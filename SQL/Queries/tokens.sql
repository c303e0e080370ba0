-- name: insertToken
-- $1 actor_id bigint, $2 project_id bigint or null, $3 role text, $4 hash bytea, $5 hint text
-- returns id bigint
INSERT INTO token (actor_id, project_id, role, hash, hint) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: findToken
-- The live token with that hash.
-- $1 hash bytea
-- returns actor_id bigint, actor text, role text, project_id bigint, project text
SELECT t.actor_id, a.name, t.role, t.project_id, p.name
FROM token t
JOIN actor a ON a.id = t.actor_id
LEFT JOIN project p ON p.id = t.project_id
WHERE t.hash = $1 AND t.revoked_at IS NULL;

-- name: listTokens
-- returns id bigint, actor text, role text, project text, hint text, created_at timestamptz, revoked_at timestamptz
SELECT t.id, a.name, t.role, p.name, t.hint, t.created_at, t.revoked_at
FROM token t
JOIN actor a ON a.id = t.actor_id
LEFT JOIN project p ON p.id = t.project_id
ORDER BY t.id;

-- name: revokeToken
-- $1 id bigint
UPDATE token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL;

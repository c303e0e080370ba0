-- name: insertCertificate
-- Stores the next certificate of a project; the caller holds the project's row.
-- $1 project_id bigint, $2 model_version_id bigint, $3 policy_version integer, $4 made_at timestamptz, $5 made_by bigint
-- $6 expires_at timestamptz, $7 error_limit double precision, $8 method text, $9 is_certified boolean, $10 is_automatic boolean
-- $11 document json
-- returns number integer
INSERT INTO certificate AS c (project_id, number, model_version_id, policy_version, made_at, made_by, expires_at, error_limit,
    method, is_certified, is_automatic, document)
SELECT $1, coalesce(max(o.number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
FROM certificate o WHERE o.project_id = $1
RETURNING c.number;

-- name: findCertificate
-- $1 project_id bigint, $2 number integer
-- returns number integer, model_version_id bigint, model text, version text, policy_version integer
--   applied_policy_version integer or null, made_at timestamptz, made_by text, expires_at timestamptz
--   revoked_at timestamptz or null, revoked_by text or null, revoked_reason text or null, error_limit double precision
--   method text, is_certified boolean, is_automatic boolean, document json
SELECT c.number, c.model_version_id, m.model, m.version, c.policy_version,
    c.applied_policy_version, c.made_at, a.name, c.expires_at,
    c.revoked_at, r.name, c.revoked_reason, c.error_limit,
    c.method, c.is_certified, c.is_automatic, c.document
FROM certificate c
JOIN model_version m ON m.project_id = c.project_id AND m.id = c.model_version_id
JOIN actor a ON a.id = c.made_by
LEFT JOIN actor r ON r.id = c.revoked_by
WHERE c.project_id = $1 AND c.number = $2;

-- name: lastAppliedCertificate
-- The newest of those whose thresholds were put in force; no row when none ever was.
-- $1 project_id bigint
-- returns number integer, model_version_id bigint, model text, version text, policy_version integer
--   applied_policy_version integer or null, made_at timestamptz, made_by text, expires_at timestamptz
--   revoked_at timestamptz or null, revoked_by text or null, revoked_reason text or null, error_limit double precision
--   method text, is_certified boolean, is_automatic boolean, document json
SELECT c.number, c.model_version_id, m.model, m.version, c.policy_version,
    c.applied_policy_version, c.made_at, a.name, c.expires_at,
    c.revoked_at, r.name, c.revoked_reason, c.error_limit,
    c.method, c.is_certified, c.is_automatic, c.document
FROM certificate c
JOIN model_version m ON m.project_id = c.project_id AND m.id = c.model_version_id
JOIN actor a ON a.id = c.made_by
LEFT JOIN actor r ON r.id = c.revoked_by
WHERE c.project_id = $1 AND c.applied_policy_version IS NOT NULL
ORDER BY c.applied_policy_version DESC, c.number DESC
LIMIT 1;

-- name: listCertificates
-- The newest first; of one version, or of all.
-- $1 project_id bigint, $2 model_version_id bigint or null, $3 limit integer
-- returns number integer, model_version_id bigint, model text, version text, policy_version integer
--   applied_policy_version integer or null, made_at timestamptz, made_by text, expires_at timestamptz
--   revoked_at timestamptz or null, revoked_by text or null, revoked_reason text or null, error_limit double precision
--   method text, is_certified boolean, is_automatic boolean, document json
SELECT c.number, c.model_version_id, m.model, m.version, c.policy_version,
    c.applied_policy_version, c.made_at, a.name, c.expires_at,
    c.revoked_at, r.name, c.revoked_reason, c.error_limit,
    c.method, c.is_certified, c.is_automatic, c.document
FROM certificate c
JOIN model_version m ON m.project_id = c.project_id AND m.id = c.model_version_id
JOIN actor a ON a.id = c.made_by
LEFT JOIN actor r ON r.id = c.revoked_by
WHERE c.project_id = $1 AND ($2::bigint IS NULL OR c.model_version_id = $2)
ORDER BY c.number DESC
LIMIT $3;

-- name: applyCertificate
-- $1 project_id bigint, $2 number integer, $3 policy_version integer
UPDATE certificate SET applied_policy_version = $3 WHERE project_id = $1 AND number = $2;

-- name: revokeCertificate
-- Revokes one that is not revoked.
-- $1 project_id bigint, $2 number integer, $3 revoked_by bigint, $4 reason text
-- returns number integer
UPDATE certificate SET revoked_at = now(), revoked_by = $3, revoked_reason = $4
WHERE project_id = $1 AND number = $2 AND revoked_at IS NULL
RETURNING number;

-- name: revokeCertificates
-- Revokes those of a version that certify something and hold.
-- $1 project_id bigint, $2 model_version_id bigint, $3 revoked_by bigint, $4 reason text
-- returns number integer
UPDATE certificate SET revoked_at = now(), revoked_by = $3, revoked_reason = $4
WHERE project_id = $1 AND model_version_id = $2 AND revoked_at IS NULL AND is_certified AND expires_at > now()
RETURNING number;

-- name: lastAutomaticCertificate
-- When the autopilot last looked at a version; no row when it never did.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns made_at timestamptz
SELECT c.made_at FROM certificate c
WHERE c.project_id = $1 AND c.model_version_id = $2 AND c.is_automatic
ORDER BY c.number DESC
LIMIT 1;

-- name: projectsOnAutopilot
-- returns id bigint, name text
SELECT p.id, p.name
FROM project p
JOIN policy y ON y.project_id = p.id AND y.version = p.policy_version
WHERE y.document -> 'autopilot' ->> 'mode' IN ('propose', 'apply') AND p.deleted_at IS NULL
ORDER BY p.id;

-- name: decidingVersions
-- The versions by which arrivals since a moment were routed, the busiest first.
-- $1 project_id bigint, $2 since timestamptz, $3 limit integer
-- returns model_version_id bigint, model text, version text, items bigint, last_at timestamptz
SELECT m.id, m.model, m.version, count(*), max(p.received_at)
FROM prediction p
JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.stands AND p.route <> 'waiting'
GROUP BY m.id, m.model, m.version
ORDER BY count(*) DESC, m.id
LIMIT $3;

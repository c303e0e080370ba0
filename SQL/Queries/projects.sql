-- name: ensureActor
-- The actor of that name, made when there is none.
-- $1 name text
-- returns id bigint
WITH made AS (
    INSERT INTO actor (name) VALUES ($1)
    ON CONFLICT (name) DO NOTHING
    RETURNING id
)
SELECT made.id FROM made
UNION ALL
SELECT actor.id FROM actor WHERE actor.name = $1
LIMIT 1;

-- name: insertProject
-- Creates a project; a second of the same name violates project_name_unique.
-- $1 name text, $2 tags text[], $3 created_by bigint, $4 dwell_ms integer
-- returns id bigint
INSERT INTO project (name, tags, created_by, dwell_ms) VALUES ($1, $2, $3, $4) RETURNING id;

-- name: insertLabels
-- $1 project_id bigint, $2 names text[], $3 keys text[], $4 titles text[], $5 are_borderline boolean[]
INSERT INTO label (project_id, position, id, name, key, title, is_borderline)
SELECT $1, n.position, n.name, n.name, n.key, n.title, n.is_borderline
FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[])
    WITH ORDINALITY AS n (name, key, title, is_borderline, position);

-- name: insertSalt
-- $1 project_id bigint, $2 purpose text, $3 id smallint, $4 secret bytea
INSERT INTO salt (project_id, purpose, id, secret) VALUES ($1, $2, $3, $4);

-- name: lockProject
-- $1 project_id bigint
-- returns id bigint
SELECT project.id FROM project WHERE project.id = $1 FOR UPDATE;

-- name: updateProjectTags
-- $1 project_id bigint, $2 tags text[]
UPDATE project SET tags = $2 WHERE id = $1;

-- name: updateProjectDwell
-- $1 project_id bigint, $2 dwell_ms integer
UPDATE project SET dwell_ms = $2 WHERE id = $1;

-- name: findProject
-- A project with the policy and the rollout in force.
-- $1 name text
-- returns id bigint, guidelines text, created_at timestamptz, policy_version integer, document json, policy_created_at timestamptz, policy_author text, policy_reason text, tags text[], rollout_revision integer, rollout json, rollout_created_at timestamptz, rollout_author text, rollout_reason text, guidelines_version integer, calibrations integer, archived_at timestamptz, label_set_version integer, dwell_ms integer
SELECT p.id, g.text, p.created_at, p.policy_version, y.document, y.created_at, a.name, y.reason, p.tags,
    r.revision, r.document, r.created_at, b.name, r.reason, p.guidelines_version, p.calibrations,
    p.archived_at, p.label_set_version, p.dwell_ms
FROM project p
JOIN guideline g ON g.project_id = p.id AND g.version = p.guidelines_version
JOIN policy y ON y.project_id = p.id AND y.version = p.policy_version
JOIN actor a ON a.id = y.created_by
LEFT JOIN rollout r ON r.project_id = p.id AND r.revision = p.rollout_revision
LEFT JOIN actor b ON b.id = r.created_by
WHERE p.name = $1 AND p.deleted_at IS NULL;

-- name: listProjects
-- returns name text, created_at timestamptz
SELECT p.name, p.created_at FROM project p WHERE p.deleted_at IS NULL ORDER BY p.name;

-- name: listLabels
-- Every label there ever was, in the order they were declared.
-- $1 project_id bigint
-- returns id text, name text, key text, title text, is_borderline boolean, status text, merged_into text or null
--   former_names text[]
SELECT l.id, l.name, l.key, l.title, l.is_borderline, l.status, l.merged_into, l.former_names FROM label l
WHERE l.project_id = $1
ORDER BY l.position;

-- name: currentSalts
-- The newest salt of each purpose.
-- $1 project_id bigint
-- returns purpose text, id smallint, secret bytea
SELECT DISTINCT ON (s.purpose) s.purpose, s.id, s.secret FROM salt s
WHERE s.project_id = $1
ORDER BY s.purpose, s.id DESC;

-- name: saltSecret
-- $1 project_id bigint, $2 purpose text, $3 id smallint
-- returns secret bytea
SELECT s.secret FROM salt s WHERE s.project_id = $1 AND s.purpose = $2 AND s.id = $3;

-- name: ensureModelVersion
-- $1 project_id bigint, $2 model text, $3 version text
-- returns id bigint
WITH made AS (
    INSERT INTO model_version AS m (project_id, model, version) VALUES ($1, $2, $3)
    ON CONFLICT (project_id, model, version) DO NOTHING
    RETURNING m.id
)
SELECT made.id FROM made
UNION ALL
SELECT v.id FROM model_version v WHERE v.project_id = $1 AND v.model = $2 AND v.version = $3
LIMIT 1;

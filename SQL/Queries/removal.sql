-- name: archiveProject
-- $1 project_id bigint
UPDATE project SET archived_at = now() WHERE id = $1 AND archived_at IS NULL AND deleted_at IS NULL;

-- name: unarchiveProject
-- $1 project_id bigint
UPDATE project SET archived_at = NULL WHERE id = $1 AND archived_at IS NOT NULL AND deleted_at IS NULL;

-- name: deleteProject
-- Marks an archived project as deleted: from now on nobody finds it, and its name is free.
-- $1 project_id bigint
UPDATE project SET deleted_at = now() WHERE id = $1 AND archived_at IS NOT NULL AND deleted_at IS NULL;

-- name: revokeProjectTokens
-- $1 project_id bigint
UPDATE token SET revoked_at = now() WHERE project_id = $1 AND revoked_at IS NULL;

-- name: insertRemoval
-- Says who deleted a project and why; it stays when nothing else of the project does.
-- $1 project_id bigint, $2 name text, $3 reason text, $4 deleted_by bigint
INSERT INTO project_removal (removed_project, name, reason, deleted_by) VALUES ($1, $2, $3, $4);

-- name: listRemovals
-- The newest first.
-- $1 limit integer
-- returns name text, reason text, deleted_at timestamptz, deleted_by text, rows_removed bigint, finished_at timestamptz
SELECT r.name, r.reason, r.deleted_at, a.name, r.rows_removed, r.finished_at
FROM project_removal r
JOIN actor a ON a.id = r.deleted_by
ORDER BY r.id DESC
LIMIT $1;

-- name: deletedProjects
-- The projects whose rows are being removed, oldest first.
-- returns id bigint
SELECT p.id FROM project p WHERE p.deleted_at IS NOT NULL ORDER BY p.id;

-- name: claimRemoval
-- Holds a deleted project's row until the transaction ends; no row while another instance removes rows of it.
-- $1 project_id bigint
-- returns id bigint
SELECT p.id FROM project p WHERE p.id = $1 AND p.deleted_at IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED;

-- name: removeProjectRows
-- Removes rows of one table; see remove_project_rows.
-- $1 project_id bigint, $2 limit integer
-- returns removed bigint
SELECT remove_project_rows($1, $2) AS removed;

-- name: noteRemovedRows
-- $1 project_id bigint, $2 removed bigint
UPDATE project_removal SET rows_removed = rows_removed + $2 WHERE removed_project = $1;

-- name: finishRemoval
-- Removes the project itself once it was deleted long enough ago for all that began before to be over.
-- $1 project_id bigint, $2 grace_seconds double precision
WITH gone AS (
    DELETE FROM project p
    WHERE p.id = $1 AND p.deleted_at < now() - make_interval(secs => $2)
    RETURNING p.id
)
UPDATE project_removal r SET finished_at = now() FROM gone WHERE r.removed_project = gone.id;

-- name: putLabelMap
-- Stores a label map under a name, or replaces it.
-- $1 project_id bigint, $2 name text, $3 document json, $4 updated_by bigint
INSERT INTO label_map (project_id, name, document, updated_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (project_id, name) DO UPDATE
SET document = excluded.document, updated_by = excluded.updated_by, updated_at = now();

-- name: findLabelMap
-- $1 project_id bigint, $2 name text
-- returns document json
SELECT m.document FROM label_map m WHERE m.project_id = $1 AND m.name = $2;

-- name: listLabelMaps
-- $1 project_id bigint
-- returns name text, document json, updated_at timestamptz, updated_by text
SELECT m.name, m.document, m.updated_at, a.name FROM label_map m
JOIN actor a ON a.id = m.updated_by
WHERE m.project_id = $1
ORDER BY m.name;

-- name: deleteLabelMap
-- $1 project_id bigint, $2 name text
DELETE FROM label_map WHERE project_id = $1 AND name = $2;

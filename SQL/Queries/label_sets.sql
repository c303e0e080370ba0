-- name: insertLabel
-- Adds a label behind those there are.
-- $1 project_id bigint, $2 id text, $3 name text, $4 key text or null, $5 title text or null, $6 is_borderline boolean
INSERT INTO label (project_id, position, id, name, key, title, is_borderline)
SELECT $1, coalesce(max(l.position), 0) + 1, $2, $3, $4, $5, $6 FROM label l WHERE l.project_id = $1;

-- name: updateLabel
-- Everything of a label that may change.
-- $1 project_id bigint, $2 id text, $3 name text, $4 key text or null, $5 title text or null, $6 status text
-- $7 merged_into text or null, $8 former_names text[]
UPDATE label SET name = $3, key = $4, title = $5, status = $6, merged_into = $7, former_names = $8
WHERE project_id = $1 AND id = $2;

-- name: appendLabelChange
-- Puts the next version of the label set in force; the caller holds the project's row.
-- $1 project_id bigint, $2 version integer, $3 changed_by bigint, $4 change text, $5 label_id text, $6 reason text
-- $7 before json or null, $8 after json
WITH numbered AS (
    UPDATE project SET label_set_version = $2 WHERE id = $1
)
INSERT INTO label_change (project_id, version, changed_by, change, label_id, reason, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: listLabelChanges
-- The changes of a label set, the newest first.
-- $1 project_id bigint
-- returns version integer, changed_at timestamptz, changed_by text, change text, label_id text, reason text, before json or null
--   after json
SELECT c.version, c.changed_at, a.name, c.change, c.label_id, c.reason, c.before, c.after
FROM label_change c
JOIN actor a ON a.id = c.changed_by
WHERE c.project_id = $1
ORDER BY c.version DESC;

-- name: countWaitingOfLabels
-- How many items that reviewers are to look at were predicted to be one of some labels.
-- $1 project_id bigint, $2 labels text[]
-- returns items bigint
SELECT count(*) FROM (
    SELECT r.item_id FROM ready r WHERE r.project_id = $1
    UNION
    SELECT l.item_id FROM lease l WHERE l.project_id = $1
) AS waiting
-- By key for each item, whatever the planner believes of the tables.
CROSS JOIN LATERAL (
    SELECT FROM prediction p
    WHERE p.project_id = $1 AND p.item_id = waiting.item_id AND p.stands AND p.label = ANY($2::text[]) OFFSET 0
) AS predicted;

-- name: countDecidedOfLabels
-- How many items are decided to be one of some labels.
-- $1 project_id bigint, $2 labels text[]
-- returns items bigint
SELECT count(*) FROM decision d
WHERE d.project_id = $1 AND d.label = ANY($2::text[]) AND d.revision = (
    SELECT x.revision FROM decision x WHERE x.project_id = $1 AND x.item_id = d.item_id ORDER BY x.revision DESC LIMIT 1);

-- name: countGoldOfLabels
-- How many gold items in use are known to be one of some labels.
-- $1 project_id bigint, $2 labels text[]
-- returns items bigint
SELECT count(*) FROM gold g WHERE g.project_id = $1 AND g.label = ANY($2::text[]) AND g.retired_at IS NULL;

-- name: retireGoldOfLabels
-- Takes gold items out of use that nobody can answer rightly any more.
-- $1 project_id bigint, $2 labels text[]
-- returns item_id bigint
UPDATE gold SET retired_at = now() WHERE project_id = $1 AND label = ANY($2::text[]) AND retired_at IS NULL RETURNING item_id;

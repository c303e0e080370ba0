-- name: watchedProjects
-- The projects that have predictions.
-- returns id bigint, name text
SELECT p.id, p.name FROM project p
WHERE p.deleted_at IS NULL AND EXISTS (SELECT FROM model_version m WHERE m.project_id = p.id)
ORDER BY p.id;

-- name: newestModelVersions
-- The last versions that sent their first prediction, newest first.
-- $1 project_id bigint, $2 limit integer
-- returns id bigint, model text, version text, first_seen_at timestamptz
SELECT m.id, m.model, m.version, m.first_seen_at FROM model_version m
WHERE m.project_id = $1
ORDER BY m.id DESC
LIMIT $2;

-- name: driftSetting
-- No row when the project watches the standard.
-- $1 project_id bigint
-- returns document json, changed_at timestamptz, changed_by text
SELECT s.document, s.changed_at, a.name FROM drift_setting s
JOIN actor a ON a.id = s.changed_by
WHERE s.project_id = $1;

-- name: putDriftSetting
-- $1 project_id bigint, $2 document json, $3 changed_by bigint
INSERT INTO drift_setting (project_id, document, changed_by) VALUES ($1, $2, $3)
ON CONFLICT (project_id) DO UPDATE
SET document = excluded.document, changed_by = excluded.changed_by, changed_at = now();

-- name: forgetDriftWindows
-- All windows are made anew, from the rows as they were stored.
-- $1 project_id bigint
WITH watches AS (DELETE FROM drift_watch WHERE project_id = $1)
DELETE FROM drift_window WHERE project_id = $1;

-- name: beginDriftWatch
-- $1 project_id bigint, $2 model_version_id bigint, $3 next_at timestamptz
INSERT INTO drift_watch (project_id, model_version_id, next_at) VALUES ($1, $2, $3)
ON CONFLICT (project_id, model_version_id) DO NOTHING;

-- name: claimDriftWatch
-- Where the windows of a version have come to, held until the transaction ends; no row when another instance holds it.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns after_item bigint, checked_item bigint, next_at timestamptz, windows integer, reference_number integer or null
--   pending bigint
SELECT w.after_item, w.checked_item, w.next_at, w.windows, w.reference_number, w.pending FROM drift_watch w
WHERE w.project_id = $1 AND w.model_version_id = $2
FOR UPDATE OF w SKIP LOCKED;

-- name: storeDriftWatch
-- $1 project_id bigint, $2 model_version_id bigint, $3 after_item bigint, $4 checked_item bigint, $5 next_at timestamptz
-- $6 windows integer, $7 reference_number integer or null, $8 pending bigint
UPDATE drift_watch
SET after_item = $3, checked_item = $4, next_at = $5, windows = $6, reference_number = $7, pending = $8
WHERE project_id = $1 AND model_version_id = $2;

-- name: settledArrivals
-- Up to which item everything is stored and has its route, and before which moment; the item is null when there is none. Ids follow
-- the order of arrival within a span ($3 is $2 less that span), and an item that waits for a version is waited for at most an hour.
-- $1 project_id bigint, $2 before timestamptz, $3 ids_before timestamptz
-- returns last_item bigint or null, before timestamptz
WITH stored AS MATERIALIZED (
    -- Backwards along the key over what came last.
    SELECT p.item_id FROM prediction p
    WHERE p.project_id = $1 AND p.received_at < $3
    ORDER BY p.item_id DESC, p.model_version_id DESC
    LIMIT 1
), waiting AS MATERIALIZED (
    SELECT a.item_id, a.since - ($2::timestamptz - $3::timestamptz) AS since FROM awaiting a
    WHERE a.project_id = $1 AND a.since >= now() - interval '1 hour'
    ORDER BY a.item_id
    LIMIT 1
)
SELECT least(stored.item_id, waiting.item_id - 1), least($2::timestamptz, waiting.since)
FROM (SELECT (SELECT s.item_id FROM stored s) AS item_id) AS stored
LEFT JOIN waiting ON true;

-- name: driftArrivals
-- How many items after one and up to another were routed by the version.
-- $1 project_id bigint, $2 model_version_id bigint, $3 after_item bigint, $4 last_item bigint
-- returns items bigint
SELECT count(*) FROM prediction p
WHERE p.project_id = $1 AND p.item_id > $3 AND p.item_id <= $4 AND p.model_version_id = $2 AND p.stands AND p.route <> 'waiting';

-- name: nextDriftItems
-- The next items up to one that were routed by the version: how many, between which items and moments.
-- $1 project_id bigint, $2 model_version_id bigint, $3 after_item bigint, $4 last_item bigint, $5 limit integer
-- returns items bigint, last_item bigint or null, first_at timestamptz or null, last_at timestamptz or null
SELECT count(*), max(next.item_id), min(next.received_at), max(next.received_at)
FROM (
    SELECT p.item_id, p.received_at FROM prediction p
    WHERE p.project_id = $1 AND p.item_id > $3 AND p.item_id <= $4 AND p.model_version_id = $2 AND p.stands
        AND p.route <> 'waiting'
    ORDER BY p.item_id
    LIMIT $5) AS next;

-- name: driftRows
-- The next items of a window that were routed by a version, with what is watched of them, in order of item.
-- $1 project_id bigint, $2 model_version_id bigint, $3 after_item bigint, $4 last_item bigint, $5 from timestamptz
-- $6 to timestamptz, $7 with_payload boolean, $8 limit integer
-- returns item_id bigint, label text, confidence double precision or null, route text, reason text, policy_version integer
--   payload json or null, metadata json or null
SELECT p.item_id, p.label, p.confidence, p.route, p.reason, p.policy_version,
    CASE WHEN $7 THEN i.payload END, CASE WHEN $7 THEN i.metadata END
FROM (
    SELECT o.project_id, o.item_id, o.label, o.confidence, o.route, o.reason, o.policy_version FROM prediction o
    WHERE o.project_id = $1 AND o.item_id > $3 AND o.item_id <= $4 AND o.model_version_id = $2
        AND o.received_at >= $5 AND o.received_at < $6 AND o.stands AND o.route <> 'waiting' AND o.label IS NOT NULL
    ORDER BY o.item_id
    LIMIT $8) AS p
LEFT JOIN LATERAL (
    SELECT x.payload, x.metadata FROM item x
    WHERE $7 AND x.project_id = p.project_id AND x.id = p.item_id
    OFFSET 0) AS i ON true
ORDER BY p.item_id;

-- name: driftOverrides
-- What people said in a window of the version's predictions that were queued: how many labels, and how many others.
-- $1 project_id bigint, $2 model_version_id bigint, $3 from timestamptz, $4 to timestamptz
-- returns judged bigint, corrected bigint
SELECT count(*), count(*) FILTER (WHERE d.outcome = 'corrected')
FROM decision d
CROSS JOIN LATERAL (
    SELECT x.stands, x.route FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.model_version_id = d.model_version_id
    OFFSET 0) AS p
WHERE d.project_id = $1 AND d.source <> 'model' AND d.decided_at >= $3 AND d.decided_at < $4
    AND d.outcome IN ('accepted', 'corrected') AND d.model_version_id = $2 AND p.stands AND p.route = 'queued'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
        OFFSET 0);

-- name: insertDriftWindow
-- $1 project_id bigint, $2 model_version_id bigint, $3 number integer, $4 items integer, $5 from_at timestamptz
-- $6 to_at timestamptz, $7 level text, $8 contents json, $9 signals json
INSERT INTO drift_window (project_id, model_version_id, number, items, from_at, to_at, level, contents, signals)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: driftWindows
-- The newest windows of a version, newest first, without what the items were like; the reference that was asked for, 0, apart.
-- $1 project_id bigint, $2 model_version_id bigint, $3 limit integer
-- returns number integer, items integer, from_at timestamptz, to_at timestamptz, closed_at timestamptz, level text, signals json
SELECT w.number, w.items, w.from_at, w.to_at, w.closed_at, w.level, w.signals FROM drift_window w
WHERE w.project_id = $1 AND w.model_version_id = $2 AND w.number > 0
ORDER BY w.number DESC
LIMIT $3;

-- name: driftWindow
-- $1 project_id bigint, $2 model_version_id bigint, $3 number integer
-- returns items integer, from_at timestamptz, to_at timestamptz, contents json
SELECT w.items, w.from_at, w.to_at, w.contents FROM drift_window w
WHERE w.project_id = $1 AND w.model_version_id = $2 AND w.number = $3;

-- name: driftReference
-- Which window the others of a version are compared with; no row when the version is not watched yet.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns reference_number integer or null
SELECT w.reference_number FROM drift_watch w WHERE w.project_id = $1 AND w.model_version_id = $2;

-- name: insertAlarm
-- $1 project_id bigint, $2 model_version_id bigint, $3 kind text, $4 signal text, $5 level text, $6 detail json
-- returns id bigint
INSERT INTO alarm_event AS e (project_id, model_version_id, kind, signal, level, detail)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING e.id;

-- name: newestAlarms
-- The last alarms of a window of time, newest first, of one version or of all.
-- $1 project_id bigint, $2 model_version_id bigint or null, $3 from timestamptz, $4 to timestamptz, $5 limit integer
-- returns at timestamptz, model text, version text, kind text, signal text, level text, detail json
SELECT e.at, m.model, m.version, e.kind, e.signal, e.level, e.detail
FROM alarm_event e
JOIN model_version m ON m.project_id = e.project_id AND m.id = e.model_version_id
WHERE e.project_id = $1 AND ($2::bigint IS NULL OR e.model_version_id = $2) AND e.at >= $3 AND e.at < $4
ORDER BY e.id DESC
LIMIT $5;

-- name: beginConceptWatch
-- Begins a watch, or begins it anew where the limit changed.
-- $1 project_id bigint, $2 model_version_id bigint, $3 since timestamptz, $4 error_limit double precision
-- $5 audits_to_false_alarm double precision
INSERT INTO concept_watch AS w (
    project_id, model_version_id, since, decided_at, error_limit, audits_to_false_alarm, smallest_propensity, statistics)
VALUES ($1, $2, $3, $3, $4, $5, 1, '{0,0,0,0,0,0,0}')
ON CONFLICT (project_id, model_version_id) DO UPDATE
SET since = excluded.since, decided_at = excluded.decided_at, item_id = 0, audits = 0,
    error_limit = excluded.error_limit, audits_to_false_alarm = excluded.audits_to_false_alarm,
    smallest_propensity = 1, statistics = excluded.statistics, alarmed_at = NULL
WHERE w.error_limit <> excluded.error_limit OR w.audits_to_false_alarm <> excluded.audits_to_false_alarm;

-- name: claimConceptWatch
-- The state of the detector, held until the transaction ends; no row when another instance holds it.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns since timestamptz, decided_at timestamptz, item_id bigint, audits bigint, error_limit double precision
--   audits_to_false_alarm double precision, smallest_propensity double precision, statistics double precision[]
--   alarmed_at timestamptz or null
SELECT w.since, w.decided_at, w.item_id, w.audits, w.error_limit,
    w.audits_to_false_alarm, w.smallest_propensity, w.statistics,
    w.alarmed_at
FROM concept_watch w
WHERE w.project_id = $1 AND w.model_version_id = $2
FOR UPDATE OF w SKIP LOCKED;

-- name: conceptWatch
-- The state of the detector; no row when there is none.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns since timestamptz, decided_at timestamptz, item_id bigint, audits bigint, error_limit double precision
--   audits_to_false_alarm double precision, smallest_propensity double precision, statistics double precision[]
--   alarmed_at timestamptz or null
SELECT w.since, w.decided_at, w.item_id, w.audits, w.error_limit,
    w.audits_to_false_alarm, w.smallest_propensity, w.statistics,
    w.alarmed_at
FROM concept_watch w
WHERE w.project_id = $1 AND w.model_version_id = $2;

-- name: storeConceptWatch
-- $1 project_id bigint, $2 model_version_id bigint, $3 decided_at timestamptz, $4 item_id bigint, $5 audits bigint
-- $6 smallest_propensity double precision, $7 statistics double precision[], $8 is_alarmed boolean
UPDATE concept_watch
SET decided_at = $3, item_id = $4, audits = $5, smallest_propensity = $6, statistics = $7,
    alarmed_at = CASE WHEN $8 THEN now() ELSE alarmed_at END
WHERE project_id = $1 AND model_version_id = $2;

-- name: decidedBefore
-- Those of some items that people had given a label until a moment, whatever became of it.
-- $1 project_id bigint, $2 item_ids bigint[], $3 until timestamptz
-- returns item_id bigint
SELECT DISTINCT d.item_id FROM decision d
WHERE d.project_id = $1 AND d.item_id = ANY ($2) AND d.source <> 'model' AND d.outcome IN ('accepted', 'corrected')
    AND d.decided_at <= $3
ORDER BY d.item_id;

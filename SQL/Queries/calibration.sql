-- name: insertCalibrationMap
-- The version's next map, counted in the project; the caller holds the project's row.
-- $1 project_id bigint, $2 model_version_id bigint, $3 from_at timestamptz, $4 to_at timestamptz, $5 labels integer, $6 map json
-- returns number integer, fitted_at timestamptz
WITH counted AS (
    UPDATE project SET calibrations = calibrations + 1 WHERE id = $1
)
INSERT INTO calibration_map AS c (project_id, model_version_id, number, from_at, to_at, labels, map)
SELECT $1, $2, coalesce(max(o.number), 0) + 1, $3, $4, $5, $6 FROM calibration_map o
WHERE o.project_id = $1 AND o.model_version_id = $2
RETURNING c.number, c.fitted_at;

-- name: newestCalibrationMap
-- The last map that was fitted to labels given before a moment; no row when there is none.
-- $1 project_id bigint, $2 model_version_id bigint, $3 before timestamptz
-- returns number integer, fitted_at timestamptz, from_at timestamptz, to_at timestamptz, labels integer, map json
SELECT c.number, c.fitted_at, c.from_at, c.to_at, c.labels, c.map FROM calibration_map c
WHERE c.project_id = $1 AND c.model_version_id = $2 AND c.to_at <= $3
ORDER BY c.number DESC
LIMIT 1;

-- name: newestCalibrationMaps
-- The last map of each version that has one, newest version first.
-- $1 project_id bigint, $2 limit integer
-- returns model_version_id bigint, model text, version text, number integer, fitted_at timestamptz, from_at timestamptz
--   to_at timestamptz, labels integer, map json
SELECT DISTINCT ON (c.model_version_id) c.model_version_id, m.model, m.version, c.number, c.fitted_at, c.from_at,
    c.to_at, c.labels, c.map
FROM calibration_map c
JOIN model_version m ON m.project_id = $1 AND m.id = c.model_version_id
WHERE c.project_id = $1
ORDER BY c.model_version_id DESC, c.number DESC
LIMIT $2;

-- name: confidenceCounts
-- The confidences of what a version was allowed to decide of the arrivals of a window, in steps of a thousandth: how many, and
-- their mean.
-- $1 project_id bigint, $2 model_version_id bigint, $3 from timestamptz, $4 to timestamptz
-- returns confidence double precision, items bigint
SELECT avg(p.confidence), count(*)
FROM prediction p
WHERE p.project_id = $1 AND p.model_version_id = $2 AND p.received_at >= $3 AND p.received_at < $4
    AND p.stands AND p.route IN ('accepted', 'audited') AND p.confidence IS NOT NULL
GROUP BY floor(p.confidence * 1000)
ORDER BY floor(p.confidence * 1000);

-- name: reportRoutes
-- How the predictions that decided an item's way were routed, by arrival.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- An item without a prediction has no model: empty names, and an empty label.
-- returns model text, version text, label text, policy_version integer, route text, reason text, predictions bigint
SELECT coalesce(m.model, ''), coalesce(m.version, ''), coalesce(p.label, ''), p.policy_version, p.route, p.reason, count(*)
FROM prediction p
LEFT JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands
GROUP BY m.model, m.version, p.label, p.policy_version, p.route, p.reason
ORDER BY m.model, m.version, p.label, p.policy_version, p.route, p.reason;

-- name: reportOutcomes
-- What people decided on the items of the same arrivals, as things stand; source model means that no person decided.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns model text, version text, label text, policy_version integer, route text, propensity double precision, source text
--   outcome text, items bigint, stratum smallint or null
SELECT coalesce(m.model, ''), coalesce(m.version, ''), coalesce(p.label, ''), p.policy_version, p.route, p.propensity,
    d.source, d.outcome, count(*), p.stratum
FROM prediction p
LEFT JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
JOIN decision d ON d.project_id = p.project_id AND d.item_id = p.item_id
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision)
GROUP BY m.model, m.version, p.label, p.policy_version, p.route, p.propensity, p.stratum, d.source, d.outcome
ORDER BY m.model, m.version, p.label, p.policy_version, p.route, p.propensity, p.stratum, d.source, d.outcome;

-- name: reportReviewers
-- What each reviewer did in the window; labels are those of items that had a prediction to differ from. With handling times in seconds capped at the idle limit of 120. (least() passes over
-- nulls: a review without a time would count as one of 120.)
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns reviewer text, reviews bigint, labels bigint, overrides bigint, skips bigint, escalations bigint, unusable bigint
--   surplus bigint, p50 double precision, p90 double precision, timed bigint
SELECT a.name, count(*),
    count(*) FILTER (WHERE v.verdict = 'label' AND v.status <> 'gold' AND NOT coalesce(l.is_borderline, false)
        AND p.label IS NOT NULL),
    count(*) FILTER (WHERE v.verdict = 'label' AND v.status <> 'gold' AND NOT coalesce(l.is_borderline, false)
        AND v.label <> p.label),
    count(*) FILTER (WHERE v.verdict = 'skip'),
    count(*) FILTER (WHERE v.verdict = 'escalate'),
    count(*) FILTER (WHERE v.verdict = 'unusable'),
    count(*) FILTER (WHERE v.status IN ('surplus', 'lapsed')),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY least(v.seconds, 120)) FILTER (WHERE v.seconds IS NOT NULL),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY least(v.seconds, 120)) FILTER (WHERE v.seconds IS NOT NULL),
    count(v.seconds)
FROM review v
JOIN actor a ON a.id = v.actor_id
LEFT JOIN prediction p
    ON p.project_id = v.project_id AND p.item_id = v.item_id AND p.model_version_id = v.model_version_id
LEFT JOIN label l ON l.project_id = v.project_id AND l.name = v.label
WHERE v.project_id = $1 AND v.reviewed_at >= $2 AND v.reviewed_at < $3 AND v.undone_at IS NULL
    AND v.status <> 'imported'
GROUP BY a.name
ORDER BY a.name;

-- name: reportOverrides
-- Labels given by reviewers against what the model had predicted, by how the item was chosen and whether the prediction was shown.
-- Drawn: queued under a policy that shows or hides predictions at random, by its own blind_share and not by that of a rule.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns model text, version text, label text, is_audit boolean, is_shown boolean, is_drawn boolean, given bigint
--   overridden bigint
WITH drawing AS MATERIALIZED (
    SELECT y.version, ARRAY(
        SELECT r ->> 'name' FROM json_array_elements(y.document -> 'rules') AS r
        WHERE r -> 'then' ->> 'blind_share' IS NOT NULL) AS rules_with_own
    FROM policy y
    WHERE y.project_id = $1 AND y.document ->> 'degree' NOT IN ('human_only', 'shadow')
        AND (y.document ->> 'blind_share')::double precision > 0 AND (y.document ->> 'blind_share')::double precision < 1
)
SELECT m.model, m.version, p.label, t.is_audit, v.is_shown,
    p.route = 'queued' AND y.version IS NOT NULL AND coalesce(p.rule <> ALL(y.rules_with_own), true) AS is_drawn,
    count(*), count(*) FILTER (WHERE v.label <> p.label)
FROM review v
JOIN task t ON t.project_id = v.project_id AND t.item_id = v.item_id
JOIN prediction p
    ON p.project_id = v.project_id AND p.item_id = v.item_id AND p.model_version_id = v.model_version_id
JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
LEFT JOIN drawing y ON y.version = p.policy_version
LEFT JOIN label l ON l.project_id = v.project_id AND l.name = v.label
WHERE v.project_id = $1 AND v.reviewed_at >= $2 AND v.reviewed_at < $3 AND v.undone_at IS NULL
    AND v.verdict = 'label' AND v.queue = 0 AND v.slot IS NOT NULL AND NOT coalesce(l.is_borderline, false)
GROUP BY m.model, m.version, p.label, t.is_audit, v.is_shown, is_drawn
ORDER BY m.model, m.version, p.label, t.is_audit, v.is_shown, is_drawn;

-- name: currentTime
-- The database's clock, the only one that times are taken from.
-- returns now timestamptz
SELECT now();

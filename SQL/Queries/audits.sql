-- name: reportAudits
-- The audits among the arrivals of a window that somebody has answered otherwise than the model, and the open ones past their deadline, by
-- version, predicted label, propensity, stratum and arrival. Disputed: open. Settled: decided with a label; confirmed: not with the model's.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 deadline_seconds integer
-- returns model text, version text, label text, propensity double precision, received_at timestamptz, disputed bigint
--   settled bigint, confirmed bigint, overdue bigint, stratum smallint or null
SELECT m.model, m.version, p.label, p.propensity, p.received_at,
    count(*) FILTER (WHERE d.source = 'model' AND v.differs),
    count(*) FILTER (WHERE d.source <> 'model' AND v.differs AND d.outcome IN ('accepted', 'corrected')),
    count(*) FILTER (WHERE d.source <> 'model' AND v.differs AND d.outcome = 'corrected'),
    count(*) FILTER (WHERE d.source = 'model' AND p.received_at + make_interval(secs => $4) < now()),
    p.stratum
FROM prediction p
JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
CROSS JOIN LATERAL (
    SELECT e.source, e.outcome FROM decision e
    WHERE e.project_id = p.project_id AND e.item_id = p.item_id
    ORDER BY e.revision DESC
    LIMIT 1) AS d
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(v.label IS DISTINCT FROM p.label), false) AS differs FROM review v
    WHERE v.project_id = p.project_id AND v.item_id = p.item_id AND v.queue = 0 AND v.slot IS NOT NULL
        AND v.undone_at IS NULL) AS v
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands AND p.route = 'audited'
GROUP BY m.model, m.version, p.label, p.propensity, p.stratum, p.received_at
HAVING bool_or(v.differs) OR bool_or(d.source = 'model' AND p.received_at + make_interval(secs => $4) < now())
ORDER BY m.model, m.version, p.label, p.propensity, p.stratum, p.received_at;

-- name: goldSkill
-- Blind answers to items whose label is known, by whether the prediction was wrong or right: how many, and in how many of them the
-- reviewer gave another label, and the predicted one. Audits are as blind.
-- $1 project_id bigint
-- returns wrong bigint, found bigint, right_ones bigint, left_ones bigint
SELECT count(*) FILTER (WHERE p.label <> g.label), count(*) FILTER (WHERE p.label <> g.label AND v.label <> p.label),
    count(*) FILTER (WHERE p.label = g.label), count(*) FILTER (WHERE p.label = g.label AND v.label = p.label)
FROM review v
JOIN gold g ON g.project_id = v.project_id AND g.item_id = v.item_id AND g.retired_at IS NULL
JOIN prediction p ON p.project_id = v.project_id AND p.item_id = v.item_id AND p.stands
WHERE v.project_id = $1 AND v.status = 'gold' AND v.undone_at IS NULL AND v.verdict = 'label' AND NOT v.is_shown;

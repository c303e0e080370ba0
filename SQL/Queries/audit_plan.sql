-- name: auditedTraffic
-- What the model accepted of the arrivals of a window: how many items, how many of them under rules with audit rates of their own ($4,
-- left out of the rest), when the first came, and the quartiles of the confidences.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 rules text[]
-- returns items bigint, by_rules bigint, first_at timestamptz or null, quartiles json
SELECT count(*), count(*) FILTER (WHERE p.rule = ANY($4::text[])), min(p.received_at),
    array_to_json(percentile_disc(ARRAY[0.25, 0.5, 0.75]::double precision[]) WITHIN GROUP (ORDER BY p.confidence)
        FILTER (WHERE p.rule IS NULL OR p.rule <> ALL($4::text[])))
FROM prediction p
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands AND p.route IN ('accepted', 'audited');

-- name: auditedCells
-- The same items without those of the rules, by predicted label, by which of the edges $5 the confidence reaches (null: there is
-- none), and by how they were audited: how many, the sum of the model's doubts, audits that say something, errors they found;
-- how many wait for a second look, and what became of those disputed before.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 rules text[], $5 edges double precision[]
-- returns label text, bin integer or null, propensity double precision, stratum smallint or null, items bigint
--   doubt double precision, audits bigint, errors bigint, disputed bigint, settled bigint, confirmed bigint
SELECT p.label, CASE WHEN p.confidence IS NOT NULL THEN width_bucket(p.confidence, $5::double precision[]) END, p.propensity,
    p.stratum, count(*), sum(1 - coalesce(p.confidence, 0)),
    count(*) FILTER (WHERE d.source <> 'model' AND d.outcome IN ('accepted', 'corrected')),
    count(*) FILTER (WHERE d.source <> 'model' AND d.outcome = 'corrected'),
    count(*) FILTER (WHERE (d.source = 'model' OR d.outcome = 'reopened') AND d.contradicted),
    count(*) FILTER (WHERE d.source <> 'model' AND d.outcome IN ('accepted', 'corrected') AND d.contradicted),
    count(*) FILTER (WHERE d.source <> 'model' AND d.outcome = 'corrected' AND d.contradicted)
FROM prediction p
LEFT JOIN LATERAL (
    SELECT c.source, c.outcome, is_contradicted(p.project_id, p.item_id, p.route, p.label) AS contradicted
    FROM decision c
    WHERE c.project_id = p.project_id AND c.item_id = p.item_id AND p.route = 'audited'
    ORDER BY c.revision DESC
    LIMIT 1) AS d ON true
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands AND p.route IN ('accepted', 'audited')
    AND (p.rule IS NULL OR p.rule <> ALL($4::text[]))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4;

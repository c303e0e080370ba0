-- name: seriesArrivals
-- Arrivals of each bucket of $5 seconds since $4, and how many of them a model answered.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 origin timestamptz, $5 seconds integer
-- returns bucket integer, received bigint, automated bigint
SELECT floor(extract(epoch FROM p.received_at - $4) / $5)::integer AS bucket, count(*),
    count(*) FILTER (WHERE p.route IN ('accepted', 'audited'))
FROM prediction p
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands
GROUP BY 1
ORDER BY 1;

-- name: seriesOverrides
-- Labels that reviewers gave in each bucket on items with a prediction, and how many of them differ from it.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 origin timestamptz, $5 seconds integer
-- returns bucket integer, given bigint, overridden bigint
SELECT floor(extract(epoch FROM v.reviewed_at - $4) / $5)::integer AS bucket, count(*),
    count(*) FILTER (WHERE v.label <> p.label)
FROM review v
JOIN prediction p
    ON p.project_id = v.project_id AND p.item_id = v.item_id AND p.model_version_id = v.model_version_id
LEFT JOIN label l ON l.project_id = v.project_id AND l.name = v.label
WHERE v.project_id = $1 AND v.reviewed_at >= $2 AND v.reviewed_at < $3 AND v.undone_at IS NULL
    AND v.verdict = 'label' AND v.queue = 0 AND v.slot IS NOT NULL AND NOT coalesce(l.is_borderline, false)
    AND p.label IS NOT NULL
GROUP BY 1
ORDER BY 1;

-- name: seriesDecisions
-- Items of which people's current decision was made in each bucket.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 origin timestamptz, $5 seconds integer
-- returns bucket integer, decided bigint
SELECT floor(extract(epoch FROM d.decided_at - $4) / $5)::integer AS bucket, count(*)
FROM decision d
WHERE d.project_id = $1 AND d.source <> 'model' AND d.decided_at >= $2 AND d.decided_at < $3
    AND d.outcome <> 'reopened'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision)
GROUP BY 1
ORDER BY 1;

-- name: seriesAccepted
-- What became of the items that a model decided, by the bucket of their arrival, as things stand.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 origin timestamptz, $5 seconds integer
-- returns bucket integer, route text, propensity double precision, source text, outcome text, items bigint
--   stratum smallint or null
SELECT floor(extract(epoch FROM p.received_at - $4) / $5)::integer AS bucket, p.route, p.propensity, d.source, d.outcome,
    count(*), p.stratum
FROM prediction p
JOIN decision d ON d.project_id = p.project_id AND d.item_id = p.item_id
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.stands
    AND p.route IN ('accepted', 'audited')
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision)
GROUP BY 1, p.route, p.propensity, p.stratum, d.source, d.outcome
ORDER BY 1, p.route, p.propensity, p.stratum, d.source, d.outcome;

-- name: reportShadow
-- What predictions that decided nothing would have done, and what people said of the same items: by version, by whether the degree
-- was shadow or another version decided, and by the probability with which the item was chosen for people (null: not yet routed).
-- What was accepted and labelled all the same, as after a complaint, counts as not labelled: nobody drew it.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz
-- returns model text, version text, is_degree boolean, propensity double precision or null, received bigint, would_accept bigint
--   labelled bigint, wrong bigint, accepted_labelled bigint, accepted_wrong bigint
SELECT m.model, m.version, p.stands, r.propensity, count(*),
    count(*) FILTER (WHERE p.would_be <> 'queued'),
    count(d.label), count(*) FILTER (WHERE d.label <> p.label),
    count(d.label) FILTER (WHERE p.would_be <> 'queued'),
    count(*) FILTER (WHERE p.would_be <> 'queued' AND d.label <> p.label)
FROM prediction p
JOIN model_version m ON m.project_id = p.project_id AND m.id = p.model_version_id
LEFT JOIN prediction r
    ON r.project_id = p.project_id AND r.item_id = p.item_id AND r.stands AND r.route <> 'waiting'
LEFT JOIN decision d
    ON d.project_id = p.project_id AND d.item_id = p.item_id AND d.source <> 'model' AND d.outcome <> 'borderline'
    AND r.route <> 'accepted'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision)
WHERE p.project_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND p.would_be IS NOT NULL
GROUP BY m.model, m.version, p.stands, r.propensity
ORDER BY m.model, m.version, p.stands, r.propensity;

-- name: reportChanges
-- The last $4 entries of the audit log in the window, oldest first.
-- $1 project_id bigint, $2 from timestamptz, $3 to timestamptz, $4 entries integer
-- returns id bigint, at timestamptz, actor text, action text, reason text, before json, after json
WITH newest AS (
    SELECT l.id, l.at, l.actor_id, l.action, l.reason, l.before, l.after
    FROM audit_log l
    WHERE l.project_id = $1 AND l.at >= $2 AND l.at < $3
    ORDER BY l.id DESC
    LIMIT $4
)
SELECT n.id, n.at, a.name, n.action, n.reason, n.before, n.after
FROM newest n
JOIN actor a ON a.id = n.actor_id
ORDER BY n.id;

-- name: seriesReviews
-- Labels that counted towards a decision in each bucket, but for borderline ones, and how many of them differ from the prediction.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 facet text, $5 grains text[], $6 piece_from timestamptz[]
-- $7 piece_to timestamptz[], $8 rows_from timestamptz, $9 rows_to timestamptz, $10 model_version_ids bigint[] or null
-- $11 label text or null, $12 reviewer text or null, $13 origin timestamptz, $14 seconds integer
-- returns bucket integer, given bigint, overridden bigint
SELECT floor(extract(epoch FROM v.at - $13) / $14)::integer, sum(v.reviews)::bigint,
    coalesce(sum(v.reviews) FILTER (WHERE v.agreement = 'other'), 0)::bigint
FROM (
    -- use: reviewsInWindow
) AS v
WHERE v.queue = 0 AND v.status IN ('counted', 'late') AND v.agreement <> ''
    AND ($10::bigint[] IS NULL OR v.model_version_id = ANY($10))
    AND ($12::text IS NULL OR v.actor_id IN (SELECT p.id FROM actor p WHERE p.name = $12))
GROUP BY 1
HAVING sum(v.reviews) <> 0
ORDER BY 1;

-- name: seriesDecisions
-- Items of which people's current decision was made in each bucket.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 rows_from timestamptz, $8 rows_to timestamptz, $9 model_version_ids bigint[] or null
-- $10 origin timestamptz, $11 seconds integer
-- returns bucket integer, decided bigint
WITH n AS (
    SELECT r.at, r.model_version_id, r.items
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at AS at, k.model_version_id, k.items
        FROM rollup_decision k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.clock = 'decision'
            AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT u.decided_at, u.model_version_id, u.items
    FROM unfolded_decision u
    JOIN unnest($5::timestamptz[], $6::timestamptz[]) AS piece (from_at, to_at)
        ON u.decided_at >= piece.from_at AND u.decided_at < piece.to_at
    WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3
    UNION ALL
    SELECT c.decided_at, c.model_version_id, c.items
    FROM counted_decision c
    WHERE $7::timestamptz < $8::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
        AND c.decided_at >= $7 AND c.decided_at < $8
)
SELECT floor(extract(epoch FROM n.at - $10) / $11)::integer, sum(n.items)::bigint
FROM n
WHERE $9::bigint[] IS NULL OR n.model_version_id = ANY($9)
GROUP BY 1
HAVING sum(n.items) <> 0
ORDER BY 1;

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
LEFT JOIN LATERAL (
    SELECT x.propensity, x.route FROM prediction x
    WHERE x.project_id = p.project_id AND x.item_id = p.item_id AND x.stands AND x.route <> 'waiting'
    OFFSET 0) AS r ON true
LEFT JOIN LATERAL (
    SELECT c.label
    FROM (
        SELECT x.label, x.source, x.outcome FROM decision x
        WHERE x.project_id = p.project_id AND x.item_id = p.item_id AND r.route <> 'accepted'
        ORDER BY x.revision DESC
        LIMIT 1) AS c
    WHERE c.source <> 'model' AND c.outcome <> 'borderline') AS d ON true
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

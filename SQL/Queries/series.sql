-- name: seriesReviews
-- Labels that reviewers gave in each bucket on items with a prediction, and how many of them differ from it.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- $13 reviewer text or null, $14 origin timestamptz, $15 seconds integer
-- returns bucket integer, given bigint, overridden bigint
WITH n AS MATERIALIZED (
    SELECT r.starts_at AS at, r.actor_id, r.model_version_id, r.policy_version, r.queue, r.is_audit, r.is_shown, r.is_queued, r.status,
        r.verdict, r.predicted, r.given, r.rule, r.reviews
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.actor_id, k.model_version_id, k.policy_version, k.queue, k.is_audit, k.is_shown, k.is_queued, k.status, k.verdict,
            k.predicted, k.given, k.rule, k.reviews
        FROM rollup_review k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.grain = piece.grain
            AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.reviews <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT u.reviewed_at AS at, u.actor_id, u.model_version_id, u.policy_version, u.queue, u.is_audit, u.is_shown, u.is_queued, u.status,
        u.verdict, u.predicted, u.given, u.rule, u.reviews
    FROM unfolded_review u
    WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.reviewed_at >= $7 AND u.reviewed_at < $8
    UNION ALL
    SELECT c.reviewed_at AS at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued, c.status,
        c.verdict, c.predicted, c.given, c.rule, c.reviews
    FROM counted_review c
    WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
        AND c.reviewed_at >= $9 AND c.reviewed_at < $10
)
SELECT floor(extract(epoch FROM n.at - $14) / $15)::integer AS bucket, sum(n.reviews)::bigint,
    coalesce(sum(n.reviews) FILTER (WHERE n.given <> n.predicted), 0)::bigint
FROM n
JOIN actor a ON a.id = n.actor_id
LEFT JOIN label l ON l.project_id = $1 AND l.name = n.given
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND ($12::text IS NULL OR n.predicted = $12)
    AND ($13::text IS NULL OR a.name = $13)
    AND n.queue = 0 AND n.status IN ('counted', 'late') AND n.verdict = 'label'
    AND NOT coalesce(l.is_borderline, false) AND n.predicted <> ''
GROUP BY 1
HAVING sum(n.reviews) <> 0
ORDER BY 1;

-- name: seriesDecisions
-- Items of which people's current decision was made in each bucket.
-- $1 project_id bigint, $2 slice_key text, $3 slice_value text, $4 grains text[], $5 piece_from timestamptz[]
-- $6 piece_to timestamptz[], $7 unfolded_from timestamptz, $8 unfolded_to timestamptz, $9 rows_from timestamptz
-- $10 rows_to timestamptz, $11 model_version_ids bigint[] or null, $12 label text or null
-- $13 origin timestamptz, $14 seconds integer
-- returns bucket integer, decided bigint
WITH n AS MATERIALIZED (
    SELECT r.starts_at AS at, r.model_version_id, r.is_accepted, r.deadline, r.bin, r.items, r.milliseconds
    FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[]) AS piece (grain, from_at, to_at)
    CROSS JOIN LATERAL (
        SELECT k.starts_at, k.model_version_id, k.is_accepted, k.deadline, k.bin, k.items, k.milliseconds
        FROM rollup_decision k
        WHERE k.project_id = $1 AND k.slice_key = $2 AND k.slice_value = $3 AND k.clock = 'decision'
            AND k.grain = piece.grain AND k.starts_at >= piece.from_at AND k.starts_at < piece.to_at AND k.items <> 0
        OFFSET 0
    ) AS r
    UNION ALL
    SELECT x.decided_at, x.model_version_id, x.is_accepted,
        CASE
            WHEN x.is_accepted OR coalesce(own.o_seconds, other.o_seconds) IS NULL THEN 'none'
            WHEN x.milliseconds <= coalesce(own.o_seconds, other.o_seconds) * 1000 THEN 'met'
            ELSE 'missed' END,
        duration_bin(x.milliseconds), x.items, x.items * x.milliseconds
    FROM (
        SELECT u.received_at, u.decided_at, u.model_version_id, u.policy_version, u.rule, u.is_accepted, u.items, u.milliseconds
        FROM unfolded_decision u
        WHERE u.project_id = $1 AND u.slice_key = $2 AND u.slice_value = $3 AND u.decided_at >= $7 AND u.decided_at < $8
        UNION ALL
        SELECT c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, c.items, c.milliseconds
        FROM counted_decision c
        WHERE $9::timestamptz < $10::timestamptz AND c.project_id = $1 AND c.slice_key = $2 AND c.slice_value = $3
            AND c.decided_at >= $9 AND c.decided_at < $10
    ) AS x
    LEFT JOIN policy_deadlines($1) AS own
        ON own.o_version = x.policy_version AND own.o_rule = x.rule AND x.rule <> ''
    LEFT JOIN policy_deadlines($1) AS other ON other.o_version = x.policy_version AND other.o_rule = ''
)
SELECT floor(extract(epoch FROM n.at - $13) / $14)::integer AS bucket, sum(n.items)::bigint
FROM n
WHERE ($11::bigint[] IS NULL OR n.model_version_id = ANY($11)) AND $12::text IS NULL
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

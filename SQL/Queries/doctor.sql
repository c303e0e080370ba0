-- name: serverFacts
-- The server's version, its clock, and how long the oldest transaction has held back the removal of dead rows, in seconds.
-- returns version text, now timestamptz, oldest_seconds double precision
SELECT current_setting('server_version'), clock_timestamp(),
    coalesce((
        SELECT max(extract(epoch FROM clock_timestamp() - a.xact_start)) FROM pg_stat_activity a
        WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid()
    ), 0)::double precision;

-- name: queueBalance
-- The next tasks in order of item: where the page ends, how many it has, how many are open, and of how many of those the slots that are free,
-- leased and answered are not as many as were asked; with the first such item. What adjudicators have asks no reviewer.
-- $1 project_id bigint, $2 after_item bigint, $3 limit integer
-- returns last_item bigint or null, tasks bigint, open bigint, unbalanced bigint, first_item bigint or null
WITH page AS MATERIALIZED (
    SELECT t.item_id, t.rank, t.slot_delay, t.asked, t.is_audit FROM task t
    WHERE t.project_id = $1 AND t.item_id > $2
    ORDER BY t.item_id
    LIMIT $3
), open AS MATERIALIZED (
    SELECT p.item_id, p.asked, slot_ranks(p.rank, p.slot_delay, p.asked) AS ranks
    FROM page p
    WHERE NOT coalesce((
        SELECT d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT p.is_audit) FROM decision d
        WHERE d.project_id = $1 AND d.item_id = p.item_id
        ORDER BY d.revision DESC
        LIMIT 1), false)
), counted AS MATERIALIZED (
    SELECT o.item_id, f.slots = f.different AND o.asked = f.slots
        + (SELECT count(*) FROM lease l WHERE l.project_id = $1 AND l.item_id = o.item_id AND l.queue = 0)
        + (SELECT count(*) FROM review v
            WHERE v.project_id = $1 AND v.item_id = o.item_id AND v.queue = 0 AND v.slot IS NOT NULL
                AND v.undone_at IS NULL)
        OR EXISTS (
            SELECT FROM ready r
            WHERE r.project_id = $1 AND r.queue = 1 AND r.rank = o.ranks[1] AND r.item_id = o.item_id OFFSET 0)
        OR EXISTS (
            SELECT FROM lease l WHERE l.project_id = $1 AND l.item_id = o.item_id AND l.queue = 1 OFFSET 0) AS is_balanced
    FROM open o
    -- One slot that is free twice is not two.
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(bit_count(r.free_slots::bit(32))), 0) AS slots,
            coalesce(bit_count(bit_or(r.free_slots::integer)::bit(32)), 0) AS different
        FROM ready r
        WHERE r.project_id = $1 AND r.queue = 0 AND r.rank = ANY(o.ranks) AND r.item_id = o.item_id) AS f
)
SELECT (SELECT max(page.item_id) FROM page), (SELECT count(*) FROM page), count(*), count(*) FILTER (WHERE NOT c.is_balanced),
    min(c.item_id) FILTER (WHERE NOT c.is_balanced)
FROM counted c;

-- name: ensureActors
-- Makes the actors that are not there, in one order, so that two imports at once do not wait for each other in a circle.
-- $1 names text[]
INSERT INTO actor (name)
SELECT n.name FROM unnest($1::text[]) AS n (name) ORDER BY n.name COLLATE "C"
ON CONFLICT (name) DO NOTHING;

-- name: findActors
-- $1 names text[]
-- returns id bigint, name text
SELECT a.id, a.name FROM actor a WHERE a.name = ANY($1::text[]);

-- name: lockReviewers
-- Keeps reviewers, given in order, from claiming and answering while answers of theirs are imported.
-- $1 project_id bigint, $2 actor_ids bigint[]
-- returns locked void
SELECT pg_advisory_xact_lock($1::bigint::integer, n.id::integer) FROM unnest($2::bigint[]) AS n (id);

-- name: insertImportedReviews
-- Stores answers that people gave elsewhere; one whose id is taken, or whose reviewer has answered the item, is left out.
-- $1 project_id bigint, $2 ids text[], $3 item_ids bigint[], $4 actor_ids bigint[], $5 reviewed_at timestamptz[]
-- $6 seconds double precision[], $7 are_shown boolean[], $8 are_anonymous boolean[], $9 verdicts text[], $10 labels text[]
-- $11 tags json[], $12 comments text[]
-- returns id text
INSERT INTO review AS v (project_id, id, item_id, actor_id, model_version_id, reviewed_at, seconds, queue, is_shown,
    is_anonymous, status, verdict, label, tags, comment)
SELECT $1, n.id, n.item_id, n.actor_id, 0, coalesce(n.reviewed_at, now()), n.seconds, 0, n.is_shown,
    n.is_anonymous, 'imported', n.verdict, n.label, n.tags, n.comment
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::double precision[], $7::boolean[], $8::boolean[],
    $9::text[], $10::text[], $11::json[], $12::text[]) WITH ORDINALITY
    AS n (id, item_id, actor_id, reviewed_at, seconds, is_shown, is_anonymous, verdict, label, tags, comment, position)
ORDER BY n.position
ON CONFLICT DO NOTHING
RETURNING v.id;

-- name: findReviews
-- $1 project_id bigint, $2 ids text[]
-- returns id text, item_id bigint, actor_id bigint, verdict text, label text or null, is_undone boolean
SELECT v.id, v.item_id, v.actor_id, v.verdict, v.label, v.undone_at IS NOT NULL FROM review v
WHERE v.project_id = $1 AND v.id = ANY($2::text[]);

-- name: lockTasks
-- Holds the tasks of some items to the end of the transaction, in order.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint
SELECT t.item_id FROM task t WHERE t.project_id = $1 AND t.item_id = ANY($2::bigint[]) ORDER BY t.item_id FOR UPDATE;

-- name: importedStandings
-- Where items stand whose imported answers may decide them; the caller holds their tasks. Begun is what a reviewer has in hand or
-- has answered, or what waits for a version of the model.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint, is_begun boolean, revision integer or null, source text or null, outcome text or null, label text or null
--   model_version_id bigint or null, predicted text or null
SELECT n.id,
    EXISTS (SELECT FROM lease l WHERE l.project_id = $1 AND l.item_id = n.id OFFSET 0)
        OR EXISTS (SELECT FROM awaiting w WHERE w.project_id = $1 AND w.item_id = n.id OFFSET 0)
        OR EXISTS (SELECT FROM review v WHERE v.project_id = $1 AND v.item_id = n.id AND v.status <> 'imported'
            AND v.undone_at IS NULL OFFSET 0),
    d.revision, d.source, d.outcome, d.label, p.model_version_id, p.label
FROM unnest($2::bigint[]) AS n (id)
LEFT JOIN LATERAL (
    SELECT c.revision, c.source, c.outcome, c.label FROM decision c
    WHERE c.project_id = $1 AND c.item_id = n.id ORDER BY c.revision DESC LIMIT 1) AS d ON true
LEFT JOIN LATERAL (
    SELECT s.model_version_id, s.label FROM prediction s
    WHERE s.project_id = $1 AND s.item_id = n.id AND s.stands LIMIT 1) AS p ON true
ORDER BY n.id;

-- name: importedVotes
-- How often imported answers of some items gave each verdict and label.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint, verdict text, label text or null, votes bigint, actor_id bigint
SELECT v.item_id, v.verdict, v.label, count(*), min(v.actor_id)
FROM unnest($2::bigint[]) AS n (id)
CROSS JOIN LATERAL (
    SELECT x.item_id, x.verdict, x.label, x.actor_id FROM review x
    WHERE x.project_id = $1 AND x.item_id = n.id AND x.queue = 0 AND x.undone_at IS NULL AND x.status = 'imported'
        AND x.verdict <> 'skip'
    OFFSET 0) AS v
GROUP BY v.item_id, v.verdict, v.label
ORDER BY v.item_id, v.verdict, v.label;

-- name: insertImportedDecisions
-- Decides items by their imported answers, and takes them out of the queue; the caller holds their tasks.
-- $1 project_id bigint, $2 item_ids bigint[], $3 revisions integer[], $4 reviews smallint[], $5 model_version_ids bigint[]
-- $6 actor_ids bigint[], $7 agreements double precision[], $8 labels text[], $9 sources text[], $10 outcomes text[]
WITH decided AS (
    INSERT INTO decision AS d (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome)
    SELECT $1, n.item_id, n.revision, n.reviews, n.model_version_id, n.actor_id, n.agreement, n.label, n.source, n.outcome
    FROM unnest($2::bigint[], $3::integer[], $4::smallint[], $5::bigint[], $6::bigint[], $7::double precision[], $8::text[],
        $9::text[], $10::text[])
        AS n (item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome)
    RETURNING d.item_id
)
-- By place, as found by key: as a join the planner may read the whole queue for each of them.
DELETE FROM ready r WHERE r.ctid = ANY(ARRAY(
    SELECT place.ctid
    FROM decided
    CROSS JOIN LATERAL (
        SELECT t.item_id, slot_ranks(t.rank, t.slot_delay, t.asked) AS ranks FROM task t
        WHERE t.project_id = $1 AND t.item_id = decided.item_id
        OFFSET 0) AS held
    CROSS JOIN LATERAL unnest(ARRAY[0, 1]::smallint[]) AS q (queue)
    CROSS JOIN LATERAL unnest(held.ranks) AS s (rank)
    CROSS JOIN LATERAL (
        SELECT x.ctid FROM ready x
        WHERE x.project_id = $1 AND x.queue = q.queue AND x.rank = s.rank AND x.item_id = held.item_id
        FOR UPDATE) AS place));

-- name: appendMoves
-- Appends to the rollups what the latest decisions of some items changed.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns appended void
SELECT append_moves($1, $2);

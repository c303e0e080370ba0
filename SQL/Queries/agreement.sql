-- name: agreementAnswers
-- The next $4 labels that people gave, each on their own, in order of item and person; with what slices them.
-- $1 project_id bigint, $2 after_item bigint, $3 after_actor bigint, $4 limit integer, $5 from timestamptz or null
-- $6 to timestamptz or null, $7 blind_only boolean, $8 with_tags boolean, $9 document text or null, $10 keys text[] or null
-- returns item_id bigint, actor_id bigint, label text, is_anonymous boolean, is_shown boolean, tags json or null, slice text or null
SELECT v.item_id, v.actor_id, v.label, v.is_anonymous, v.is_shown, CASE WHEN $8 THEN v.tags END,
    CASE WHEN $9::text IS NOT NULL THEN (
        SELECT CASE $9 WHEN 'payload' THEN i.payload ELSE i.metadata END #>> $10::text[]
        FROM item i WHERE i.project_id = v.project_id AND i.id = v.item_id) END
FROM review v
WHERE v.project_id = $1 AND (v.item_id, v.actor_id) > ($2, $3) AND v.queue = 0 AND v.undone_at IS NULL
    AND v.verdict = 'label' AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported')
    AND ($5::timestamptz IS NULL OR v.reviewed_at >= $5)
    AND ($6::timestamptz IS NULL OR v.reviewed_at < $6)
    AND NOT ($7 AND v.is_shown)
ORDER BY v.item_id, v.actor_id
LIMIT $4;

-- name: otherVerdicts
-- Answers that are no label, by verdict.
-- $1 project_id bigint, $2 from timestamptz or null, $3 to timestamptz or null
-- returns verdict text, answers bigint
SELECT v.verdict, count(*)
FROM review v
WHERE v.project_id = $1 AND v.queue = 0 AND v.undone_at IS NULL AND v.verdict <> 'label'
    AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'skipped', 'imported')
    AND ($2::timestamptz IS NULL OR v.reviewed_at >= $2)
    AND ($3::timestamptz IS NULL OR v.reviewed_at < $3)
GROUP BY v.verdict
ORDER BY v.verdict;

-- name: externalIDs
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns id bigint, external_id text
SELECT i.id, i.external_id
FROM unnest($2::bigint[]) AS n (id)
CROSS JOIN LATERAL (
    SELECT x.id, x.external_id FROM item x WHERE x.project_id = $1 AND x.id = n.id OFFSET 0) AS i;

-- name: findReviewer
-- Somebody who has answered something in a project, as a person.
-- $1 project_id bigint, $2 name text
-- returns id bigint
SELECT a.id FROM actor a
WHERE a.name = $2 AND EXISTS (
    SELECT FROM review v WHERE v.project_id = $1 AND v.actor_id = a.id AND NOT v.is_anonymous OFFSET 0);

-- name: reviewerTimes
-- How long a reviewer took for each answer, capped at the idle limit of 120 seconds; how many answers came with a time, and
-- how many were faster than that.
-- $1 project_id bigint, $2 actor_id bigint, $3 fast_seconds double precision
-- returns p50 double precision or null, p90 double precision or null, timed bigint, reviews bigint, imported bigint, fast bigint
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY least(v.seconds, 120)) FILTER (WHERE v.seconds IS NOT NULL),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY least(v.seconds, 120)) FILTER (WHERE v.seconds IS NOT NULL),
    count(v.seconds), count(*), count(*) FILTER (WHERE v.status = 'imported'), count(*) FILTER (WHERE v.seconds < $3)
FROM review v
WHERE v.project_id = $1 AND v.actor_id = $2 AND v.queue = 0 AND v.undone_at IS NULL AND NOT v.is_anonymous
    AND v.verdict <> 'skip';

-- name: answersBesideOwn
-- The labels of everybody on the last $3 items that a reviewer labelled, in order of item and person.
-- $1 project_id bigint, $2 actor_id bigint, $3 items integer
-- returns item_id bigint, actor_id bigint, label text
WITH own AS MATERIALIZED (
    SELECT v.item_id FROM review v
    WHERE v.project_id = $1 AND v.actor_id = $2 AND v.queue = 0 AND v.undone_at IS NULL AND v.verdict = 'label'
        AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported') AND NOT v.is_anonymous
    ORDER BY v.reviewed_at DESC, v.id DESC
    LIMIT $3
)
-- By key for each item: as a join the planner may read the whole of the table for fifty of them.
SELECT given.item_id, given.actor_id, given.label
FROM own
CROSS JOIN LATERAL (
    SELECT v.item_id, v.actor_id, v.label FROM review v
    WHERE v.project_id = $1 AND v.item_id = own.item_id AND v.queue = 0 AND v.undone_at IS NULL AND v.verdict = 'label'
        AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported')
    OFFSET 0
) AS given
ORDER BY given.item_id, given.actor_id;

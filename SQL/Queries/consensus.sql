-- name: consensusPage
-- Where the next page of answered items ends: the last of the next $3 items somebody labelled; null when there is none.
-- $1 project_id bigint, $2 after_item bigint, $3 items integer
-- returns last bigint
SELECT max(page.item_id) FROM (
    SELECT DISTINCT v.item_id FROM review v
    WHERE v.project_id = $1 AND v.item_id > $2 AND v.undone_at IS NULL AND v.queue = 0
        AND v.verdict = 'label' AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported')
    ORDER BY v.item_id
    LIMIT $3
) AS page;

-- name: consensusAnswers
-- The labels reviewers gave to the items in ($2, $3], each on their own: adjudications are no answers, and what was taken back or
-- given to items whose label was known is left out. Actor 0 is nobody in particular.
-- $1 project_id bigint, $2 after_item bigint, $3 last_item bigint
-- returns item_id bigint, actor_id bigint, label text
SELECT v.item_id, CASE WHEN v.is_anonymous THEN 0 ELSE v.actor_id END, v.label FROM review v
WHERE v.project_id = $1 AND v.item_id > $2 AND v.item_id <= $3 AND v.undone_at IS NULL AND v.queue = 0
    AND v.verdict = 'label' AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported')
ORDER BY v.item_id, v.actor_id;

-- name: consensusDecisions
-- How the answered items in ($2, $3] are called and what is decided of them, in order; no label where nothing or "unusable" is.
-- $1 project_id bigint, $2 after_item bigint, $3 last_item bigint
-- returns item_id bigint, external_id text, label text or null, source text or null
SELECT i.id, i.external_id, d.label, d.source
FROM item i
LEFT JOIN LATERAL (
    SELECT c.label, c.source FROM decision c
    WHERE c.project_id = i.project_id AND c.item_id = i.id
    ORDER BY c.revision DESC
    LIMIT 1
) AS d ON true
WHERE i.project_id = $1 AND i.id > $2 AND i.id <= $3
    AND EXISTS (
        SELECT FROM review v
        WHERE v.project_id = i.project_id AND v.item_id = i.id AND v.undone_at IS NULL AND v.queue = 0
            AND v.verdict = 'label' AND v.status IN ('counted', 'late', 'surplus', 'lapsed', 'imported')
        OFFSET 0)
ORDER BY i.id;

-- name: consensusReviewers
-- $1 actor_ids bigint[]
-- returns id bigint, name text
SELECT a.id, a.name FROM actor a WHERE a.id = ANY($1::bigint[]);

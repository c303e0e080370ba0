-- name: insertReopening
-- $1 project_id bigint, $2 created_by bigint, $3 reason text, $4 policy_version integer or null, $5 label text or null
-- $6 model text or null, $7 model_version text or null, $8 source text or null, $9 since timestamptz or null
-- $10 until timestamptz or null (null: now), $11 priority text
-- returns id integer
INSERT INTO reopening AS r (project_id, id, created_by, reason, policy_version, label, model, model_version, source, since, until,
    priority)
SELECT $1, (SELECT coalesce(max(o.id), 0) + 1 FROM reopening o WHERE o.project_id = $1), $2, $3, $4, $5, $6, $7, $8, $9,
    coalesce($10, now()), $11
RETURNING r.id;

-- name: reopenings
-- The reopenings of a project, newest first; one of them ($2), or all.
-- $1 project_id bigint, $2 id integer or null
-- returns id integer, created_at timestamptz, created_by text, finished_at timestamptz or null, since timestamptz or null
--   until timestamptz, after_item bigint, reopened bigint, settled bigint, restored bigint, decided_since bigint, in_hand bigint
--   policy_version integer or null, label text or null, model text or null, model_version text or null, source text or null
--   priority text, status text, reason text, actor_id bigint
SELECT r.id, r.created_at, a.name, r.finished_at, r.since, r.until, r.after_item, r.reopened, r.settled, r.restored, r.decided_since,
    r.in_hand, r.policy_version, r.label, r.model, r.model_version, r.source, r.priority, r.status, r.reason, r.created_by
FROM reopening r
JOIN actor a ON a.id = r.created_by
WHERE r.project_id = $1 AND ($2::integer IS NULL OR r.id = $2)
ORDER BY r.id DESC;

-- name: projectsReopening
-- The projects in which a reopening or its undoing is not finished.
-- returns name text
SELECT p.name FROM project p
WHERE EXISTS (SELECT FROM reopening r WHERE r.project_id = p.id AND r.status IN ('reopening', 'undoing'))
ORDER BY p.name;

-- name: takeReopening
-- Holds the unfinished reopening of a project to the end of the transaction, unless another instance has it.
-- $1 project_id bigint
-- returns id integer
SELECT r.id FROM reopening r
WHERE r.project_id = $1 AND r.status IN ('reopening', 'undoing')
ORDER BY r.id
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: reopeningPage
-- The next items that have a route, with the decision that stands and whether it is one of those asked for.
-- $1 project_id bigint, $2 after_item bigint, $3 limit integer, $4 policy_version integer or null, $5 labels text[] or null
-- $6 model_version_ids bigint[] or null, $7 source text or null, $8 since timestamptz or null, $9 until timestamptz or null
-- returns item_id bigint, revision integer or null, source text or null, is_match boolean
WITH page AS MATERIALIZED (
    SELECT p.item_id, p.model_version_id, p.policy_version FROM prediction p
    WHERE p.project_id = $1 AND p.item_id > $2 AND p.stands
    ORDER BY p.item_id
    LIMIT $3
)
SELECT page.item_id, d.revision, d.source,
    coalesce(d.outcome <> 'reopened' AND ($4::integer IS NULL OR page.policy_version = $4)
        AND ($5::text[] IS NULL OR d.label = ANY($5)) AND ($6::bigint[] IS NULL OR page.model_version_id = ANY($6))
        AND ($7::text IS NULL OR d.source = $7) AND ($8::timestamptz IS NULL OR d.decided_at >= $8)
        AND ($9::timestamptz IS NULL OR d.decided_at < $9), false)
FROM page
LEFT JOIN LATERAL (
    SELECT c.revision, c.source, c.outcome, c.label, c.decided_at FROM decision c
    WHERE c.project_id = $1 AND c.item_id = page.item_id ORDER BY c.revision DESC LIMIT 1) AS d ON true
ORDER BY page.item_id;

-- name: appendDecisions
-- Appends a decision to each of some items, of which the caller holds the tasks.
-- $1 project_id bigint, $2 item_ids bigint[], $3 revisions integer[], $4 reviews smallint[], $5 model_version_ids bigint[]
-- $6 actor_ids bigint[], $7 agreements double precision[], $8 labels text[], $9 sources text[], $10 outcomes text[]
INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome)
SELECT $1, n.item_id, n.revision, n.reviews, n.model_version_id, n.actor_id, n.agreement, n.label, n.source, n.outcome
FROM unnest($2::bigint[], $3::integer[], $4::smallint[], $5::bigint[], $6::bigint[], $7::double precision[], $8::text[],
    $9::text[], $10::text[])
    AS n (item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome);

-- name: appendCorrections
-- Lists decisions that took the place of a model's.
-- $1 project_id bigint, $2 item_ids bigint[], $3 revisions integer[]
INSERT INTO correction (project_id, item_id, revision)
SELECT $1, n.item_id, n.revision FROM unnest($2::bigint[], $3::integer[]) AS n (item_id, revision);

-- name: followCorrections
-- Lists those decisions whose predecessor is listed.
-- $1 project_id bigint, $2 item_ids bigint[], $3 revisions integer[]
INSERT INTO correction (project_id, item_id, revision)
SELECT $1, n.item_id, n.revision FROM unnest($2::bigint[], $3::integer[]) AS n (item_id, revision)
WHERE EXISTS (
    SELECT FROM correction c WHERE c.project_id = $1 AND c.item_id = n.item_id AND c.revision = n.revision - 1 OFFSET 0);

-- name: openAdjudications
-- Moves items, of which the caller holds the tasks, from the review queue to the adjudicators'.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns opened void
SELECT open_adjudication($1, n.item_id) FROM unnest($2::bigint[]) AS n (item_id);

-- name: restartTasks
-- Has items, of which the caller holds the tasks, wait from now on.
-- $1 project_id bigint, $2 item_ids bigint[]
UPDATE task SET created_at = now() WHERE project_id = $1 AND item_id = ANY($2::bigint[]);

-- name: insertReopenedItems
-- $1 project_id bigint, $2 reopening_id integer, $3 item_ids bigint[], $4 revisions integer[], $5 asks text[]
INSERT INTO reopened_item (project_id, reopening_id, item_id, revision, asks)
SELECT $1, $2, n.item_id, n.revision, n.asks FROM unnest($3::bigint[], $4::integer[], $5::text[]) AS n (item_id, revision, asks);

-- name: advanceReopening
-- Notes how far a reopening is, and that it is finished ($4 a status) or not ($4 null).
-- $1 project_id bigint, $2 id integer, $3 after_item bigint, $4 status text or null, $5 reopened bigint, $6 settled bigint
-- $7 restored bigint, $8 decided_since bigint, $9 in_hand bigint
UPDATE reopening AS r SET after_item = $3, status = coalesce($4, r.status),
    finished_at = CASE WHEN $4::text IS NULL THEN NULL ELSE now() END, reopened = r.reopened + $5, settled = r.settled + $6,
    restored = r.restored + $7, decided_since = r.decided_since + $8, in_hand = r.in_hand + $9
WHERE r.project_id = $1 AND r.id = $2;

-- name: startUndoing
-- Has a reopening be undone from its first item on; what it had not reopened yet stays as it is.
-- $1 project_id bigint, $2 id integer
UPDATE reopening SET status = 'undoing', after_item = -1, decided_since = 0, in_hand = 0, finished_at = NULL
WHERE project_id = $1 AND id = $2 AND status <> 'undoing';

-- name: reopenedItems
-- The next items that a reopening has open.
-- $1 project_id bigint, $2 reopening_id integer, $3 after_item bigint, $4 limit integer
-- returns item_id bigint
SELECT x.item_id FROM reopened_item x
WHERE x.project_id = $1 AND x.reopening_id = $2 AND x.item_id > $3
ORDER BY x.item_id
LIMIT $4;

-- name: restorableItems
-- The decisions that reopened items had, and whether people have decided them since or have them in hand; the caller holds
-- their tasks. An audit goes on by itself.
-- $1 project_id bigint, $2 reopening_id integer, $3 item_ids bigint[]
-- returns item_id bigint, revision integer, asks text, is_decided boolean, is_in_hand boolean, reviews smallint
--   model_version_id bigint or null, actor_id bigint or null, agreement double precision or null, label text or null, source text
--   outcome text
SELECT x.item_id, x.revision, x.asks,
    EXISTS (SELECT FROM decision c WHERE c.project_id = $1 AND c.item_id = x.item_id AND c.revision > x.revision OFFSET 0),
    x.asks <> 'audit' AND (
        EXISTS (SELECT FROM lease l WHERE l.project_id = $1 AND l.item_id = x.item_id OFFSET 0)
        OR x.asks = 'review' AND EXISTS (
            SELECT FROM review v WHERE v.project_id = $1 AND v.item_id = x.item_id AND v.queue = 0 AND v.slot IS NOT NULL
                AND v.undone_at IS NULL OFFSET 0)),
    d.reviews, d.model_version_id, d.actor_id, d.agreement, d.label, d.source, d.outcome
FROM unnest($3::bigint[]) AS n (item_id)
JOIN reopened_item x ON x.project_id = $1 AND x.reopening_id = $2 AND x.item_id = n.item_id
JOIN decision d ON d.project_id = $1 AND d.item_id = x.item_id AND d.revision = x.revision - 1
ORDER BY x.item_id;

-- name: deleteReopenedItems
-- $1 project_id bigint, $2 reopening_id integer, $3 item_ids bigint[]
DELETE FROM reopened_item x WHERE x.project_id = $1 AND x.reopening_id = $2 AND x.item_id = ANY($3::bigint[]);

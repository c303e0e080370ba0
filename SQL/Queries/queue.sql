-- name: claimTasks
-- Leases up to so many items to each of several reviewers, and returns what they are to see, best rank first. The
-- tokens of one reviewer stand behind those of another. A row without an item says that nothing was done for that claim;
-- they are counted from 1.
-- $1 project_id bigint, $2 queue smallint, $3 lease_seconds integer, $4 waits boolean
-- $5 actor_ids bigint[], $6 counts integer[], $7 floor_ranks bigint[], $8 floor_items bigint[], $9 scans integer[]
-- $10 tokens bigint[]
-- returns item_id bigint, rank bigint, token bigint, expires_at timestamptz, model_version_id bigint, is_blind boolean
--   external_id text, payload json, metadata json, received_at timestamptz, label text, confidence double precision, scores json
--   highlights json, model text, version text, claim integer
SELECT c.o_item, c.o_rank, c.o_token, c.o_expires_at, c.o_model_version, c.o_is_blind,
    c.o_external_id, c.o_payload, c.o_metadata, c.o_received_at, c.o_label, c.o_confidence, c.o_scores,
    c.o_highlights, c.o_model, c.o_version, c.o_claim
FROM claim_tasks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS c;

-- name: claimMatchingTasks
-- Leases up to one item a token among the waiting ones from the floor up to the end that match, best rank first.
-- $1 project_id bigint, $2 queue smallint, $3 actor_id bigint, $4 tokens bigint[], $5 lease_seconds integer
-- $6 floor_rank bigint, $7 floor_item bigint, $8 end_rank bigint, $9 end_item bigint, $10 labels text[] or null
-- $11 metadata_keys text[], $12 metadata_values text[], $13 mine boolean
-- returns item_id bigint, rank bigint, token bigint, expires_at timestamptz, model_version_id bigint, is_blind boolean
SELECT c.o_item, c.o_rank, c.o_token, c.o_expires_at, c.o_model_version, c.o_is_blind
FROM claim_matching_tasks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS c;

-- name: reviewedContents
-- Reviewed items as their reviewer saw them; payloads of more than $4 bytes as they are stored are left out with their rows.
-- $1 project_id bigint, $2 actor_id bigint, $3 ids text[], $4 payload_bytes integer
-- returns id text, is_blind boolean, external_id text, payload json or null, metadata json or null, received_at timestamptz
--   label text or null, confidence double precision, scores json, highlights json, model text or null, version text or null
SELECT v.id, NOT v.is_shown AND p.label IS NOT NULL, i.external_id, i.payload, i.metadata,
    coalesce(g.received_at, i.received_at), CASE WHEN v.is_shown THEN p.label END, p.confidence, p.scores, p.highlights,
    m.model, m.version
FROM unnest($3::text[]) AS n (id)
CROSS JOIN LATERAL (
    SELECT x.id, x.item_id, x.model_version_id, x.is_shown, x.status FROM review x
    WHERE x.project_id = $1 AND x.id = n.id AND x.actor_id = $2 OFFSET 0) AS v
CROSS JOIN LATERAL (
    SELECT x.external_id, x.payload, x.metadata, x.received_at FROM item x
    WHERE x.project_id = $1 AND x.id = v.item_id AND coalesce(pg_column_size(x.payload), 0) <= $4 OFFSET 0) AS i
-- A gold item is said to have arrived when its place in the queue had it arrive.
LEFT JOIN LATERAL (
    SELECT x.received_at FROM gold_lease x
    WHERE x.project_id = $1 AND x.actor_id = $2 AND x.item_id = v.item_id AND v.status = 'gold' OFFSET 0) AS g ON true
LEFT JOIN LATERAL (
    SELECT x.label, x.confidence, x.scores, x.highlights FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = v.item_id AND x.model_version_id = v.model_version_id OFFSET 0) AS p ON true
LEFT JOIN LATERAL (
    SELECT x.model, x.version FROM model_version x WHERE x.project_id = $1 AND x.id = v.model_version_id OFFSET 0) AS m ON true;

-- name: readyAfter
-- Where a look over $5 waiting tasks from a floor on ends; no row when the queue ends before.
-- $1 project_id bigint, $2 queue smallint, $3 floor_rank bigint, $4 floor_item bigint, $5 skipped integer
-- returns rank bigint, item_id bigint
SELECT r.rank, r.item_id FROM ready r
WHERE r.project_id = $1 AND r.queue = $2 AND (r.rank, r.item_id) >= ($3, $4)
ORDER BY r.rank, r.item_id OFFSET $5 LIMIT 1;

-- name: ownReviews
-- A reviewer's latest reviews that stand, newest first, each with whether undo_review would take it back now.
-- $1 project_id bigint, $2 actor_id bigint, $3 limit integer
-- returns id text, external_id text, verdict text, label text, tags json, comment text, predicted text or null, status text
--   queue smallint, reviewed_at timestamptz, is_undoable boolean
WITH latest AS MATERIALIZED (
    SELECT v.id, v.item_id, v.verdict, v.label, v.tags, v.comment, v.model_version_id, v.is_shown, v.status, v.queue,
        v.slot, v.reviewed_at
    FROM review v
    WHERE v.project_id = $1 AND v.actor_id = $2 AND v.undone_at IS NULL AND v.status <> 'imported'
    ORDER BY v.reviewed_at DESC, v.id DESC
    LIMIT $3
)
-- Every look-up is by key: as joins the planner may read the whole of a table for fifty rows.
SELECT v.id, (SELECT i.external_id FROM item i WHERE i.project_id = $1 AND i.id = v.item_id),
    v.verdict, v.label, v.tags, v.comment,
    (SELECT p.label FROM prediction p
        WHERE p.project_id = $1 AND p.item_id = v.item_id AND p.model_version_id = v.model_version_id AND v.is_shown),
    v.status, v.queue, v.reviewed_at,
    (v.queue = 1 OR NOT (
        EXISTS (SELECT FROM lease l WHERE l.project_id = $1 AND l.item_id = v.item_id AND l.queue = 1 OFFSET 0)
        OR coalesce((SELECT d.source = 'adjudicator' AND d.outcome <> 'reopened' FROM decision d
            WHERE d.project_id = $1 AND d.item_id = v.item_id ORDER BY d.revision DESC LIMIT 1), false)))
    AND (v.slot IS NOT NULL OR v.status = 'gold' OR EXISTS (
        SELECT FROM ready r
        WHERE r.project_id = $1 AND r.queue IN (0, 1) AND r.item_id = v.item_id
            AND r.rank = ANY(ARRAY(
                SELECT unnest(slot_ranks(t.rank, t.slot_delay, t.asked)) FROM task t
                WHERE t.project_id = $1 AND t.item_id = v.item_id)) OFFSET 0))
FROM latest v
ORDER BY v.reviewed_at DESC, v.id DESC;

-- name: renewLease
-- Makes a lease last from now; no row when it is gone.
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint, $4 token bigint, $5 lease_seconds integer
-- returns expires_at timestamptz
UPDATE lease SET expires_at = now() + make_interval(secs => $5)
WHERE project_id = $1 AND item_id = $2 AND actor_id = $3 AND token = $4
RETURNING expires_at;

-- name: releaseLease
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint, $4 token bigint
-- returns released boolean
SELECT release_lease($1, $2, $3, $4);

-- name: recordReview
-- Records a review; what its reply and its outcome need of the item comes along, and saves asking for it.
-- $1 project_id bigint, $2 id text, $3 item_id bigint, $4 actor_id bigint, $5 queue smallint, $6 token bigint
-- $7 model_version_id bigint, $8 is_shown boolean, $9 verdict text, $10 label text, $11 tags json, $12 comment text
-- $13 seconds double precision
-- returns status text, is_repeated boolean, reviewed_at timestamptz, asked smallint, policy_version integer, revision integer
--   is_audit boolean, is_decided boolean, external_id text, predicted text or null, routed_by bigint or null
SELECT r.o_status, r.o_repeated, r.o_reviewed_at, r.o_asked, r.o_policy_version, r.o_revision, r.o_is_audit, r.o_decided,
    (SELECT i.external_id FROM item i WHERE i.project_id = $1 AND i.id = $3),
    r.o_predicted, r.o_model_version
FROM record_review($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, true) AS r;

-- name: answerTask
-- Records a review of a task that asks for no more than this one, and its decision, in one statement: most answers are such,
-- and each further round trip would hold the task's lock for longer. With status `several` or `busy` nothing was done.
-- $1 project_id bigint, $2 id text, $3 item_id bigint, $4 actor_id bigint, $5 queue smallint, $6 token bigint
-- $7 model_version_id bigint, $8 is_shown boolean, $9 verdict text, $10 label text, $11 tags json, $12 comment text
-- $13 seconds double precision, $14 outcome_as_predicted text, $15 outcome_otherwise text, $16 outcome_without_prediction text
-- $17 waits boolean
-- returns status text, is_repeated boolean, reviewed_at timestamptz, asked smallint, policy_version integer, revision integer
--   is_audit boolean, is_decided boolean, external_id text, predicted text or null, routed_by bigint or null, outcome text or null
SELECT r.o_status, r.o_repeated, r.o_reviewed_at, r.o_asked, r.o_policy_version, r.o_revision, r.o_is_audit, r.o_decided,
    (SELECT i.external_id FROM item i WHERE i.project_id = $1 AND i.id = $3),
    r.o_predicted, r.o_model_version, r.o_outcome
FROM record_review($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, ARRAY[$14, $15, $16], $17) AS r;

-- name: answerTasks
-- As answerTask, without waiting, for several reviews, which share a commit; in their order.
-- $1 project_id bigint, $2 ids text[], $3 item_ids bigint[], $4 actor_ids bigint[], $5 queues smallint[]
-- $6 tokens bigint[], $7 model_version_ids bigint[], $8 are_shown boolean[], $9 verdicts text[], $10 labels text[]
-- $11 tags json[], $12 comments text[], $13 seconds double precision[], $14 outcomes_as_predicted text[]
-- $15 outcomes_otherwise text[], $16 outcomes_without_prediction text[]
-- returns status text, is_repeated boolean, reviewed_at timestamptz, asked smallint, policy_version integer, revision integer
--   is_audit boolean, is_decided boolean, external_id text, predicted text or null, routed_by bigint or null, outcome text or null
SELECT r.o_status, r.o_repeated, r.o_reviewed_at, r.o_asked, r.o_policy_version, r.o_revision, r.o_is_audit, r.o_decided,
    (SELECT i.external_id FROM item i WHERE i.project_id = $1 AND i.id = w.item_id),
    r.o_predicted, r.o_model_version, r.o_outcome
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::smallint[], $6::bigint[], $7::bigint[], $8::boolean[], $9::text[],
        $10::text[], $11::json[], $12::text[], $13::double precision[], $14::text[], $15::text[], $16::text[])
    WITH ORDINALITY AS w (id, item_id, actor_id, queue, token, model_version_id, is_shown, verdict, label, tags, comment,
        seconds, as_predicted, otherwise, without_prediction, number)
CROSS JOIN LATERAL record_review($1, w.id, w.item_id, w.actor_id, w.queue, w.token, w.model_version_id, w.is_shown, w.verdict,
    w.label, w.tags, w.comment, w.seconds, ARRAY[w.as_predicted, w.otherwise, w.without_prediction], false) AS r
ORDER BY w.number;

-- name: readVotes
-- The reviews of a task that stand, in the order they were given.
-- $1 project_id bigint, $2 item_id bigint, $3 queue smallint
-- returns status text, verdict text, label text
SELECT v.status, v.verdict, v.label FROM review v
WHERE v.project_id = $1 AND v.item_id = $2 AND v.queue = $3 AND v.undone_at IS NULL
    AND v.status IN ('counted', 'late', 'skipped')
ORDER BY v.reviewed_at, v.id;

-- name: predictedLabel
-- $1 project_id bigint, $2 item_id bigint, $3 model_version_id bigint
-- returns label text
SELECT p.label FROM prediction p WHERE p.project_id = $1 AND p.item_id = $2 AND p.model_version_id = $3;

-- name: appendDecision
-- $1 project_id bigint, $2 item_id bigint, $3 revision integer, $4 reviews smallint, $5 model_version_id bigint
-- $6 actor_id bigint or null, $7 agreement double precision or null, $8 label text or null, $9 source text, $10 outcome text
-- returns appended void
SELECT append_decision($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: closeTask
-- Takes a decided item out of both queues; answers still under way become surplus. The caller holds the task.
-- $1 project_id bigint, $2 item_id bigint
-- returns closed void
SELECT close_task($1, $2);

-- name: askOneMore
-- Asks one more reviewer: a new slot, and so a new bit. The caller holds the task.
-- $1 project_id bigint, $2 item_id bigint
-- returns asked void
WITH grown AS (
    UPDATE task AS t SET asked = t.asked + 1
    WHERE t.project_id = $1 AND t.item_id = $2
    RETURNING t.asked
)
SELECT offer_slots($1, 0::smallint, $2, 1 << (grown.asked - 1)) FROM grown;

-- name: openAdjudication
-- Moves an item from the review queue to the adjudicators', once. The caller holds the task.
-- $1 project_id bigint, $2 item_id bigint
-- returns opened void
SELECT open_adjudication($1, $2);

-- name: undoReview
-- $1 project_id bigint, $2 id text, $3 actor_id bigint, $4 token bigint, $5 lease_seconds integer
-- returns status text, item_id bigint, queue smallint, model_version_id bigint, is_shown boolean, expires_at timestamptz
--   revision integer, is_decided boolean, is_audit boolean
SELECT u.o_status, u.o_item, u.o_queue, u.o_model_version, u.o_shown, u.o_expires_at, u.o_revision, u.o_decided, u.o_is_audit
FROM undo_review($1, $2, $3, $4, $5) AS u;

-- name: heldLease
-- The lease of a task that a reviewer holds.
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint, $4 queue smallint
-- returns token bigint, expires_at timestamptz
SELECT l.token, l.expires_at FROM lease l
WHERE l.project_id = $1 AND l.item_id = $2 AND l.actor_id = $3 AND l.queue = $4;

-- name: leasedItem
-- What the reviewer of an item is to see.
-- $1 project_id bigint, $2 item_id bigint, $3 model_version_id bigint
-- returns external_id text, payload json, metadata json, received_at timestamptz, label text or null, confidence double precision
--   scores json, highlights json, model text or null, version text or null
SELECT i.external_id, i.payload, i.metadata, i.received_at, p.label, p.confidence,
    p.scores, p.highlights, m.model, m.version
FROM item i
JOIN prediction p ON p.project_id = i.project_id AND p.item_id = i.id AND p.model_version_id = $3
LEFT JOIN model_version m ON m.project_id = i.project_id AND m.id = $3
WHERE i.project_id = $1 AND i.id = $2;

-- name: earlierAnswers
-- What reviewers said of items that an adjudicator is to settle.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint, actor_id bigint, reviewer text, verdict text, label text or null, tags json or null, comment text or null
--   seconds double precision or null, is_shown boolean, reviewed_at timestamptz, has_counted boolean
SELECT v.item_id, v.actor_id, a.name, v.verdict, v.label, v.tags, v.comment, v.seconds, v.is_shown, v.reviewed_at,
    v.slot IS NOT NULL
FROM unnest($2::bigint[]) AS n (id)
CROSS JOIN LATERAL (
    SELECT x.item_id, x.actor_id, x.verdict, x.label, x.tags, x.comment, x.seconds, x.is_shown, x.reviewed_at, x.slot
    FROM review x
    WHERE x.project_id = $1 AND x.item_id = n.id AND x.queue = 0 AND x.undone_at IS NULL
    OFFSET 0) AS v
JOIN actor a ON a.id = v.actor_id;

-- name: waitingUnderOtherPolicies
-- A page of the review queue behind a place: where each row stands, and whether its task came with another policy than $2; with
-- what its number of reviewers depends on.
-- $1 project_id bigint, $2 policy_version integer, $3 rank bigint, $4 item_id bigint, $5 limit integer
-- returns rank bigint, item_id bigint, is_other boolean, model_version_id bigint, offset_microseconds bigint, asked smallint
--   is_blind boolean, rule text or null
SELECT x.rank, x.item_id, t.policy_version <> $2, t.model_version_id,
    t.rank - (extract(epoch FROM t.created_at) * 1000000)::bigint, t.asked, t.is_blind,
    (SELECT p.rule FROM prediction p
        WHERE p.project_id = $1 AND p.item_id = x.item_id AND p.model_version_id = t.model_version_id)
FROM (
    SELECT r.rank, r.item_id FROM ready r
    WHERE r.project_id = $1 AND r.queue = 0 AND (r.rank, r.item_id) > ($3, $4)
    ORDER BY r.rank, r.item_id
    LIMIT $5
) AS x
CROSS JOIN LATERAL (
    SELECT y.policy_version, y.model_version_id, y.rank, y.created_at, y.asked, y.is_blind FROM task y
    WHERE y.project_id = $1 AND y.item_id = x.item_id
    OFFSET 0) AS t
ORDER BY x.rank, x.item_id;

-- name: queueFigures
-- What waits and what is being worked on in one queue.
-- $1 project_id bigint, $2 queue smallint
-- returns waiting bigint, leased bigint, oldest_at timestamptz or null
SELECT
    (SELECT count(*) FROM (SELECT FROM ready r WHERE r.project_id = $1 AND r.queue = $2 GROUP BY r.item_id) AS waiting),
    (SELECT count(*) FROM lease l WHERE l.project_id = $1 AND l.queue = $2 AND l.expires_at >= now()),
    (SELECT min((
            SELECT t.created_at FROM task t WHERE t.project_id = r.project_id AND t.item_id = r.item_id)) FROM ready r
        WHERE r.project_id = $1 AND r.queue = $2);

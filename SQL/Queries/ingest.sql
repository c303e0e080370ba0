-- name: reserveItemBlock
-- The first of 10,000 item ids that are the caller's.
-- returns first bigint
SELECT nextval('item_id_seq');

-- name: insertItems
-- Stores the items that are new; the count of rows says whether all were.
-- $1 project_id bigint, $2 ids bigint[], $3 external_ids text[], $4 payload_hashes uuid[], $5 groups text[]
-- $6 payloads json[], $7 metadata json[], $8 parents json[]
INSERT INTO item (project_id, id, external_id, payload_hash, group_key, payload, metadata, parents)
SELECT $1, n.id, n.external_id, n.payload_hash, n.group_key, n.payload, n.metadata, n.parents
FROM unnest($2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::json[], $7::json[], $8::json[])
    AS n (id, external_id, payload_hash, group_key, payload, metadata, parents)
ON CONFLICT (project_id, external_id) DO NOTHING;

-- name: copyItems
-- Stores items taken to be new: half the cost of insertItems, and an item that is there fails the whole.
COPY item (project_id, id, payload_hash, external_id, group_key, payload, metadata, parents) FROM STDIN (FORMAT binary);

-- name: copyPredictions
-- Stores predictions of items that the same transaction stored.
COPY prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity, policy_version, rollout_revision,
    salt_id, stratum, is_blind, stands, label, route, reason, rule, would_be, scores, highlights, said_label) FROM STDIN (FORMAT binary);

-- name: copyModelDecisions
-- The first decision of items the model decided.
COPY decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome) FROM STDIN (FORMAT binary);

-- name: findItems
-- $1 project_id bigint, $2 external_ids text[]
-- returns id bigint, external_id text, payload_hash uuid, group_key text or null, metadata json or null, parents json or null
SELECT i.id, i.external_id, i.payload_hash, i.group_key, i.metadata, i.parents
FROM unnest($2::text[]) AS n (external_id)
CROSS JOIN LATERAL (
    SELECT x.id, x.external_id, x.payload_hash, x.group_key, x.metadata, x.parents FROM item x
    WHERE x.project_id = $1 AND x.external_id = n.external_id
    OFFSET 0) AS i;

-- name: findPayloads
-- What items hold, for those sent again in other bytes.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns id bigint, payload json or null
SELECT i.id, i.payload
FROM unnest($2::bigint[]) AS n (id)
CROSS JOIN LATERAL (SELECT x.id, x.payload FROM item x WHERE x.project_id = $1 AND x.id = n.id OFFSET 0) AS i;

-- name: fillItems
-- Gives items that were made without a payload, as references to themselves, the first one there is; nobody else has done so while
-- this holds them. An item is untouched if it has neither prediction nor decision nor task; one that is not keeps its metadata
-- where reports tell items apart by it, for it was counted so.
-- $1 project_id bigint, $2 ids bigint[], $3 reference_hashes uuid[], $4 payload_hashes uuid[], $5 groups text[], $6 payloads json[]
-- $7 metadata json[], $8 parents json[]
-- returns id bigint, is_untouched boolean
WITH n AS MATERIALIZED (
    SELECT u.*, NOT EXISTS (SELECT FROM prediction p WHERE p.project_id = $1 AND p.item_id = u.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM decision d WHERE d.project_id = $1 AND d.item_id = u.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM task t WHERE t.project_id = $1 AND t.item_id = u.id OFFSET 0) AS is_untouched
    FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::json[], $7::json[], $8::json[])
        AS u (id, reference_hash, payload_hash, group_key, payload, metadata, parents)
)
UPDATE item AS i SET payload_hash = n.payload_hash, payload = n.payload, group_key = coalesce(i.group_key, n.group_key),
    metadata = CASE WHEN n.is_untouched OR NOT EXISTS (SELECT FROM rollup_slice s WHERE s.project_id = $1)
        THEN coalesce(i.metadata, n.metadata) ELSE i.metadata END,
    parents = coalesce(i.parents, n.parents)
FROM n
WHERE i.project_id = $1 AND i.id = ANY($2::bigint[]) AND i.id = n.id AND i.payload_hash = n.reference_hash
RETURNING i.id, n.is_untouched;

-- name: findPredictions
-- What was stored before for pairs of item and model version.
-- $1 project_id bigint, $2 item_ids bigint[], $3 model_version_ids bigint[]
-- returns item_id bigint, model_version_id bigint, content_hash uuid, label text or null, route text, reason text
--   policy_version integer
SELECT p.item_id, p.model_version_id, p.content_hash, p.label, p.route, p.reason, p.policy_version
FROM unnest($2::bigint[], $3::bigint[]) AS n (item_id, model_version_id)
CROSS JOIN LATERAL (
    SELECT x.item_id, x.model_version_id, x.content_hash, x.label, x.route, x.reason, x.policy_version FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.model_version_id
    OFFSET 0) AS p;

-- name: findSuggestions
-- What stored predictions say, for those sent again in other bytes.
-- $1 project_id bigint, $2 item_ids bigint[], $3 model_version_ids bigint[]
-- returns item_id bigint, model_version_id bigint, label text or null, confidence double precision or null
--   scores json or null, highlights json or null
SELECT p.item_id, p.model_version_id, p.label, p.confidence, p.scores, p.highlights
FROM unnest($2::bigint[], $3::bigint[]) AS n (item_id, model_version_id)
CROSS JOIN LATERAL (
    SELECT x.item_id, x.model_version_id, x.label, x.confidence, x.scores, x.highlights FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.model_version_id
    OFFSET 0) AS p;

-- name: insertFirstPredictions
-- Stores predictions of items that the same transaction stored: nobody else can know those, so no key is there before.
-- $1 project_id bigint, $2 policy_version integer, $3 rollout_revision integer or null, $4 salt_id smallint, $5 item_ids bigint[]
-- $6 model_version_ids bigint[], $7 content_hashes uuid[], $8 confidences double precision[], $9 propensities double precision[]
-- $10 are_blind boolean[], $11 stand boolean[], $12 labels text[], $13 routes text[], $14 reasons text[], $15 rules text[]
-- $16 would_be text[], $17 scores json[], $18 highlights json[], $19 strata smallint[], $20 said_labels text[]
INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
    policy_version, rollout_revision, salt_id, is_blind, stands, label, route, reason, rule, would_be, scores, highlights, stratum,
    said_label)
SELECT $1, n.item_id, n.model_version_id, n.content_hash, n.confidence, n.propensity,
    $2, $3, $4, n.is_blind, n.stands, n.label, n.route, n.reason, n.rule, n.would_be, n.scores, n.highlights, n.stratum,
    n.said_label
FROM unnest($5::bigint[], $6::bigint[], $7::uuid[], $8::double precision[], $9::double precision[], $10::boolean[],
    $11::boolean[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::json[], $18::json[],
    $19::smallint[], $20::text[])
    AS n (item_id, model_version_id, content_hash, confidence, propensity, is_blind, stands,
        label, route, reason, rule, would_be, scores, highlights, stratum, said_label);

-- name: insertPredictions
-- Stores predictions; one that exists is left out of the answer.
-- $1 project_id bigint, $2 policy_version integer, $3 rollout_revision integer or null, $4 salt_id smallint, $5 item_ids bigint[]
-- $6 model_version_ids bigint[], $7 content_hashes uuid[], $8 confidences double precision[], $9 propensities double precision[]
-- $10 are_blind boolean[], $11 stand boolean[], $12 labels text[], $13 routes text[], $14 reasons text[], $15 rules text[]
-- $16 would_be text[], $17 scores json[], $18 highlights json[], $19 strata smallint[], $20 said_labels text[]
-- returns item_id bigint, model_version_id bigint
INSERT INTO prediction AS p (project_id, item_id, model_version_id, content_hash, confidence, propensity,
    policy_version, rollout_revision, salt_id, is_blind, stands, label, route, reason, rule, would_be, scores, highlights, stratum,
    said_label)
SELECT $1, n.item_id, n.model_version_id, n.content_hash, n.confidence, n.propensity,
    $2, $3, $4, n.is_blind, n.stands, n.label, n.route, n.reason, n.rule, n.would_be, n.scores, n.highlights, n.stratum,
    n.said_label
FROM unnest($5::bigint[], $6::bigint[], $7::uuid[], $8::double precision[], $9::double precision[], $10::boolean[],
    $11::boolean[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::json[], $18::json[],
    $19::smallint[], $20::text[])
    AS n (item_id, model_version_id, content_hash, confidence, propensity, is_blind, stands,
        label, route, reason, rule, would_be, scores, highlights, stratum, said_label)
ON CONFLICT (project_id, item_id, model_version_id) DO NOTHING
RETURNING p.item_id, p.model_version_id;

-- name: insertModelDecisions
-- The first decision of items the model decided.
-- $1 project_id bigint, $2 item_ids bigint[], $3 model_version_ids bigint[], $4 labels text[]
INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
SELECT $1, n.item_id, 1, 0, n.model_version_id, n.label, 'model', 'auto_accepted'
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS n (item_id, model_version_id, label);

-- name: insertTasks
-- Puts items in the review queue: a task each, and as many free slots as reviews are asked.
-- $1 project_id bigint, $2 policy_version integer, $3 asked smallint[], $4 item_ids bigint[], $5 model_version_ids bigint[]
-- $6 rank_offsets bigint[] microseconds after now, $7 are_blind boolean[], $8 are_audits boolean[]
-- $9 slot_delays integer[] seconds between the places of a task's slots; none: 0 for all
WITH made AS (
    INSERT INTO task AS t (project_id, item_id, model_version_id, rank, policy_version, slot_delay, asked, is_blind, is_audit)
    SELECT $1, n.item_id, n.model_version_id, (extract(epoch FROM now()) * 1000000)::bigint + n.rank_offset, $2,
        coalesce(n.slot_delay, 0), n.asked, n.is_blind, n.is_audit
    FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::boolean[], $9::integer[])
        AS n (asked, item_id, model_version_id, rank_offset, is_blind, is_audit, slot_delay)
    RETURNING t.item_id, t.rank, t.asked, t.slot_delay
)
INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
SELECT $1, 0, made.rank, made.item_id, CASE WHEN made.slot_delay = 0 THEN (1 << made.asked) - 1 ELSE 1 END FROM made
UNION ALL
SELECT $1, 0, made.rank + n * (made.slot_delay * 1000000::bigint), made.item_id, 1 << n
FROM made CROSS JOIN generate_series(1, made.asked - 1) AS n WHERE made.slot_delay > 0;

-- name: appendArrivals
-- Appends to the rollups which routes the items of a batch got from their arrival on, a count for each way they went.
-- $1 project_id bigint, $2 policy_version integer, $3 model_version_ids bigint[], $4 propensities double precision[]
-- $5 strata smallint[], $6 labels text[], $7 routes text[], $8 reasons text[], $9 rules text[]
-- $10 firsts integer[] where the items of each begin (at 1 the first), $11 counts integer[], $12 item_ids bigint[]
INSERT INTO appended_arrivals (project_id, policy_version, model_version_ids, propensities, strata, labels, routes, reasons, rules,
    firsts, counts, items)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: emptyTables
-- Takes out everything ingest and review wrote; projects, policies and tokens stay.
TRUNCATE item, prediction, decision, task, ready, lease, review, appended_arrivals, appended_move, appended_review,
    rollup_arrival, rollup_decision, rollup_review, rollup_handling;

-- name: checkpoint
CHECKPOINT;

-- name: settleTables
-- What autovacuum would have done by the time a table has grown so large.
VACUUM ANALYZE;

-- name: takeItems
COPY (SELECT project_id, id, received_at, payload_hash, external_id, group_key, payload, metadata, parents
    FROM item) TO STDOUT (FORMAT binary);

-- name: storeItems
COPY item (project_id, id, received_at, payload_hash, external_id, group_key, payload, metadata, parents)
    FROM STDIN (FORMAT binary);

-- name: takePredictions
COPY (SELECT project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity, policy_version, salt_id,
    is_blind, label, route, reason, scores, highlights
    FROM prediction) TO STDOUT (FORMAT binary);

-- name: storePredictions
COPY prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity, policy_version, salt_id,
    is_blind, label, route, reason, scores, highlights)
    FROM STDIN (FORMAT binary);

-- name: takeDecisions
COPY (SELECT project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id, agreement, label, source, outcome
    FROM decision) TO STDOUT (FORMAT binary);

-- name: storeDecisions
COPY decision (project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id, agreement, label, source, outcome)
    FROM STDIN (FORMAT binary);

-- name: takeTasks
COPY (SELECT project_id, item_id, model_version_id, rank, policy_version, created_at, asked, is_blind, is_audit
    FROM task) TO STDOUT (FORMAT binary);

-- name: storeTasks
COPY task (project_id, item_id, model_version_id, rank, policy_version, created_at, asked, is_blind, is_audit)
    FROM STDIN (FORMAT binary);

-- name: takeReady
COPY (SELECT project_id, queue, rank, item_id, free_slots
    FROM ready) TO STDOUT (FORMAT binary);

-- name: storeReady
COPY ready (project_id, queue, rank, item_id, free_slots)
    FROM STDIN (FORMAT binary);

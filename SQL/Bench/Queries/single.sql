-- name: insertAcceptedPrediction
-- The rows of a prediction the model decided alone, in one statement and so one round trip.
-- $1 project_id bigint, $2 key text, $3 payload json, $4 metadata json, $5 scores json
WITH i AS (
    INSERT INTO item (project_id, id, payload_hash, external_id, payload, metadata)
    VALUES ($1, nextval('item_id_seq'), md5($2)::uuid, 'deb-package-' || $2, $3, $4)
    RETURNING project_id, id
), p AS (
    INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
        policy_version, salt_id, is_blind, label, route, reason, scores)
    SELECT i.project_id, i.id, 1, md5($2)::uuid, 0.98, 0.05, 2, 1, false, 'net', 'accepted', 'above_threshold', $5
    FROM i
)
INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
SELECT i.project_id, i.id, 1, 0, 1, 'net', 'model', 'auto_accepted' FROM i;

-- name: insertQueuedPrediction
-- The rows of a prediction that waits for a person, in one statement and so one round trip.
-- $1 project_id bigint, $2 key text, $3 payload json, $4 metadata json, $5 scores json
WITH i AS (
    INSERT INTO item (project_id, id, payload_hash, external_id, payload, metadata)
    VALUES ($1, nextval('item_id_seq'), md5($2)::uuid, 'deb-package-' || $2, $3, $4)
    RETURNING project_id, id
), p AS (
    INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
        policy_version, salt_id, is_blind, label, route, reason, scores)
    SELECT i.project_id, i.id, 1, md5($2)::uuid, 0.513964, 1, 2, 1, false, 'net', 'queued', 'below_threshold', $5
    FROM i
), t AS (
    INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked, is_blind, is_audit)
    SELECT i.project_id, i.id, 1, (extract(epoch FROM now()) * 1000000)::bigint, 2, 1, false, false
    FROM i
)
INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
SELECT i.project_id, 0, (extract(epoch FROM now()) * 1000000)::bigint, i.id, 1 FROM i;

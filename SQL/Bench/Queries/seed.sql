-- name: seedModel
-- $1 project_id bigint
INSERT INTO model_version (project_id, model, version)
VALUES ($1, 'deb-section', 'seeded')
ON CONFLICT DO NOTHING;

-- name: seedItems
-- Items of the demo's shape, numbered from first to last.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO item (project_id, id, payload_hash, external_id, payload, metadata)
SELECT $1, n, md5(n::text)::uuid, 'seed-' || n,
    json_build_object(
        'type', 'text', 'title', 'package-' || n,
        'text', 'Realtime monitoring tool number ' || n || ' for the Apache web server'),
    '{"source": "debian", "interface": "text", "language": "c", "homepage": true, "words": 4}'
FROM generate_series($2::bigint, $3::bigint) AS n;

-- name: seedPredictions
-- A queued prediction for each of those items.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, confidence, propensity,
    policy_version, salt_id, is_blind, label, route, reason, scores)
SELECT $1, n, m.id, md5(n::text)::uuid, 0.513964, 1, 2, 1, false, 'net', 'queued', 'below_threshold',
    '{"net": 0.513964, "admin": 0.435286, "web": 0.013798, "text": 0.006701, "sound": 0.00591}'
FROM generate_series($2::bigint, $3::bigint) AS n
JOIN model_version m ON m.project_id = $1 AND m.version = 'seeded';

-- name: seedTasks
-- A task for each of those items, in the order of their numbers.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked, is_blind, is_audit)
SELECT $1, n, m.id, 1700000000000000 + n, 2, 1, false, false
FROM generate_series($2::bigint, $3::bigint) AS n
JOIN model_version m ON m.project_id = $1 AND m.version = 'seeded';

-- name: seedReady
-- Puts those tasks in the queue.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
SELECT $1, 0, t.rank, t.item_id, 1 FROM task t
WHERE t.project_id = $1 AND t.item_id BETWEEN $2 AND $3;

-- name: seedReviews
-- A reviewer's answer to each of those tasks.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, seconds, queue, slot, is_shown,
    status, verdict, label)
SELECT $1, 'seed-' || t.item_id, t.item_id, 1, t.model_version_id, 4.2, 0, 0, true, 'counted', 'label', 'net'
FROM task t
WHERE t.project_id = $1 AND t.item_id BETWEEN $2 AND $3;

-- name: seedDecisions
-- The decisions of those answers.
-- $1 project_id bigint, $2 first bigint, $3 last bigint
INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label,
    source, outcome)
SELECT $1, t.item_id, 1, 1, t.model_version_id, 1, 1, 'net', 'reviewer', 'accepted'
FROM task t
WHERE t.project_id = $1 AND t.item_id BETWEEN $2 AND $3;

-- name: newestProject
-- returns id bigint or null
SELECT max(id) FROM project;

-- name: waitingAnywhere
-- returns waiting bigint
SELECT count(*) FROM ready;

-- name: waitingTasks
-- What waits in a project's review queue.
-- $1 project_id bigint
-- returns waiting bigint
SELECT count(*) FROM ready WHERE project_id = $1 AND queue = 0;

-- name: queueHead
-- The rank at the head of a project's review queue; 0 when nothing waits.
-- $1 project_id bigint
-- returns rank bigint
SELECT coalesce(min(rank), 0) FROM ready WHERE project_id = $1 AND queue = 0;

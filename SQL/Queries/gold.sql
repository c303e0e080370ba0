-- name: mixGold
-- Gives a reviewer gold items in place of tasks just leased to them; a row for each that was replaced, with its place from 1.
-- $1 project_id bigint, $2 actor_id bigint, $3 item_ids bigint[], $4 tokens bigint[], $5 forms text[], $6 hits boolean[]
-- $7 gold_tokens bigint[], $8 labels text[] or null, $9 metadata_keys text[], $10 metadata_values text[]
-- returns place integer, item_id bigint, token bigint, expires_at timestamptz, model_version_id bigint, form text
--   external_id text, payload json, metadata json, received_at timestamptz, label text or null, confidence double precision
--   scores json, highlights json, model text or null, version text or null
SELECT g.o_place, g.o_item, g.o_token, g.o_expires_at, g.o_model_version, g.o_form, g.o_external_id, g.o_payload, g.o_metadata,
    g.o_received_at, g.o_label, g.o_confidence, g.o_scores, g.o_highlights, g.o_model, g.o_version
FROM mix_gold($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS g;

-- name: answerGold
-- $1 project_id bigint, $2 id text, $3 item_id bigint, $4 actor_id bigint, $5 token bigint, $6 verdict text, $7 label text
-- $8 tags json, $9 comment text, $10 seconds double precision
-- returns status text, reviewed_at timestamptz, external_id text, label text, note text, form text, predicted text
SELECT g.o_status, g.o_reviewed_at, g.o_external_id, g.o_label, g.o_note, g.o_form, g.o_predicted
FROM answer_gold($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS g;

-- name: renewGold
-- Makes the lease of a gold item last from now, and the task it displaced as long; no row when it was given back or answered.
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint, $4 token bigint, $5 lease_seconds integer
-- returns expires_at timestamptz
WITH gold AS (
    UPDATE gold_lease AS g SET expires_at = now() + make_interval(secs => $5)
    WHERE g.project_id = $1 AND g.actor_id = $3 AND g.item_id = $2 AND g.token = $4 AND g.answered_at IS NULL
        AND g.expires_at > '-infinity'
    RETURNING g.expires_at, g.displaced_item_id, g.displaced_token
), displaced AS (
    UPDATE lease AS l SET expires_at = gold.expires_at FROM gold
    WHERE l.project_id = $1 AND l.item_id = gold.displaced_item_id AND l.actor_id = $3 AND l.token = gold.displaced_token
)
SELECT gold.expires_at FROM gold;

-- name: releaseGold
-- Gives a gold item back, to be given again, and the task it displaced to everybody.
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint, $4 token bigint
-- returns released boolean
WITH gold AS (
    UPDATE gold_lease AS g SET expires_at = '-infinity'
    WHERE g.project_id = $1 AND g.actor_id = $3 AND g.item_id = $2 AND g.token = $4 AND g.answered_at IS NULL
    RETURNING g.displaced_item_id, g.displaced_token
)
SELECT coalesce(release_lease($1, gold.displaced_item_id, $3, gold.displaced_token), false) FROM gold;

-- name: undoGold
-- $1 project_id bigint, $2 id text, $3 actor_id bigint, $4 token bigint, $5 lease_seconds integer
-- returns status text, item_id bigint or null, expires_at timestamptz or null, model_version_id bigint or null, form text or null
--   external_id text or null, payload json or null, metadata json or null, received_at timestamptz or null, label text or null
--   confidence double precision or null, scores json or null, highlights json or null, model text or null, version text or null
SELECT g.o_status, g.o_item, g.o_expires_at, g.o_model_version, g.o_form, g.o_external_id, g.o_payload, g.o_metadata,
    g.o_received_at, g.o_label, g.o_confidence, g.o_scores, g.o_highlights, g.o_model, g.o_version
FROM undo_gold($1, $2, $3, $4, $5) AS g;

-- name: goldLease
-- The lease of a gold item that a reviewer was given, answered or not, with what the reviewer sees.
-- $1 project_id bigint, $2 item_id bigint, $3 actor_id bigint
-- returns token bigint, item_id bigint, expires_at timestamptz, model_version_id bigint, form text, external_id text, payload json
--   metadata json, received_at timestamptz, label text or null, confidence double precision, scores json, highlights json
--   model text or null, version text or null
SELECT l.token, l.item_id, greatest(l.expires_at, l.given_at), l.model_version_id, l.form, i.external_id, i.payload, i.metadata,
    l.received_at, p.label, p.confidence, p.scores, p.highlights, m.model, m.version
FROM gold_lease l
CROSS JOIN LATERAL (
    SELECT x.external_id, x.payload, x.metadata FROM item x WHERE x.project_id = $1 AND x.id = l.item_id OFFSET 0) AS i
LEFT JOIN LATERAL (
    SELECT x.label, x.confidence, x.scores, x.highlights FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = l.item_id AND x.model_version_id = l.model_version_id OFFSET 0) AS p ON true
LEFT JOIN LATERAL (
    SELECT x.model, x.version FROM model_version x WHERE x.project_id = $1 AND x.id = l.model_version_id OFFSET 0) AS m ON true
WHERE l.project_id = $1 AND l.actor_id = $3 AND l.item_id = $2;

-- name: upsertGold
-- Marks items as gold; one that was gold before gets the new label and note, and is no more retired.
-- $1 project_id bigint, $2 item_ids bigint[], $3 labels text[], $4 notes text[], $5 actor_id bigint
INSERT INTO gold AS g (project_id, item_id, label, note, created_by)
SELECT $1, n.item_id, n.label, n.note, $5
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n (item_id, label, note)
ON CONFLICT (project_id, item_id)
DO UPDATE SET label = excluded.label, note = excluded.note, retired_at = NULL, created_by = excluded.created_by;

-- name: retireGold
-- $1 project_id bigint, $2 external_id text
-- returns item_id bigint
UPDATE gold AS g SET retired_at = now()
WHERE g.project_id = $1 AND g.item_id = (SELECT i.id FROM item i WHERE i.project_id = $1 AND i.external_id = $2)
    AND g.retired_at IS NULL
RETURNING g.item_id;

-- name: listGold
-- In the order they were marked, each with how its answers came out.
-- $1 project_id bigint
-- returns external_id text, label text, note text, created_at timestamptz, created_by text, retired_at timestamptz
--   has_prediction boolean, answers bigint, correct bigint
SELECT i.external_id, g.label, g.note, g.created_at, a.name, g.retired_at,
    EXISTS (SELECT FROM prediction p
        WHERE p.project_id = $1 AND p.item_id = g.item_id AND p.stands AND p.label IS NOT NULL OFFSET 0),
    v.answers, v.correct
FROM gold g
CROSS JOIN LATERAL (
    SELECT x.id, x.external_id FROM item x WHERE x.project_id = $1 AND x.id = g.item_id OFFSET 0) AS i
JOIN actor a ON a.id = g.created_by
-- By item: coalesce() rules out the index of gold answers, which is by reviewer.
CROSS JOIN LATERAL (
    SELECT count(*) AS answers, count(*) FILTER (WHERE r.label = g.label) AS correct FROM review r
    WHERE r.project_id = $1 AND r.item_id = g.item_id AND coalesce(r.status, '') = 'gold' AND r.undone_at IS NULL
        AND r.verdict IN ('label', 'unusable')) AS v
WHERE g.project_id = $1
ORDER BY g.created_at, i.id;

-- name: goldSinceResumed
-- A reviewer's answers to gold items that are not retired, since they were last resumed; skips and escalations are none.
-- $1 project_id bigint, $2 actor_id bigint
-- returns answers bigint, correct bigint
SELECT count(*), count(*) FILTER (WHERE v.label = g.label)
FROM review v
CROSS JOIN LATERAL (
    SELECT x.label FROM gold x WHERE x.project_id = $1 AND x.item_id = v.item_id AND x.retired_at IS NULL OFFSET 0) AS g
WHERE v.project_id = $1 AND v.actor_id = $2 AND v.status = 'gold' AND v.undone_at IS NULL
    AND v.verdict IN ('label', 'unusable')
    AND v.reviewed_at > coalesce(
        (SELECT p.resumed_at FROM reviewer_pause p WHERE p.project_id = $1 AND p.actor_id = $2), '-infinity');

-- name: reviewerStandings
-- Everybody who reviewed in the project or is paused in it: reviews that stand, gold answers, and the pause that lasts.
-- $1 project_id bigint
-- returns actor_id bigint, reviewer text, reviews bigint, gold_answers bigint, gold_correct bigint, paused_since timestamptz or null
--   paused_why text or null
SELECT a.id, a.name, coalesce(v.reviews, 0), coalesce(v.answers, 0), coalesce(v.correct, 0),
    p.since, p.why
FROM (
    SELECT r.actor_id, count(*) AS reviews, count(g.item_id) AS answers,
        count(*) FILTER (WHERE g.item_id IS NOT NULL AND r.label = g.label) AS correct
    FROM review r
    LEFT JOIN LATERAL (
        SELECT x.item_id, x.label FROM gold x
        WHERE x.project_id = $1 AND x.item_id = r.item_id AND x.retired_at IS NULL AND r.status = 'gold'
            AND r.verdict IN ('label', 'unusable')
        OFFSET 0) AS g ON true
    WHERE r.project_id = $1 AND r.undone_at IS NULL AND NOT r.is_anonymous
    GROUP BY r.actor_id
) AS v
FULL JOIN (
    SELECT x.actor_id, x.since, x.why FROM reviewer_pause x WHERE x.project_id = $1 AND x.resumed_at IS NULL
) AS p ON p.actor_id = v.actor_id
JOIN actor a ON a.id = coalesce(v.actor_id, p.actor_id)
ORDER BY a.name;

-- name: pauseReviewer
-- No row when the reviewer is paused already.
-- $1 project_id bigint, $2 actor_id bigint, $3 why text, $4 paused_by bigint
-- returns since timestamptz
INSERT INTO reviewer_pause AS p (project_id, actor_id, why, paused_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (project_id, actor_id)
DO UPDATE SET since = now(), why = excluded.why, paused_by = excluded.paused_by, resumed_at = NULL
WHERE p.resumed_at IS NOT NULL
RETURNING p.since;

-- name: resumeReviewer
-- No row when the reviewer was not paused.
-- $1 project_id bigint, $2 actor_id bigint
-- returns resumed_at timestamptz
UPDATE reviewer_pause AS p SET resumed_at = now()
WHERE p.project_id = $1 AND p.actor_id = $2 AND p.resumed_at IS NULL
RETURNING p.resumed_at;

-- name: findActor
-- $1 name text
-- returns id bigint
SELECT a.id FROM actor a WHERE a.name = $1;

-- name: actorName
-- $1 actor_id bigint
-- returns name text
SELECT a.name FROM actor a WHERE a.id = $1;

-- name: pausedReviewers
-- $1 project_id bigint
-- returns actor_id bigint
SELECT p.actor_id FROM reviewer_pause p WHERE p.project_id = $1 AND p.resumed_at IS NULL;

-- name: appendGuideline
-- Stores the next version of the guidelines and puts it in force; the caller holds the project's row.
-- $1 project_id bigint, $2 text text, $3 summary text, $4 created_by bigint
-- returns version integer
WITH made AS (
    INSERT INTO guideline AS g (project_id, version, text, summary, created_by)
    SELECT $1, 1 + coalesce(max(o.version), 0), $2, $3, $4 FROM guideline o WHERE o.project_id = $1
    RETURNING g.version
)
UPDATE project AS p SET guidelines_version = made.version FROM made WHERE p.id = $1
RETURNING made.version;

-- name: listGuidelines
-- Every version without its text, the newest first.
-- $1 project_id bigint
-- returns version integer, summary text, created_at timestamptz, created_by text
SELECT g.version, g.summary, g.created_at, a.name
FROM guideline g
JOIN actor a ON a.id = g.created_by
WHERE g.project_id = $1
ORDER BY g.version DESC;

-- name: findGuideline
-- $1 project_id bigint, $2 version integer
-- returns version integer, summary text, created_at timestamptz, created_by text, text text
SELECT g.version, g.summary, g.created_at, a.name, g.text
FROM guideline g
JOIN actor a ON a.id = g.created_by
WHERE g.project_id = $1 AND g.version = $2;

-- name: markGuidelineRead
-- Notes that a reviewer has read a version; the first time is the one kept.
-- $1 project_id bigint, $2 actor_id bigint, $3 version integer
INSERT INTO guideline_read (project_id, actor_id, version) VALUES ($1, $2, $3)
ON CONFLICT (project_id, actor_id, version) DO NOTHING;

-- name: unreadGuidelines
-- What changed since a reviewer last read the guidelines: the summaries after that version, in order.
-- $1 project_id bigint, $2 actor_id bigint
-- returns since integer or null, summary text or null, version integer or null
WITH last_read AS (
    SELECT max(r.version) AS version FROM guideline_read r WHERE r.project_id = $1 AND r.actor_id = $2
)
SELECT last_read.version, g.summary, g.version
FROM last_read
LEFT JOIN guideline g ON g.project_id = $1 AND g.version > greatest(coalesce(last_read.version, 1), 1)
ORDER BY g.version;

-- name: appendProposal
-- Keeps what an answer proposes to change in the guidelines, once for each review.
-- $1 project_id bigint, $2 item_id bigint, $3 review_id text, $4 actor_id bigint, $5 note text
INSERT INTO guideline_proposal (project_id, item_id, review_id, actor_id, note) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (project_id, review_id) DO NOTHING;

-- name: listProposals
-- Proposals, the oldest first, but for open ones whose review was taken back.
-- $1 project_id bigint, $2 status text or null, $3 after bigint, $4 limit integer
-- returns id bigint, external_id text, reviewer text, note text, status text, created_at timestamptz, settled_at timestamptz or null
--   settled_by text or null, review_id text, label text or null
SELECT o.id, i.external_id, a.name, o.note, o.status, o.created_at, o.settled_at, b.name, o.review_id, v.label
FROM guideline_proposal o
CROSS JOIN LATERAL (
    SELECT x.external_id FROM item x WHERE x.project_id = o.project_id AND x.id = o.item_id OFFSET 0) AS i
JOIN actor a ON a.id = o.actor_id
CROSS JOIN LATERAL (
    SELECT x.label, x.undone_at FROM review x WHERE x.project_id = o.project_id AND x.id = o.review_id OFFSET 0) AS v
LEFT JOIN actor b ON b.id = o.settled_by
WHERE o.project_id = $1 AND ($2::text IS NULL OR o.status = $2) AND o.id > $3
    AND (o.status <> 'open' OR v.undone_at IS NULL)
ORDER BY o.id
LIMIT $4;

-- name: settleProposal
-- Accepts or rejects an open proposal; no row when there is no open one of that id.
-- $1 project_id bigint, $2 id bigint, $3 status text, $4 settled_by bigint
-- returns note text
UPDATE guideline_proposal SET status = $3, settled_at = now(), settled_by = $4
WHERE project_id = $1 AND id = $2 AND status = 'open'
RETURNING note;

-- name: proposalStatus
-- $1 project_id bigint, $2 id bigint
-- returns status text
SELECT o.status FROM guideline_proposal o WHERE o.project_id = $1 AND o.id = $2;

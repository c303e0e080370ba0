-- name: nextFallback
-- The number of the project's next fallback; the caller holds the project's row.
-- $1 project_id bigint
-- returns number integer
SELECT coalesce(max(f.number), 0) + 1 FROM fallback f WHERE f.project_id = $1;

-- name: insertFallback
-- Stores what was done about an alarm; no row when its subject was acted on before. The caller holds the project's row.
-- $1 project_id bigint, $2 number integer, $3 cause text, $4 model_version_id bigint, $5 subject bigint, $6 asked text
-- $7 taken text, $8 reason text, $9 from_policy_version integer, $10 to_policy_version integer or null
-- $11 error_limit double precision or null, $12 evidence_from timestamptz or null, $13 raise_due boolean
-- returns number integer
INSERT INTO fallback AS f (project_id, number, cause, model_version_id, subject, asked, taken, reason, from_policy_version,
    to_policy_version, error_limit, evidence_from, raise_due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT ON CONSTRAINT fallback_once_a_subject DO NOTHING
RETURNING f.number;

-- name: isActedOn
-- Whether something was done about the subject of an alarm.
-- $1 project_id bigint, $2 cause text, $3 model_version_id bigint, $4 subject bigint
-- returns is_acted_on boolean
SELECT EXISTS (
    SELECT FROM fallback f
    WHERE f.project_id = $1 AND f.cause = $2 AND f.model_version_id = $3 AND f.subject = $4);

-- name: raisesDue
-- The fallbacks that stand and behind which a threshold that the labels still certify is to be looked for.
-- returns name text, number integer
SELECT p.name, f.number
FROM fallback f
JOIN project p ON p.id = f.project_id
WHERE f.raise_due AND f.lifted_at IS NULL AND p.deleted_at IS NULL
ORDER BY f.project_id, f.number;

-- name: raiseFallback
-- Notes what became of looking for a threshold that the labels still certify; the caller holds the project's row.
-- $1 project_id bigint, $2 number integer, $3 taken text, $4 reason text, $5 from_policy_version integer or null
-- $6 to_policy_version integer or null
UPDATE fallback SET taken = $3, reason = $4, raise_due = false, raised_from_policy_version = $5, raised_to_policy_version = $6
WHERE project_id = $1 AND number = $2;

-- name: projectName
-- $1 project_id bigint
-- returns name text
SELECT p.name FROM project p WHERE p.id = $1;

-- name: settleFallbacks
-- Notes which fallbacks the policy that comes into force has: those it has no more are lifted, lifted ones it has again are not.
-- $1 project_id bigint, $2 standing integer[], $3 actor_id bigint, $4 reason text
-- returns number integer, cause text, model_version_id bigint, is_lifted boolean
UPDATE fallback AS f SET
    lifted_at = CASE WHEN f.number = ANY ($2::integer[]) THEN NULL ELSE now() END,
    lifted_by = CASE WHEN f.number = ANY ($2::integer[]) THEN NULL ELSE $3::bigint END,
    lifted_reason = CASE WHEN f.number = ANY ($2::integer[]) THEN NULL ELSE $4 END
WHERE f.project_id = $1 AND f.to_policy_version IS NOT NULL
    AND (f.lifted_at IS NULL) <> (f.number = ANY ($2::integer[]))
RETURNING f.number, f.cause, f.model_version_id, f.lifted_at IS NOT NULL;

-- name: lastLiftedFallback
-- Of those about the errors of a version the one that was lifted last; no row when none was.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns number integer, lifted_at timestamptz, lifted_by bigint
SELECT f.number, f.lifted_at, f.lifted_by FROM fallback f
WHERE f.project_id = $1 AND f.model_version_id = $2 AND f.cause IN ('concept', 'error_limit') AND f.lifted_at IS NOT NULL
ORDER BY f.lifted_at DESC, f.number DESC
LIMIT 1;

-- name: restartConceptWatch
-- Begins a watch anew; the caller holds it.
-- $1 project_id bigint, $2 model_version_id bigint, $3 since timestamptz
UPDATE concept_watch SET since = $3, settled_at = $3, item_id = 0, audits = 0, ahead = 0, waiting = 0,
    present_audits = 0, present_evidence = 0, smallest_propensity = 1, statistics = '{0,0,0,0,0,0,0}', alarmed_at = NULL
WHERE project_id = $1 AND model_version_id = $2;

-- name: listFallbacks
-- The newest first; those that stand, or all.
-- $1 project_id bigint, $2 is_standing boolean, $3 limit integer
-- returns number integer, at timestamptz, cause text, model_version_id bigint, model text, version text, asked text
--   taken text, reason text, from_policy_version integer, to_policy_version integer or null
--   lifted_at timestamptz or null, lifted_by text or null, lifted_reason text or null, error_limit double precision or null
--   evidence_from timestamptz or null, raise_due boolean, raised_from_policy_version integer or null
--   raised_to_policy_version integer or null
SELECT f.number, f.at, f.cause, f.model_version_id, m.model, m.version, f.asked,
    f.taken, f.reason, f.from_policy_version, f.to_policy_version,
    f.lifted_at, a.name, f.lifted_reason, f.error_limit,
    f.evidence_from, f.raise_due, f.raised_from_policy_version,
    f.raised_to_policy_version
FROM fallback f
JOIN model_version m ON m.project_id = f.project_id AND m.id = f.model_version_id
LEFT JOIN actor a ON a.id = f.lifted_by
WHERE f.project_id = $1 AND (NOT $2 OR (f.to_policy_version IS NOT NULL AND f.lifted_at IS NULL))
ORDER BY f.number DESC
LIMIT $3;

-- name: expiredCertificates
-- Of each project the certificate applied last, if it has expired and nothing was done about that.
-- returns project_id bigint, name text, number integer
SELECT p.id, p.name, c.number
FROM project p
JOIN LATERAL (
    SELECT o.number, o.expires_at, o.revoked_at FROM certificate o
    WHERE o.project_id = p.id AND o.applied_policy_version IS NOT NULL
    ORDER BY o.applied_policy_version DESC, o.number DESC
    LIMIT 1) AS c ON true
WHERE c.expires_at <= now() AND c.revoked_at IS NULL AND p.deleted_at IS NULL
    AND NOT EXISTS (SELECT FROM fallback f WHERE f.project_id = p.id AND f.cause = 'expiry' AND f.subject = c.number)
ORDER BY p.id;

-- name: noteUnanswered
-- Counts items that have waited for a version in vain, and begins the count anew if one of the last thousand predictions is the
-- version's and no older than a wait lasts.
-- $1 project_id bigint, $2 model_version_id bigint, $3 unanswered bigint, $4 answer_within_seconds integer
-- returns since timestamptz, unanswered bigint, alarmed_at timestamptz or null
WITH latest AS MATERIALIZED (
    -- Backwards along the key, into lower projects if need be: no planner takes that for few rows and sorts them.
    SELECT p.project_id, p.model_version_id, p.received_at FROM prediction p WHERE p.project_id <= $1
    ORDER BY p.project_id DESC, p.item_id DESC, p.model_version_id DESC LIMIT 1000
)
INSERT INTO version_silence AS s (project_id, model_version_id, since, unanswered)
SELECT $1, $2, now(), CASE WHEN EXISTS (
    SELECT FROM latest l WHERE l.project_id = $1 AND l.model_version_id = $2 AND l.received_at > now() - make_interval(secs => $4)) THEN 0 ELSE $3 END
ON CONFLICT (project_id, model_version_id) DO UPDATE
SET unanswered = CASE WHEN excluded.unanswered = 0 THEN 0 ELSE s.unanswered + excluded.unanswered END,
    since = CASE WHEN excluded.unanswered = 0 OR s.unanswered = 0 THEN excluded.since ELSE s.since END,
    alarmed_at = CASE WHEN excluded.unanswered = 0 THEN NULL ELSE s.alarmed_at END
RETURNING s.since, s.unanswered, s.alarmed_at;

-- name: noteSilenceAlarmed
-- $1 project_id bigint, $2 model_version_id bigint
UPDATE version_silence SET alarmed_at = now() WHERE project_id = $1 AND model_version_id = $2;

-- name: forgetSilence
-- $1 project_id bigint, $2 model_version_id bigint
DELETE FROM version_silence WHERE project_id = $1 AND model_version_id = $2;

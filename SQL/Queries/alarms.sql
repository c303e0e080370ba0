-- name: insertAlarm
-- $1 project_id bigint, $2 model_version_id bigint, $3 kind text, $4 signal text, $5 level text, $6 detail json
-- $7 episode integer or null
-- returns id bigint
INSERT INTO alarm_event AS e (project_id, model_version_id, kind, signal, level, detail, episode)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING e.id;

-- name: newestAlarms
-- The last alarms of a window of time, newest first, of one version or of all.
-- $1 project_id bigint, $2 model_version_id bigint or null, $3 from timestamptz, $4 to timestamptz, $5 limit integer
-- returns at timestamptz, model text, version text, kind text, signal text, level text, detail json, episode integer or null
--   over_at timestamptz or null, over_reason text or null, sentence text or null
SELECT e.at, m.model, m.version, e.kind, e.signal, e.level, e.detail, s.number, s.over_at, s.over_reason, e.detail ->> 'sentence'
FROM alarm_event e
JOIN model_version m ON m.project_id = e.project_id AND m.id = e.model_version_id
LEFT JOIN alarm_episode s ON s.project_id = e.project_id AND s.number = e.episode
WHERE e.project_id = $1 AND ($2::bigint IS NULL OR e.model_version_id = $2) AND e.at >= $3 AND e.at < $4
ORDER BY e.id DESC
LIMIT $5;

-- name: insertEpisode
-- Begins an episode of a version that has none; in a transaction that holds the version's watch.
-- $1 project_id bigint, $2 model_version_id bigint, $3 error_limit double precision
-- returns number integer
INSERT INTO alarm_episode AS e (project_id, number, model_version_id, error_limit)
SELECT $1, coalesce(max(o.number), 0) + 1, $2, $3 FROM alarm_episode o WHERE o.project_id = $1
RETURNING e.number;

-- name: standingEpisode
-- The episode of a version that is not over; no row when there is none.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns number integer, error_limit double precision, raised_at timestamptz, crossings integer, crossed_at timestamptz
--   over_at timestamptz or null, over_reason text or null
SELECT e.number, e.error_limit, e.raised_at, e.crossings, e.crossed_at, e.over_at, e.over_reason FROM alarm_episode e
WHERE e.project_id = $1 AND e.model_version_id = $2 AND e.over_at IS NULL;

-- name: newestEpisodes
-- The last episodes of a version, newest first; columns as of standingEpisode.
-- $1 project_id bigint, $2 model_version_id bigint, $3 limit integer
-- returns number integer, error_limit double precision, raised_at timestamptz, crossings integer, crossed_at timestamptz
--   over_at timestamptz or null, over_reason text or null
SELECT e.number, e.error_limit, e.raised_at, e.crossings, e.crossed_at, e.over_at, e.over_reason FROM alarm_episode e
WHERE e.project_id = $1 AND e.model_version_id = $2
ORDER BY e.number DESC
LIMIT $3;

-- name: findEpisode
-- An episode and the version it is about; no row when the project has none of that number.
-- $1 project_id bigint, $2 number integer
-- returns number integer, error_limit double precision, raised_at timestamptz, crossings integer, crossed_at timestamptz
--   over_at timestamptz or null, over_reason text or null, over_by text or null, model_version_id bigint, model text
--   version text, first_seen_at timestamptz
SELECT e.number, e.error_limit, e.raised_at, e.crossings, e.crossed_at, e.over_at, e.over_reason, a.name, m.id, m.model, m.version,
    m.first_seen_at
FROM alarm_episode e
JOIN model_version m ON m.project_id = e.project_id AND m.id = e.model_version_id
LEFT JOIN actor a ON a.id = e.over_by
WHERE e.project_id = $1 AND e.number = $2;

-- name: crossEpisode
-- Counts that the detector has reached its level again while the episode stands.
-- $1 project_id bigint, $2 number integer, $3 crossings integer
UPDATE alarm_episode SET crossings = crossings + $3, crossed_at = now()
WHERE project_id = $1 AND number = $2 AND over_at IS NULL;

-- name: endEpisode
-- $1 project_id bigint, $2 number integer, $3 over_reason text, $4 over_by bigint or null
-- returns number integer
UPDATE alarm_episode SET over_at = now(), over_reason = $3, over_by = $4
WHERE project_id = $1 AND number = $2 AND over_at IS NULL
RETURNING number;

-- name: beginConceptWatch
-- Begins a watch, or begins it anew where the limit changed.
-- $1 project_id bigint, $2 model_version_id bigint, $3 since timestamptz, $4 error_limit double precision
-- $5 audits_to_false_alarm double precision
INSERT INTO concept_watch AS w (
    project_id, model_version_id, since, settled_at, error_limit, audits_to_false_alarm, smallest_propensity, statistics)
VALUES ($1, $2, $3, $3, $4, $5, 1, '{0,0,0,0,0,0,0}')
ON CONFLICT (project_id, model_version_id) DO UPDATE
SET since = excluded.since, settled_at = excluded.settled_at, item_id = 0, audits = 0, ahead = 0, waiting = 0,
    present_audits = 0, present_evidence = 0, error_limit = excluded.error_limit,
    audits_to_false_alarm = excluded.audits_to_false_alarm, smallest_propensity = 1, statistics = excluded.statistics,
    alarmed_at = NULL
WHERE w.error_limit <> excluded.error_limit OR w.audits_to_false_alarm <> excluded.audits_to_false_alarm;

-- name: claimConceptWatch
-- The state of the detector, held until the transaction ends; no row when another instance holds it.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns since timestamptz, settled_at timestamptz, item_id bigint, audits bigint, error_limit double precision
--   audits_to_false_alarm double precision, smallest_propensity double precision, statistics double precision[]
--   alarmed_at timestamptz or null, ahead bigint, waiting bigint, present_audits bigint, present_evidence double precision
SELECT w.since, w.settled_at, w.item_id, w.audits, w.error_limit,
    w.audits_to_false_alarm, w.smallest_propensity, w.statistics,
    w.alarmed_at, w.ahead, w.waiting, w.present_audits, w.present_evidence
FROM concept_watch w
WHERE w.project_id = $1 AND w.model_version_id = $2
FOR UPDATE OF w SKIP LOCKED;

-- name: lockConceptWatch
-- Waits for whoever holds the detector, and holds it until the transaction ends; no row when there is none.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns since timestamptz
SELECT w.since FROM concept_watch w WHERE w.project_id = $1 AND w.model_version_id = $2 FOR UPDATE OF w;

-- name: conceptWatch
-- The state of the detector; no row when there is none.
-- $1 project_id bigint, $2 model_version_id bigint
-- returns since timestamptz, settled_at timestamptz, item_id bigint, audits bigint, error_limit double precision
--   audits_to_false_alarm double precision, smallest_propensity double precision, statistics double precision[]
--   alarmed_at timestamptz or null, ahead bigint, waiting bigint, present_audits bigint, present_evidence double precision
SELECT w.since, w.settled_at, w.item_id, w.audits, w.error_limit,
    w.audits_to_false_alarm, w.smallest_propensity, w.statistics,
    w.alarmed_at, w.ahead, w.waiting, w.present_audits, w.present_evidence
FROM concept_watch w
WHERE w.project_id = $1 AND w.model_version_id = $2;

-- name: storeConceptWatch
-- $1 project_id bigint, $2 model_version_id bigint, $3 settled_at timestamptz, $4 item_id bigint, $5 audits bigint
-- $6 smallest_propensity double precision, $7 statistics double precision[], $8 is_alarmed boolean, $9 ahead bigint
-- $10 waiting bigint, $11 present_audits bigint, $12 present_evidence double precision
UPDATE concept_watch
SET settled_at = $3, item_id = $4, audits = $5, smallest_propensity = $6, statistics = $7, ahead = $9, waiting = $10,
    present_audits = $11, present_evidence = $12, alarmed_at = CASE WHEN $8 THEN now() ELSE alarmed_at END
WHERE project_id = $1 AND model_version_id = $2;

-- name: auditPage
-- The next audits of a version, in the order in which they were asked for: when the prediction came, or the item was routed
-- anew. Decided: by people, and not taken back. Wrong: null unless they gave a label that is not the borderline one. Disputed:
-- somebody has answered otherwise than the model, and it is not decided.
-- $1 project_id bigint, $2 model_version_id bigint, $3 after timestamptz, $4 after_item bigint, $5 before timestamptz
-- $6 limit integer
-- returns asked_at timestamptz, item_id bigint, propensity double precision, is_decided boolean, is_wrong boolean or null
--   is_disputed boolean
SELECT o_asked_at, o_item, o_propensity, o_is_decided, o_is_wrong, o_is_disputed FROM audit_page($1, $2, $3, $4, $5, $6);

-- name: latestAudits
-- The last audits of a version up to one of them that have a label or are disputed, by the rate they were drawn at. Of those
-- with a label: how many somebody had contradicted, and in how many of these the model was wrong.
-- $1 project_id bigint, $2 model_version_id bigint, $3 from timestamptz, $4 until timestamptz, $5 until_item bigint
-- $6 limit integer
-- returns propensity double precision, audits bigint, errors bigint, disputed bigint, settled bigint, confirmed bigint
--   first_at timestamptz
SELECT o_propensity, o_audits, o_errors, o_disputed, o_settled, o_confirmed, o_first_at
FROM latest_audits($1, $2, $3, $4, $5, $6);

-- name: settledTime
-- Until when everything is stored that carries its transaction's time: a while ago, and before the oldest transaction of this
-- database that has written and goes on. One that was forgotten is waited for at most an hour.
-- $1 seconds double precision
-- returns settled_at timestamptz
SELECT greatest(
    least(now() - make_interval(secs => $1), min(a.xact_start)), now() - make_interval(secs => $1) - interval '1 hour')
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.backend_type = 'client backend'
    AND a.pid <> pg_backend_pid();

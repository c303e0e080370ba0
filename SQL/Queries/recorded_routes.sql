-- name: recordedRoutes
-- Every route on record with what it was decided from, in order of item: those that stand, those that decided nothing, and
-- those that others replaced (what waits has no stratum). had_waited: the prediction waited for another version before
-- it got this route.
-- $1 project_id bigint, $2 after_item bigint, $3 items integer
-- returns item_id bigint, external_id text, label text or null, confidence double precision, policy_version integer
--   rollout_revision integer or null, salt_id smallint, route text, reason text, propensity double precision, is_blind boolean
--   rule text or null, would_be text or null, model text or null, version text or null, payload json or null
--   metadata json or null, had_waited boolean, stratum smallint or null
WITH page AS MATERIALIZED (
    SELECT i.id, i.external_id, i.payload, i.metadata FROM item i
    WHERE i.project_id = $1 AND i.id > $2
    ORDER BY i.id
    LIMIT $3
), routes AS (
    SELECT p.item_id, p.model_version_id, p.policy_version, p.rollout_revision, p.route, p.reason, p.propensity, p.is_blind,
        p.rule, p.would_be, p.stratum, EXISTS (
            SELECT FROM reroute c
            WHERE c.project_id = $1 AND c.item_id = p.item_id AND c.from_model_version_id = p.model_version_id
                AND c.to_model_version_id = p.model_version_id) AS had_waited
    FROM page
    JOIN prediction p ON p.project_id = $1 AND p.item_id = page.id
    UNION ALL
    SELECT c.item_id, c.from_model_version_id, c.from_policy_version, c.from_rollout_revision, c.from_route, c.from_reason,
        c.from_propensity, c.from_is_blind, c.from_rule, c.from_would_be, NULL::smallint, false
    FROM page
    JOIN reroute c ON c.project_id = $1 AND c.item_id = page.id AND c.from_model_version_id = c.to_model_version_id
)
SELECT page.id, page.external_id, p.label, p.confidence, r.policy_version,
    r.rollout_revision, p.salt_id, r.route, r.reason, r.propensity, r.is_blind,
    r.rule, r.would_be, m.model, m.version, page.payload,
    page.metadata, r.had_waited, r.stratum
FROM routes r
JOIN page ON page.id = r.item_id
JOIN prediction p ON p.project_id = $1 AND p.item_id = r.item_id AND p.model_version_id = r.model_version_id
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = r.model_version_id
ORDER BY page.id, r.model_version_id, r.had_waited;

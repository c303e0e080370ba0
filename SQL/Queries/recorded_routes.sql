-- name: recordedRoutes
-- Every route on record with what it was decided from, in order of item: those that stand, those that decided nothing, and
-- those that others replaced (what waits has no stratum). had_waited: the prediction waited for another version before
-- it got this route.
-- $1 project_id bigint, $2 after_item bigint, $3 items integer
-- returns item_id bigint, external_id text, label text or null, confidence double precision, policy_version integer
--   rollout_revision integer or null, salt_id smallint, route text, reason text, propensity double precision, is_blind boolean
--   rule text or null, would_be text or null, model text or null, version text or null, payload json or null
--   metadata json or null, had_waited boolean, stratum smallint or null, is_label_retired boolean
WITH page AS MATERIALIZED (
    SELECT i.id, i.external_id, i.payload, i.metadata FROM item i
    WHERE i.project_id = $1 AND i.id > $2
    ORDER BY i.id
    LIMIT $3
), routes AS (
    SELECT page.id, page.external_id, page.payload, page.metadata, p.model_version_id, p.policy_version, p.rollout_revision, p.route, p.reason, p.propensity, p.is_blind,
        p.rule, p.would_be, p.stratum, EXISTS (
            SELECT FROM reroute c
            WHERE c.project_id = $1 AND c.item_id = p.item_id AND c.from_model_version_id = p.model_version_id
                AND c.to_model_version_id = p.model_version_id
            OFFSET 0) AS had_waited
    FROM page
    CROSS JOIN LATERAL (
        SELECT x.item_id, x.model_version_id, x.policy_version, x.rollout_revision, x.route, x.reason, x.propensity,
            x.is_blind, x.rule, x.would_be, x.stratum
        FROM prediction x
        WHERE x.project_id = $1 AND x.item_id = page.id
        OFFSET 0) AS p
    UNION ALL
    SELECT page.id, page.external_id, page.payload, page.metadata, c.from_model_version_id, c.from_policy_version, c.from_rollout_revision, c.from_route, c.from_reason,
        c.from_propensity, c.from_is_blind, c.from_rule, c.from_would_be, NULL::smallint, false
    FROM page
    CROSS JOIN LATERAL (
        SELECT x.from_model_version_id, x.from_policy_version, x.from_rollout_revision, x.from_route, x.from_reason,
            x.from_propensity, x.from_is_blind, x.from_rule, x.from_would_be
        FROM reroute x
        WHERE x.project_id = $1 AND x.item_id = page.id AND x.from_model_version_id = x.to_model_version_id
        OFFSET 0) AS c
)
SELECT r.id, r.external_id, p.label, p.confidence, r.policy_version,
    r.rollout_revision, p.salt_id, r.route, r.reason, r.propensity, r.is_blind,
    r.rule, r.would_be, m.model, m.version, r.payload,
    r.metadata, r.had_waited, r.stratum,
    coalesce(p.said_label = p.label, false) OR r.reason = 'label_retired'
FROM routes r
CROSS JOIN LATERAL (
    SELECT x.label, x.said_label, x.confidence, x.salt_id FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = r.id AND x.model_version_id = r.model_version_id
    OFFSET 0) AS p
LEFT JOIN model_version m ON m.project_id = $1 AND m.id = r.model_version_id
ORDER BY r.id, r.model_version_id, r.had_waited;

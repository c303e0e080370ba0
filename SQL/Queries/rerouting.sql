-- name: lockWaitingTasks
-- Those of some items that wait for a version, or that nobody has begun to review, locked to the end of the transaction,
-- with the versions they are routed by.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint, model_version_id bigint, awaits boolean
SELECT w.o_item, w.o_model_version, w.o_awaits FROM lock_waiting_tasks($1, $2) AS w;

-- name: requeueTasks
-- Gives items the tasks of their new routes, at the places they have in the queue; asked 0 withdraws the task.
-- $1 project_id bigint, $2 policy_version integer, $3 asked smallint[], $4 item_ids bigint[], $5 model_version_ids bigint[]
-- $6 rank_offsets bigint[] microseconds after the item began to wait, $7 are_blind boolean[], $8 are_audits boolean[]
-- $9 slot_delays integer[] seconds between the places of a task's slots; none: 0 for all
-- returns requeued void
SELECT requeue_tasks($1, $2, $4, $5, $3, $6, $9, $7, $8);

-- name: insertReroutes
-- Keeps what routes stood until others took their place, and takes the standing from them. Several of one item come in
-- order; the predictions of both sides are stored.
-- $1 project_id bigint, $2 item_ids bigint[], $3 from_model_version_ids bigint[], $4 to_model_version_ids bigint[]
WITH replaced AS (
    UPDATE prediction AS p SET stands = false
    FROM unnest($2::bigint[], $3::bigint[]) AS n (item_id, model_version_id)
    WHERE p.project_id = $1 AND p.item_id = ANY($2::bigint[]) AND p.item_id = n.item_id
        AND p.model_version_id = n.model_version_id AND p.stands
    RETURNING p.item_id, p.model_version_id, p.propensity, p.received_at, p.policy_version, p.stratum, p.label, p.route,
        p.reason, p.rule
), left_behind AS (
    -- Nobody has decided what is routed anew.
    INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, policy_version, stratum, label,
        route, reason, rule, from_source, from_outcome)
    SELECT $1, r.item_id, r.model_version_id, r.propensity, r.received_at, r.policy_version, r.stratum, r.label,
        r.route, r.reason, r.rule, '', ''
    FROM replaced r
)
INSERT INTO reroute (project_id, item_id, number, from_policy_version, to_policy_version, from_rollout_revision,
    to_rollout_revision, from_model_version_id, to_model_version_id, from_propensity, from_is_blind, from_route, from_reason,
    from_rule, from_would_be, to_route, to_reason)
SELECT $1, n.item_id,
    (SELECT count(*) FROM reroute c WHERE c.project_id = $1 AND c.item_id = n.item_id)
        + row_number() OVER (PARTITION BY n.item_id ORDER BY n.number),
    f.policy_version, t.policy_version, f.rollout_revision, t.rollout_revision, n.from_version, n.to_version,
    f.propensity, f.is_blind, f.route, f.reason, f.rule, f.would_be, t.route, t.reason
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS n (item_id, from_version, to_version, number)
CROSS JOIN LATERAL (
    SELECT x.policy_version, x.rollout_revision, x.propensity, x.is_blind, x.route, x.reason, x.rule, x.would_be
    FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.from_version
    OFFSET 0) AS f
CROSS JOIN LATERAL (
    SELECT x.policy_version, x.rollout_revision, x.route, x.reason FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.model_version_id = n.to_version
    OFFSET 0) AS t;

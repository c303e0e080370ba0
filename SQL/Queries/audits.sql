-- name: goldSkill
-- Blind answers to items whose label is known, by whether the prediction was wrong or right: how many, and in how many of them the
-- reviewer gave another label, and the predicted one. Audits are as blind.
-- $1 project_id bigint
-- returns wrong bigint, found bigint, right_ones bigint, left_ones bigint
SELECT count(*) FILTER (WHERE p.label <> g.label), count(*) FILTER (WHERE p.label <> g.label AND v.label <> p.label),
    count(*) FILTER (WHERE p.label = g.label), count(*) FILTER (WHERE p.label = g.label AND v.label = p.label)
FROM review v
CROSS JOIN LATERAL (
    SELECT x.label FROM gold x
    WHERE x.project_id = v.project_id AND x.item_id = v.item_id AND x.retired_at IS NULL
    OFFSET 0) AS g
CROSS JOIN LATERAL (
    SELECT x.label FROM prediction x
    WHERE x.project_id = v.project_id AND x.item_id = v.item_id AND x.stands
    OFFSET 0) AS p
WHERE v.project_id = $1 AND v.status = 'gold' AND v.undone_at IS NULL AND v.verdict = 'label' AND NOT v.is_shown;

-- name: goldSkill
-- Blind answers to items whose label is known, by whether the prediction was wrong or right: how many, and in how many of them the
-- reviewer gave another label, and the predicted one. Audits are as blind.
-- $1 project_id bigint
-- returns wrong bigint, found bigint, right_ones bigint, left_ones bigint
SELECT count(*) FILTER (WHERE p.label <> g.label), count(*) FILTER (WHERE p.label <> g.label AND v.label <> p.label),
    count(*) FILTER (WHERE p.label = g.label), count(*) FILTER (WHERE p.label = g.label AND v.label = p.label)
FROM review v
JOIN gold g ON g.project_id = v.project_id AND g.item_id = v.item_id AND g.retired_at IS NULL
JOIN prediction p ON p.project_id = v.project_id AND p.item_id = v.item_id AND p.stands
WHERE v.project_id = $1 AND v.status = 'gold' AND v.undone_at IS NULL AND v.verdict = 'label' AND NOT v.is_shown;

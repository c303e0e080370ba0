-- name: reopenableItem
-- Where an item stands whose decision is to be taken back; the caller holds its task. Answered: the last decision that was one
-- rests on reviews given here, and not on the model or on imported answers.
-- $1 project_id bigint, $2 item_id bigint
-- returns model_version_id bigint, route text, revision integer or null, source text or null, outcome text or null
--   has_task boolean, is_audit boolean, is_answered boolean
SELECT p.model_version_id, p.route, d.revision, d.source, d.outcome, t.item_id IS NOT NULL, coalesce(t.is_audit, false),
    coalesce((
        SELECT c.source <> 'model' FROM decision c
        WHERE c.project_id = $1 AND c.item_id = $2 AND c.outcome <> 'reopened' ORDER BY c.revision DESC LIMIT 1), false)
        AND EXISTS (
            SELECT FROM review v
            WHERE v.project_id = $1 AND v.item_id = $2 AND v.slot IS NOT NULL AND v.undone_at IS NULL)
FROM prediction p
LEFT JOIN task t ON t.project_id = p.project_id AND t.item_id = p.item_id
LEFT JOIN LATERAL (
    SELECT c.revision, c.source, c.outcome FROM decision c
    WHERE c.project_id = p.project_id AND c.item_id = p.item_id ORDER BY c.revision DESC LIMIT 1) AS d ON true
WHERE p.project_id = $1 AND p.item_id = $2 AND p.stands;

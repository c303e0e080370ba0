-- name: reopenableItems
-- Where items stand whose decisions are to be taken back; the caller holds their tasks. Answered: the last decision that was one
-- rests on reviews given here, and not on the model or on imported answers.
-- $1 project_id bigint, $2 item_ids bigint[]
-- returns item_id bigint, model_version_id bigint, route text, revision integer or null, source text or null
--   outcome text or null, has_task boolean, is_audit boolean, is_answered boolean
SELECT n.item_id, p.model_version_id, p.route, d.revision, d.source, d.outcome, t.item_id IS NOT NULL, coalesce(t.is_audit, false),
    coalesce((
        SELECT c.source <> 'model' FROM decision c
        WHERE c.project_id = $1 AND c.item_id = n.item_id AND c.outcome <> 'reopened' ORDER BY c.revision DESC LIMIT 1), false)
        AND EXISTS (
            SELECT FROM review v
            WHERE v.project_id = $1 AND v.item_id = n.item_id AND v.slot IS NOT NULL AND v.undone_at IS NULL OFFSET 0)
FROM unnest($2::bigint[]) AS n (item_id)
CROSS JOIN LATERAL (
    SELECT x.model_version_id, x.route FROM prediction x
    WHERE x.project_id = $1 AND x.item_id = n.item_id AND x.stands LIMIT 1) AS p
LEFT JOIN LATERAL (
    SELECT x.item_id, x.is_audit FROM task x WHERE x.project_id = $1 AND x.item_id = n.item_id OFFSET 0) AS t ON true
LEFT JOIN LATERAL (
    SELECT c.revision, c.source, c.outcome FROM decision c
    WHERE c.project_id = $1 AND c.item_id = n.item_id ORDER BY c.revision DESC LIMIT 1) AS d ON true
ORDER BY n.item_id;

-- name: itemSlices
-- What error analysis slices some items by: the tags that anybody gave them, or what stands at a place of a document.
-- $1 project_id bigint, $2 item_ids bigint[], $3 with_tags boolean, $4 document text or null, $5 keys text[] or null
-- returns item_id bigint, tags json or null, slice text or null
SELECT w.item_id,
    CASE WHEN $3 THEN (
        SELECT json_agg(DISTINCT t.tag)
        FROM review v CROSS JOIN LATERAL json_array_elements_text(v.tags) AS t(tag)
        WHERE v.project_id = $1 AND v.item_id = w.item_id AND v.undone_at IS NULL) END,
    CASE WHEN $4::text IS NOT NULL THEN (
        SELECT CASE $4 WHEN 'payload' THEN i.payload ELSE i.metadata END #>> $5::text[]
        FROM item i WHERE i.project_id = $1 AND i.id = w.item_id) END
FROM unnest($2::bigint[]) AS w(item_id);

-- name: modelVersionsOf
-- The versions of a model that have sent predictions, or the one of that name.
-- $1 project_id bigint, $2 model text, $3 version text or null
-- returns id bigint
SELECT m.id FROM model_version m
WHERE m.project_id = $1 AND m.model = $2 AND ($3::text IS NULL OR m.version = $3)
ORDER BY m.id;

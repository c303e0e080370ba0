-- What people said of predictions, read in pages.

-- The next routes that stand of a window after an item, in order of item; what the columns mean stands with labelledEvidence.
-- A function for its settings: a plan that takes the window or the rest of the project first and sorts it, which looks cheap to
-- a planner that does not know the numbers, reads as often as there are pages what a walk along the key reads once.
CREATE FUNCTION evidence_page(
    p_project bigint, p_from timestamptz, p_to timestamptz, p_model_version bigint, p_after_item bigint, p_last_item bigint,
    p_limit integer
) RETURNS TABLE (
    o_item bigint, o_received_at timestamptz, o_decided_at timestamptz, o_model_version bigint, o_policy_version integer,
    o_route text, o_reason text, o_rule text, o_propensity double precision, o_confidence double precision, o_label text,
    o_decided_label text, o_is_wrong boolean, o_source text, o_outcome text, o_is_disputed boolean,
    o_was_disputed boolean
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off AS $$
BEGIN
    RETURN QUERY
    SELECT p.item_id, p.received_at, d.decided_at, p.model_version_id, p.policy_version,
        p.route, p.reason, p.rule, p.propensity, p.confidence, p.label,
        d.label, CASE WHEN d.outcome IN ('accepted', 'corrected') THEN d.label <> p.label END, d.source, d.outcome,
        k.contradicted AND d.source IS NULL, k.contradicted AND d.source IS NOT NULL
    FROM prediction p
    LEFT JOIN LATERAL (
        SELECT e.decided_at, e.source, e.outcome, e.label
        FROM (
            SELECT c.decided_at, c.source, c.outcome, c.label FROM decision c
            WHERE c.project_id = p.project_id AND c.item_id = p.item_id
            ORDER BY c.revision DESC
            LIMIT 1) AS e
        WHERE e.source <> 'model' AND e.outcome <> 'reopened') AS d ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.route = 'audited' THEN EXISTS (
            SELECT FROM review v
            WHERE v.project_id = p.project_id AND v.item_id = p.item_id AND v.queue = 0 AND v.slot IS NOT NULL
                AND v.undone_at IS NULL AND v.label IS DISTINCT FROM p.label OFFSET 0) ELSE false END AS contradicted
        OFFSET 0) AS k
    WHERE p.project_id = p_project AND p.item_id > p_after_item AND p.item_id <= p_last_item
        AND p.received_at >= p_from AND p.received_at < p_to AND p.stands AND p.route <> 'waiting'
        AND (p_model_version IS NULL OR p.model_version_id = p_model_version)
    ORDER BY p.item_id
    LIMIT p_limit;
END $$;

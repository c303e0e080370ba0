-- Routing anew: an item that still waits for a reviewer follows a later prediction. Both functions keep to the order of
-- locks of the queue's other moves, and look at every table by key.

-- Locks the waits and tasks of some items, in order, and returns those that are not settled: the ones that wait for a
-- version (o_awaits), and the ones that nobody has begun to review: every slot is free, and there is no decision. A slot
-- that a claim is taking just now counts as taken. The version each is routed by comes along.
CREATE FUNCTION lock_waiting_tasks(p_project bigint, p_items bigint[])
RETURNS TABLE (o_item bigint, o_model_version bigint, o_awaits boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    -- Whoever ends a wait makes the task, and holds the wait until then: it is locked first.
    RETURN QUERY
    SELECT a.item_id, a.model_version_id, true FROM awaiting a
    WHERE a.project_id = p_project AND a.item_id = ANY(p_items) ORDER BY a.item_id FOR UPDATE;
    PERFORM FROM task t WHERE t.project_id = p_project AND t.item_id = ANY(p_items) ORDER BY t.item_id FOR UPDATE;
    RETURN QUERY
    WITH free AS MATERIALIZED (
        SELECT t.item_id, t.model_version_id, t.asked, r.free_slots
        FROM task t
        JOIN ready r ON r.project_id = p_project AND r.queue = 0 AND r.item_id = t.item_id
            AND r.rank = ANY(slot_ranks(t.rank, t.slot_delay, t.asked))
        WHERE t.project_id = p_project AND t.item_id = ANY(p_items)
            AND NOT EXISTS (SELECT FROM decision d WHERE d.project_id = p_project AND d.item_id = t.item_id OFFSET 0)
        ORDER BY t.item_id, r.rank
        FOR UPDATE OF r SKIP LOCKED
    )
    SELECT f.item_id, f.model_version_id, false FROM free f
    GROUP BY f.item_id, f.model_version_id, f.asked
    HAVING bit_or(f.free_slots) = (1 << f.asked) - 1
    ORDER BY f.item_id;
END $$;

-- Gives items, whose tasks and slots the caller has locked, the tasks of their new routes; p_asked 0: people are not asked
-- any more. A task that is withdrawn stays without a slot, so that an answer to it that comes late is kept, as any other.
-- The rank is counted from when the item began to wait: nobody loses a place in the queue.
CREATE FUNCTION requeue_tasks(
    p_project bigint, p_policy_version integer, p_items bigint[], p_model_versions bigint[], p_asked smallint[],
    p_rank_offsets bigint[], p_slot_delays integer[], p_blind boolean[], p_audits boolean[]
) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    DELETE FROM ready r USING task t
    WHERE t.project_id = p_project AND t.item_id = ANY(p_items)
        AND r.project_id = p_project AND r.queue = 0 AND r.item_id = t.item_id
        AND r.rank = ANY(slot_ranks(t.rank, t.slot_delay, t.asked));
    UPDATE task AS t SET model_version_id = n.model_version_id, policy_version = p_policy_version,
        rank = (extract(epoch FROM t.created_at) * 1000000)::bigint + n.rank_offset, asked = greatest(n.asked, 1),
        slot_delay = coalesce(n.slot_delay, 0), is_blind = n.is_blind, is_audit = n.is_audit
    FROM unnest(p_items, p_model_versions, p_asked, p_rank_offsets, p_slot_delays, p_blind, p_audits)
        AS n (item_id, model_version_id, asked, rank_offset, slot_delay, is_blind, is_audit)
    WHERE t.project_id = p_project AND t.item_id = n.item_id;
    PERFORM offer_slots(p_project, 0::smallint, n.item_id, (1 << n.asked) - 1)
    FROM unnest(p_items, p_asked) AS n (item_id, asked)
    WHERE n.asked > 0;
END $$;

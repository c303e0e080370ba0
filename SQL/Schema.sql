-- The schema as the migrations leave it, for reading; written by the test of the schema.

CREATE FUNCTION public.answer_gold(p_project bigint, p_id text, p_item bigint, p_actor bigint, p_token bigint, p_verdict text, p_label text, p_tags json, p_comment text, p_seconds double precision) RETURNS TABLE(o_status text, o_reviewed_at timestamp with time zone, o_external_id text, o_label text, o_note text, o_form text, o_predicted text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_lease record;
    v_old record;
BEGIN
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    SELECT l.token, l.answered_at, l.model_version_id, l.form, l.displaced_item_id, l.displaced_token INTO v_lease
    FROM gold_lease l
    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = p_item FOR UPDATE;
    IF NOT FOUND THEN
        o_status := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;
    o_form := v_lease.form;
    SELECT i.external_id, g.label, g.note INTO o_external_id, o_label, o_note FROM item i
    JOIN gold g ON g.project_id = p_project AND g.item_id = i.id
    WHERE i.project_id = p_project AND i.id = p_item;
    SELECT p.label INTO o_predicted FROM prediction p
    WHERE p.project_id = p_project AND p.item_id = p_item AND p.model_version_id = v_lease.model_version_id;
    SELECT v.status, v.item_id, v.actor_id, v.verdict, v.label, v.reviewed_at INTO v_old FROM review v
    WHERE v.project_id = p_project AND v.id = p_id;
    IF FOUND THEN
        o_status := CASE
            WHEN v_old.item_id = p_item AND v_old.actor_id = p_actor AND v_old.verdict = p_verdict
                AND v_old.label IS NOT DISTINCT FROM p_label THEN 'repeated'
            ELSE 'conflict' END;
        o_reviewed_at := v_old.reviewed_at;
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_lease.answered_at IS NOT NULL THEN
        o_status := 'already';
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_lease.token <> p_token THEN
        o_status := 'superseded';
        RETURN NEXT;
        RETURN;
    END IF;
    o_status := CASE WHEN p_verdict = 'skip' THEN 'skipped' ELSE 'counted' END;
    INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, seconds, queue, is_shown, status, verdict, label,
        tags, comment)
    VALUES (p_project, p_id, p_item, p_actor, v_lease.model_version_id, p_seconds, 0, v_lease.form = 'shown', 'gold',
        p_verdict, p_label, p_tags, p_comment)
    RETURNING reviewed_at INTO o_reviewed_at;
    UPDATE gold_lease l SET answered_at = now()
    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = p_item;
    PERFORM release_lease(p_project, v_lease.displaced_item_id, p_actor, v_lease.displaced_token);
    RETURN NEXT;
END $$;

CREATE FUNCTION public.claim_matching_tasks(p_project bigint, p_queue smallint, p_actor bigint, p_tokens bigint[], p_seconds integer, p_floor_rank bigint, p_floor_item bigint, p_end_rank bigint, p_end_item bigint, p_labels text[], p_keys text[], p_values text[], p_mine boolean) RETURNS TABLE(o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_is_blind boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_free integer;
    v_slot smallint;
    v_from_rank bigint := p_floor_rank;
    v_from_item bigint := p_floor_item;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    PERFORM sweep_leases(p_project, 20);
    FOREACH o_token IN ARRAY p_tokens LOOP
        -- Each EXISTS is a lookup by key (OFFSET 0), the cheapest and most selective first.
        SELECT x.rank, x.item_id, x.free_slots INTO o_rank, o_item, v_free FROM ready x
        WHERE x.project_id = p_project AND x.queue = p_queue
            AND (x.rank, x.item_id) >= (v_from_rank, v_from_item)
            AND (x.rank, x.item_id) < (p_end_rank, p_end_item)
            AND (p_labels IS NULL OR EXISTS (
                SELECT FROM task t
                JOIN prediction p
                    ON p.project_id = p_project AND p.item_id = t.item_id AND p.model_version_id = t.model_version_id
                WHERE t.project_id = p_project AND t.item_id = x.item_id AND (p_queue <> 0 OR NOT t.is_blind)
                    AND p.label = ANY(p_labels) OFFSET 0))
            AND (NOT p_mine OR EXISTS (
                SELECT FROM review v
                WHERE v.project_id = p_project AND v.item_id = x.item_id AND v.actor_id = p_actor AND v.queue = 0
                    AND v.verdict = 'escalate' AND v.undone_at IS NULL OFFSET 0))
            AND (cardinality(p_keys) = 0 OR EXISTS (
                SELECT FROM item i
                WHERE i.project_id = p_project AND i.id = x.item_id AND NOT EXISTS (
                    SELECT FROM unnest(p_keys) AS wanted (key)
                    WHERE NOT EXISTS (
                        SELECT FROM unnest(p_keys, p_values) AS pair (key, value)
                        WHERE pair.key = wanted.key AND pair.value = i.metadata ->> pair.key)) OFFSET 0))
            AND NOT EXISTS (
                SELECT FROM lease l
                WHERE l.project_id = p_project AND l.item_id = x.item_id AND l.actor_id = p_actor OFFSET 0)
            AND NOT EXISTS (
                SELECT FROM review v
                WHERE v.project_id = p_project AND v.item_id = x.item_id AND v.actor_id = p_actor
                    AND v.queue <= p_queue AND (v.queue = p_queue OR v.verdict IN ('label', 'unusable'))
                    AND v.undone_at IS NULL OFFSET 0)
        ORDER BY x.rank, x.item_id
        LIMIT 1
        FOR UPDATE OF x SKIP LOCKED;
        IF NOT FOUND THEN
            EXIT;
        END IF;
        v_from_rank := o_rank;
        v_from_item := o_item + 1;
        v_slot := lowest_slot(v_free);
        INSERT INTO lease AS l (project_id, item_id, actor_id, token, rank, expires_at, queue, slot)
        VALUES (p_project, o_item, p_actor, o_token, o_rank, now() + make_interval(secs => p_seconds), p_queue, v_slot)
        RETURNING l.expires_at INTO o_expires_at;
        PERFORM take_slot(p_project, p_queue, o_rank, o_item, v_free, v_slot);
        SELECT t.model_version_id, t.is_blind INTO o_model_version, o_is_blind FROM task t
        WHERE t.project_id = p_project AND t.item_id = o_item;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION public.claim_tasks(p_project bigint, p_queue smallint, p_actor bigint, p_tokens bigint[], p_seconds integer, p_floor_rank bigint, p_floor_item bigint, p_scan integer) RETURNS TABLE(o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_is_blind boolean, o_external_id text, o_payload json, o_metadata json, o_received_at timestamp with time zone, o_label text, o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_items bigint[] := '{}';
    v_rank bigint;
    v_item bigint;
    v_free integer;
    v_slot smallint;
    v_token bigint;
    v_end_rank bigint := 9223372036854775807;
    v_end_item bigint := 9223372036854775807;
    v_from_rank bigint := p_floor_rank;
    v_from_item bigint := p_floor_item;
BEGIN
    -- A claim lost in a crash only offers the item again, so it need not wait for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    -- One person is one thread: two terminals of the same reviewer take turns.
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    PERFORM sweep_leases(p_project, 20);
    IF p_scan IS NOT NULL THEN
        SELECT x.rank, x.item_id INTO v_end_rank, v_end_item FROM ready x
        WHERE x.project_id = p_project AND x.queue = p_queue AND (x.rank, x.item_id) >= (p_floor_rank, p_floor_item)
        ORDER BY x.rank, x.item_id OFFSET p_scan LIMIT 1;
        IF NOT FOUND THEN
            v_end_rank := 9223372036854775807;
            v_end_item := 9223372036854775807;
        END IF;
    END IF;
    FOREACH v_token IN ARRAY p_tokens LOOP
        -- OFFSET 0 keeps each EXISTS a lookup by key; as a join the planner may read all of a reviewer's past. Nobody
        -- adjudicates what they answered themselves; who skipped or escalated an item gave no answer.
        SELECT x.rank, x.item_id, x.free_slots INTO v_rank, v_item, v_free FROM ready x
        WHERE x.project_id = p_project AND x.queue = p_queue
            AND (x.rank, x.item_id) >= (v_from_rank, v_from_item)
            AND (x.rank, x.item_id) < (v_end_rank, v_end_item)
            AND NOT EXISTS (
                SELECT FROM lease l
                WHERE l.project_id = p_project AND l.item_id = x.item_id AND l.actor_id = p_actor OFFSET 0)
            AND NOT EXISTS (
                SELECT FROM review v
                WHERE v.project_id = p_project AND v.item_id = x.item_id AND v.actor_id = p_actor
                    AND v.queue <= p_queue AND (v.queue = p_queue OR v.verdict IN ('label', 'unusable'))
                    AND v.undone_at IS NULL OFFSET 0)
        ORDER BY x.rank, x.item_id
        LIMIT 1
        FOR UPDATE OF x SKIP LOCKED;
        IF NOT FOUND THEN
            EXIT;
        END IF;
        v_from_rank := v_rank;
        v_from_item := v_item + 1;
        -- The reviewer's own rows cannot have changed since: the lock above is per reviewer and was taken before.
        v_slot := lowest_slot(v_free);
        INSERT INTO lease (project_id, item_id, actor_id, token, rank, expires_at, queue, slot)
        VALUES (p_project, v_item, p_actor, v_token, v_rank, now() + make_interval(secs => p_seconds), p_queue, v_slot);
        PERFORM take_slot(p_project, p_queue, v_rank, v_item, v_free, v_slot);
        v_items := v_items || v_item;
    END LOOP;
    -- Joined here and not by the caller: the calling statement's snapshot may be older than what was just claimed.
    RETURN QUERY
    SELECT l.item_id, l.rank, l.token, l.expires_at, t.model_version_id, t.is_blind,
        i.external_id, i.payload, i.metadata, i.received_at, p.label,
        p.confidence, p.scores, p.highlights, m.model, m.version
    FROM lease l
    JOIN task t ON t.project_id = p_project AND t.item_id = l.item_id
    JOIN item i ON i.project_id = p_project AND i.id = l.item_id
    JOIN prediction p
        ON p.project_id = p_project AND p.item_id = l.item_id AND p.model_version_id = t.model_version_id
    LEFT JOIN model_version m ON m.project_id = p_project AND m.id = t.model_version_id
    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = ANY(v_items)
    ORDER BY l.rank, l.item_id;
END $$;

CREATE FUNCTION public.close_task(p_project bigint, p_item bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task record;
BEGIN
    SELECT t.rank, t.slot_delay, t.asked INTO v_task FROM task t WHERE t.project_id = p_project AND t.item_id = p_item;
    DELETE FROM ready r
    WHERE r.project_id = p_project AND r.queue IN (0, 1) AND r.item_id = p_item
        AND r.rank = ANY(slot_ranks(v_task.rank, v_task.slot_delay, v_task.asked));
END $$;

CREATE FUNCTION public.evidence_page(p_project bigint, p_from timestamp with time zone, p_to timestamp with time zone, p_model_version bigint, p_after_item bigint, p_last_item bigint, p_limit integer) RETURNS TABLE(o_item bigint, o_received_at timestamp with time zone, o_decided_at timestamp with time zone, o_model_version bigint, o_policy_version integer, o_route text, o_reason text, o_rule text, o_propensity double precision, o_confidence double precision, o_label text, o_decided_label text, o_is_wrong boolean, o_source text, o_outcome text, o_is_disputed boolean)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
BEGIN
    RETURN QUERY
    SELECT p.item_id, p.received_at, d.decided_at, p.model_version_id, p.policy_version,
        p.route, p.reason, p.rule, p.propensity, p.confidence, p.label,
        d.label, CASE WHEN d.outcome IN ('accepted', 'corrected') THEN d.label <> p.label END, d.source, d.outcome,
        CASE WHEN p.route = 'audited' AND d.source IS NULL THEN EXISTS (
            SELECT FROM review v
            WHERE v.project_id = p.project_id AND v.item_id = p.item_id AND v.queue = 0 AND v.slot IS NOT NULL
                AND v.undone_at IS NULL AND v.label IS DISTINCT FROM p.label OFFSET 0) ELSE false END
    FROM prediction p
    LEFT JOIN LATERAL (
        SELECT e.decided_at, e.source, e.outcome, e.label
        FROM (
            SELECT c.decided_at, c.source, c.outcome, c.label FROM decision c
            WHERE c.project_id = p.project_id AND c.item_id = p.item_id
            ORDER BY c.revision DESC
            LIMIT 1) AS e
        WHERE e.source <> 'model' AND e.outcome <> 'reopened') AS d ON true
    WHERE p.project_id = p_project AND p.item_id > p_after_item AND p.item_id <= p_last_item
        AND p.received_at >= p_from AND p.received_at < p_to AND p.stands AND p.route <> 'waiting'
        AND (p_model_version IS NULL OR p.model_version_id = p_model_version)
    ORDER BY p.item_id
    LIMIT p_limit;
END $$;

CREATE FUNCTION public.give_back_slot(p_project bigint, p_queue smallint, p_item bigint, p_slot smallint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_rank bigint;
    v_is_audit boolean;
BEGIN
    SELECT t.rank, t.is_audit INTO v_rank, v_is_audit FROM task t
    WHERE t.project_id = p_project AND t.item_id = p_item;
    IF is_settled(p_project, p_item, v_is_audit) THEN
        RETURN;
    END IF;
    IF p_queue = 0 THEN
        PERFORM FROM ready r
        WHERE r.project_id = p_project AND r.queue = 1 AND r.rank = v_rank AND r.item_id = p_item;
        IF FOUND THEN
            RETURN;
        END IF;
        PERFORM FROM lease l WHERE l.project_id = p_project AND l.item_id = p_item AND l.queue = 1;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    PERFORM offer_slots(p_project, p_queue, p_item, 1 << p_slot);
END $$;

CREATE FUNCTION public.is_settled(p_project bigint, p_item bigint, p_is_audit boolean) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN coalesce((
        SELECT d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT p_is_audit) FROM decision d
        WHERE d.project_id = p_project AND d.item_id = p_item ORDER BY d.revision DESC LIMIT 1), false);
END $$;

CREATE FUNCTION public.lock_waiting_tasks(p_project bigint, p_items bigint[]) RETURNS TABLE(o_item bigint, o_model_version bigint, o_awaits boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
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

CREATE FUNCTION public.lowest_slot(p_slots integer) RETURNS smallint
    LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
DECLARE
    v_slot smallint := 0;
BEGIN
    WHILE (p_slots >> v_slot) & 1 = 0 LOOP
        v_slot := v_slot + 1;
    END LOOP;
    RETURN v_slot;
END $$;

CREATE FUNCTION public.mix_gold(p_project bigint, p_actor bigint, p_items bigint[], p_tokens bigint[], p_forms text[], p_hits boolean[], p_gold_tokens bigint[], p_labels text[], p_keys text[], p_values text[]) RETURNS TABLE(o_place integer, o_item bigint, o_token bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_form text, o_external_id text, o_payload json, o_metadata json, o_received_at timestamp with time zone, o_label text, o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_next timestamptz;
    v_known boolean;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    FOR v_place IN 1 .. cardinality(p_items) LOOP
        o_place := v_place;
        SELECT l.item_id, l.model_version_id, l.form, l.received_at INTO o_item, o_model_version, o_form, o_received_at
        FROM gold_lease l
        JOIN gold g ON g.project_id = p_project AND g.item_id = l.item_id AND g.retired_at IS NULL
        WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.answered_at IS NULL AND l.expires_at < now()
            AND cardinality(p_keys) = 0 AND p_labels IS NULL
        ORDER BY l.given_at, l.item_id LIMIT 1;
        v_known := FOUND;
        IF NOT v_known THEN
            CONTINUE WHEN NOT p_hits[v_place];
            -- A task that is open may come to this reviewer as itself.
            SELECT g.item_id, coalesce(p.model_version_id, 0) INTO o_item, o_model_version
            FROM gold g
            CROSS JOIN LATERAL (
                SELECT i.metadata FROM item i
                WHERE i.project_id = p_project AND i.id = g.item_id AND i.payload IS NOT NULL OFFSET 0) AS i
            LEFT JOIN LATERAL (
                SELECT p.model_version_id, p.label FROM prediction p
                WHERE p.project_id = p_project AND p.item_id = g.item_id AND p.stands AND p.label IS NOT NULL
                LIMIT 1) AS p ON true
            WHERE g.project_id = p_project AND g.retired_at IS NULL
                AND NOT EXISTS (
                    SELECT FROM gold_lease l
                    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = g.item_id OFFSET 0)
                AND NOT EXISTS (
                    SELECT FROM review v
                    WHERE v.project_id = p_project AND v.item_id = g.item_id AND v.actor_id = p_actor OFFSET 0)
                AND NOT EXISTS (
                    SELECT FROM lease l WHERE l.project_id = p_project AND l.item_id = g.item_id OFFSET 0)
                AND NOT EXISTS (
                    SELECT FROM ready r
                    WHERE r.project_id = p_project AND r.queue IN (0, 1) AND r.item_id = g.item_id
                        AND r.rank = ANY((
                            SELECT slot_ranks(t.rank, t.slot_delay, t.asked) FROM task t
                            WHERE t.project_id = p_project AND t.item_id = g.item_id)::bigint[]) OFFSET 0)
                AND (p_labels IS NULL OR p_forms[v_place] = 'shown' AND p.label = ANY(p_labels))
                AND NOT EXISTS (
                    SELECT FROM unnest(p_keys) AS wanted (key)
                    WHERE NOT EXISTS (
                        SELECT FROM unnest(p_keys, p_values) AS pair (key, value)
                        WHERE pair.key = wanted.key AND pair.value = i.metadata ->> pair.key))
            -- One that can be shown where the displaced task is; among those, at random.
            ORDER BY p_forms[v_place] = 'shown' AND p.label IS NULL,
                hashint8extended(g.item_id, p_gold_tokens[v_place])
            LIMIT 1;
            CONTINUE WHEN NOT FOUND;
            o_form := CASE
                WHEN p_forms[v_place] = 'shown' AND o_model_version = 0 THEN 'blind'
                ELSE p_forms[v_place] END;
            IF o_form <> 'shown' THEN
                o_model_version := 0;
            END IF;
            -- Between the displaced task's arrival and the next one's: equal where items come in batches.
            SELECT i.received_at INTO o_received_at FROM item i
            WHERE i.project_id = p_project AND i.id = p_items[v_place];
            SELECT i.received_at INTO v_next FROM item i
            WHERE i.project_id = p_project AND i.id = coalesce(p_items[v_place + 1], (
                SELECT r.item_id FROM task t
                JOIN ready r ON r.project_id = p_project AND r.queue = 0 AND (r.rank, r.item_id) > (t.rank, t.item_id)
                WHERE t.project_id = p_project AND t.item_id = p_items[v_place]
                ORDER BY r.rank, r.item_id LIMIT 1));
            o_received_at := o_received_at
                + (coalesce(v_next, o_received_at - interval '1 second') - o_received_at) / 2;
        END IF;
        o_token := p_gold_tokens[v_place];
        SELECT l.expires_at INTO o_expires_at FROM lease l
        WHERE l.project_id = p_project AND l.item_id = p_items[v_place] AND l.actor_id = p_actor
            AND l.token = p_tokens[v_place];
        CONTINUE WHEN NOT FOUND;
        INSERT INTO gold_lease AS l (project_id, actor_id, item_id, token, displaced_item_id, displaced_token,
            model_version_id, expires_at, received_at, form)
        VALUES (p_project, p_actor, o_item, o_token, p_items[v_place], p_tokens[v_place], o_model_version, o_expires_at,
            o_received_at, o_form)
        ON CONFLICT (project_id, actor_id, item_id) DO UPDATE SET token = excluded.token,
            displaced_item_id = excluded.displaced_item_id, displaced_token = excluded.displaced_token,
            expires_at = excluded.expires_at;
        SELECT i.external_id, i.payload, i.metadata INTO o_external_id, o_payload, o_metadata FROM item i
        WHERE i.project_id = p_project AND i.id = o_item;
        SELECT p.label, p.confidence, p.scores, p.highlights, m.model, m.version
        INTO o_label, o_confidence, o_scores, o_highlights, o_model, o_version
        FROM prediction p
        JOIN model_version m ON m.project_id = p_project AND m.id = p.model_version_id
        WHERE p.project_id = p_project AND p.item_id = o_item AND p.model_version_id = o_model_version;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION public.offer_slots(p_project bigint, p_queue smallint, p_item bigint, p_slots integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO ready AS r (project_id, queue, rank, item_id, free_slots)
    SELECT p_project, p_queue, t.rank + n * (t.slot_delay * 1000000::bigint), p_item, bit_or(1 << n)
    FROM task t CROSS JOIN generate_series(0, 14) AS n
    WHERE t.project_id = p_project AND t.item_id = p_item AND (p_slots >> n) & 1 = 1
    GROUP BY 3
    ORDER BY 3
    ON CONFLICT (project_id, queue, rank, item_id)
    DO UPDATE SET free_slots = r.free_slots | excluded.free_slots;
END $$;

CREATE FUNCTION public.open_adjudication(p_project bigint, p_item bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM close_task(p_project, p_item);
    PERFORM FROM lease l WHERE l.project_id = p_project AND l.item_id = p_item AND l.queue = 1;
    IF NOT FOUND THEN
        PERFORM offer_slots(p_project, 1::smallint, p_item, 1);
    END IF;
END $$;

CREATE FUNCTION public.record_review(p_project bigint, p_id text, p_item bigint, p_actor bigint, p_queue smallint, p_token bigint, p_model_version bigint, p_shown boolean, p_verdict text, p_label text, p_tags json, p_comment text, p_seconds double precision, p_alone boolean) RETURNS TABLE(o_status text, o_repeated boolean, o_reviewed_at timestamp with time zone, o_asked smallint, o_policy_version integer, o_revision integer, o_is_audit boolean, o_decided boolean, o_model_version bigint, o_predicted text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_rank bigint;
    v_delay integer;
    v_slot smallint;
    v_free integer;
    v_old record;
BEGIN
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    -- The task's version and not the lease's: the item may have been routed anew since the lease lapsed.
    SELECT t.asked, t.policy_version, t.is_audit, t.rank, t.slot_delay, t.model_version_id
    INTO o_asked, o_policy_version, o_is_audit, v_rank, v_delay, o_model_version FROM task t
    WHERE t.project_id = p_project AND t.item_id = p_item FOR UPDATE;
    IF NOT FOUND THEN
        o_status := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_alone AND (o_asked > 1 OR o_is_audit AND NOT EXISTS (
        -- An audit whose answer differs from the model may need a second look.
        SELECT FROM prediction p
        WHERE p.project_id = p_project AND p.item_id = p_item AND p.model_version_id = o_model_version
            AND p.label = p_label))
    THEN
        o_status := 'several';
        RETURN NEXT;
        RETURN;
    END IF;
    -- As is_settled; here the revision is needed, too.
    SELECT d.revision, d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT o_is_audit) INTO o_revision, o_decided
    FROM decision d
    WHERE d.project_id = p_project AND d.item_id = p_item ORDER BY d.revision DESC LIMIT 1;
    o_revision := coalesce(o_revision, 0);
    o_decided := coalesce(o_decided, false);
    o_repeated := false;
    SELECT v.status, v.item_id, v.actor_id, v.verdict, v.label, v.reviewed_at INTO v_old FROM review v
    WHERE v.project_id = p_project AND v.id = p_id;
    IF FOUND THEN
        o_repeated := v_old.item_id = p_item AND v_old.actor_id = p_actor AND v_old.verdict = p_verdict
            AND v_old.label IS NOT DISTINCT FROM p_label;
        o_status := CASE WHEN o_repeated THEN v_old.status ELSE 'conflict' END;
        o_reviewed_at := v_old.reviewed_at;
        RETURN NEXT;
        RETURN;
    END IF;
    -- Here and not in the calling statement, whose snapshot may be older than the prediction.
    SELECT p.label INTO o_predicted FROM prediction p
    WHERE p.project_id = p_project AND p.item_id = p_item AND p.model_version_id = o_model_version;

    DELETE FROM lease l
    WHERE l.project_id = p_project AND l.item_id = p_item AND l.actor_id = p_actor AND l.token = p_token
        AND l.queue = p_queue
    RETURNING l.slot INTO v_slot;
    IF FOUND THEN
        o_status := 'counted';
        IF p_verdict = 'skip' THEN
            o_status := 'skipped';
            PERFORM give_back_slot(p_project, p_queue, p_item, v_slot);
            v_slot := NULL;
        ELSIF o_decided THEN
            o_status := 'surplus';
            v_slot := NULL;
        END IF;
    ELSE
        PERFORM FROM lease l WHERE l.project_id = p_project AND l.item_id = p_item AND l.actor_id = p_actor;
        IF FOUND THEN
            o_status := 'superseded';
            RETURN NEXT;
            RETURN;
        END IF;
        PERFORM FROM review v
        WHERE v.project_id = p_project AND v.item_id = p_item AND v.actor_id = p_actor AND v.queue = p_queue
            AND v.undone_at IS NULL;
        IF FOUND THEN
            o_status := 'already';
            RETURN NEXT;
            RETURN;
        END IF;
        IF p_verdict = 'skip' THEN
            o_status := 'skipped';
        ELSE
            -- The lease lapsed. If a slot is free, the work counts all the same.
            SELECT r.rank, r.free_slots INTO v_rank, v_free FROM ready r
            WHERE r.project_id = p_project AND r.queue = p_queue AND r.rank = ANY(slot_ranks(v_rank, v_delay, o_asked))
                AND r.item_id = p_item
            ORDER BY r.rank LIMIT 1 FOR UPDATE;
            IF v_free IS NULL THEN
                o_status := 'lapsed';
            ELSE
                o_status := 'late';
                v_slot := lowest_slot(v_free);
                PERFORM take_slot(p_project, p_queue, v_rank, p_item, v_free, v_slot);
            END IF;
        END IF;
    END IF;
    INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, seconds, queue, slot, is_shown, status,
        verdict, label, tags, comment)
    VALUES (p_project, p_id, p_item, p_actor, p_model_version, p_seconds, p_queue, v_slot, p_shown, o_status,
        p_verdict, p_label, p_tags, p_comment)
    RETURNING reviewed_at INTO o_reviewed_at;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.release_lease(p_project bigint, p_item bigint, p_actor bigint, p_token bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_queue smallint;
    v_slot smallint;
BEGIN
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    PERFORM FROM task t WHERE t.project_id = p_project AND t.item_id = p_item FOR UPDATE;
    DELETE FROM lease l
    WHERE l.project_id = p_project AND l.item_id = p_item AND l.actor_id = p_actor AND l.token = p_token
    RETURNING l.queue, l.slot INTO v_queue, v_slot;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM give_back_slot(p_project, v_queue, p_item, v_slot);
    RETURN true;
END $$;

CREATE FUNCTION public.requeue_tasks(p_project bigint, p_policy_version integer, p_items bigint[], p_model_versions bigint[], p_asked smallint[], p_rank_offsets bigint[], p_slot_delays integer[], p_blind boolean[], p_audits boolean[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
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

CREATE FUNCTION public.slot_ranks(p_rank bigint, p_delay integer, p_asked smallint) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE
    AS $$
BEGIN
    IF p_delay = 0 OR p_asked = 1 THEN
        RETURN ARRAY[p_rank];
    END IF;
    RETURN ARRAY(SELECT p_rank + n * (p_delay * 1000000::bigint) FROM generate_series(0, p_asked - 1) AS n);
END $$;

CREATE FUNCTION public.sweep_leases(p_project bigint, p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_lapsed record;
    v_queue smallint;
    v_slot smallint;
    v_count integer := 0;
BEGIN
    FOR v_lapsed IN
        SELECT l.item_id, l.actor_id FROM lease l
        WHERE l.project_id = p_project AND l.expires_at < now()
        ORDER BY l.expires_at
        LIMIT p_limit
    LOOP
        PERFORM FROM task t
        WHERE t.project_id = p_project AND t.item_id = v_lapsed.item_id FOR UPDATE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;
        -- It may have been renewed or ended meanwhile.
        DELETE FROM lease l
        WHERE l.project_id = p_project AND l.item_id = v_lapsed.item_id AND l.actor_id = v_lapsed.actor_id
            AND l.expires_at < now()
        RETURNING l.queue, l.slot INTO v_queue, v_slot;
        CONTINUE WHEN NOT FOUND;
        PERFORM give_back_slot(p_project, v_queue, v_lapsed.item_id, v_slot);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;

CREATE FUNCTION public.take_slot(p_project bigint, p_queue smallint, p_rank bigint, p_item bigint, p_free integer, p_slot smallint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF p_free = 1 << p_slot THEN
        DELETE FROM ready r
        WHERE r.project_id = p_project AND r.queue = p_queue AND r.rank = p_rank AND r.item_id = p_item;
    ELSE
        UPDATE ready r SET free_slots = p_free & ~(1 << p_slot)
        WHERE r.project_id = p_project AND r.queue = p_queue AND r.rank = p_rank AND r.item_id = p_item;
    END IF;
END $$;

CREATE FUNCTION public.undo_gold(p_project bigint, p_id text, p_actor bigint, p_token bigint, p_seconds integer) RETURNS TABLE(o_status text, o_item bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_form text, o_external_id text, o_payload json, o_metadata json, o_received_at timestamp with time zone, o_label text, o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_undone_at timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    SELECT v.item_id, v.undone_at INTO o_item, v_undone_at FROM review v
    WHERE v.project_id = p_project AND v.id = p_id AND v.actor_id = p_actor AND v.status = 'gold';
    IF NOT FOUND OR v_undone_at IS NOT NULL THEN
        o_status := CASE WHEN v_undone_at IS NULL THEN 'unknown' ELSE 'repeated' END;
        RETURN NEXT;
        RETURN;
    END IF;
    o_status := 'undone';
    UPDATE review v SET undone_at = now() WHERE v.project_id = p_project AND v.id = p_id;
    UPDATE gold_lease l SET token = p_token, expires_at = now() + make_interval(secs => p_seconds), answered_at = NULL,
        displaced_item_id = NULL, displaced_token = NULL
    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = o_item
    RETURNING l.expires_at, l.model_version_id, l.form, l.received_at
    INTO o_expires_at, o_model_version, o_form, o_received_at;
    SELECT i.external_id, i.payload, i.metadata INTO o_external_id, o_payload, o_metadata FROM item i
    WHERE i.project_id = p_project AND i.id = o_item;
    SELECT p.label, p.confidence, p.scores, p.highlights, m.model, m.version
    INTO o_label, o_confidence, o_scores, o_highlights, o_model, o_version
    FROM prediction p
    JOIN model_version m ON m.project_id = p_project AND m.id = p.model_version_id
    WHERE p.project_id = p_project AND p.item_id = o_item AND p.model_version_id = o_model_version;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.undo_review(p_project bigint, p_id text, p_actor bigint, p_token bigint, p_seconds integer) RETURNS TABLE(o_status text, o_item bigint, o_queue smallint, o_model_version bigint, o_shown boolean, o_expires_at timestamp with time zone, o_revision integer, o_decided boolean, o_is_audit boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_review record;
    v_rank bigint;
    v_ranks bigint[];
    v_asked smallint;
    v_slot smallint;
    v_free integer := 0;
    v_row record;
    v_source text;
    v_is_escalated boolean := false;
    v_is_closed boolean := false;
    v_model_version bigint;
    v_is_blind boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
    SELECT v.item_id, v.queue, v.slot, v.status, v.verdict, v.undone_at, v.model_version_id, v.is_shown INTO v_review
    FROM review v WHERE v.project_id = p_project AND v.id = p_id AND v.actor_id = p_actor AND v.status <> 'imported';
    IF NOT FOUND THEN
        o_status := 'unknown';
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_review.status = 'gold' THEN
        o_status := 'gold';
        RETURN NEXT;
        RETURN;
    END IF;
    o_item := v_review.item_id;
    o_queue := v_review.queue;
    o_model_version := v_review.model_version_id;
    o_shown := v_review.is_shown;
    SELECT t.rank, slot_ranks(t.rank, t.slot_delay, t.asked), t.is_audit, t.asked, t.model_version_id, t.is_blind
    INTO v_rank, v_ranks, o_is_audit, v_asked, v_model_version, v_is_blind FROM task t
    WHERE t.project_id = p_project AND t.item_id = o_item FOR UPDATE;
    IF v_model_version <> o_model_version THEN
        -- Routed anew since: the reviewer gets the item as others would.
        o_model_version := v_model_version;
        o_shown := o_queue = 1 OR NOT v_is_blind;
    END IF;
    IF v_review.undone_at IS NOT NULL THEN
        o_status := 'repeated';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT d.revision, d.source <> 'model' AND d.outcome <> 'reopened', d.source
    INTO o_revision, o_decided, v_source FROM decision d
    WHERE d.project_id = p_project AND d.item_id = o_item ORDER BY d.revision DESC LIMIT 1;
    o_revision := coalesce(o_revision, 0);
    o_decided := coalesce(o_decided, false);
    FOR v_row IN
        SELECT r.free_slots FROM ready r
        WHERE r.project_id = p_project AND r.queue = o_queue AND r.rank = ANY(v_ranks) AND r.item_id = o_item
        ORDER BY r.rank FOR UPDATE
    LOOP
        v_free := v_free | v_row.free_slots;
    END LOOP;
    IF o_queue = 0 THEN
        PERFORM FROM ready r
        WHERE r.project_id = p_project AND r.queue = 1 AND r.rank = v_rank AND r.item_id = o_item FOR UPDATE;
        v_is_escalated := FOUND;
        PERFORM FROM lease l WHERE l.project_id = p_project AND l.item_id = o_item AND l.queue = 1;
        IF FOUND OR (o_decided AND v_source = 'adjudicator') THEN
            o_status := 'superseded';
            RETURN NEXT;
            RETURN;
        END IF;
        v_is_closed := v_is_escalated OR o_decided;
    END IF;
    v_slot := v_review.slot;
    IF v_slot IS NULL AND o_decided THEN
        o_status := 'taken';
        RETURN NEXT;
        RETURN;
    END IF;
    IF v_is_closed THEN
        -- The escalation or the decision had closed the reviewers' queue: what is neither leased nor answered is free.
        SELECT ((1 << v_asked) - 1) & ~coalesce(bit_or(1 << held.slot), 0) INTO v_free FROM (
            SELECT l.slot FROM lease l WHERE l.project_id = p_project AND l.item_id = o_item AND l.queue = 0
            UNION ALL
            SELECT v.slot FROM review v WHERE v.project_id = p_project AND v.item_id = o_item AND v.queue = 0
                AND v.undone_at IS NULL AND v.slot IS NOT NULL
        ) AS held;
    END IF;
    IF v_slot IS NULL THEN
        IF v_free = 0 THEN
            o_status := 'taken';
            RETURN NEXT;
            RETURN;
        END IF;
        v_slot := lowest_slot(v_free);
        v_free := v_free & ~(1 << v_slot);
        IF NOT v_is_closed THEN
            FOR v_row IN
                SELECT r.rank, r.free_slots FROM ready r
                WHERE r.project_id = p_project AND r.queue = o_queue AND r.rank = ANY(v_ranks) AND r.item_id = o_item
            LOOP
                IF (v_row.free_slots >> v_slot) & 1 = 1 THEN
                    PERFORM take_slot(p_project, o_queue, v_row.rank, o_item, v_row.free_slots, v_slot);
                END IF;
            END LOOP;
        END IF;
    END IF;
    UPDATE review v SET undone_at = now() WHERE v.project_id = p_project AND v.id = p_id;
    -- What this review had sent to adjudication comes back, unless others sent it there as well: one who escalates, or
    -- three who skip (Consensus.skipsToEscalate).
    IF v_is_escalated AND NOT EXISTS (
        SELECT FROM review v WHERE v.project_id = p_project AND v.item_id = o_item AND v.queue = 0
            AND v.undone_at IS NULL AND v.status NOT IN ('surplus', 'lapsed')
        HAVING count(*) FILTER (WHERE v.verdict = 'escalate') > 0 OR count(*) FILTER (WHERE v.verdict = 'skip') >= 3)
    THEN
        PERFORM close_task(p_project, o_item);
        PERFORM offer_slots(p_project, 0::smallint, o_item, v_free);
    ELSIF v_is_closed AND o_decided THEN
        -- What it had decided is open again.
        PERFORM offer_slots(p_project, 0::smallint, o_item, v_free);
    END IF;
    INSERT INTO lease (project_id, item_id, actor_id, token, rank, expires_at, queue, slot)
    VALUES (p_project, o_item, p_actor, p_token, v_rank, now() + make_interval(secs => p_seconds), o_queue, v_slot)
    RETURNING expires_at INTO o_expires_at;
    o_status := 'undone';
    RETURN NEXT;
END $$;

CREATE TABLE public.actor (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT actor_name_length CHECK (((octet_length(name) >= 1) AND (octet_length(name) <= 200)))
);

COMMENT ON TABLE public.actor IS 'A person or program; several tokens may speak for one actor, and one actor is one reviewer.';

ALTER TABLE public.actor ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.actor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_log (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id bigint NOT NULL,
    action text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    before json,
    after json
);

COMMENT ON TABLE public.audit_log IS 'Insert only: every change of a project, its policy and its rollout. Ids of a project grow in the order of the commits, because each is taken under the lock on the project.';

COMMENT ON COLUMN public.audit_log.before IS 'What was in force; null when nothing was.';

COMMENT ON COLUMN public.audit_log.after IS 'What came in force; null when nothing did.';

ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.awaiting (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    rollout_revision integer NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

COMMENT ON TABLE public.awaiting IS 'Items whose deciding version has not answered yet; live ones only.';

COMMENT ON COLUMN public.awaiting.model_version_id IS 'The version whose prediction waits.';

COMMENT ON COLUMN public.awaiting.rollout_revision IS 'The rollout the wait was last judged by: another one judges it again.';

CREATE TABLE public.correction (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    transaction xid8 DEFAULT pg_current_xact_id() NOT NULL
);

COMMENT ON TABLE public.correction IS 'Append only: the decisions that took the place of a model''s, and those that gave the model''s its place again.';

COMMENT ON COLUMN public.correction.transaction IS 'What wrote it: readers go up to the oldest that is not over, and so miss none that commits late.';

CREATE TABLE public.decision (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    reviews smallint NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    model_version_id bigint,
    actor_id bigint,
    agreement double precision,
    label text COLLATE pg_catalog."C",
    source text NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT decision_label_unless_none_was_given CHECK (((label IS NULL) = (outcome = ANY (ARRAY['unusable'::text, 'reopened'::text])))),
    CONSTRAINT decision_outcome_known CHECK ((outcome = ANY (ARRAY['auto_accepted'::text, 'accepted'::text, 'corrected'::text, 'labelled'::text, 'borderline'::text, 'unusable'::text, 'reopened'::text]))),
    CONSTRAINT decision_source_known CHECK ((source = ANY (ARRAY['model'::text, 'reviewer'::text, 'consensus'::text, 'adjudicator'::text])))
);

COMMENT ON TABLE public.decision IS 'Append only; the highest revision of an item is its current decision, and outcome reopened means there is none.';

COMMENT ON COLUMN public.decision.model_version_id IS 'The version whose prediction the item was routed by.';

COMMENT ON COLUMN public.decision.agreement IS 'The share of the counted reviews that gave this answer; null for a model''s decision.';

CREATE TABLE public.gold (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    retired_at timestamp with time zone,
    label text NOT NULL COLLATE pg_catalog."C",
    note text,
    CONSTRAINT gold_note_length CHECK (((octet_length(note) >= 1) AND (octet_length(note) <= 4096)))
);

COMMENT ON TABLE public.gold IS 'Items whose label is known; a corrected label is the one all answers are judged by.';

COMMENT ON COLUMN public.gold.retired_at IS 'Since when it is neither given out nor counted.';

COMMENT ON COLUMN public.gold.note IS 'Why it is that label, for reviewers of projects that tell.';

CREATE TABLE public.gold_lease (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    item_id bigint NOT NULL,
    token bigint NOT NULL,
    displaced_item_id bigint,
    displaced_token bigint,
    model_version_id bigint NOT NULL,
    given_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    form text NOT NULL,
    CONSTRAINT gold_lease_form_known CHECK ((form = ANY (ARRAY['shown'::text, 'blind'::text, 'bare'::text])))
);

COMMENT ON TABLE public.gold_lease IS 'Which gold item a reviewer was given, in place of which task; kept when it is answered: nobody gets one twice.';

COMMENT ON COLUMN public.gold_lease.displaced_item_id IS 'The task the reviewer would have got: leased to them meanwhile, so that the queue looks as it would.';

COMMENT ON COLUMN public.gold_lease.model_version_id IS 'The version whose prediction is shown; 0 for none.';

COMMENT ON COLUMN public.gold_lease.received_at IS 'When the item is said to have arrived: a moment that fits its place in the queue.';

COMMENT ON COLUMN public.gold_lease.form IS 'As the displaced task: with its prediction, with it withheld, or bare of any.';

CREATE TABLE public.guideline (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    CONSTRAINT guideline_version_positive CHECK ((version > 0))
);

COMMENT ON TABLE public.guideline IS 'Append only: what reviewers read before they decide, and before each change of it.';

COMMENT ON COLUMN public.guideline.summary IS 'What changed against the version before; empty when nobody said.';

CREATE TABLE public.guideline_proposal (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone,
    settled_by bigint,
    review_id text NOT NULL COLLATE pg_catalog."C",
    status text DEFAULT 'open'::text NOT NULL,
    note text NOT NULL,
    CONSTRAINT guideline_proposal_note_length CHECK (((octet_length(note) >= 1) AND (octet_length(note) <= 4096))),
    CONSTRAINT guideline_proposal_settled_by_somebody CHECK ((((status = 'open'::text) = (settled_at IS NULL)) AND ((settled_at IS NULL) = (settled_by IS NULL)))),
    CONSTRAINT guideline_proposal_status_known CHECK ((status = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text])))
);

COMMENT ON TABLE public.guideline_proposal IS 'What a disagreement taught: a change of the guidelines that a reviewer proposes along with an answer.';

COMMENT ON COLUMN public.guideline_proposal.review_id IS 'The answer it came with; a review that was taken back takes its open proposal along.';

ALTER TABLE public.guideline_proposal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.guideline_proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.guideline_read (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    version integer NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.guideline_read IS 'Append only: which versions a reviewer said to have read.';

CREATE TABLE public.item (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    payload_hash uuid NOT NULL,
    external_id text NOT NULL COLLATE pg_catalog."C",
    group_key text,
    payload json,
    metadata json,
    parents json,
    CONSTRAINT item_external_id_length CHECK (((octet_length(external_id) >= 1) AND (octet_length(external_id) <= 512)))
);

COMMENT ON COLUMN public.item.payload_hash IS 'The first 128 bits of SHA-256 of the payload bytes.';

COMMENT ON COLUMN public.item.payload IS 'As received, byte for byte (json, never jsonb); null once erased.';

CREATE SEQUENCE public.item_id_seq
    START WITH 1
    INCREMENT BY 10000
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

COMMENT ON SEQUENCE public.item_id_seq IS 'One value is a block: the service numbers up to 10,000 items from it upwards.';

CREATE TABLE public.label (
    project_id bigint NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    key text,
    title text,
    is_borderline boolean DEFAULT false NOT NULL
);

COMMENT ON COLUMN public.label.key IS 'The key that chooses the label in the terminal client; null: the client assigns one.';

CREATE TABLE public.label_map (
    project_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by bigint NOT NULL,
    document json NOT NULL,
    CONSTRAINT label_map_name_form CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
);

COMMENT ON TABLE public.label_map IS 'What reports and exports may call labels, by the name of the map.';

COMMENT ON COLUMN public.label_map.document IS 'New names by label; a label that is not there keeps its name.';

CREATE TABLE public.lease (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    token bigint NOT NULL,
    rank bigint NOT NULL,
    leased_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    queue smallint NOT NULL,
    slot smallint NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE public.model_version (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    model text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.model_version ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.model_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.policy (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    document json NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    CONSTRAINT policy_version_positive CHECK ((version > 0))
);

COMMENT ON TABLE public.policy IS 'Append only: a version is never changed, so every route can be recomputed.';

CREATE TABLE public.policy_activation (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    change text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    activated_at timestamp with time zone DEFAULT now() NOT NULL,
    activated_by bigint NOT NULL,
    CONSTRAINT policy_activation_change_known CHECK ((change = ANY (ARRAY['set'::text, 'activated'::text, 'rolled_back'::text]))),
    CONSTRAINT policy_activation_number_positive CHECK ((number > 0))
);

COMMENT ON TABLE public.policy_activation IS 'Append only: which version came into force when, by whom, and why; the last one is in force.';

COMMENT ON COLUMN public.policy_activation.version IS 'What came into force; of a rollback, what it led back to.';

CREATE TABLE public.prediction (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    content_hash uuid NOT NULL,
    confidence double precision,
    propensity double precision NOT NULL,
    policy_version integer NOT NULL,
    rollout_revision integer,
    salt_id smallint NOT NULL,
    stratum smallint,
    is_blind boolean NOT NULL,
    stands boolean DEFAULT true NOT NULL,
    label text COLLATE pg_catalog."C",
    route text NOT NULL,
    reason text NOT NULL,
    rule text COLLATE pg_catalog."C",
    would_be text,
    scores json,
    highlights json,
    CONSTRAINT prediction_confidence_in_unit_interval CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
    CONSTRAINT prediction_label_unless_there_is_none CHECK (((label IS NULL) = (model_version_id = 0))),
    CONSTRAINT prediction_propensity_in_unit_interval CHECK (((propensity >= (0)::double precision) AND (propensity <= (1)::double precision))),
    CONSTRAINT prediction_route_known CHECK ((route = ANY (ARRAY['accepted'::text, 'queued'::text, 'audited'::text, 'shadowed'::text, 'waiting'::text]))),
    CONSTRAINT prediction_stratum_positive CHECK ((stratum > 0)),
    CONSTRAINT prediction_would_be_known CHECK ((would_be = ANY (ARRAY['accepted'::text, 'queued'::text, 'audited'::text])))
);

COMMENT ON COLUMN public.prediction.model_version_id IS '0 for the route of an item that came without any prediction.';

COMMENT ON COLUMN public.prediction.content_hash IS 'Tells a repeat from a conflict: the first 128 bits of SHA-256 over every field sent.';

COMMENT ON COLUMN public.prediction.confidence IS 'Null: the producer said that the model gave none.';

COMMENT ON COLUMN public.prediction.propensity IS 'The probability, known when routed, that a person labels this item.';

COMMENT ON COLUMN public.prediction.rollout_revision IS 'The rollout in force when it was routed; null: there was none.';

COMMENT ON COLUMN public.prediction.salt_id IS 'The routing salt whose keyed hashes drew audit, share and blindness.';

COMMENT ON COLUMN public.prediction.stratum IS 'Which of the policy''s audit strata the audit rate is of, from 1; null: the policy''s own or a rule''s, or none.';

COMMENT ON COLUMN public.prediction.stands IS 'This route is the item''s: false of what decided nothing, and of what a later route replaced.';

COMMENT ON COLUMN public.prediction.rule IS 'The name of the policy''s rule that applied.';

COMMENT ON COLUMN public.prediction.would_be IS 'Of what decides nothing: the route by the policy alone. In degree shadow, if the model decided what it is sure of.';

CREATE TABLE public.project (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    guidelines_version integer DEFAULT 1 NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    policy_version integer,
    rollout_revision integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    CONSTRAINT project_name_form CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
);

COMMENT ON COLUMN public.project.guidelines_version IS 'The guidelines in force; version 1 is made in the transaction that creates the project.';

COMMENT ON COLUMN public.project.tags IS 'The error tags offered to reviewers, in order; they may type others.';

COMMENT ON COLUMN public.project.policy_version IS 'The policy in force; set in the transaction that creates the project.';

COMMENT ON COLUMN public.project.rollout_revision IS 'The rollout in force; null: there is none, and whichever version comes first is routed.';

ALTER TABLE public.project ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.project_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ready (
    project_id bigint NOT NULL,
    queue smallint NOT NULL,
    rank bigint NOT NULL,
    item_id bigint NOT NULL,
    free_slots integer NOT NULL,
    CONSTRAINT ready_has_a_slot CHECK ((free_slots > 0))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

COMMENT ON COLUMN public.ready.free_slots IS 'Bit n is set while review slot n may be claimed.';

CREATE TABLE public.reroute (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    number integer NOT NULL,
    from_policy_version integer NOT NULL,
    to_policy_version integer NOT NULL,
    from_rollout_revision integer,
    to_rollout_revision integer,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    from_model_version_id bigint NOT NULL,
    to_model_version_id bigint NOT NULL,
    from_propensity double precision NOT NULL,
    from_is_blind boolean NOT NULL,
    from_route text NOT NULL,
    from_reason text NOT NULL,
    from_rule text COLLATE pg_catalog."C",
    from_would_be text,
    to_route text NOT NULL,
    to_reason text NOT NULL,
    CONSTRAINT reroute_number_positive CHECK ((number > 0))
);

COMMENT ON TABLE public.reroute IS 'Append only: the routes that stood for an item until another took their place, numbered from 1.';

CREATE TABLE public.review (
    project_id bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    reviewed_at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    seconds double precision,
    queue smallint NOT NULL,
    slot smallint,
    is_shown boolean NOT NULL,
    is_anonymous boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    verdict text NOT NULL,
    label text COLLATE pg_catalog."C",
    tags json,
    comment text,
    CONSTRAINT review_label_with_label_verdict CHECK (((label IS NOT NULL) = (verdict = 'label'::text))),
    CONSTRAINT review_seconds_not_negative CHECK (((seconds >= (0)::double precision) AND (seconds < 'Infinity'::double precision))),
    CONSTRAINT review_slot_when_counted CHECK (((slot IS NOT NULL) = (status = ANY (ARRAY['counted'::text, 'late'::text])))),
    CONSTRAINT review_status_known CHECK ((status = ANY (ARRAY['counted'::text, 'late'::text, 'skipped'::text, 'surplus'::text, 'lapsed'::text, 'imported'::text, 'gold'::text]))),
    CONSTRAINT review_verdict_known CHECK ((verdict = ANY (ARRAY['label'::text, 'skip'::text, 'escalate'::text, 'unusable'::text])))
);

COMMENT ON TABLE public.review IS 'Append only but for undone_at; the prediction as shown is the immutable row that model_version_id names.';

COMMENT ON COLUMN public.review.is_anonymous IS 'Imported without a person: the actor is a place in a list, and nothing about people may be made of it.';

COMMENT ON COLUMN public.review.status IS 'counted: on a live lease; late: after it, in a slot still free; surplus: on a live lease, kept but not counted, as others had decided; lapsed: after it, kept but not counted; skipped: no answer; imported: given elsewhere; gold: to an item whose label is known.';

CREATE TABLE public.reviewer_pause (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    paused_by bigint NOT NULL,
    resumed_at timestamp with time zone,
    why text NOT NULL
);

COMMENT ON TABLE public.reviewer_pause IS 'The last pause of each reviewer who ever had one.';

COMMENT ON COLUMN public.reviewer_pause.resumed_at IS 'Null while it lasts; only gold answers given later can lead to the next.';

CREATE TABLE public.rollout (
    project_id bigint NOT NULL,
    revision integer NOT NULL,
    document json,
    reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    CONSTRAINT rollout_revision_positive CHECK ((revision > 0))
);

COMMENT ON TABLE public.rollout IS 'Append only: a revision is never changed, so every route can be recomputed.';

COMMENT ON COLUMN public.rollout.document IS 'Null: from this revision on there was no rollout.';

CREATE TABLE public.salt (
    project_id bigint NOT NULL,
    purpose text NOT NULL,
    id smallint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT salt_purpose_known CHECK ((purpose = ANY (ARRAY['routing'::text, 'split'::text, 'lease'::text]))),
    CONSTRAINT salt_secret_length CHECK ((octet_length(secret) = 32))
);

COMMENT ON TABLE public.salt IS 'Secret keys of the hashes that draw audits and splits and sign leases; one purpose never uses another''s.';

CREATE TABLE public.task (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    rank bigint NOT NULL,
    policy_version integer NOT NULL,
    slot_delay integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    asked smallint NOT NULL,
    is_blind boolean NOT NULL,
    is_audit boolean NOT NULL,
    CONSTRAINT task_asked_in_range CHECK (((asked >= 1) AND (asked <= 15))),
    CONSTRAINT task_slot_delay_not_negative CHECK ((slot_delay >= 0))
)
WITH (fillfactor='90');

COMMENT ON COLUMN public.task.model_version_id IS 'The version whose prediction reviewers are shown, unless the task is blind; 0 for none.';

COMMENT ON COLUMN public.task.rank IS 'The static priority key in microseconds; smaller is reviewed sooner.';

COMMENT ON COLUMN public.task.policy_version IS 'The policy that asked, and whose consensus rule settles.';

COMMENT ON COLUMN public.task.slot_delay IS 'How many seconds each further review ranks behind the one before it: first reviews of others come first.';

COMMENT ON COLUMN public.task.created_at IS 'Since when the item waits; kept when it is routed anew, and so is its place in the queue.';

CREATE TABLE public.token (
    id bigint NOT NULL,
    actor_id bigint NOT NULL,
    project_id bigint,
    role text NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT token_hash_length CHECK ((octet_length(hash) = 32)),
    CONSTRAINT token_role_known CHECK ((role = ANY (ARRAY['admin'::text, 'producer'::text, 'reviewer'::text, 'adjudicator'::text, 'analyst'::text])))
);

COMMENT ON TABLE public.token IS 'SHA-256 of each bearer token; the token itself is printed once and stored nowhere.';

COMMENT ON COLUMN public.token.project_id IS 'The one project the token is good for; null: every project.';

COMMENT ON COLUMN public.token.hint IS 'The first characters of the token, to tell tokens apart in a list.';

ALTER TABLE public.token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_name_unique UNIQUE (name);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.awaiting
    ADD CONSTRAINT awaiting_pkey PRIMARY KEY (project_id, item_id);

ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_pkey PRIMARY KEY (project_id, item_id, revision);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (project_id, item_id, revision);

ALTER TABLE ONLY public.gold_lease
    ADD CONSTRAINT gold_lease_pkey PRIMARY KEY (project_id, actor_id, item_id);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_pkey PRIMARY KEY (project_id, item_id);

ALTER TABLE ONLY public.guideline
    ADD CONSTRAINT guideline_pkey PRIMARY KEY (project_id, version);

ALTER TABLE ONLY public.guideline_proposal
    ADD CONSTRAINT guideline_proposal_once_a_review UNIQUE (project_id, review_id);

ALTER TABLE ONLY public.guideline_proposal
    ADD CONSTRAINT guideline_proposal_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.guideline_read
    ADD CONSTRAINT guideline_read_pkey PRIMARY KEY (project_id, actor_id, version);

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_external_id_unique UNIQUE (project_id, external_id);

ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_pkey PRIMARY KEY (project_id, name);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_pkey PRIMARY KEY (project_id, name);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_position_unique UNIQUE (project_id, "position");

ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (project_id, item_id, actor_id);

ALTER TABLE ONLY public.lease
    ADD CONSTRAINT lease_slot_held_once UNIQUE (project_id, item_id, queue, slot);

ALTER TABLE ONLY public.model_version
    ADD CONSTRAINT model_version_name_unique UNIQUE (project_id, model, version);

ALTER TABLE ONLY public.model_version
    ADD CONSTRAINT model_version_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.policy_activation
    ADD CONSTRAINT policy_activation_pkey PRIMARY KEY (project_id, number);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_pkey PRIMARY KEY (project_id, version);

ALTER TABLE ONLY public.prediction
    ADD CONSTRAINT prediction_pkey PRIMARY KEY (project_id, item_id, model_version_id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_name_unique UNIQUE (name);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ready
    ADD CONSTRAINT ready_pkey PRIMARY KEY (project_id, queue, rank, item_id);

ALTER TABLE ONLY public.reroute
    ADD CONSTRAINT reroute_pkey PRIMARY KEY (project_id, item_id, number);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.reviewer_pause
    ADD CONSTRAINT reviewer_pause_pkey PRIMARY KEY (project_id, actor_id);

ALTER TABLE ONLY public.rollout
    ADD CONSTRAINT rollout_pkey PRIMARY KEY (project_id, revision);

ALTER TABLE ONLY public.salt
    ADD CONSTRAINT salt_pkey PRIMARY KEY (project_id, purpose, id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (project_id, item_id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_hash_unique UNIQUE (hash);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);

CREATE INDEX awaiting_due_at_idx ON public.awaiting USING btree (project_id, due_at);

CREATE INDEX awaiting_rollout_revision_idx ON public.awaiting USING btree (project_id, rollout_revision);

CREATE INDEX correction_order_idx ON public.correction USING btree (project_id, transaction, item_id, revision);

CREATE INDEX decision_by_people_idx ON public.decision USING btree (project_id, decided_at) WHERE (source <> 'model'::text);

CREATE INDEX guideline_proposal_open_idx ON public.guideline_proposal USING btree (project_id, id) WHERE (status = 'open'::text);

CREATE INDEX lease_expires_at_idx ON public.lease USING btree (project_id, expires_at);

CREATE INDEX prediction_received_at_idx ON public.prediction USING brin (received_at);

CREATE INDEX review_by_actor_idx ON public.review USING btree (project_id, actor_id, reviewed_at, id);

CREATE INDEX review_of_gold_idx ON public.review USING btree (project_id, actor_id, item_id) WHERE (status = 'gold'::text);

CREATE UNIQUE INDEX review_once_a_reviewer ON public.review USING btree (project_id, item_id, actor_id, queue) WHERE (undone_at IS NULL);

CREATE UNIQUE INDEX review_once_a_slot ON public.review USING btree (project_id, item_id, queue, slot) WHERE ((undone_at IS NULL) AND (slot IS NOT NULL));

CREATE INDEX review_reviewed_at_idx ON public.review USING brin (reviewed_at);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_label_known FOREIGN KEY (project_id, label) REFERENCES public.label(project_id, name);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.guideline
    ADD CONSTRAINT guideline_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.guideline
    ADD CONSTRAINT guideline_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.guideline_proposal
    ADD CONSTRAINT guideline_proposal_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.guideline_proposal
    ADD CONSTRAINT guideline_proposal_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.guideline_proposal
    ADD CONSTRAINT guideline_proposal_settled_by_fkey FOREIGN KEY (settled_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.guideline_read
    ADD CONSTRAINT guideline_read_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.guideline_read
    ADD CONSTRAINT guideline_read_of_guideline FOREIGN KEY (project_id, version) REFERENCES public.guideline(project_id, version);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.model_version
    ADD CONSTRAINT model_version_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.policy_activation
    ADD CONSTRAINT policy_activation_activated_by_fkey FOREIGN KEY (activated_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.policy_activation
    ADD CONSTRAINT policy_activation_of_policy FOREIGN KEY (project_id, version) REFERENCES public.policy(project_id, version);

ALTER TABLE ONLY public.policy_activation
    ADD CONSTRAINT policy_activation_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.project
    ADD CONSTRAINT project_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.reviewer_pause
    ADD CONSTRAINT reviewer_pause_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.reviewer_pause
    ADD CONSTRAINT reviewer_pause_paused_by_fkey FOREIGN KEY (paused_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.reviewer_pause
    ADD CONSTRAINT reviewer_pause_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.rollout
    ADD CONSTRAINT rollout_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.rollout
    ADD CONSTRAINT rollout_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.salt
    ADD CONSTRAINT salt_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

-- The schema as the migrations leave it, for reading; written by the test of the schema.

CREATE FUNCTION public.analyze_grown() RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_table text;
BEGIN
    SELECT s.relname INTO v_table
    FROM pg_stat_user_tables s
    JOIN pg_class c ON c.oid = s.relid
    WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE')
        AND s.n_mod_since_analyze >= greatest(10000, s.n_live_tup / 5)
    ORDER BY s.n_mod_since_analyze DESC LIMIT 1;
    IF v_table IS NOT NULL THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %I', v_table);
    END IF;
    RETURN v_table;
END $$;

CREATE FUNCTION public.answer_gold(p_project bigint, p_id text, p_item bigint, p_actor bigint, p_token bigint, p_verdict text, p_label text, p_tags json, p_comment text, p_seconds double precision) RETURNS TABLE(o_status text, o_reviewed_at timestamp with time zone, o_external_id text, o_label text, o_note text, o_form text, o_predicted text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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
    p_label := answered_label(p_project, o_label, p_label);
    SELECT v.status, v.item_id, v.actor_id, v.verdict, v.label, v.reviewed_at INTO v_old FROM review v
    WHERE v.project_id = p_project AND v.id = p_id;
    IF FOUND THEN
        o_status := CASE
            WHEN v_old.item_id = p_item AND v_old.actor_id = p_actor AND v_old.verdict = p_verdict
                AND (v_old.label IS NOT DISTINCT FROM p_label OR answered_label(p_project, v_old.label, p_label) = v_old.label) THEN 'repeated'
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
    PERFORM append_review(p_project, p_id, 1::smallint);
    UPDATE gold_lease l SET answered_at = now()
    WHERE l.project_id = p_project AND l.actor_id = p_actor AND l.item_id = p_item;
    PERFORM release_lease(p_project, v_lease.displaced_item_id, p_actor, v_lease.displaced_token);
    RETURN NEXT;
END $$;

CREATE FUNCTION public.answered_label(p_project bigint, p_predicted text, p_given text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_label text := p_predicted;
BEGIN
    IF p_given IS NULL THEN
        RETURN NULL;
    END IF;
    -- Most answers are what was predicted, and most others are of projects that never merged a label.
    WHILE v_label IS NOT NULL AND v_label <> p_given LOOP
        SELECT l.merged_into INTO v_label FROM label l WHERE l.project_id = p_project AND l.id = v_label;
    END LOOP;
    RETURN CASE WHEN v_label IS NULL THEN p_given ELSE p_predicted END;
END $$;

CREATE FUNCTION public.append_decision(p_project bigint, p_item bigint, p_revision integer, p_reviews smallint, p_model_version bigint, p_actor bigint, p_agreement double precision, p_label text, p_source text, p_outcome text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome)
    VALUES (p_project, p_item, p_revision, p_reviews, p_model_version, p_actor, p_agreement, p_label, p_source, p_outcome);
    PERFORM append_moves(p_project, ARRAY[p_item]);
END $$;

CREATE FUNCTION public.append_dispute(p_project bigint, p_item bigint, p_was boolean, p_is boolean) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, from_decided_at, to_decided_at,
        policy_version, stratum, from_contradicted, to_contradicted, label, route, reason, rule, from_source, from_outcome,
        to_source, to_outcome)
    SELECT p_project, p_item, p.model_version_id, p.propensity, p.received_at, d.decided_at, d.decided_at,
        p.policy_version, p.stratum, p_was, p_is, p.label, p.route, p.reason, p.rule, coalesce(d.source, ''),
        coalesce(d.outcome, ''), coalesce(d.source, ''), coalesce(d.outcome, '')
    FROM prediction p
    LEFT JOIN LATERAL (
        SELECT x.source, x.outcome, x.decided_at FROM decision x
        WHERE x.project_id = p_project AND x.item_id = p_item ORDER BY x.revision DESC LIMIT 1) AS d ON true
    WHERE p.project_id = p_project AND p.item_id = p_item AND p.stands;
END $$;

CREATE FUNCTION public.append_moves(p_project bigint, p_items bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, from_decided_at, to_decided_at,
        policy_version, stratum, from_contradicted, to_contradicted, label, route, reason, rule, from_source, from_outcome,
        to_source, to_outcome)
    SELECT p_project, n.id, p.model_version_id, p.propensity, p.received_at, o.decided_at, d.decided_at,
        p.policy_version, p.stratum, c.contradicted, c.contradicted, p.label, p.route, p.reason, p.rule,
        coalesce(o.source, ''), coalesce(o.outcome, ''), d.source, d.outcome
    FROM unnest(p_items) AS n (id)
    CROSS JOIN LATERAL (
        SELECT x.model_version_id, x.propensity, x.received_at, x.policy_version, x.stratum, x.label, x.route, x.reason, x.rule
        FROM prediction x WHERE x.project_id = p_project AND x.item_id = n.id AND x.stands OFFSET 0) AS p
    CROSS JOIN LATERAL (
        SELECT x.revision, x.source, x.outcome, x.decided_at FROM decision x
        WHERE x.project_id = p_project AND x.item_id = n.id ORDER BY x.revision DESC LIMIT 1) AS d
    LEFT JOIN LATERAL (
        SELECT x.source, x.outcome, x.decided_at FROM decision x
        WHERE x.project_id = p_project AND x.item_id = n.id AND x.revision < d.revision
        ORDER BY x.revision DESC LIMIT 1) AS o ON true
    CROSS JOIN LATERAL (SELECT is_contradicted(p_project, n.id, p.route, p.label) AS contradicted OFFSET 0) AS c;
END $$;

CREATE FUNCTION public.append_review(p_project bigint, p_id text, p_weight smallint) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    INSERT INTO appended_review (project_id, item_id, actor_id, model_version_id, reviewed_at, seconds, policy_version, weight,
        queue, is_audit, is_shown, is_queued, status, verdict, predicted, given, rule)
    SELECT p_project, v.item_id, v.actor_id, v.model_version_id, v.reviewed_at, v.seconds, coalesce(p.policy_version, 0),
        p_weight, v.queue, v.slot IS NOT NULL AND coalesce(t.is_audit, false), v.is_shown, coalesce(p.route = 'queued', false),
        v.status, v.verdict, p.label, v.label, p.rule
    FROM review v
    LEFT JOIN prediction p
        ON p.project_id = p_project AND p.item_id = v.item_id AND p.model_version_id = v.model_version_id
    LEFT JOIN task t ON t.project_id = p_project AND t.item_id = v.item_id
    WHERE v.project_id = p_project AND v.id = p_id;
END $$;

CREATE FUNCTION public.audit_page(p_project bigint, p_model_version bigint, p_after timestamp with time zone, p_after_item bigint, p_before timestamp with time zone, p_limit integer) RETURNS TABLE(o_asked_at timestamp with time zone, o_item bigint, o_propensity double precision, o_is_decided boolean, o_is_wrong boolean, o_is_disputed boolean)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
BEGIN
    RETURN QUERY
    SELECT n.asked_at, n.item_id, n.propensity, d.source IS NOT NULL,
        CASE WHEN d.outcome IN ('accepted', 'corrected') THEN d.label <> n.label END,
        d.source IS NULL AND is_contradicted(p_project, n.item_id, 'audited', n.label)
    FROM (
        SELECT u.asked_at, u.item_id, u.propensity, u.label
        FROM (
            (SELECT p.received_at AS asked_at, p.item_id, p.propensity, p.label
            FROM prediction p
            WHERE p.project_id = p_project AND p.model_version_id = p_model_version AND p.route = 'audited'
                AND p.received_at >= p_after AND p.received_at < p_before
                AND (p.received_at, p.item_id) > (p_after, p_after_item) AND p.stands
                AND NOT EXISTS (
                    SELECT FROM reroute c WHERE c.project_id = p.project_id AND c.item_id = p.item_id OFFSET 0)
            ORDER BY p.received_at, p.item_id
            LIMIT p_limit)
            UNION ALL
            (SELECT c.changed_at, c.item_id, p.propensity, p.label
            FROM reroute c
            JOIN prediction p
                ON p.project_id = c.project_id AND p.item_id = c.item_id AND p.model_version_id = c.to_model_version_id
            WHERE c.project_id = p_project AND c.to_model_version_id = p_model_version AND c.to_route = 'audited'
                AND c.changed_at >= p_after AND c.changed_at < p_before
                AND (c.changed_at, c.item_id) > (p_after, p_after_item) AND p.route = 'audited' AND p.stands
                AND NOT EXISTS (
                    SELECT FROM reroute later
                    WHERE later.project_id = c.project_id AND later.item_id = c.item_id AND later.number > c.number OFFSET 0)
            ORDER BY c.changed_at, c.item_id
            LIMIT p_limit)) AS u
        ORDER BY u.asked_at, u.item_id
        LIMIT p_limit) AS n
    LEFT JOIN LATERAL (
        SELECT e.source, e.outcome, e.label
        FROM (
            SELECT c.source, c.outcome, c.label FROM decision c
            WHERE c.project_id = p_project AND c.item_id = n.item_id
            ORDER BY c.revision DESC
            LIMIT 1) AS e
        WHERE e.source <> 'model' AND e.outcome <> 'reopened') AS d ON true
    ORDER BY n.asked_at, n.item_id;
END $$;

CREATE FUNCTION public.claim_matching_tasks(p_project bigint, p_queue smallint, p_actor bigint, p_tokens bigint[], p_seconds integer, p_floor_rank bigint, p_floor_item bigint, p_end_rank bigint, p_end_item bigint, p_labels text[], p_keys text[], p_values text[], p_mine boolean) RETURNS TABLE(o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_is_blind boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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

CREATE FUNCTION public.claim_tasks(p_project bigint, p_queue smallint, p_seconds integer, p_waits boolean, p_actors bigint[], p_counts integer[], p_floor_ranks bigint[], p_floor_items bigint[], p_scans integer[], p_tokens bigint[]) RETURNS TABLE(o_claim integer, o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamp with time zone, o_model_version bigint, o_is_blind boolean, o_external_id text, o_payload json, o_metadata json, o_received_at timestamp with time zone, o_label text, o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    v_is_held boolean[] := '{}';
    v_claims integer[] := '{}';
    v_items bigint[] := '{}';
    v_ranks bigint[] := '{}';
    v_tokens bigint[] := '{}';
    v_actor bigint;
    v_token integer := 0;
    v_rank bigint;
    v_item bigint;
    v_free integer;
    v_slot smallint;
    v_end_rank bigint;
    v_end_item bigint;
    v_from_rank bigint;
    v_from_item bigint;
BEGIN
    -- A claim lost in a crash only offers the item again, so it need not wait for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    -- One person is one thread: two terminals of the same reviewer take turns.
    FOREACH v_actor IN ARRAY p_actors LOOP
        IF p_waits THEN
            PERFORM pg_advisory_xact_lock(p_project::integer, v_actor::integer);
            v_is_held := v_is_held || true;
        ELSE
            v_is_held := v_is_held || pg_try_advisory_xact_lock(p_project::integer, v_actor::integer);
        END IF;
    END LOOP;
    PERFORM sweep_leases(p_project, 20);
    FOR v_claim IN 1 .. cardinality(p_actors) LOOP
        v_token := v_token + p_counts[v_claim];
        IF NOT v_is_held[v_claim] THEN
            o_claim := v_claim;
            RETURN NEXT;
            CONTINUE;
        END IF;
        v_actor := p_actors[v_claim];
        v_from_rank := p_floor_ranks[v_claim];
        v_from_item := p_floor_items[v_claim];
        v_end_rank := 9223372036854775807;
        v_end_item := 9223372036854775807;
        IF p_scans[v_claim] IS NOT NULL THEN
            SELECT x.rank, x.item_id INTO v_end_rank, v_end_item FROM ready x
            WHERE x.project_id = p_project AND x.queue = p_queue AND (x.rank, x.item_id) >= (v_from_rank, v_from_item)
            ORDER BY x.rank, x.item_id OFFSET p_scans[v_claim] LIMIT 1;
            IF NOT FOUND THEN
                v_end_rank := 9223372036854775807;
                v_end_item := 9223372036854775807;
            END IF;
        END IF;
        FOR v_index IN v_token - p_counts[v_claim] + 1 .. v_token LOOP
            -- OFFSET 0 keeps each EXISTS a lookup by key; as a join the planner may read all of a reviewer's past. Nobody
            -- adjudicates what they answered themselves; who skipped or escalated an item gave no answer.
            SELECT x.rank, x.item_id, x.free_slots INTO v_rank, v_item, v_free FROM ready x
            WHERE x.project_id = p_project AND x.queue = p_queue
                AND (x.rank, x.item_id) >= (v_from_rank, v_from_item)
                AND (x.rank, x.item_id) < (v_end_rank, v_end_item)
                AND NOT EXISTS (
                    SELECT FROM lease l
                    WHERE l.project_id = p_project AND l.item_id = x.item_id AND l.actor_id = v_actor OFFSET 0)
                AND NOT EXISTS (
                    SELECT FROM review v
                    WHERE v.project_id = p_project AND v.item_id = x.item_id AND v.actor_id = v_actor
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
            VALUES (p_project, v_item, v_actor, p_tokens[v_index], v_rank, now() + make_interval(secs => p_seconds), p_queue,
                v_slot);
            PERFORM take_slot(p_project, p_queue, v_rank, v_item, v_free, v_slot);
            v_claims := v_claims || v_claim;
            v_items := v_items || v_item;
            v_ranks := v_ranks || v_rank;
            v_tokens := v_tokens || p_tokens[v_index];
        END LOOP;
    END LOOP;
    -- Joined here and not by the caller: the calling statement's snapshot may be older than what was just claimed.
    RETURN QUERY
    SELECT l.claim, l.item_id, l.rank, l.token, now() + make_interval(secs => p_seconds), t.model_version_id, t.is_blind,
        i.external_id, i.payload, i.metadata, i.received_at, p.label,
        p.confidence, p.scores, p.highlights, m.model, m.version
    FROM unnest(v_claims, v_items, v_ranks, v_tokens) AS l (claim, item_id, rank, token)
    JOIN task t ON t.project_id = p_project AND t.item_id = l.item_id
    JOIN item i ON i.project_id = p_project AND i.id = l.item_id
    JOIN prediction p
        ON p.project_id = p_project AND p.item_id = l.item_id AND p.model_version_id = t.model_version_id
    LEFT JOIN model_version m ON m.project_id = p_project AND m.id = t.model_version_id
    ORDER BY l.claim, l.rank, l.item_id;
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

CREATE FUNCTION public.duration_bin(p_milliseconds bigint) RETURNS smallint
    LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
BEGIN
    RETURN floor(8 * ln(greatest(p_milliseconds, 1)::double precision) / ln(2::double precision) + 1e-9);
END $$;

CREATE FUNCTION public.evidence_page(p_project bigint, p_from timestamp with time zone, p_to timestamp with time zone, p_model_version bigint, p_after_item bigint, p_last_item bigint, p_limit integer) RETURNS TABLE(o_item bigint, o_received_at timestamp with time zone, o_decided_at timestamp with time zone, o_model_version bigint, o_policy_version integer, o_route text, o_reason text, o_rule text, o_propensity double precision, o_confidence double precision, o_label text, o_decided_label text, o_is_wrong boolean, o_source text, o_outcome text, o_is_disputed boolean, o_was_disputed boolean)
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

CREATE FUNCTION public.is_contradicted(p_project bigint, p_item bigint, p_route text, p_label text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN p_route = 'audited' AND EXISTS (
        SELECT FROM review v
        WHERE v.project_id = p_project AND v.item_id = p_item AND v.queue = 0 AND v.slot IS NOT NULL
            AND v.undone_at IS NULL AND v.label IS DISTINCT FROM p_label);
END $$;

CREATE FUNCTION public.is_settled(p_project bigint, p_item bigint, p_is_audit boolean) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN coalesce((
        SELECT d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT p_is_audit) FROM decision d
        WHERE d.project_id = p_project AND d.item_id = p_item ORDER BY d.revision DESC LIMIT 1), false);
END $$;

CREATE FUNCTION public.latest_audits(p_project bigint, p_model_version bigint, p_from timestamp with time zone, p_until timestamp with time zone, p_until_item bigint, p_limit integer) RETURNS TABLE(o_propensity double precision, o_audits bigint, o_errors bigint, o_disputed bigint, o_settled bigint, o_confirmed bigint, o_first_at timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
BEGIN
    RETURN QUERY
    SELECT l.propensity, count(l.is_wrong), count(*) FILTER (WHERE l.is_wrong),
        count(*) FILTER (WHERE l.is_wrong IS NULL), count(*) FILTER (WHERE l.is_wrong IS NOT NULL AND l.was_contradicted),
        count(*) FILTER (WHERE l.is_wrong AND l.was_contradicted), min(l.received_at)
    FROM (
        SELECT a.propensity, a.received_at, a.is_wrong, a.was_contradicted
        FROM (
            SELECT p.received_at, p.item_id, p.propensity, d.is_decided,
                CASE WHEN d.outcome IN ('accepted', 'corrected') THEN d.label <> p.label END AS is_wrong,
                is_contradicted(p_project, p.item_id, 'audited', p.label) AS was_contradicted
            FROM (
                SELECT q.received_at, q.item_id, q.propensity, q.label FROM prediction q
                WHERE q.project_id = p_project AND q.model_version_id = p_model_version AND q.route = 'audited' AND q.stands
                    AND q.received_at >= p_from AND q.received_at <= p_until
                    AND (q.received_at, q.item_id) <= (p_until, p_until_item)
                ORDER BY q.received_at DESC, q.item_id DESC
                LIMIT 4 * p_limit) AS p
            CROSS JOIN LATERAL (
                SELECT c.source <> 'model' AND c.outcome <> 'reopened' AS is_decided,
                    CASE WHEN c.source <> 'model' THEN c.outcome END AS outcome, c.label
                FROM decision c
                WHERE c.project_id = p_project AND c.item_id = p.item_id
                ORDER BY c.revision DESC
                LIMIT 1) AS d) AS a
        -- Unusable input and the borderline label say nothing; so does what nobody has answered.
        WHERE a.is_wrong IS NOT NULL OR NOT a.is_decided AND a.was_contradicted
        ORDER BY a.received_at DESC, a.item_id DESC
        LIMIT p_limit) AS l
    GROUP BY l.propensity
    ORDER BY l.propensity;
END $$;

CREATE FUNCTION public.lock_waiting_tasks(p_project bigint, p_items bigint[]) RETURNS TABLE(o_item bigint, o_model_version bigint, o_awaits boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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
    SET enable_bitmapscan TO 'off'
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
                -- In one look at what they answered, and what they took back: no index leads to both by item.
                AND g.item_id <> ALL(ARRAY(
                    SELECT v.item_id FROM review v WHERE v.project_id = p_project AND v.actor_id = p_actor))
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

CREATE FUNCTION public.number_corrections(p_project bigint, p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    v_last bigint;
    v_count integer;
BEGIN
    IF NOT EXISTS (SELECT FROM correction c WHERE c.project_id = p_project AND c.number IS NULL) THEN
        RETURN 0;
    END IF;
    INSERT INTO feed (project_id, name) VALUES (p_project, 'corrections') ON CONFLICT (project_id, name) DO NOTHING;
    SELECT f.last_number INTO v_last FROM feed f
    WHERE f.project_id = p_project AND f.name = 'corrections'
    FOR UPDATE;
    WITH next AS (
        SELECT o.item_id, o.revision, row_number() OVER (ORDER BY o.id) AS place
        FROM (
            SELECT c.item_id, c.revision, c.id FROM correction c
            WHERE c.project_id = p_project AND c.number IS NULL
            ORDER BY c.id
            LIMIT p_limit
        ) o
    )
    UPDATE correction c SET number = v_last + n.place
    FROM next n
    WHERE c.project_id = p_project AND c.item_id = n.item_id AND c.revision = n.revision;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    UPDATE feed SET last_number = v_last + v_count WHERE project_id = p_project AND name = 'corrections';
    RETURN v_count;
END
$$;

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

CREATE FUNCTION public.policy_deadlines(p_project bigint) RETURNS TABLE(o_version integer, o_rule text, o_seconds bigint)
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN QUERY
    SELECT y.version, '', (y.document ->> 'sla_seconds')::bigint FROM policy y
    WHERE y.project_id = p_project AND y.document ->> 'sla_seconds' IS NOT NULL
    UNION ALL
    SELECT y.version, r ->> 'name', (r -> 'then' ->> 'sla_seconds')::bigint
    FROM policy y CROSS JOIN LATERAL json_array_elements(y.document -> 'rules') AS r
    WHERE y.project_id = p_project AND json_typeof(y.document -> 'rules') = 'array'
        AND r -> 'then' ->> 'sla_seconds' IS NOT NULL;
END $$;

CREATE FUNCTION public.record_review(p_project bigint, p_id text, p_item bigint, p_actor bigint, p_queue smallint, p_token bigint, p_model_version bigint, p_shown boolean, p_verdict text, p_label text, p_tags json, p_comment text, p_seconds double precision, p_outcomes text[], p_waits boolean) RETURNS TABLE(o_status text, o_repeated boolean, o_reviewed_at timestamp with time zone, o_asked smallint, o_policy_version integer, o_revision integer, o_is_audit boolean, o_decided boolean, o_model_version bigint, o_predicted text, o_outcome text)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    v_rank bigint;
    v_delay integer;
    v_slot smallint;
    v_free integer;
    v_old record;
    v_route record;
    v_former record;
    v_was_disputed boolean;
BEGIN
    -- The task's version and not the lease's: the item may have been routed anew since the lease lapsed.
    IF p_waits THEN
        PERFORM pg_advisory_xact_lock(p_project::integer, p_actor::integer);
        SELECT t.asked, t.policy_version, t.is_audit, t.rank, t.slot_delay, t.model_version_id
        INTO o_asked, o_policy_version, o_is_audit, v_rank, v_delay, o_model_version FROM task t
        WHERE t.project_id = p_project AND t.item_id = p_item FOR UPDATE;
    ELSIF pg_try_advisory_xact_lock(p_project::integer, p_actor::integer) THEN
        SELECT t.asked, t.policy_version, t.is_audit, t.rank, t.slot_delay, t.model_version_id
        INTO o_asked, o_policy_version, o_is_audit, v_rank, v_delay, o_model_version FROM task t
        WHERE t.project_id = p_project AND t.item_id = p_item FOR UPDATE SKIP LOCKED;
    END IF;
    IF o_asked IS NULL THEN
        o_status := CASE WHEN p_waits THEN 'unknown' ELSE 'busy' END;
        RETURN NEXT;
        RETURN;
    END IF;
    -- As is_settled; here the revision is needed, too.
    SELECT d.revision, d.source, d.outcome, d.decided_at INTO v_former FROM decision d
    WHERE d.project_id = p_project AND d.item_id = p_item ORDER BY d.revision DESC LIMIT 1;
    IF p_outcomes IS NOT NULL AND (o_asked > 1 OR v_former.outcome = 'reopened' OR o_is_audit AND NOT EXISTS (
        -- An audit whose answer differs from the model may need a second look.
        SELECT FROM prediction p
        WHERE p.project_id = p_project AND p.item_id = p_item AND p.model_version_id = o_model_version
            AND p.label = p_label))
    THEN
        o_status := 'several';
        RETURN NEXT;
        RETURN;
    END IF;
    o_revision := coalesce(v_former.revision, 0);
    o_decided := coalesce(v_former.outcome <> 'reopened' AND (v_former.source <> 'model' OR NOT o_is_audit), false);
    o_repeated := false;
    -- Here and not in the calling statement, whose snapshot may be older than the prediction.
    SELECT p.label, p.route, p.reason, p.rule, p.policy_version, p.propensity, p.stratum, p.received_at INTO v_route
    FROM prediction p
    WHERE p.project_id = p_project AND p.item_id = p_item AND p.model_version_id = o_model_version;
    o_predicted := v_route.label;
    p_label := answered_label(p_project, v_route.label, p_label);
    SELECT v.status, v.item_id, v.actor_id, v.verdict, v.label, v.reviewed_at INTO v_old FROM review v
    WHERE v.project_id = p_project AND v.id = p_id;
    IF FOUND THEN
        o_repeated := v_old.item_id = p_item AND v_old.actor_id = p_actor AND v_old.verdict = p_verdict
            AND (v_old.label IS NOT DISTINCT FROM p_label OR answered_label(p_project, v_old.label, p_label) = v_old.label);
        o_status := CASE WHEN o_repeated THEN v_old.status ELSE 'conflict' END;
        o_reviewed_at := v_old.reviewed_at;
        RETURN NEXT;
        RETURN;
    END IF;

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
    v_was_disputed := v_route.route = 'audited' AND p_outcomes IS NULL
        AND is_contradicted(p_project, p_item, v_route.route, v_route.label);
    INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, seconds, queue, slot, is_shown, status,
        verdict, label, tags, comment)
    VALUES (p_project, p_id, p_item, p_actor, p_model_version, p_seconds, p_queue, v_slot, p_shown, o_status,
        p_verdict, p_label, p_tags, p_comment)
    RETURNING reviewed_at INTO o_reviewed_at;
    IF p_model_version = o_model_version THEN
        -- What append_review would look for is at hand.
        INSERT INTO appended_review (project_id, item_id, actor_id, model_version_id, reviewed_at, seconds, policy_version,
            weight, queue, is_audit, is_shown, is_queued, status, verdict, predicted, given, rule)
        VALUES (p_project, p_item, p_actor, p_model_version, o_reviewed_at, p_seconds, v_route.policy_version,
            1, p_queue, v_slot IS NOT NULL AND o_is_audit, p_shown, v_route.route = 'queued', o_status, p_verdict,
            v_route.label, p_label, v_route.rule);
    ELSE
        PERFORM append_review(p_project, p_id, 1::smallint);
    END IF;
    IF p_outcomes IS NOT NULL AND v_slot IS NOT NULL THEN
        o_outcome := CASE
            WHEN v_route.label IS NULL THEN p_outcomes[3]
            WHEN v_route.label = p_label THEN p_outcomes[1]
            ELSE p_outcomes[2] END;
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label, source,
            outcome)
        VALUES (p_project, p_item, o_revision + 1, 1, o_model_version, p_actor, 1, p_label, 'reviewer', o_outcome);
        -- As append_moves has it; an audit that is settled so was never disputed.
        INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, from_decided_at,
            to_decided_at, policy_version, stratum, label, route, reason, rule, from_source, from_outcome, to_source,
            to_outcome)
        VALUES (p_project, p_item, o_model_version, v_route.propensity, v_route.received_at, v_former.decided_at,
            o_reviewed_at, v_route.policy_version, v_route.stratum, v_route.label, v_route.route, v_route.reason,
            v_route.rule, coalesce(v_former.source, ''), coalesce(v_former.outcome, ''), 'reviewer', o_outcome);
    ELSIF v_route.route = 'audited' AND v_slot IS NOT NULL AND p_queue = 0 AND NOT v_was_disputed
        AND p_label IS DISTINCT FROM v_route.label
    THEN
        PERFORM append_dispute(p_project, p_item, false, true);
    END IF;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.release_lease(p_project bigint, p_item bigint, p_actor bigint, p_token bigint) RETURNS boolean
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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

CREATE FUNCTION public.remove_project_rows(p_project bigint, p_limit integer) RETURNS bigint
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $_$
DECLARE
    v_table regclass;
    v_count bigint;
BEGIN
    PERFORM FROM project p WHERE p.id = p_project AND p.deleted_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'project % is not deleted', p_project;
    END IF;
    FOR v_table IN
        WITH RECURSIVE kept AS (
            SELECT c.oid
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'project_id' AND NOT a.attisdropped
            WHERE c.relkind IN ('r', 'p')
                AND c.relnamespace = (SELECT o.relnamespace FROM pg_class o WHERE o.oid = 'project'::regclass)
        ), referred AS (
            SELECT k.oid, 0 AS depth FROM kept k
            UNION ALL
            SELECT f.confrelid, r.depth + 1
            FROM referred r
            JOIN pg_constraint f ON f.conrelid = r.oid AND f.contype = 'f' AND f.confrelid <> f.conrelid
            WHERE f.confrelid IN (SELECT k.oid FROM kept k) AND r.depth < 16
        )
        SELECT r.oid::regclass FROM referred r GROUP BY r.oid ORDER BY max(r.depth), r.oid
    LOOP
        EXECUTE format(
            'DELETE FROM %1$s WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM %1$s t WHERE t.project_id = $1 LIMIT $2))', v_table)
        USING p_project, p_limit;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        IF v_count > 0 THEN
            RETURN v_count;
        END IF;
    END LOOP;
    RETURN 0;
END
$_$;

CREATE FUNCTION public.requeue_tasks(p_project bigint, p_policy_version integer, p_items bigint[], p_model_versions bigint[], p_asked smallint[], p_rank_offsets bigint[], p_slot_delays integer[], p_blind boolean[], p_audits boolean[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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

CREATE FUNCTION public.review_agreement(p_verdict text, p_predicted text, p_given text, p_is_borderline boolean) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    AS $$
BEGIN
    RETURN CASE
        WHEN p_verdict IS DISTINCT FROM 'label' OR p_predicted IS NULL OR coalesce(p_is_borderline, false) THEN ''
        WHEN p_given = p_predicted THEN 'same'
        ELSE 'other' END;
END $$;

CREATE FUNCTION public.slice_value(p_project bigint, p_key text, p_metadata json) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_value text := left(coalesce(p_metadata ->> substr(p_key, 10), ''), 200);
BEGIN
    IF EXISTS (
        SELECT FROM rollup_slice_value v WHERE v.project_id = p_project AND v.key = p_key AND v.value = v_value)
        OR (SELECT count(*) FROM rollup_slice_value v WHERE v.project_id = p_project AND v.key = p_key) < 100
    THEN
        RETURN v_value;
    END IF;
    RETURN 'other';
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
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
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
    SET enable_bitmapscan TO 'off'
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
    PERFORM append_review(p_project, p_id, -1::smallint);
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
    SET enable_bitmapscan TO 'off'
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
    v_route record;
    v_was_disputed boolean;
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
    SELECT p.route, p.label INTO v_route FROM prediction p
    WHERE p.project_id = p_project AND p.item_id = o_item AND p.model_version_id = v_model_version;
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
    PERFORM append_review(p_project, p_id, -1::smallint);
    v_was_disputed := is_contradicted(p_project, o_item, v_route.route, v_route.label);
    UPDATE review v SET undone_at = now() WHERE v.project_id = p_project AND v.id = p_id;
    IF v_was_disputed AND NOT is_contradicted(p_project, o_item, v_route.route, v_route.label) THEN
        PERFORM append_dispute(p_project, o_item, true, false);
    END IF;
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

CREATE TABLE public.alarm_episode (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    model_version_id bigint NOT NULL,
    error_limit double precision NOT NULL,
    raised_at timestamp with time zone DEFAULT now() NOT NULL,
    crossings integer DEFAULT 1 NOT NULL,
    crossed_at timestamp with time zone DEFAULT now() NOT NULL,
    over_at timestamp with time zone,
    over_reason text,
    over_by bigint,
    CONSTRAINT alarm_episode_over_reason_known CHECK ((over_reason = ANY (ARRAY['recovered'::text, 'limit_changed'::text, 'closed'::text]))),
    CONSTRAINT alarm_episode_over_with_reason CHECK (((over_at IS NULL) = (over_reason IS NULL)))
);
ALTER TABLE ONLY public.alarm_episode ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.alarm_episode IS 'Concept alarms from the first crossing of the limit until the error is back within it; one stands per version.';

COMMENT ON COLUMN public.alarm_episode.crossings IS 'How often the detector reached its level; only the first raised an alarm.';

COMMENT ON COLUMN public.alarm_episode.crossed_at IS 'The last time it did.';

COMMENT ON COLUMN public.alarm_episode.over_at IS 'Null while it stands.';

COMMENT ON COLUMN public.alarm_episode.over_by IS 'Who closed it; null where audits or another limit ended it.';

CREATE TABLE public.alarm_event (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    model_version_id bigint NOT NULL,
    kind text NOT NULL,
    signal text NOT NULL,
    level text NOT NULL,
    detail json NOT NULL,
    episode integer,
    CONSTRAINT alarm_event_kind_known CHECK ((kind = ANY (ARRAY['drift'::text, 'concept'::text, 'error_limit'::text, 'expiry'::text, 'silence'::text]))),
    CONSTRAINT alarm_event_level_known CHECK ((level = ANY (ARRAY['warn'::text, 'act'::text])))
);
ALTER TABLE ONLY public.alarm_event ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.alarm_event IS 'Append only: what was noticed, when, and how sure it is.';

COMMENT ON COLUMN public.alarm_event.episode IS 'The episode it began; null of drift alarms.';

ALTER TABLE public.alarm_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alarm_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.appended_arrivals (
    project_id bigint NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    policy_version integer NOT NULL,
    model_version_ids bigint[] NOT NULL,
    propensities double precision[] NOT NULL,
    strata smallint[] NOT NULL,
    labels text[] NOT NULL,
    routes text[] NOT NULL,
    reasons text[] NOT NULL,
    rules text[] NOT NULL,
    firsts integer[] NOT NULL,
    counts integer[] NOT NULL,
    items bigint[] NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
ALTER TABLE ONLY public.appended_arrivals ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.appended_arrivals IS 'Routes that stand from their arrival on, until folded. Without a key: it holds seconds, and is read whole.';

COMMENT ON COLUMN public.appended_arrivals.firsts IS 'Where the items of each count begin in items, from 1.';

CREATE TABLE public.appended_move (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    propensity double precision NOT NULL,
    received_at timestamp with time zone NOT NULL,
    from_decided_at timestamp with time zone,
    to_decided_at timestamp with time zone,
    policy_version integer NOT NULL,
    stratum smallint,
    from_contradicted boolean DEFAULT false NOT NULL,
    to_contradicted boolean DEFAULT false NOT NULL,
    label text,
    route text NOT NULL,
    reason text NOT NULL,
    rule text,
    from_source text,
    from_outcome text,
    to_source text,
    to_outcome text
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
ALTER TABLE ONLY public.appended_move ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.appended_move IS 'Items that came to another state, until folded: decided, open again, disputed, routed anew.';

COMMENT ON COLUMN public.appended_move.from_contradicted IS 'An answer to the audit differed from the model.';

COMMENT ON COLUMN public.appended_move.from_source IS 'Whose decision stood, empty for none; null: the item was not counted under this route.';

COMMENT ON COLUMN public.appended_move.to_source IS 'Whose decision stands now, empty for none; null: the item is not counted under this route any more.';

CREATE VIEW public.appended_arrival AS
 SELECT a.project_id,
    a.received_at,
    n.model_version_id,
    a.policy_version,
    n.propensity,
    COALESCE(n.stratum, (- (1)::smallint)) AS stratum,
    false AS is_contradicted,
    COALESCE(n.label, ''::text) AS label,
    n.route,
    n.reason,
    COALESCE(n.rule, ''::text) AS rule,
        CASE
            WHEN (n.route = ANY (ARRAY['accepted'::text, 'audited'::text])) THEN 'model'::text
            ELSE ''::text
        END AS source,
        CASE
            WHEN (n.route = ANY (ARRAY['accepted'::text, 'audited'::text])) THEN 'auto_accepted'::text
            ELSE ''::text
        END AS outcome,
    (n.count)::bigint AS items,
    a.items[n.first:((n.first + n.count) - 1)] AS item_ids
   FROM (public.appended_arrivals a
     CROSS JOIN LATERAL UNNEST(a.model_version_ids, a.propensities, a.strata, a.labels, a.routes, a.reasons, a.rules, a.firsts, a.counts) n(model_version_id, propensity, stratum, label, route, reason, rule, first, count))
UNION ALL
 SELECT m.project_id,
    m.received_at,
    m.model_version_id,
    m.policy_version,
    m.propensity,
    COALESCE(m.stratum, (- (1)::smallint)) AS stratum,
    m.from_contradicted AS is_contradicted,
    COALESCE(m.label, ''::text) AS label,
    m.route,
    m.reason,
    COALESCE(m.rule, ''::text) AS rule,
    m.from_source AS source,
    m.from_outcome AS outcome,
    '-1'::integer AS items,
    ARRAY[m.item_id] AS item_ids
   FROM public.appended_move m
  WHERE (m.from_source IS NOT NULL)
UNION ALL
 SELECT m.project_id,
    m.received_at,
    m.model_version_id,
    m.policy_version,
    m.propensity,
    COALESCE(m.stratum, (- (1)::smallint)) AS stratum,
    m.to_contradicted AS is_contradicted,
    COALESCE(m.label, ''::text) AS label,
    m.route,
    m.reason,
    COALESCE(m.rule, ''::text) AS rule,
    m.to_source AS source,
    m.to_outcome AS outcome,
    1 AS items,
    ARRAY[m.item_id] AS item_ids
   FROM public.appended_move m
  WHERE (m.to_source IS NOT NULL);

CREATE TABLE public.appended_review (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    reviewed_at timestamp with time zone NOT NULL,
    seconds double precision,
    policy_version integer NOT NULL,
    weight smallint NOT NULL,
    queue smallint NOT NULL,
    is_audit boolean NOT NULL,
    is_shown boolean NOT NULL,
    is_queued boolean NOT NULL,
    status text NOT NULL,
    verdict text NOT NULL,
    predicted text,
    given text,
    rule text,
    CONSTRAINT appended_review_weight_known CHECK ((weight = ANY (ARRAY['-1'::integer, 1])))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
ALTER TABLE ONLY public.appended_review ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.appended_review IS 'Reviews given (1) and taken back (-1), until folded.';

COMMENT ON COLUMN public.appended_review.is_queued IS 'What was predicted was routed to people, and not audited.';

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
ALTER TABLE ONLY public.audit_log ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.awaiting ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.awaiting IS 'Items whose deciding version has not answered yet; live ones only.';

COMMENT ON COLUMN public.awaiting.model_version_id IS 'The version whose prediction waits.';

COMMENT ON COLUMN public.awaiting.rollout_revision IS 'The rollout the wait was last judged by: another one judges it again.';

CREATE TABLE public.calibration_map (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    number integer NOT NULL,
    fitted_at timestamp with time zone DEFAULT now() NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    labels integer NOT NULL,
    map json NOT NULL
);
ALTER TABLE ONLY public.calibration_map ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.calibration_map IS 'Append only: how often predictions of a confidence are right, by the labels people gave in a window.';

CREATE TABLE public.certificate (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    model_version_id bigint NOT NULL,
    policy_version integer NOT NULL,
    applied_policy_version integer,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    made_by bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by bigint,
    error_limit double precision NOT NULL,
    method text NOT NULL,
    is_certified boolean NOT NULL,
    is_automatic boolean NOT NULL,
    revoked_reason text,
    document json NOT NULL,
    CONSTRAINT certificate_applied_if_certified CHECK (((applied_policy_version IS NULL) OR is_certified)),
    CONSTRAINT certificate_limit_is_a_share CHECK (((error_limit > (0)::double precision) AND (error_limit < (1)::double precision))),
    CONSTRAINT certificate_method_known CHECK ((method = ANY (ARRAY['fixed_sequence'::text, 'robust'::text, 'e_process'::text]))),
    CONSTRAINT certificate_number_positive CHECK ((number > 0)),
    CONSTRAINT certificate_revoked_by_somebody CHECK ((((revoked_at IS NULL) = (revoked_by IS NULL)) AND ((revoked_at IS NULL) = (revoked_reason IS NULL))))
);
ALTER TABLE ONLY public.certificate ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.certificate IS 'Never deleted, and changed only by being applied and revoked: every look at the labels stays on record, those that found nothing included.';

COMMENT ON COLUMN public.certificate.policy_version IS 'The policy in force when it was made.';

COMMENT ON COLUMN public.certificate.applied_policy_version IS 'The policy that put its thresholds in force; null: none did.';

COMMENT ON COLUMN public.certificate.is_automatic IS 'The autopilot made it.';

COMMENT ON COLUMN public.certificate.document IS 'Everything it rests on: windows, grid, start, counts, bounds and the sentence; enough to compute it again.';

CREATE TABLE public.concept_watch (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    item_id bigint DEFAULT 0 NOT NULL,
    audits bigint DEFAULT 0 NOT NULL,
    error_limit double precision NOT NULL,
    audits_to_false_alarm double precision NOT NULL,
    smallest_propensity double precision NOT NULL,
    statistics double precision[] NOT NULL,
    alarmed_at timestamp with time zone,
    ahead bigint DEFAULT 0 NOT NULL,
    waiting bigint DEFAULT 0 NOT NULL,
    present_audits bigint DEFAULT 0 NOT NULL,
    present_evidence double precision DEFAULT 0 NOT NULL,
    CONSTRAINT concept_watch_limit_in_unit_interval CHECK (((error_limit > (0)::double precision) AND (error_limit < (1)::double precision)))
);
ALTER TABLE ONLY public.concept_watch ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.concept_watch IS 'The state of the detector of a broken error limit, one row a version, and up to which audit it is final.';

COMMENT ON COLUMN public.concept_watch.settled_at IS 'With item_id: the last audit before the first one that still waits. What comes later is read again each time.';

COMMENT ON COLUMN public.concept_watch.audits IS 'Those up to there with a label, since the beginning or the last crossing.';

COMMENT ON COLUMN public.concept_watch.alarmed_at IS 'The last alarm; null: there was none at this limit.';

COMMENT ON COLUMN public.concept_watch.ahead IS 'How many audits came later when it last read.';

COMMENT ON COLUMN public.concept_watch.waiting IS 'How many of those ahead wait for an answer or a second look.';

COMMENT ON COLUMN public.concept_watch.present_audits IS 'As audits, of those ahead as well.';

COMMENT ON COLUMN public.concept_watch.present_evidence IS 'The evidence with those ahead, 0 to 1e200.';

CREATE TABLE public.correction (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    id bigint NOT NULL,
    number bigint
);
ALTER TABLE ONLY public.correction ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.correction IS 'Append only, but for the number: the decisions that took the place of a model''s, and those that gave the model''s its place again.';

COMMENT ON COLUMN public.correction.id IS 'In the order of writing: what is numbered together is numbered in this order.';

COMMENT ON COLUMN public.correction.number IS 'The place in the feed, from 1 without gaps; null until the first reader after the commit gives it.';

ALTER TABLE public.correction ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.correction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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
ALTER TABLE ONLY public.decision ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.decision IS 'Append only; the highest revision of an item is its current decision, and outcome reopened means there is none.';

COMMENT ON COLUMN public.decision.model_version_id IS 'The version whose prediction the item was routed by.';

COMMENT ON COLUMN public.decision.agreement IS 'The share of the counted reviews that gave this answer; null for a model''s decision.';

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
ALTER TABLE ONLY public.item ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON COLUMN public.item.payload_hash IS 'The first 128 bits of SHA-256 of the payload bytes.';

COMMENT ON COLUMN public.item.payload IS 'As received, byte for byte (json, never jsonb); null once erased.';

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
    said_label text COLLATE pg_catalog."C",
    CONSTRAINT prediction_confidence_in_unit_interval CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
    CONSTRAINT prediction_label_unless_there_is_none CHECK (((label IS NULL) = (model_version_id = 0))),
    CONSTRAINT prediction_propensity_in_unit_interval CHECK (((propensity >= (0)::double precision) AND (propensity <= (1)::double precision))),
    CONSTRAINT prediction_route_known CHECK ((route = ANY (ARRAY['accepted'::text, 'queued'::text, 'audited'::text, 'shadowed'::text, 'waiting'::text]))),
    CONSTRAINT prediction_stratum_positive CHECK ((stratum > 0)),
    CONSTRAINT prediction_would_be_known CHECK ((would_be = ANY (ARRAY['accepted'::text, 'queued'::text, 'audited'::text])))
);
ALTER TABLE ONLY public.prediction ALTER COLUMN project_id SET STATISTICS 0;

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

COMMENT ON COLUMN public.prediction.said_label IS 'The label the model named, where that was retired (then it is the label, too) or merged when it came; null otherwise.';

CREATE TABLE public.rollup_slice (
    project_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT rollup_slice_key_form CHECK ((key ~~ 'metadata._%'::text))
);
ALTER TABLE ONLY public.rollup_slice ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_slice IS 'The metadata by which the rollups tell a project''s items apart.';

CREATE VIEW public.standing_arrival AS
 SELECT p.project_id,
    p.item_id,
    p.received_at,
    p.model_version_id,
    p.policy_version,
    p.propensity,
    COALESCE(p.stratum, (- (1)::smallint)) AS stratum,
    ((p.route = 'audited'::text) AND public.is_contradicted(p.project_id, p.item_id, p.route, p.label)) AS is_contradicted,
    COALESCE(p.label, ''::text) AS label,
    p.route,
    p.reason,
    COALESCE(p.rule, ''::text) AS rule,
    COALESCE(d.source, ''::text) AS source,
    COALESCE(d.outcome, ''::text) AS outcome
   FROM (public.prediction p
     LEFT JOIN LATERAL ( SELECT x.source,
            x.outcome
           FROM public.decision x
          WHERE ((x.project_id = p.project_id) AND (x.item_id = p.item_id))
          ORDER BY x.revision DESC
         LIMIT 1) d ON (true))
  WHERE p.stands;

CREATE VIEW public.counted_arrival AS
 SELECT a.project_id,
    a.received_at,
    a.model_version_id,
    a.policy_version,
    a.propensity,
    a.stratum,
    a.is_contradicted,
    ''::text AS slice_key,
    ''::text AS slice_value,
    a.label,
    a.route,
    a.reason,
    a.rule,
    a.source,
    a.outcome,
    (1)::bigint AS items
   FROM public.standing_arrival a
UNION ALL
 SELECT a.project_id,
    a.received_at,
    a.model_version_id,
    a.policy_version,
    a.propensity,
    a.stratum,
    a.is_contradicted,
    s.key AS slice_key,
    public.slice_value(a.project_id, s.key, i.metadata) AS slice_value,
    a.label,
    a.route,
    a.reason,
    a.rule,
    a.source,
    a.outcome,
    1 AS items
   FROM ((public.standing_arrival a
     JOIN public.rollup_slice s ON ((s.project_id = a.project_id)))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = a.project_id) AND (x.id = a.item_id))
         OFFSET 0) i);

CREATE VIEW public.standing_decision AS
 SELECT d.project_id,
    d.item_id,
    p.received_at,
    d.decided_at,
    p.model_version_id,
    p.policy_version,
    COALESCE(p.rule, ''::text) AS rule,
    (p.route = ANY (ARRAY['accepted'::text, 'audited'::text])) AS is_accepted,
    (GREATEST((0)::numeric, floor((EXTRACT(epoch FROM (d.decided_at - p.received_at)) * (1000)::numeric))))::bigint AS milliseconds
   FROM (public.decision d
     CROSS JOIN LATERAL ( SELECT x.received_at,
            x.model_version_id,
            x.policy_version,
            x.rule,
            x.route
           FROM public.prediction x
          WHERE ((x.project_id = d.project_id) AND (x.item_id = d.item_id) AND x.stands)
         OFFSET 0) p)
  WHERE ((d.source <> 'model'::text) AND (d.outcome <> 'reopened'::text) AND (NOT (EXISTS ( SELECT
           FROM public.decision later
          WHERE ((later.project_id = d.project_id) AND (later.item_id = d.item_id) AND (later.revision > d.revision))
         OFFSET 0))));

CREATE VIEW public.counted_decision AS
 SELECT c.project_id,
    c.received_at,
    c.decided_at,
    c.model_version_id,
    c.policy_version,
    c.rule,
    c.is_accepted,
    ''::text AS slice_key,
    ''::text AS slice_value,
    (1)::bigint AS items,
    c.milliseconds
   FROM public.standing_decision c
UNION ALL
 SELECT c.project_id,
    c.received_at,
    c.decided_at,
    c.model_version_id,
    c.policy_version,
    c.rule,
    c.is_accepted,
    s.key AS slice_key,
    public.slice_value(c.project_id, s.key, i.metadata) AS slice_value,
    1 AS items,
    c.milliseconds
   FROM ((public.standing_decision c
     JOIN public.rollup_slice s ON ((s.project_id = c.project_id)))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = c.project_id) AND (x.id = c.item_id))
         OFFSET 0) i);

CREATE TABLE public.label (
    project_id bigint NOT NULL,
    "position" integer NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    key text,
    title text,
    is_borderline boolean DEFAULT false NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    status text DEFAULT 'active'::text NOT NULL,
    merged_into text COLLATE pg_catalog."C",
    former_names text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT label_merged_into_another CHECK ((((status = 'merged'::text) = (merged_into IS NOT NULL)) AND (merged_into <> id))),
    CONSTRAINT label_status_known CHECK ((status = ANY (ARRAY['active'::text, 'retired'::text, 'merged'::text])))
);
ALTER TABLE ONLY public.label ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON COLUMN public.label.id IS 'What predictions, reviews, decisions, policies and maps are stored under: the name it was made with, and a number where that was taken.';

COMMENT ON COLUMN public.label.key IS 'The key that chooses the label in the terminal client; null: the client assigns one.';

COMMENT ON COLUMN public.label.name IS 'What producers, reviewers and exports call it now.';

COMMENT ON COLUMN public.label.status IS 'active: it may be given; retired: not any more; merged: it is another label now.';

COMMENT ON COLUMN public.label.former_names IS 'What it was called before, oldest first, without names that another label got since.';

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
ALTER TABLE ONLY public.task ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON COLUMN public.task.model_version_id IS 'The version whose prediction reviewers are shown, unless the task is blind; 0 for none.';

COMMENT ON COLUMN public.task.rank IS 'The static priority key in microseconds; smaller is reviewed sooner.';

COMMENT ON COLUMN public.task.policy_version IS 'The policy that asked, and whose consensus rule settles.';

COMMENT ON COLUMN public.task.slot_delay IS 'How many seconds each further review ranks behind the one before it: first reviews of others come first.';

COMMENT ON COLUMN public.task.created_at IS 'Since when the item waits; kept when it is routed anew, and so is its place in the queue.';

CREATE VIEW public.standing_review AS
 SELECT v.project_id,
    v.item_id,
    v.reviewed_at,
    v.actor_id,
    v.model_version_id,
    COALESCE(p.policy_version, 0) AS policy_version,
    v.queue,
    ((v.slot IS NOT NULL) AND COALESCE(t.is_audit, false)) AS is_audit,
    v.is_shown,
    COALESCE((p.route = 'queued'::text), false) AS is_queued,
    v.status,
    v.verdict,
    COALESCE(p.label, ''::text) AS predicted,
    public.review_agreement(v.verdict, p.label, v.label, l.is_borderline) AS agreement,
    COALESCE(p.rule, ''::text) AS rule,
    (
        CASE
            WHEN (v.seconds IS NOT NULL) THEN floor((LEAST(v.seconds, (120)::double precision) * (1000)::double precision))
            ELSE NULL::double precision
        END)::bigint AS milliseconds
   FROM (((public.review v
     LEFT JOIN LATERAL ( SELECT x.policy_version,
            x.route,
            x.label,
            x.rule
           FROM public.prediction x
          WHERE ((x.project_id = v.project_id) AND (x.item_id = v.item_id) AND (x.model_version_id = v.model_version_id))
         OFFSET 0) p ON (true))
     LEFT JOIN LATERAL ( SELECT x.is_audit
           FROM public.task x
          WHERE ((x.project_id = v.project_id) AND (x.item_id = v.item_id))
         OFFSET 0) t ON (true))
     LEFT JOIN LATERAL ( SELECT x.is_borderline
           FROM public.label x
          WHERE ((x.project_id = v.project_id) AND (x.id = v.label))
         OFFSET 0) l ON (true))
  WHERE ((v.undone_at IS NULL) AND (v.status <> 'imported'::text));

CREATE VIEW public.counted_review AS
 SELECT c.project_id,
    c.reviewed_at,
    c.actor_id,
    c.model_version_id,
    c.policy_version,
    c.queue,
    c.is_audit,
    c.is_shown,
    c.is_queued,
    ''::text AS slice_key,
    ''::text AS slice_value,
    c.status,
    c.verdict,
    c.predicted,
    c.agreement,
    c.rule,
    (1)::bigint AS reviews,
    c.milliseconds
   FROM public.standing_review c
UNION ALL
 SELECT c.project_id,
    c.reviewed_at,
    c.actor_id,
    c.model_version_id,
    c.policy_version,
    c.queue,
    c.is_audit,
    c.is_shown,
    c.is_queued,
    s.key AS slice_key,
    public.slice_value(c.project_id, s.key, i.metadata) AS slice_value,
    c.status,
    c.verdict,
    c.predicted,
    c.agreement,
    c.rule,
    1 AS reviews,
    NULL::bigint AS milliseconds
   FROM ((public.standing_review c
     JOIN public.rollup_slice s ON ((s.project_id = c.project_id)))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = c.project_id) AND (x.id = c.item_id))
         OFFSET 0) i);

CREATE TABLE public.drift_setting (
    project_id bigint NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_by bigint NOT NULL,
    document json NOT NULL
);
ALTER TABLE ONLY public.drift_setting ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.drift_setting IS 'What a project watches; without a row it watches the standard.';

CREATE TABLE public.drift_watch (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    after_item bigint DEFAULT 0 NOT NULL,
    checked_item bigint DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    windows integer DEFAULT 0 NOT NULL,
    reference_number integer,
    pending bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY public.drift_watch ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.drift_watch IS 'Where the windows of a version have come to; one instance at a time closes them.';

COMMENT ON COLUMN public.drift_watch.after_item IS 'The last item of the last closed window.';

COMMENT ON COLUMN public.drift_watch.checked_item IS 'Up to which item arrivals are counted in pending.';

COMMENT ON COLUMN public.drift_watch.next_at IS 'When the next window begins, where windows are of equal time.';

COMMENT ON COLUMN public.drift_watch.reference_number IS 'The window the others are compared with; 0 is one that was asked for, null: there is none yet.';

CREATE TABLE public.drift_window (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    number integer NOT NULL,
    items integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone DEFAULT now() NOT NULL,
    level text NOT NULL,
    contents json NOT NULL,
    signals json NOT NULL,
    CONSTRAINT drift_window_level_known CHECK ((level = ANY (ARRAY['none'::text, 'warn'::text, 'act'::text])))
);
ALTER TABLE ONLY public.drift_window ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.drift_window IS 'Closed windows of what a version decided, counted from 1; never changed, made anew when what is watched changes.';

COMMENT ON COLUMN public.drift_window.contents IS 'What the items were like: enough to compare the window with any other.';

COMMENT ON COLUMN public.drift_window.signals IS 'How far each signal had moved from the reference; empty for the reference itself.';

CREATE TABLE public.fallback (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    cause text NOT NULL,
    model_version_id bigint NOT NULL,
    subject bigint NOT NULL,
    asked text NOT NULL,
    taken text NOT NULL,
    reason text NOT NULL,
    from_policy_version integer NOT NULL,
    to_policy_version integer,
    lifted_at timestamp with time zone,
    lifted_by bigint,
    lifted_reason text,
    error_limit double precision,
    evidence_from timestamp with time zone,
    raise_due boolean DEFAULT false NOT NULL,
    raised_from_policy_version integer,
    raised_to_policy_version integer,
    CONSTRAINT fallback_action_known CHECK (((asked = ANY (ARRAY['assist'::text, 'hold'::text, 'raise'::text, 'previous'::text, 'notify'::text])) AND (taken = ANY (ARRAY['assist'::text, 'hold'::text, 'raise'::text, 'previous'::text, 'notify'::text])))),
    CONSTRAINT fallback_cause_known CHECK ((cause = ANY (ARRAY['concept'::text, 'error_limit'::text, 'expiry'::text, 'silence'::text, 'revocation'::text, 'label_change'::text]))),
    CONSTRAINT fallback_lifted_by_somebody CHECK ((((lifted_at IS NULL) = (lifted_by IS NULL)) AND ((lifted_at IS NULL) = (lifted_reason IS NULL)))),
    CONSTRAINT fallback_lifted_if_taken CHECK (((lifted_at IS NULL) OR (to_policy_version IS NOT NULL))),
    CONSTRAINT fallback_raised_from_and_to CHECK (((raised_from_policy_version IS NULL) = (raised_to_policy_version IS NULL)))
);
ALTER TABLE ONLY public.fallback ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.fallback IS 'Never deleted, and changed only by being lifted or put back, and by a raised threshold taking the place of assist.';

COMMENT ON COLUMN public.fallback.subject IS 'What it rests on: the certificate that expired or was revoked, the activation of the policy whose limit is broken, the version of the label set, else the alarm; each is acted on once.';

COMMENT ON COLUMN public.fallback.asked IS 'What the policy asked for; taken is what was done.';

COMMENT ON COLUMN public.fallback.to_policy_version IS 'The policy that put it in force; null: the policy was left as it was.';

COMMENT ON COLUMN public.fallback.lifted_at IS 'Since when the policy in force does not have it any more; null while it has.';

COMMENT ON COLUMN public.fallback.error_limit IS 'The error rate that was promised; null where none was.';

COMMENT ON COLUMN public.fallback.evidence_from IS 'Since when labels are taken to be like those to come; null: the usual window of a certificate.';

COMMENT ON COLUMN public.fallback.raise_due IS 'Whether a threshold that the labels still certify is to be looked for.';

COMMENT ON COLUMN public.fallback.raised_to_policy_version IS 'The policy that let the version decide again from a certified threshold on, in place of raised_from_policy_version; null: none did.';

CREATE TABLE public.feed (
    project_id bigint NOT NULL,
    name text NOT NULL,
    last_number bigint DEFAULT 0 NOT NULL,
    CONSTRAINT feed_last_number_not_negative CHECK ((last_number >= 0)),
    CONSTRAINT feed_name_known CHECK ((name = 'corrections'::text))
);
ALTER TABLE ONLY public.feed ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.feed IS 'How far each feed is numbered; its row is locked while more is.';

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
ALTER TABLE ONLY public.gold ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.gold_lease ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.guideline ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.guideline_proposal ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.guideline_read ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.guideline_read IS 'Append only: which versions a reviewer said to have read.';

CREATE SEQUENCE public.item_id_seq
    START WITH 1
    INCREMENT BY 10000
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

COMMENT ON SEQUENCE public.item_id_seq IS 'One value is a block: the service numbers up to 10,000 items from it upwards.';

CREATE TABLE public.label_change (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_by bigint NOT NULL,
    change text NOT NULL,
    label_id text NOT NULL COLLATE pg_catalog."C",
    reason text DEFAULT ''::text NOT NULL,
    before json,
    after json NOT NULL,
    CONSTRAINT label_change_known CHECK ((change = ANY (ARRAY['added'::text, 'restored'::text, 'renamed'::text, 'retitled'::text, 'rekeyed'::text, 'retired'::text, 'merged'::text]))),
    CONSTRAINT label_change_version_after_first CHECK ((version > 1))
);
ALTER TABLE ONLY public.label_change ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.label_change IS 'Append only: what each version of the label set changed against the one before, by whom, and why.';

COMMENT ON COLUMN public.label_change.before IS 'The label before; null of one that was added.';

CREATE TABLE public.label_map (
    project_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_by bigint NOT NULL,
    document json NOT NULL,
    CONSTRAINT label_map_name_form CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
);
ALTER TABLE ONLY public.label_map ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.lease ALTER COLUMN project_id SET STATISTICS 0;

CREATE TABLE public.model_version (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    model text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C",
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.model_version ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.policy ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.policy_activation ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.policy_activation IS 'Append only: which version came into force when, by whom, and why; the last one is in force.';

COMMENT ON COLUMN public.policy_activation.version IS 'What came into force; of a rollback, what it led back to.';

CREATE TABLE public.project (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    guidelines_version integer DEFAULT 1 NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    policy_version integer,
    rollout_revision integer,
    calibrations integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    label_set_version integer DEFAULT 1 NOT NULL,
    archived_at timestamp with time zone,
    deleted_at timestamp with time zone,
    dwell_ms integer DEFAULT 150 NOT NULL,
    CONSTRAINT project_archived_before_deleted CHECK (((deleted_at IS NULL) OR (archived_at IS NOT NULL))),
    CONSTRAINT project_dwell_in_range CHECK (((dwell_ms >= 0) AND (dwell_ms <= 5000))),
    CONSTRAINT project_name_form CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
);

COMMENT ON COLUMN public.project.guidelines_version IS 'The guidelines in force; version 1 is made in the transaction that creates the project.';

COMMENT ON COLUMN public.project.tags IS 'The error tags offered to reviewers, in order; they may type others.';

COMMENT ON COLUMN public.project.policy_version IS 'The policy in force; set in the transaction that creates the project.';

COMMENT ON COLUMN public.project.rollout_revision IS 'The rollout in force; null: there is none, and whichever version comes first is routed.';

COMMENT ON COLUMN public.project.calibrations IS 'How many calibration maps were fitted: who remembers maps reads them anew when it has grown.';

COMMENT ON COLUMN public.project.label_set_version IS 'The label set in force; 1 is what the project was created with.';

COMMENT ON COLUMN public.project.archived_at IS 'Since when it takes no predictions and gives out no work; null: it does.';

COMMENT ON COLUMN public.project.deleted_at IS 'When it was deleted: nobody finds it any more, its name is free, and its rows are being removed.';

COMMENT ON COLUMN public.project.dwell_ms IS 'How long an item has to be on a reviewer''s screen before a key answers it, in milliseconds.';

ALTER TABLE public.project ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.project_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.project_removal (
    id bigint NOT NULL,
    removed_project bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    deleted_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_by bigint NOT NULL,
    rows_removed bigint DEFAULT 0 NOT NULL,
    finished_at timestamp with time zone
);

COMMENT ON TABLE public.project_removal IS 'Append only, but for its progress: which projects were deleted when, by whom and why. It outlives them.';

COMMENT ON COLUMN public.project_removal.finished_at IS 'When nothing of the project was left; null while its rows are being removed.';

ALTER TABLE public.project_removal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.project_removal_id_seq
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
ALTER TABLE ONLY public.ready ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON COLUMN public.ready.free_slots IS 'Bit n is set while review slot n may be claimed.';

CREATE TABLE public.reopened_item (
    project_id bigint NOT NULL,
    reopening_id integer NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    asks text NOT NULL,
    CONSTRAINT reopened_item_asks_known CHECK ((asks = ANY (ARRAY['review'::text, 'audit'::text, 'adjudication'::text])))
);
ALTER TABLE ONLY public.reopened_item ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.reopened_item IS 'What each reopening reopened; the row goes when the decision is restored.';

COMMENT ON COLUMN public.reopened_item.revision IS 'The decision that says reopened: the one before it is restored, unless another follows.';

CREATE TABLE public.reopening (
    project_id bigint NOT NULL,
    id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by bigint NOT NULL,
    finished_at timestamp with time zone,
    since timestamp with time zone,
    until timestamp with time zone NOT NULL,
    after_item bigint DEFAULT '-1'::integer NOT NULL,
    reopened bigint DEFAULT 0 NOT NULL,
    settled bigint DEFAULT 0 NOT NULL,
    restored bigint DEFAULT 0 NOT NULL,
    decided_since bigint DEFAULT 0 NOT NULL,
    in_hand bigint DEFAULT 0 NOT NULL,
    policy_version integer,
    label text COLLATE pg_catalog."C",
    model text COLLATE pg_catalog."C",
    model_version text COLLATE pg_catalog."C",
    source text,
    priority text NOT NULL,
    status text DEFAULT 'reopening'::text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT reopening_id_positive CHECK ((id > 0)),
    CONSTRAINT reopening_source_known CHECK ((source = ANY (ARRAY['model'::text, 'reviewer'::text, 'consensus'::text, 'adjudicator'::text]))),
    CONSTRAINT reopening_status_known CHECK ((status = ANY (ARRAY['reopening'::text, 'reopened'::text, 'undoing'::text, 'undone'::text])))
);
ALTER TABLE ONLY public.reopening ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.reopening IS 'Decisions taken back together; null members of what was asked for match everything.';

COMMENT ON COLUMN public.reopening.after_item IS 'Where the next batch begins: items are taken in order.';

COMMENT ON COLUMN public.reopening.settled IS 'Matching items that an adjudicator has settled, which stay as they are.';

COMMENT ON COLUMN public.reopening.decided_since IS 'Of what was undone: items that people had decided by then, which stay decided.';

COMMENT ON COLUMN public.reopening.in_hand IS 'Of what was undone: items that somebody had in hand or had answered in part, which go on.';

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
ALTER TABLE ONLY public.reroute ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.reroute IS 'Append only: the routes that stood for an item until another took their place, numbered from 1.';

CREATE TABLE public.reviewer_pause (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    paused_by bigint NOT NULL,
    resumed_at timestamp with time zone,
    why text NOT NULL
);
ALTER TABLE ONLY public.reviewer_pause ALTER COLUMN project_id SET STATISTICS 0;

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
ALTER TABLE ONLY public.rollout ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollout IS 'Append only: a revision is never changed, so every route can be recomputed.';

COMMENT ON COLUMN public.rollout.document IS 'Null: from this revision on there was no rollout.';

CREATE TABLE public.rollup_arrival (
    project_id bigint NOT NULL,
    facet text NOT NULL,
    grain text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    model_version_id bigint NOT NULL,
    propensity double precision NOT NULL,
    policy_version integer NOT NULL,
    stratum smallint NOT NULL,
    is_contradicted boolean NOT NULL,
    slice_key text NOT NULL COLLATE pg_catalog."C",
    slice_value text NOT NULL COLLATE pg_catalog."C",
    label text NOT NULL COLLATE pg_catalog."C",
    route text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C",
    rule text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    items bigint NOT NULL,
    offset_milliseconds bigint NOT NULL,
    CONSTRAINT rollup_arrival_facet_known CHECK ((facet = ANY (ARRAY['all'::text, 'route'::text]))),
    CONSTRAINT rollup_arrival_grain_known CHECK ((grain = ANY (ARRAY['hour'::text, 'day'::text])))
)
WITH (fillfactor='70');
ALTER TABLE ONLY public.rollup_arrival ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_arrival IS 'Items by the hour and the day of their arrival, by their route that stands and the decision that stands.';

COMMENT ON COLUMN public.rollup_arrival.facet IS 'What is told apart: all; or what the routes were, with no model version (0), label or reason, in a few rows.';

COMMENT ON COLUMN public.rollup_arrival.starts_at IS 'Hours and days begin in UTC.';

COMMENT ON COLUMN public.rollup_arrival.stratum IS 'The stratum of the policy''s audits; -1 for none.';

COMMENT ON COLUMN public.rollup_arrival.is_contradicted IS 'An answer to the audit differs from the model.';

COMMENT ON COLUMN public.rollup_arrival.slice_key IS 'Empty: all items; else one of the project''s slices, as metadata.source.';

COMMENT ON COLUMN public.rollup_arrival.label IS 'What was predicted; empty for an item without a prediction. So with rule, where none applied.';

COMMENT ON COLUMN public.rollup_arrival.source IS 'Whose decision stands; empty for none.';

COMMENT ON COLUMN public.rollup_arrival.offset_milliseconds IS 'The sum over the items of the time from starts_at to their arrival.';

CREATE TABLE public.rollup_decision (
    project_id bigint NOT NULL,
    clock text NOT NULL,
    grain text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    model_version_id bigint NOT NULL,
    bin smallint NOT NULL,
    is_accepted boolean NOT NULL,
    slice_key text NOT NULL COLLATE pg_catalog."C",
    slice_value text NOT NULL COLLATE pg_catalog."C",
    deadline text NOT NULL COLLATE pg_catalog."C",
    items bigint NOT NULL,
    milliseconds bigint NOT NULL,
    CONSTRAINT rollup_decision_clock_known CHECK ((clock = ANY (ARRAY['arrival'::text, 'decision'::text]))),
    CONSTRAINT rollup_decision_deadline_known CHECK ((deadline = ANY (ARRAY['none'::text, 'met'::text, 'missed'::text]))),
    CONSTRAINT rollup_decision_grain_known CHECK ((grain = ANY (ARRAY['hour'::text, 'day'::text])))
)
WITH (fillfactor='70');
ALTER TABLE ONLY public.rollup_decision ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_decision IS 'Items that people decided, by the time it took them.';

COMMENT ON COLUMN public.rollup_decision.clock IS 'What starts_at is of: the item''s arrival, or the decision that stands.';

COMMENT ON COLUMN public.rollup_decision.bin IS 'n where the time is from 2^(n/8) to 2^((n+1)/8) milliseconds; see duration_bin. By decision 0.';

COMMENT ON COLUMN public.rollup_decision.is_accepted IS 'The model had decided, and people audited it.';

COMMENT ON COLUMN public.rollup_decision.deadline IS 'Whether it was met. By decision none.';

CREATE TABLE public.rollup_handling (
    project_id bigint NOT NULL,
    grain text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    actor_id bigint NOT NULL,
    bin smallint NOT NULL,
    is_skip boolean NOT NULL,
    reviews bigint NOT NULL,
    milliseconds bigint NOT NULL,
    CONSTRAINT rollup_handling_grain_known CHECK ((grain = ANY (ARRAY['hour'::text, 'day'::text, 'shift'::text])))
)
WITH (fillfactor='70');
ALTER TABLE ONLY public.rollup_handling ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_handling IS 'The active time of reviews that stand and came with one, capped at the idle limit of 120 seconds each.';

COMMENT ON COLUMN public.rollup_handling.grain IS 'shift: an hour of one reviewer in one row, whatever the bin.';

COMMENT ON COLUMN public.rollup_handling.bin IS 'As in rollup_decision.';

CREATE TABLE public.rollup_review (
    project_id bigint NOT NULL,
    facet text NOT NULL,
    grain text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    policy_version integer NOT NULL,
    queue smallint NOT NULL,
    is_audit boolean NOT NULL,
    is_shown boolean NOT NULL,
    is_queued boolean NOT NULL,
    slice_key text NOT NULL COLLATE pg_catalog."C",
    slice_value text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    verdict text NOT NULL COLLATE pg_catalog."C",
    predicted text NOT NULL COLLATE pg_catalog."C",
    agreement text NOT NULL COLLATE pg_catalog."C",
    rule text NOT NULL COLLATE pg_catalog."C",
    reviews bigint NOT NULL,
    CONSTRAINT rollup_review_agreement_known CHECK ((agreement = ANY (ARRAY[''::text, 'same'::text, 'other'::text]))),
    CONSTRAINT rollup_review_facet_known CHECK ((facet = ANY (ARRAY['all'::text, 'reviewer'::text, 'label'::text, 'agreement'::text]))),
    CONSTRAINT rollup_review_grain_known CHECK ((grain = ANY (ARRAY['hour'::text, 'day'::text])))
)
WITH (fillfactor='70');
ALTER TABLE ONLY public.rollup_review ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_review IS 'Reviews that stand, by the hour and the day they were given.';

COMMENT ON COLUMN public.rollup_review.facet IS 'What is told apart: all; who reviewed and how; of labels that counted, what was predicted and how it was asked, or nothing but the agreement. The rest is 0, empty and false.';

COMMENT ON COLUMN public.rollup_review.is_audit IS 'Of reviews that count: the item was audited.';

COMMENT ON COLUMN public.rollup_review.predicted IS 'What the model had said; empty for nothing.';

COMMENT ON COLUMN public.rollup_review.agreement IS 'Of labels given on a prediction, the borderline one left out: the one predicted, or another.';

CREATE TABLE public.rollup_slice_value (
    project_id bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY public.rollup_slice_value ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.rollup_slice_value IS 'The values told apart, in order of appearance; once there are 100 of a key, others count as other.';

CREATE TABLE public.salt (
    project_id bigint NOT NULL,
    purpose text NOT NULL,
    id smallint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT salt_purpose_known CHECK ((purpose = ANY (ARRAY['routing'::text, 'split'::text, 'lease'::text]))),
    CONSTRAINT salt_secret_length CHECK ((octet_length(secret) = 32))
);
ALTER TABLE ONLY public.salt ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.salt IS 'Secret keys of the hashes that draw audits and splits and sign leases; one purpose never uses another''s.';

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
ALTER TABLE ONLY public.token ALTER COLUMN project_id SET STATISTICS 0;

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

CREATE VIEW public.unfolded_arrival AS
 SELECT a.project_id,
    a.received_at,
    a.model_version_id,
    a.policy_version,
    a.propensity,
    a.stratum,
    a.is_contradicted,
    ''::text AS slice_key,
    ''::text AS slice_value,
    a.label,
    a.route,
    a.reason,
    a.rule,
    a.source,
    a.outcome,
    a.items
   FROM public.appended_arrival a
UNION ALL
 SELECT a.project_id,
    a.received_at,
    a.model_version_id,
    a.policy_version,
    a.propensity,
    a.stratum,
    a.is_contradicted,
    s.key AS slice_key,
    public.slice_value(a.project_id, s.key, i.metadata) AS slice_value,
    a.label,
    a.route,
    a.reason,
    a.rule,
    a.source,
    a.outcome,
    (sign((a.items)::double precision))::bigint AS items
   FROM (((public.appended_arrival a
     JOIN public.rollup_slice s ON ((s.project_id = a.project_id)))
     CROSS JOIN LATERAL unnest(a.item_ids) n(id))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = a.project_id) AND (x.id = n.id))
         OFFSET 0) i);

CREATE VIEW public.unfolded_decision AS
 WITH change AS (
         SELECT m.project_id,
            m.item_id,
            m.received_at,
            n.decided_at,
            m.model_version_id,
            m.policy_version,
            COALESCE(m.rule, ''::text) AS rule,
            (m.route = ANY (ARRAY['accepted'::text, 'audited'::text])) AS is_accepted,
            n.items,
            (GREATEST((0)::numeric, floor((EXTRACT(epoch FROM (n.decided_at - m.received_at)) * (1000)::numeric))))::bigint AS milliseconds
           FROM (public.appended_move m
             CROSS JOIN LATERAL ( SELECT m.from_decided_at,
                    m.from_source,
                    m.from_outcome,
                    (- (1)::bigint) AS "?column?"
                UNION ALL
                 SELECT m.to_decided_at,
                    m.to_source,
                    m.to_outcome,
                    1) n(decided_at, source, outcome, items))
          WHERE ((n.source <> ALL (ARRAY[''::text, 'model'::text])) AND (n.outcome <> 'reopened'::text))
        )
 SELECT c.project_id,
    c.received_at,
    c.decided_at,
    c.model_version_id,
    c.policy_version,
    c.rule,
    c.is_accepted,
    ''::text AS slice_key,
    ''::text AS slice_value,
    c.items,
    c.milliseconds
   FROM change c
UNION ALL
 SELECT c.project_id,
    c.received_at,
    c.decided_at,
    c.model_version_id,
    c.policy_version,
    c.rule,
    c.is_accepted,
    s.key AS slice_key,
    public.slice_value(c.project_id, s.key, i.metadata) AS slice_value,
    c.items,
    c.milliseconds
   FROM ((change c
     JOIN public.rollup_slice s ON ((s.project_id = c.project_id)))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = c.project_id) AND (x.id = c.item_id))
         OFFSET 0) i);

CREATE VIEW public.unfolded_review AS
 WITH change AS (
         SELECT a.project_id,
            a.item_id,
            a.reviewed_at,
            a.actor_id,
            a.model_version_id,
            a.policy_version,
            a.queue,
            a.is_audit,
            a.is_shown,
            a.is_queued,
            a.status,
            a.verdict,
            COALESCE(a.predicted, ''::text) AS predicted,
            public.review_agreement(a.verdict, a.predicted, a.given, l.is_borderline) AS agreement,
            COALESCE(a.rule, ''::text) AS rule,
            (a.weight)::bigint AS reviews,
            (
                CASE
                    WHEN (a.seconds IS NOT NULL) THEN floor((LEAST(a.seconds, (120)::double precision) * (1000)::double precision))
                    ELSE NULL::double precision
                END)::bigint AS milliseconds
           FROM (public.appended_review a
             LEFT JOIN LATERAL ( SELECT x.is_borderline
                   FROM public.label x
                  WHERE ((x.project_id = a.project_id) AND (x.id = a.given))
                 OFFSET 0) l ON (true))
        )
 SELECT c.project_id,
    c.reviewed_at,
    c.actor_id,
    c.model_version_id,
    c.policy_version,
    c.queue,
    c.is_audit,
    c.is_shown,
    c.is_queued,
    ''::text AS slice_key,
    ''::text AS slice_value,
    c.status,
    c.verdict,
    c.predicted,
    c.agreement,
    c.rule,
    c.reviews,
    c.milliseconds
   FROM change c
UNION ALL
 SELECT c.project_id,
    c.reviewed_at,
    c.actor_id,
    c.model_version_id,
    c.policy_version,
    c.queue,
    c.is_audit,
    c.is_shown,
    c.is_queued,
    s.key AS slice_key,
    public.slice_value(c.project_id, s.key, i.metadata) AS slice_value,
    c.status,
    c.verdict,
    c.predicted,
    c.agreement,
    c.rule,
    c.reviews,
    NULL::bigint AS milliseconds
   FROM ((change c
     JOIN public.rollup_slice s ON ((s.project_id = c.project_id)))
     CROSS JOIN LATERAL ( SELECT x.metadata
           FROM public.item x
          WHERE ((x.project_id = c.project_id) AND (x.id = c.item_id))
         OFFSET 0) i);

CREATE TABLE public.version_silence (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    unanswered bigint NOT NULL,
    alarmed_at timestamp with time zone
);
ALTER TABLE ONLY public.version_silence ALTER COLUMN project_id SET STATISTICS 0;

COMMENT ON TABLE public.version_silence IS 'How many items have waited in vain for a serving version, in a row and since when; the count ends when the version answers.';

COMMENT ON COLUMN public.version_silence.alarmed_at IS 'When the alarm of this silence was raised; null: not yet.';

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_name_unique UNIQUE (name);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alarm_episode
    ADD CONSTRAINT alarm_episode_pkey PRIMARY KEY (project_id, number);

ALTER TABLE ONLY public.alarm_event
    ADD CONSTRAINT alarm_event_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.awaiting
    ADD CONSTRAINT awaiting_pkey PRIMARY KEY (project_id, item_id);

ALTER TABLE ONLY public.calibration_map
    ADD CONSTRAINT calibration_map_pkey PRIMARY KEY (project_id, model_version_id, number);

ALTER TABLE ONLY public.certificate
    ADD CONSTRAINT certificate_pkey PRIMARY KEY (project_id, number);

ALTER TABLE ONLY public.concept_watch
    ADD CONSTRAINT concept_watch_pkey PRIMARY KEY (project_id, model_version_id);

ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_pkey PRIMARY KEY (project_id, item_id, revision);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (project_id, item_id, revision);

ALTER TABLE ONLY public.drift_setting
    ADD CONSTRAINT drift_setting_pkey PRIMARY KEY (project_id);

ALTER TABLE ONLY public.drift_watch
    ADD CONSTRAINT drift_watch_pkey PRIMARY KEY (project_id, model_version_id);

ALTER TABLE ONLY public.drift_window
    ADD CONSTRAINT drift_window_pkey PRIMARY KEY (project_id, model_version_id, number);

ALTER TABLE ONLY public.fallback
    ADD CONSTRAINT fallback_once_a_subject UNIQUE (project_id, cause, model_version_id, subject);

ALTER TABLE ONLY public.fallback
    ADD CONSTRAINT fallback_pkey PRIMARY KEY (project_id, number);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (project_id, name);

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

ALTER TABLE ONLY public.label_change
    ADD CONSTRAINT label_change_pkey PRIMARY KEY (project_id, version);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_pkey PRIMARY KEY (project_id, name);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_name_unique UNIQUE (project_id, name);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_pkey PRIMARY KEY (project_id, id);

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
    ADD CONSTRAINT project_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.project_removal
    ADD CONSTRAINT project_removal_once UNIQUE (removed_project);

ALTER TABLE ONLY public.project_removal
    ADD CONSTRAINT project_removal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ready
    ADD CONSTRAINT ready_pkey PRIMARY KEY (project_id, queue, rank, item_id);

ALTER TABLE ONLY public.reopened_item
    ADD CONSTRAINT reopened_item_pkey PRIMARY KEY (project_id, reopening_id, item_id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.reroute
    ADD CONSTRAINT reroute_pkey PRIMARY KEY (project_id, item_id, number);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pkey PRIMARY KEY (project_id, id);

ALTER TABLE ONLY public.reviewer_pause
    ADD CONSTRAINT reviewer_pause_pkey PRIMARY KEY (project_id, actor_id);

ALTER TABLE ONLY public.rollout
    ADD CONSTRAINT rollout_pkey PRIMARY KEY (project_id, revision);

ALTER TABLE ONLY public.rollup_arrival
    ADD CONSTRAINT rollup_arrival_pkey PRIMARY KEY (project_id, slice_key, slice_value, facet, grain, starts_at, label, model_version_id, policy_version, route, reason, rule, propensity, stratum, source, outcome, is_contradicted);

ALTER TABLE ONLY public.rollup_decision
    ADD CONSTRAINT rollup_decision_pkey PRIMARY KEY (project_id, slice_key, slice_value, clock, grain, starts_at, model_version_id, is_accepted, deadline, bin);

ALTER TABLE ONLY public.rollup_handling
    ADD CONSTRAINT rollup_handling_pkey PRIMARY KEY (project_id, grain, starts_at, actor_id, is_skip, bin);

ALTER TABLE ONLY public.rollup_review
    ADD CONSTRAINT rollup_review_pkey PRIMARY KEY (project_id, slice_key, slice_value, facet, grain, starts_at, predicted, actor_id, model_version_id, policy_version, queue, is_audit, is_shown, is_queued, status, verdict, agreement, rule);

ALTER TABLE ONLY public.rollup_slice
    ADD CONSTRAINT rollup_slice_pkey PRIMARY KEY (project_id, key);

ALTER TABLE ONLY public.rollup_slice_value
    ADD CONSTRAINT rollup_slice_value_pkey PRIMARY KEY (project_id, key, value);

ALTER TABLE ONLY public.salt
    ADD CONSTRAINT salt_pkey PRIMARY KEY (project_id, purpose, id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (project_id, item_id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_hash_unique UNIQUE (hash);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.version_silence
    ADD CONSTRAINT version_silence_pkey PRIMARY KEY (project_id, model_version_id);

CREATE UNIQUE INDEX alarm_episode_standing_unique ON public.alarm_episode USING btree (project_id, model_version_id) WHERE (over_at IS NULL);

CREATE INDEX awaiting_due_at_idx ON public.awaiting USING btree (project_id, due_at);

CREATE INDEX awaiting_rollout_revision_idx ON public.awaiting USING btree (project_id, rollout_revision);

CREATE INDEX certificate_by_version_idx ON public.certificate USING btree (project_id, model_version_id, number);

CREATE UNIQUE INDEX correction_number_unique ON public.correction USING btree (project_id, number) WHERE (number IS NOT NULL);

CREATE INDEX correction_unnumbered_idx ON public.correction USING btree (project_id, id) WHERE (number IS NULL);

CREATE INDEX decision_by_people_idx ON public.decision USING btree (project_id, decided_at, item_id) WHERE (source <> 'model'::text);

CREATE INDEX fallback_raise_due_idx ON public.fallback USING btree (project_id, number) WHERE raise_due;

CREATE INDEX guideline_proposal_open_idx ON public.guideline_proposal USING btree (project_id, id) WHERE (status = 'open'::text);

CREATE INDEX lease_expires_at_idx ON public.lease USING btree (expires_at);

CREATE INDEX prediction_audited_idx ON public.prediction USING btree (project_id, model_version_id, received_at, item_id) WHERE (route = 'audited'::text);

CREATE INDEX prediction_not_serving_idx ON public.prediction USING btree (project_id, received_at) WHERE (reason = ANY (ARRAY['late_version'::text, 'unknown_version'::text]));

CREATE INDEX prediction_received_at_idx ON public.prediction USING brin (received_at);

CREATE INDEX prediction_would_be_idx ON public.prediction USING btree (project_id, received_at) WHERE (would_be IS NOT NULL);

CREATE UNIQUE INDEX project_name_unique ON public.project USING btree (name) WHERE (deleted_at IS NULL);

CREATE INDEX reopening_unfinished_idx ON public.reopening USING btree (project_id, id) WHERE (status = ANY (ARRAY['reopening'::text, 'undoing'::text]));

CREATE INDEX reroute_audited_idx ON public.reroute USING btree (project_id, to_model_version_id, changed_at, item_id) WHERE (to_route = 'audited'::text);

CREATE INDEX reroute_late_idx ON public.reroute USING btree (project_id, item_id) WHERE (from_reason = 'late_version'::text);

CREATE INDEX review_by_actor_idx ON public.review USING btree (actor_id, project_id, reviewed_at, id);

CREATE INDEX review_of_gold_idx ON public.review USING btree (project_id, actor_id, item_id) WHERE (status = 'gold'::text);

CREATE UNIQUE INDEX review_once_a_reviewer ON public.review USING btree (project_id, item_id, actor_id, queue) WHERE (undone_at IS NULL);

CREATE UNIQUE INDEX review_once_a_slot ON public.review USING btree (project_id, item_id, queue, slot) WHERE ((undone_at IS NULL) AND (slot IS NOT NULL));

CREATE INDEX review_reviewed_at_idx ON public.review USING brin (reviewed_at);

CREATE INDEX review_undone_idx ON public.review USING btree (project_id, item_id) WHERE (undone_at IS NOT NULL);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.certificate
    ADD CONSTRAINT certificate_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.certificate
    ADD CONSTRAINT certificate_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.certificate
    ADD CONSTRAINT certificate_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.drift_setting
    ADD CONSTRAINT drift_setting_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.drift_setting
    ADD CONSTRAINT drift_setting_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.fallback
    ADD CONSTRAINT fallback_lifted_by_fkey FOREIGN KEY (lifted_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.fallback
    ADD CONSTRAINT fallback_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.feed
    ADD CONSTRAINT feed_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.gold
    ADD CONSTRAINT gold_label_known FOREIGN KEY (project_id, label) REFERENCES public.label(project_id, id);

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

ALTER TABLE ONLY public.label_change
    ADD CONSTRAINT label_change_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.label_change
    ADD CONSTRAINT label_change_of_label FOREIGN KEY (project_id, label_id) REFERENCES public.label(project_id, id);

ALTER TABLE ONLY public.label_change
    ADD CONSTRAINT label_change_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.label_map
    ADD CONSTRAINT label_map_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.label
    ADD CONSTRAINT label_merged_into_label FOREIGN KEY (project_id, merged_into) REFERENCES public.label(project_id, id);

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

ALTER TABLE ONLY public.project_removal
    ADD CONSTRAINT project_removal_deleted_by_fkey FOREIGN KEY (deleted_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.reopening
    ADD CONSTRAINT reopening_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

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

ALTER TABLE ONLY public.rollup_slice
    ADD CONSTRAINT rollup_slice_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.salt
    ADD CONSTRAINT salt_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

ALTER TABLE ONLY public.version_silence
    ADD CONSTRAINT version_silence_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.project(id);

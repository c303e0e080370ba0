-- The queue's moves. Each locks first and checks in a later statement: under READ COMMITTED a statement sees what
-- was committed before it began, so a check in the locking statement itself would look at the past.
-- What runs at every key press has generic plans: every access is by key, and planning the joins of a claim anew, as
-- PostgreSQL now and then decides to, costs three times what the claim does. A plan made while a table was nearly empty
-- would read the whole of it for as long as the session lives, so that is forbidden too; and bitmaps, which read the dead
-- entries of an index again each time, where a plain scan marks them.
-- Order of locks, everywhere: the reviewer, then the wait for a version, then the task, then leases, then ready rows.
-- Whoever ends a lease holds the task, so that a slot is either given back or its item decided, and never both. A sweep,
-- which ends those of many, waits for no task; a claim, which holds ready rows, waits for nothing any more.

-- The places of a task's slots in the queue: each behind the one before it, so that items get first reviews before second
-- ones. A slot of the adjudicators stands where the first does.
CREATE FUNCTION slot_ranks(p_rank bigint, p_delay integer, p_asked smallint) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF p_delay = 0 OR p_asked = 1 THEN
        RETURN ARRAY[p_rank];
    END IF;
    RETURN ARRAY(SELECT p_rank + n * (p_delay * 1000000::bigint) FROM generate_series(0, p_asked - 1) AS n);
END $$;

-- Appends a decision, for which the caller holds the task.
CREATE FUNCTION append_decision(
    p_project bigint, p_item bigint, p_revision integer, p_reviews smallint, p_model_version bigint, p_actor bigint,
    p_agreement double precision, p_label text, p_source text, p_outcome text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement, label, source, outcome)
    VALUES (p_project, p_item, p_revision, p_reviews, p_model_version, p_actor, p_agreement, p_label, p_source, p_outcome);
    PERFORM append_moves(p_project, ARRAY[p_item]);
END $$;

-- Whether an item needs nobody any more. A model's decision leaves an audit open; where none was drawn, the task was
-- withdrawn.
CREATE FUNCTION is_settled(p_project bigint, p_item bigint, p_is_audit boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
        SELECT d.outcome <> 'reopened' AND (d.source <> 'model' OR NOT p_is_audit) FROM decision d
        WHERE d.project_id = p_project AND d.item_id = p_item ORDER BY d.revision DESC LIMIT 1), false);
END $$;

-- Offers slots of a task whose place in the queue they do not have.
CREATE FUNCTION offer_slots(p_project bigint, p_queue smallint, p_item bigint, p_slots integer)
RETURNS void LANGUAGE plpgsql AS $$
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

-- Gives back a slot of a task that the caller holds. What is decided is not offered again. While an adjudicator has the
-- item, or is to have it, reviewers get none of its slots; undo_review finds them again.
CREATE FUNCTION give_back_slot(p_project bigint, p_queue smallint, p_item bigint, p_slot smallint)
RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION lowest_slot(p_slots integer) RETURNS smallint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    v_slot smallint := 0;
BEGIN
    WHILE (p_slots >> v_slot) & 1 = 0 LOOP
        v_slot := v_slot + 1;
    END LOOP;
    RETURN v_slot;
END $$;

-- Takes a slot out of a ready row that the caller has locked.
CREATE FUNCTION take_slot(p_project bigint, p_queue smallint, p_rank bigint, p_item bigint, p_free integer, p_slot smallint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_free = 1 << p_slot THEN
        DELETE FROM ready r
        WHERE r.project_id = p_project AND r.queue = p_queue AND r.rank = p_rank AND r.item_id = p_item;
    ELSE
        UPDATE ready r SET free_slots = p_free & ~(1 << p_slot)
        WHERE r.project_id = p_project AND r.queue = p_queue AND r.rank = p_rank AND r.item_id = p_item;
    END IF;
END $$;

-- Takes a decided item, whose task the caller holds, out of both queues. Leases live on, and what is answered under them
-- is surplus; they come back to no queue (give_back_slot).
CREATE FUNCTION close_task(p_project bigint, p_item bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_task record;
BEGIN
    SELECT t.rank, t.slot_delay, t.asked INTO v_task FROM task t WHERE t.project_id = p_project AND t.item_id = p_item;
    DELETE FROM ready r
    WHERE r.project_id = p_project AND r.queue IN (0, 1) AND r.item_id = p_item
        AND r.rank = ANY(slot_ranks(v_task.rank, v_task.slot_delay, v_task.asked));
END $$;

-- Hands an item, whose task the caller holds, from the reviewers to the adjudicators, once.
CREATE FUNCTION open_adjudication(p_project bigint, p_item bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM close_task(p_project, p_item);
    PERFORM FROM lease l WHERE l.project_id = p_project AND l.item_id = p_item AND l.queue = 1;
    IF NOT FOUND THEN
        PERFORM offer_slots(p_project, 1::smallint, p_item, 1);
    END IF;
END $$;

-- Gives the slots of lapsed leases back; those of tasks that somebody holds are left to the next sweep.
CREATE FUNCTION sweep_leases(p_project bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- Leases items to several reviewers in one go: to each of p_actors the next p_counts of them, best rank first, from
-- (p_floor_ranks, p_floor_items) on, under the next of p_tokens. p_scans bounds how many ready rows may be looked at for
-- each (null: all). A floor is a hint that skips the dead and the already seen; it decides nothing. o_claim is whose it is,
-- from 1 on. Unless p_waits, nobody waits for a reviewer whose other request is under way: theirs is one row without an
-- item.
CREATE FUNCTION claim_tasks(
    p_project bigint, p_queue smallint, p_seconds integer, p_waits boolean, p_actors bigint[], p_counts integer[],
    p_floor_ranks bigint[], p_floor_items bigint[], p_scans integer[], p_tokens bigint[]
) RETURNS TABLE (
    o_claim integer, o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamptz, o_model_version bigint,
    o_is_blind boolean, o_external_id text, o_payload json, o_metadata json, o_received_at timestamptz, o_label text,
    o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- As claim_tasks, over the ready rows from (p_floor_rank, p_floor_item) up to and without (p_end_rank, p_end_item), and of
-- those the ones that match: the predicted label is among p_labels (null: any), every metadata key among p_keys has one
-- of the values that stand beside it in p_values, and the reviewer escalated the item if p_mine. What claims without a
-- filter pay is not touched by it. Blind tasks of the review queue match no label: the match would tell it.
CREATE FUNCTION claim_matching_tasks(
    p_project bigint, p_queue smallint, p_actor bigint, p_tokens bigint[], p_seconds integer,
    p_floor_rank bigint, p_floor_item bigint, p_end_rank bigint, p_end_item bigint,
    p_labels text[], p_keys text[], p_values text[], p_mine boolean
) RETURNS TABLE (o_item bigint, o_rank bigint, o_token bigint, o_expires_at timestamptz, o_model_version bigint,
    o_is_blind boolean) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- Records one review. o_status: counted, late, skipped (recorded and good); surplus (on a live lease, recorded, not counted:
-- others had decided); lapsed (after the lease, recorded, not counted: others had the slot or had decided); conflict (this id was recorded before with another answer); superseded (the same
-- reviewer holds a newer lease of the item); already (the same reviewer has reviewed the item); unknown (there is no such
-- task); several (p_outcomes were given, and the task needs more than this review or may, or more than a decision follows
-- from it, as after a complaint: nothing was done); busy (not p_waits, and the reviewer or the task is held by somebody:
-- nothing was done). With o_repeated this answer was recorded before, with that status. p_outcomes: the review is to decide
-- its item by itself, with the first of them if the label is the predicted one, the second if it is another, the third if
-- nothing was predicted; null: it is only recorded.
CREATE FUNCTION record_review(
    p_project bigint, p_id text, p_item bigint, p_actor bigint, p_queue smallint, p_token bigint,
    p_model_version bigint, p_shown boolean, p_verdict text, p_label text, p_tags json, p_comment text,
    p_seconds double precision, p_outcomes text[], p_waits boolean
) RETURNS TABLE (o_status text, o_repeated boolean, o_reviewed_at timestamptz, o_asked smallint, o_policy_version integer,
    o_revision integer, o_is_audit boolean, o_decided boolean, o_model_version bigint, o_predicted text, o_outcome text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- Takes one's own review back and leases the item to its reviewer again. o_status: undone; repeated (it was taken back
-- before); unknown (no such review of this reviewer); superseded (an adjudicator has the item or has settled it); taken (the review
-- held no slot, being a skip or surplus, and there is none free); gold (undo_gold takes it back).
CREATE FUNCTION undo_review(p_project bigint, p_id text, p_actor bigint, p_token bigint, p_seconds integer)
RETURNS TABLE (o_status text, o_item bigint, o_queue smallint, o_model_version bigint, o_shown boolean,
    o_expires_at timestamptz, o_revision integer, o_decided boolean, o_is_audit boolean) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

CREATE FUNCTION release_lease(p_project bigint, p_item bigint, p_actor bigint, p_token bigint)
RETURNS boolean LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

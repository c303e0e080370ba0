-- Items whose label is known, who was given them, who is paused, and the decisions of people that took a model's place.

CREATE TABLE gold (
    project_id bigint NOT NULL REFERENCES project (id),
    item_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    retired_at timestamptz,
    label text COLLATE "C" NOT NULL,
    note text,
    CONSTRAINT gold_pkey PRIMARY KEY (project_id, item_id),
    CONSTRAINT gold_label_known FOREIGN KEY (project_id, label) REFERENCES label (project_id, name),
    CONSTRAINT gold_note_length CHECK (octet_length(note) BETWEEN 1 AND 4096)
);
COMMENT ON TABLE gold IS 'Items whose label is known; a corrected label is the one all answers are judged by.';
COMMENT ON COLUMN gold.retired_at IS 'Since when it is neither given out nor counted.';
COMMENT ON COLUMN gold.note IS 'Why it is that label, for reviewers of projects that tell.';

CREATE TABLE gold_lease (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    item_id bigint NOT NULL,
    token bigint NOT NULL,
    displaced_item_id bigint,
    displaced_token bigint,
    model_version_id bigint NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    received_at timestamptz NOT NULL,
    form text NOT NULL,
    CONSTRAINT gold_lease_pkey PRIMARY KEY (project_id, actor_id, item_id),
    CONSTRAINT gold_lease_form_known CHECK (form IN ('shown', 'blind', 'bare'))
);
COMMENT ON TABLE gold_lease IS 'Which gold item a reviewer was given, in place of which task; kept when it is answered: nobody gets one twice.';
COMMENT ON COLUMN gold_lease.displaced_item_id IS 'The task the reviewer would have got: leased to them meanwhile, so that the queue looks as it would.';
COMMENT ON COLUMN gold_lease.model_version_id IS 'The version whose prediction is shown; 0 for none.';
COMMENT ON COLUMN gold_lease.received_at IS 'When the item is said to have arrived: a moment that fits its place in the queue.';
COMMENT ON COLUMN gold_lease.form IS 'As the displaced task: with its prediction, with it withheld, or bare of any.';

CREATE TABLE reviewer_pause (
    project_id bigint NOT NULL REFERENCES project (id),
    actor_id bigint NOT NULL REFERENCES actor (id),
    since timestamptz NOT NULL DEFAULT now(),
    paused_by bigint NOT NULL REFERENCES actor (id),
    resumed_at timestamptz,
    why text NOT NULL,
    CONSTRAINT reviewer_pause_pkey PRIMARY KEY (project_id, actor_id)
);
COMMENT ON TABLE reviewer_pause IS 'The last pause of each reviewer who ever had one.';
COMMENT ON COLUMN reviewer_pause.resumed_at IS 'Null while it lasts; only gold answers given later can lead to the next.';

CREATE TABLE correction (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT correction_pkey PRIMARY KEY (project_id, item_id, revision)
);
COMMENT ON TABLE correction IS 'Append only: the decisions that took the place of a model''s, and those that gave the model''s its place again.';
COMMENT ON COLUMN correction.transaction IS 'What wrote it: readers go up to the oldest that is not over, and so miss none that commits late.';
CREATE INDEX correction_order_idx ON correction (project_id, transaction, item_id, revision);

-- A reviewer's gold answers, for their accuracy; others are not in it.
CREATE INDEX review_of_gold_idx ON review (project_id, actor_id, item_id) WHERE status = 'gold';

-- Gives a reviewer gold items in place of tasks just leased to them: those they gave back or let lapse first, as with any
-- task, then new ones where p_hits says so. A displaced task stays leased as long as the gold item is. p_filtered: the items
-- were asked for by label or metadata, so gold must match as well; see claim_matching_tasks.
CREATE FUNCTION mix_gold(
    p_project bigint, p_actor bigint, p_items bigint[], p_tokens bigint[], p_forms text[], p_hits boolean[],
    p_gold_tokens bigint[], p_labels text[], p_keys text[], p_values text[]
) RETURNS TABLE (
    o_place integer, o_item bigint, o_token bigint, o_expires_at timestamptz, o_model_version bigint, o_form text,
    o_external_id text, o_payload json, o_metadata json, o_received_at timestamptz, o_label text,
    o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- Records an answer to a gold item, which decides nothing. o_status as record_review has it: counted, skipped, repeated,
-- conflict, superseded, already, unknown.
CREATE FUNCTION answer_gold(
    p_project bigint, p_id text, p_item bigint, p_actor bigint, p_token bigint, p_verdict text, p_label text,
    p_tags json, p_comment text, p_seconds double precision
) RETURNS TABLE (o_status text, o_reviewed_at timestamptz, o_external_id text, o_label text, o_note text, o_form text,
    o_predicted text) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

-- Takes one's own answer to a gold item back and gives the item to its reviewer again. o_status: undone; repeated (it was
-- taken back before); unknown.
CREATE FUNCTION undo_gold(p_project bigint, p_id text, p_actor bigint, p_token bigint, p_seconds integer)
RETURNS TABLE (
    o_status text, o_item bigint, o_expires_at timestamptz, o_model_version bigint, o_form text,
    o_external_id text, o_payload json, o_metadata json, o_received_at timestamptz, o_label text,
    o_confidence double precision, o_scores json, o_highlights json, o_model text, o_version text
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

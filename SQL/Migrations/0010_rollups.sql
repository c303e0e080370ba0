-- Counts kept beside the rows, so that a report costs the same however many rows there are.
-- Whoever writes a row also appends what it changes of the counts to one of three narrow tables, in the same transaction: no
-- count is ever updated by a request, and so none is waited for. One instance at a time folds what was appended into the
-- rows of hours and of days; a report adds what is not folded yet. The views say what a row counts for, once: `unfolded_…`
-- for what was appended, `counted_…` for the rows themselves, which the rollups can be made from anew and are checked by.
-- They look rows up by key, one by one (LATERAL with OFFSET 0 or LIMIT): as joins the planner could read a project once for
-- each of its rows, and does where its statistics are older than the project.

-- Appended by every batch of predictions: how many of its items got which route. One row, for a row a count would cost more
-- than the counts are worth.
CREATE TABLE appended_arrivals (
    project_id bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
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
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE appended_arrivals IS 'Routes that stand from their arrival on, until folded. Without a key: it holds seconds, and is read whole.';
COMMENT ON COLUMN appended_arrivals.firsts IS 'Where the items of each count begin in items, from 1.';

CREATE TABLE appended_move (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    propensity double precision NOT NULL,
    received_at timestamptz NOT NULL,
    from_decided_at timestamptz,
    to_decided_at timestamptz,
    policy_version integer NOT NULL,
    stratum smallint,
    from_contradicted boolean NOT NULL DEFAULT false,
    to_contradicted boolean NOT NULL DEFAULT false,
    label text,
    route text NOT NULL,
    reason text NOT NULL,
    rule text,
    from_source text,
    from_outcome text,
    to_source text,
    to_outcome text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE appended_move IS 'Items that came to another state, until folded: decided, open again, disputed, routed anew.';
COMMENT ON COLUMN appended_move.from_source IS 'Whose decision stood, empty for none; null: the item was not counted under this route.';
COMMENT ON COLUMN appended_move.to_source IS 'Whose decision stands now, empty for none; null: the item is not counted under this route any more.';
COMMENT ON COLUMN appended_move.from_contradicted IS 'An answer to the audit differed from the model.';

CREATE TABLE appended_review (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    reviewed_at timestamptz NOT NULL,
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
    CONSTRAINT appended_review_weight_known CHECK (weight IN (-1, 1))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE appended_review IS 'Reviews given (1) and taken back (-1), until folded.';
COMMENT ON COLUMN appended_review.is_queued IS 'What was predicted was routed to people, and not audited.';

CREATE TABLE rollup_arrival (
    project_id bigint NOT NULL,
    facet text NOT NULL,
    grain text NOT NULL,
    starts_at timestamptz NOT NULL,
    model_version_id bigint NOT NULL,
    propensity double precision NOT NULL,
    policy_version integer NOT NULL,
    stratum smallint NOT NULL,
    is_contradicted boolean NOT NULL,
    slice_key text COLLATE "C" NOT NULL,
    slice_value text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    route text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    items bigint NOT NULL,
    offset_milliseconds bigint NOT NULL,
    CONSTRAINT rollup_arrival_pkey PRIMARY KEY (project_id, slice_key, slice_value, facet, grain, starts_at, label, model_version_id,
        policy_version, route, reason, rule, propensity, stratum, source, outcome, is_contradicted),
    CONSTRAINT rollup_arrival_facet_known CHECK (facet IN ('all', 'route')),
    CONSTRAINT rollup_arrival_grain_known CHECK (grain IN ('hour', 'day'))
) WITH (fillfactor = 70);
COMMENT ON TABLE rollup_arrival IS 'Items by the hour and the day of their arrival, by their route that stands and the decision that stands.';
COMMENT ON COLUMN rollup_arrival.facet IS 'What is told apart: all; or what the routes were, with no model version (0), label or reason, in a few rows.';
COMMENT ON COLUMN rollup_arrival.starts_at IS 'Hours and days begin in UTC.';
COMMENT ON COLUMN rollup_arrival.slice_key IS 'Empty: all items; else one of the project''s slices, as metadata.source.';
COMMENT ON COLUMN rollup_arrival.label IS 'What was predicted; empty for an item without a prediction. So with rule, where none applied.';
COMMENT ON COLUMN rollup_arrival.stratum IS 'The stratum of the policy''s audits; -1 for none.';
COMMENT ON COLUMN rollup_arrival.source IS 'Whose decision stands; empty for none.';
COMMENT ON COLUMN rollup_arrival.is_contradicted IS 'An answer to the audit differs from the model.';
COMMENT ON COLUMN rollup_arrival.offset_milliseconds IS 'The sum over the items of the time from starts_at to their arrival.';

CREATE TABLE rollup_decision (
    project_id bigint NOT NULL,
    clock text NOT NULL,
    grain text NOT NULL,
    starts_at timestamptz NOT NULL,
    model_version_id bigint NOT NULL,
    bin smallint NOT NULL,
    is_accepted boolean NOT NULL,
    slice_key text COLLATE "C" NOT NULL,
    slice_value text COLLATE "C" NOT NULL,
    deadline text COLLATE "C" NOT NULL,
    items bigint NOT NULL,
    milliseconds bigint NOT NULL,
    CONSTRAINT rollup_decision_pkey PRIMARY KEY (project_id, slice_key, slice_value, clock, grain, starts_at,
        model_version_id, is_accepted, deadline, bin),
    CONSTRAINT rollup_decision_clock_known CHECK (clock IN ('arrival', 'decision')),
    CONSTRAINT rollup_decision_grain_known CHECK (grain IN ('hour', 'day')),
    CONSTRAINT rollup_decision_deadline_known CHECK (deadline IN ('none', 'met', 'missed'))
) WITH (fillfactor = 70);
COMMENT ON TABLE rollup_decision IS 'Items that people decided, by the time it took them.';
COMMENT ON COLUMN rollup_decision.clock IS 'What starts_at is of: the item''s arrival, or the decision that stands.';
COMMENT ON COLUMN rollup_decision.bin IS 'n where the time is from 2^(n/8) to 2^((n+1)/8) milliseconds; see duration_bin. By decision 0.';
COMMENT ON COLUMN rollup_decision.deadline IS 'Whether it was met. By decision none.';
COMMENT ON COLUMN rollup_decision.is_accepted IS 'The model had decided, and people audited it.';

CREATE TABLE rollup_review (
    project_id bigint NOT NULL,
    facet text NOT NULL,
    grain text NOT NULL,
    starts_at timestamptz NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    policy_version integer NOT NULL,
    queue smallint NOT NULL,
    is_audit boolean NOT NULL,
    is_shown boolean NOT NULL,
    is_queued boolean NOT NULL,
    slice_key text COLLATE "C" NOT NULL,
    slice_value text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    verdict text COLLATE "C" NOT NULL,
    predicted text COLLATE "C" NOT NULL,
    agreement text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    reviews bigint NOT NULL,
    CONSTRAINT rollup_review_pkey PRIMARY KEY (project_id, slice_key, slice_value, facet, grain, starts_at, predicted, actor_id,
        model_version_id, policy_version, queue, is_audit, is_shown, is_queued, status, verdict, agreement, rule),
    CONSTRAINT rollup_review_facet_known CHECK (facet IN ('all', 'reviewer', 'label', 'agreement')),
    CONSTRAINT rollup_review_agreement_known CHECK (agreement IN ('', 'same', 'other')),
    CONSTRAINT rollup_review_grain_known CHECK (grain IN ('hour', 'day'))
) WITH (fillfactor = 70);
COMMENT ON TABLE rollup_review IS 'Reviews that stand, by the hour and the day they were given.';
COMMENT ON COLUMN rollup_review.facet IS
    'What is told apart: all; who reviewed and how; of labels that counted, what was predicted and how it was asked, or nothing but the agreement. The rest is 0, empty and false.';
COMMENT ON COLUMN rollup_review.predicted IS 'What the model had said; empty for nothing.';
COMMENT ON COLUMN rollup_review.agreement IS 'Of labels given on a prediction, the borderline one left out: the one predicted, or another.';
COMMENT ON COLUMN rollup_review.is_audit IS 'Of reviews that count: the item was audited.';

CREATE TABLE rollup_handling (
    project_id bigint NOT NULL,
    grain text NOT NULL,
    starts_at timestamptz NOT NULL,
    actor_id bigint NOT NULL,
    bin smallint NOT NULL,
    is_skip boolean NOT NULL,
    reviews bigint NOT NULL,
    milliseconds bigint NOT NULL,
    CONSTRAINT rollup_handling_pkey PRIMARY KEY (project_id, grain, starts_at, actor_id, is_skip, bin),
    CONSTRAINT rollup_handling_grain_known CHECK (grain IN ('hour', 'day', 'shift'))
) WITH (fillfactor = 70);
COMMENT ON TABLE rollup_handling IS 'The active time of reviews that stand and came with one, capped at the idle limit of 120 seconds each.';
COMMENT ON COLUMN rollup_handling.grain IS 'shift: an hour of one reviewer in one row, whatever the bin.';
COMMENT ON COLUMN rollup_handling.bin IS 'As in rollup_decision.';

CREATE TABLE rollup_slice (
    project_id bigint NOT NULL REFERENCES project (id),
    key text COLLATE "C" NOT NULL,
    CONSTRAINT rollup_slice_pkey PRIMARY KEY (project_id, key),
    CONSTRAINT rollup_slice_key_form CHECK (key LIKE 'metadata._%')
);
COMMENT ON TABLE rollup_slice IS 'The metadata by which the rollups tell a project''s items apart.';

CREATE TABLE rollup_slice_value (
    project_id bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    CONSTRAINT rollup_slice_value_pkey PRIMARY KEY (project_id, key, value)
);
COMMENT ON TABLE rollup_slice_value IS 'The values told apart, in order of appearance; once there are 100 of a key, others count as other.';

-- The bin of a duration: eight to each doubling, so that what is read from the bins is within 9 % of the truth.
CREATE FUNCTION duration_bin(p_milliseconds bigint) RETURNS smallint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN floor(8 * ln(greatest(p_milliseconds, 1)::double precision) / ln(2::double precision) + 1e-9);
END $$;

-- Whether a label given is the one predicted; empty where nothing was predicted, or the answer is no label, or the borderline one.
CREATE FUNCTION review_agreement(p_verdict text, p_predicted text, p_given text, p_is_borderline boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE
        WHEN p_verdict IS DISTINCT FROM 'label' OR p_predicted IS NULL OR coalesce(p_is_borderline, false) THEN ''
        WHEN p_given = p_predicted THEN 'same'
        ELSE 'other' END;
END $$;

-- How long after their arrival items are to be decided, by policy and rule; an empty rule: where no rule says otherwise.
CREATE FUNCTION policy_deadlines(p_project bigint) RETURNS TABLE (o_version integer, o_rule text, o_seconds bigint)
LANGUAGE plpgsql STABLE AS $$
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

-- Appends what the latest decisions of some items changed; the caller has just written them.
CREATE FUNCTION append_moves(p_project bigint, p_items bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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

-- Whether a counted answer to an audit differs from what the model said; never of what is no audit.
CREATE FUNCTION is_contradicted(p_project bigint, p_item bigint, p_route text, p_label text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_route = 'audited' AND EXISTS (
        SELECT FROM review v
        WHERE v.project_id = p_project AND v.item_id = p_item AND v.queue = 0 AND v.slot IS NOT NULL
            AND v.undone_at IS NULL AND v.label IS DISTINCT FROM p_label);
END $$;

-- Appends that an audit came to be disputed, or is not any more.
CREATE FUNCTION append_dispute(p_project bigint, p_item bigint, p_was boolean, p_is boolean) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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

-- Appends a stored review, to be counted (1) or not any more (-1).
CREATE FUNCTION append_review(p_project bigint, p_id text, p_weight smallint) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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

-- What an item counts as in a slice; an empty value: its metadata does not have it.
CREATE FUNCTION slice_value(p_project bigint, p_key text, p_metadata json) RETURNS text LANGUAGE plpgsql STABLE AS $$
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

CREATE VIEW appended_arrival AS
SELECT a.project_id, a.received_at, n.model_version_id, a.policy_version, n.propensity, coalesce(n.stratum, -1::smallint) AS stratum,
    false AS is_contradicted, coalesce(n.label, '') AS label, n.route, n.reason, coalesce(n.rule, '') AS rule,
    CASE WHEN n.route IN ('accepted', 'audited') THEN 'model' ELSE '' END AS source,
    CASE WHEN n.route IN ('accepted', 'audited') THEN 'auto_accepted' ELSE '' END AS outcome,
    n.count::bigint AS items, a.items[n.first:n.first + n.count - 1] AS item_ids
FROM appended_arrivals a
CROSS JOIN LATERAL unnest(a.model_version_ids, a.propensities, a.strata, a.labels, a.routes, a.reasons, a.rules, a.firsts,
    a.counts) AS n (model_version_id, propensity, stratum, label, route, reason, rule, first, count)
UNION ALL
SELECT m.project_id, m.received_at, m.model_version_id, m.policy_version, m.propensity, coalesce(m.stratum, -1::smallint),
    m.from_contradicted, coalesce(m.label, ''), m.route, m.reason, coalesce(m.rule, ''), m.from_source, m.from_outcome,
    -1, ARRAY[m.item_id]
FROM appended_move m
WHERE m.from_source IS NOT NULL
UNION ALL
SELECT m.project_id, m.received_at, m.model_version_id, m.policy_version, m.propensity, coalesce(m.stratum, -1::smallint),
    m.to_contradicted, coalesce(m.label, ''), m.route, m.reason, coalesce(m.rule, ''), m.to_source, m.to_outcome,
    1, ARRAY[m.item_id]
FROM appended_move m
WHERE m.to_source IS NOT NULL;

CREATE VIEW unfolded_arrival AS
SELECT a.project_id, a.received_at, a.model_version_id, a.policy_version, a.propensity, a.stratum, a.is_contradicted,
    '' AS slice_key, '' AS slice_value, a.label, a.route, a.reason, a.rule, a.source, a.outcome, a.items
FROM appended_arrival a
UNION ALL
SELECT a.project_id, a.received_at, a.model_version_id, a.policy_version, a.propensity, a.stratum, a.is_contradicted,
    s.key, slice_value(a.project_id, s.key, i.metadata), a.label, a.route, a.reason, a.rule, a.source, a.outcome, sign(a.items)::bigint
FROM appended_arrival a
JOIN rollup_slice s ON s.project_id = a.project_id
CROSS JOIN LATERAL unnest(a.item_ids) AS n (id)
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = a.project_id AND x.id = n.id OFFSET 0) AS i;

CREATE VIEW standing_arrival AS
SELECT p.project_id, p.item_id, p.received_at, p.model_version_id, p.policy_version, p.propensity,
    coalesce(p.stratum, -1::smallint) AS stratum,
    p.route = 'audited' AND is_contradicted(p.project_id, p.item_id, p.route, p.label) AS is_contradicted,
    coalesce(p.label, '') AS label, p.route, p.reason, coalesce(p.rule, '') AS rule, coalesce(d.source, '') AS source,
    coalesce(d.outcome, '') AS outcome
FROM prediction p
LEFT JOIN LATERAL (
    SELECT x.source, x.outcome FROM decision x
    WHERE x.project_id = p.project_id AND x.item_id = p.item_id
    ORDER BY x.revision DESC
    LIMIT 1) AS d ON true
WHERE p.stands;

CREATE VIEW counted_arrival AS
SELECT a.project_id, a.received_at, a.model_version_id, a.policy_version, a.propensity, a.stratum, a.is_contradicted,
    '' AS slice_key, '' AS slice_value, a.label, a.route, a.reason, a.rule, a.source, a.outcome, 1::bigint AS items
FROM standing_arrival a
UNION ALL
SELECT a.project_id, a.received_at, a.model_version_id, a.policy_version, a.propensity, a.stratum, a.is_contradicted,
    s.key, slice_value(a.project_id, s.key, i.metadata), a.label, a.route, a.reason, a.rule, a.source, a.outcome, 1
FROM standing_arrival a
JOIN rollup_slice s ON s.project_id = a.project_id
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = a.project_id AND x.id = a.item_id OFFSET 0) AS i;

-- What people decided: by when it came, when it was decided, and how long that took.
CREATE VIEW unfolded_decision AS
WITH change AS (
    SELECT m.project_id, m.item_id, m.received_at, n.decided_at, m.model_version_id, m.policy_version, coalesce(m.rule, '') AS rule,
        m.route IN ('accepted', 'audited') AS is_accepted, n.items,
        greatest(0, floor(extract(epoch FROM n.decided_at - m.received_at) * 1000))::bigint AS milliseconds
    FROM appended_move m
    CROSS JOIN LATERAL (
        SELECT m.from_decided_at, m.from_source, m.from_outcome, -1::bigint
        UNION ALL
        SELECT m.to_decided_at, m.to_source, m.to_outcome, 1) AS n (decided_at, source, outcome, items)
    WHERE n.source NOT IN ('', 'model') AND n.outcome <> 'reopened'
)
SELECT c.project_id, c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, '' AS slice_key,
    '' AS slice_value, c.items, c.milliseconds
FROM change c
UNION ALL
SELECT c.project_id, c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, s.key,
    slice_value(c.project_id, s.key, i.metadata), c.items, c.milliseconds
FROM change c
JOIN rollup_slice s ON s.project_id = c.project_id
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = c.project_id AND x.id = c.item_id OFFSET 0) AS i;

CREATE VIEW standing_decision AS
SELECT d.project_id, d.item_id, p.received_at, d.decided_at, p.model_version_id, p.policy_version, coalesce(p.rule, '') AS rule,
    p.route IN ('accepted', 'audited') AS is_accepted,
    greatest(0, floor(extract(epoch FROM d.decided_at - p.received_at) * 1000))::bigint AS milliseconds
FROM decision d
CROSS JOIN LATERAL (
    SELECT x.received_at, x.model_version_id, x.policy_version, x.rule, x.route FROM prediction x
    WHERE x.project_id = d.project_id AND x.item_id = d.item_id AND x.stands
    OFFSET 0) AS p
WHERE d.source <> 'model' AND d.outcome <> 'reopened'
    AND NOT EXISTS (
        SELECT FROM decision later
        WHERE later.project_id = d.project_id AND later.item_id = d.item_id AND later.revision > d.revision
        OFFSET 0);

CREATE VIEW counted_decision AS
SELECT c.project_id, c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, '' AS slice_key,
    '' AS slice_value, 1::bigint AS items, c.milliseconds
FROM standing_decision c
UNION ALL
SELECT c.project_id, c.received_at, c.decided_at, c.model_version_id, c.policy_version, c.rule, c.is_accepted, s.key,
    slice_value(c.project_id, s.key, i.metadata), 1, c.milliseconds
FROM standing_decision c
JOIN rollup_slice s ON s.project_id = c.project_id
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = c.project_id AND x.id = c.item_id OFFSET 0) AS i;

CREATE VIEW unfolded_review AS
WITH change AS (
    SELECT a.project_id, a.item_id, a.reviewed_at, a.actor_id, a.model_version_id, a.policy_version, a.queue, a.is_audit, a.is_shown,
        a.is_queued, a.status, a.verdict, coalesce(a.predicted, '') AS predicted,
        review_agreement(a.verdict, a.predicted, a.given, l.is_borderline) AS agreement, coalesce(a.rule, '') AS rule,
        a.weight::bigint AS reviews,
        CASE WHEN a.seconds IS NOT NULL THEN floor(least(a.seconds, 120) * 1000) END::bigint AS milliseconds
    FROM appended_review a
    LEFT JOIN LATERAL (
        SELECT x.is_borderline FROM label x WHERE x.project_id = a.project_id AND x.name = a.given OFFSET 0) AS l ON true
)
SELECT c.project_id, c.reviewed_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued,
    '' AS slice_key, '' AS slice_value, c.status, c.verdict, c.predicted, c.agreement, c.rule, c.reviews, c.milliseconds
FROM change c
UNION ALL
SELECT c.project_id, c.reviewed_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued,
    s.key, slice_value(c.project_id, s.key, i.metadata), c.status, c.verdict, c.predicted, c.agreement, c.rule, c.reviews, NULL
FROM change c
JOIN rollup_slice s ON s.project_id = c.project_id
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = c.project_id AND x.id = c.item_id OFFSET 0) AS i;

CREATE VIEW standing_review AS
SELECT v.project_id, v.item_id, v.reviewed_at, v.actor_id, v.model_version_id, coalesce(p.policy_version, 0) AS policy_version,
    v.queue, v.slot IS NOT NULL AND coalesce(t.is_audit, false) AS is_audit, v.is_shown,
    coalesce(p.route = 'queued', false) AS is_queued, v.status, v.verdict, coalesce(p.label, '') AS predicted,
    review_agreement(v.verdict, p.label, v.label, l.is_borderline) AS agreement, coalesce(p.rule, '') AS rule,
    CASE WHEN v.seconds IS NOT NULL THEN floor(least(v.seconds, 120) * 1000) END::bigint AS milliseconds
FROM review v
LEFT JOIN LATERAL (
    SELECT x.policy_version, x.route, x.label, x.rule FROM prediction x
    WHERE x.project_id = v.project_id AND x.item_id = v.item_id AND x.model_version_id = v.model_version_id
    OFFSET 0) AS p ON true
LEFT JOIN LATERAL (
    SELECT x.is_audit FROM task x WHERE x.project_id = v.project_id AND x.item_id = v.item_id OFFSET 0) AS t ON true
LEFT JOIN LATERAL (
    SELECT x.is_borderline FROM label x WHERE x.project_id = v.project_id AND x.name = v.label OFFSET 0) AS l ON true
WHERE v.undone_at IS NULL AND v.status <> 'imported';

CREATE VIEW counted_review AS
SELECT c.project_id, c.reviewed_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued,
    '' AS slice_key, '' AS slice_value, c.status, c.verdict, c.predicted, c.agreement, c.rule, 1::bigint AS reviews, c.milliseconds
FROM standing_review c
UNION ALL
SELECT c.project_id, c.reviewed_at, c.actor_id, c.model_version_id, c.policy_version, c.queue, c.is_audit, c.is_shown, c.is_queued,
    s.key, slice_value(c.project_id, s.key, i.metadata), c.status, c.verdict, c.predicted, c.agreement, c.rule, 1, NULL
FROM standing_review c
JOIN rollup_slice s ON s.project_id = c.project_id
CROSS JOIN LATERAL (
    SELECT x.metadata FROM item x WHERE x.project_id = c.project_id AND x.id = c.item_id OFFSET 0) AS i;

-- What decided nothing is looked at row by row; so that a report need not look at all rows for the few that there are.
CREATE INDEX prediction_would_be_idx ON prediction (project_id, received_at) WHERE would_be IS NOT NULL;
CREATE INDEX prediction_not_serving_idx ON prediction (project_id, received_at)
    WHERE reason IN ('late_version', 'unknown_version');
CREATE INDEX reroute_late_idx ON reroute (project_id, item_id) WHERE from_reason = 'late_version';

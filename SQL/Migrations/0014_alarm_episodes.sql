-- Audits in the order in which they were asked for, and alarms as episodes that begin and end.

CREATE INDEX prediction_audited_idx ON prediction (project_id, model_version_id, received_at, item_id) WHERE route = 'audited';
CREATE INDEX reroute_audited_idx ON reroute (project_id, to_model_version_id, changed_at, item_id) WHERE to_route = 'audited';

CREATE TABLE alarm_episode (
    project_id bigint NOT NULL,
    number integer NOT NULL,
    model_version_id bigint NOT NULL,
    error_limit double precision NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    crossings integer NOT NULL DEFAULT 1,
    crossed_at timestamptz NOT NULL DEFAULT now(),
    over_at timestamptz,
    over_reason text,
    over_by bigint,
    CONSTRAINT alarm_episode_pkey PRIMARY KEY (project_id, number),
    CONSTRAINT alarm_episode_over_reason_known CHECK (over_reason IN ('recovered', 'limit_changed', 'closed')),
    CONSTRAINT alarm_episode_over_with_reason CHECK ((over_at IS NULL) = (over_reason IS NULL))
);
COMMENT ON TABLE alarm_episode IS 'Concept alarms from the first crossing of the limit until the error is back within it; one stands per version.';
COMMENT ON COLUMN alarm_episode.crossings IS 'How often the detector reached its level; only the first raised an alarm.';
COMMENT ON COLUMN alarm_episode.crossed_at IS 'The last time it did.';
COMMENT ON COLUMN alarm_episode.over_at IS 'Null while it stands.';
COMMENT ON COLUMN alarm_episode.over_by IS 'Who closed it; null where audits or another limit ended it.';
CREATE UNIQUE INDEX alarm_episode_standing_unique ON alarm_episode (project_id, model_version_id) WHERE over_at IS NULL;

ALTER TABLE alarm_event ADD COLUMN episode integer;
COMMENT ON COLUMN alarm_event.episode IS 'The episode it began; null of drift alarms.';

-- The detector read decisions in their order; it starts over behind its last alarm, by arrival.
ALTER TABLE concept_watch RENAME COLUMN decided_at TO settled_at;
ALTER TABLE concept_watch ADD COLUMN ahead bigint NOT NULL DEFAULT 0;
ALTER TABLE concept_watch ADD COLUMN waiting bigint NOT NULL DEFAULT 0;
ALTER TABLE concept_watch ADD COLUMN present_audits bigint NOT NULL DEFAULT 0;
ALTER TABLE concept_watch ADD COLUMN present_evidence double precision NOT NULL DEFAULT 0;
UPDATE concept_watch
SET settled_at = coalesce(alarmed_at, since), item_id = 0, audits = 0, smallest_propensity = 1,
    statistics = '{0,0,0,0,0,0,0}';
COMMENT ON TABLE concept_watch IS 'The state of the detector of a broken error limit, one row a version, and up to which audit it is final.';
COMMENT ON COLUMN concept_watch.settled_at IS 'With item_id: the last audit before the first one that still waits. What comes later is read again each time.';
COMMENT ON COLUMN concept_watch.audits IS 'Those up to there with a label, since the beginning or the last crossing.';
COMMENT ON COLUMN concept_watch.ahead IS 'How many audits came later when it last read.';
COMMENT ON COLUMN concept_watch.waiting IS 'How many of those ahead wait for an answer or a second look.';
COMMENT ON COLUMN concept_watch.present_audits IS 'As audits, of those ahead as well.';
COMMENT ON COLUMN concept_watch.present_evidence IS 'The evidence with those ahead, 0 to 1e200.';

-- The next audits of a version after one of them, in the order in which they were asked for: when the prediction came, or the
-- item was routed anew. What the columns mean stands with auditPage.
-- A function for its settings, as evidence_page.
CREATE FUNCTION audit_page(
    p_project bigint, p_model_version bigint, p_after timestamptz, p_after_item bigint, p_before timestamptz, p_limit integer
) RETURNS TABLE (
    o_asked_at timestamptz, o_item bigint, o_propensity double precision, o_is_decided boolean, o_is_wrong boolean,
    o_is_disputed boolean
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off AS $$
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

-- What the last audits of a version with an answer came to, by the rate they were drawn at; see latestAudits.
CREATE FUNCTION latest_audits(
    p_project bigint, p_model_version bigint, p_from timestamptz, p_until timestamptz, p_until_item bigint, p_limit integer
) RETURNS TABLE (
    o_propensity double precision, o_audits bigint, o_errors bigint, o_disputed bigint, o_settled bigint, o_confirmed bigint,
    o_first_at timestamptz
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off AS $$
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

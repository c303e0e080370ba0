-- Feeds: what happened in a project, numbered without gaps in the order in which readers get it. A number is given after the
-- commit, under a lock of the feed, so nothing that commits late comes before what has been read; and it is data like any
-- other, so it outlives a dump, a restore and the server, which a transaction id does not.

CREATE TABLE feed (
    project_id bigint NOT NULL REFERENCES project (id),
    name text NOT NULL,
    last_number bigint NOT NULL DEFAULT 0,
    CONSTRAINT feed_pkey PRIMARY KEY (project_id, name),
    CONSTRAINT feed_name_known CHECK (name IN ('corrections')),
    CONSTRAINT feed_last_number_not_negative CHECK (last_number >= 0)
);
COMMENT ON TABLE feed IS 'How far each feed is numbered; its row is locked while more is.';

ALTER TABLE correction
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN number bigint;
COMMENT ON COLUMN correction.id IS 'In the order of writing: what is numbered together is numbered in this order.';
COMMENT ON COLUMN correction.number IS 'The place in the feed, from 1 without gaps; null until the first reader after the commit gives it.';
COMMENT ON TABLE correction IS 'Append only, but for the number: the decisions that took the place of a model''s, and those that gave the model''s its place again.';

UPDATE correction c SET number = n.number
FROM (
    SELECT o.project_id, o.item_id, o.revision,
        row_number() OVER (PARTITION BY o.project_id ORDER BY o.transaction, o.item_id, o.revision) AS number
    FROM correction o
) n
WHERE c.project_id = n.project_id AND c.item_id = n.item_id AND c.revision = n.revision;
INSERT INTO feed (project_id, name, last_number)
SELECT c.project_id, 'corrections', max(c.number) FROM correction c GROUP BY c.project_id;

DROP INDEX correction_order_idx;
ALTER TABLE correction DROP COLUMN transaction;
CREATE UNIQUE INDEX correction_number_unique ON correction (project_id, number) WHERE number IS NOT NULL;
CREATE INDEX correction_unnumbered_idx ON correction (project_id, id) WHERE number IS NULL;

-- Numbers what was committed since the last time, p_limit entries at most; returns how many. Whoever waits for the lock sees,
-- in the statements after it, all that had been committed when it got it.
CREATE FUNCTION number_corrections(p_project bigint, p_limit integer) RETURNS integer
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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

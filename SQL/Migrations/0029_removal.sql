-- Projects that are archived, and projects that are being removed: marked in one transaction, emptied a few rows at a time.

ALTER TABLE project
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN deleted_at timestamptz,
    DROP CONSTRAINT project_name_unique,
    ADD CONSTRAINT project_archived_before_deleted CHECK (deleted_at IS NULL OR archived_at IS NOT NULL);
COMMENT ON COLUMN project.archived_at IS 'Since when it takes no predictions and gives out no work; null: it does.';
COMMENT ON COLUMN project.deleted_at IS 'When it was deleted: nobody finds it any more, its name is free, and its rows are being removed.';
CREATE UNIQUE INDEX project_name_unique ON project (name) WHERE deleted_at IS NULL;

CREATE TABLE project_removal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    removed_project bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    deleted_by bigint NOT NULL REFERENCES actor (id),
    rows_removed bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    CONSTRAINT project_removal_once UNIQUE (removed_project)
);
COMMENT ON TABLE project_removal IS 'Append only, but for its progress: which projects were deleted when, by whom and why. It outlives them.';
COMMENT ON COLUMN project_removal.finished_at IS 'When nothing of the project was left; null while its rows are being removed.';

-- Removes rows of a deleted project, p_limit of one table at most; returns how many, 0 when none are left. Which tables there are
-- the catalogue says, so that a new one is not forgotten: all with a column project_id, those that others refer to last.
CREATE FUNCTION remove_project_rows(p_project bigint, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
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
$$;

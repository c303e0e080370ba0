-- No statistics of which projects there are. A planner that has some takes a project newer than they are for one without rows:
-- then every index that begins with the project looks as good as the key, and every plan that reads the project once for each of
-- its rows looks free. Without them it takes each project for the same share of a table, whatever was analysed when. Reviews
-- keep theirs: of a table that was analysed empty, claims look a reviewer's answers up by item because of them.
DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT a.attrelid::regclass FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
        WHERE a.attname = 'project_id' AND NOT a.attisdropped AND c.relname <> 'review'
        ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN project_id SET STATISTICS 0', v_table);
    END LOOP;
END $$;

-- Reviews that were taken back, by item: the keys of the others leave them out, and an item's history has both.
CREATE INDEX review_undone_idx ON review (project_id, item_id) WHERE undone_at IS NOT NULL;

-- In the order they are read in: where the index has the moment alone, a planner may think it cheaper to read and sort all.
DROP INDEX decision_by_people_idx;
CREATE INDEX decision_by_people_idx ON decision (project_id, decided_at, item_id) WHERE source <> 'model';

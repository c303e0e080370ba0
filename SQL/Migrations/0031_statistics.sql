-- PostgreSQL's own daemon looks at a table a minute after a tenth of it has changed, or much later where an administrator or a
-- busy server says so. A table that another session analyses already is passed over, and so is every one of another owner: only
-- owners may.
CREATE FUNCTION analyze_grown() RETURNS text LANGUAGE plpgsql AS $$
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

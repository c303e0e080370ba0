-- name: serverFacts
-- The server's version, its clock, and how long the oldest transaction has held back the removal of dead rows, in seconds.
-- returns version text, now timestamptz, oldest_seconds double precision
SELECT current_setting('server_version'), clock_timestamp(),
    coalesce((
        SELECT max(extract(epoch FROM clock_timestamp() - a.xact_start)) FROM pg_stat_activity a
        WHERE a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid()
    ), 0)::double precision;

-- name: projectsWithLapsedLeases
-- $1 limit integer
-- returns project_id bigint
SELECT DISTINCT l.project_id FROM lease l WHERE l.expires_at < now() ORDER BY l.project_id LIMIT $1;

-- name: sweepLeases
-- Gives the slots of lapsed leases back; as many as $2 in one go.
-- $1 project_id bigint, $2 limit integer
-- returns swept integer
SELECT sweep_leases($1, $2);

-- name: probe
-- Answers when the database does.
-- returns one integer
SELECT 1;

-- name: durabilitySettings
-- Whether an acknowledged commit survives a crash.
-- returns fsync text, synchronous_commit text, full_page_writes text
SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes');

-- name: analyzeGrown
-- Analyses the table of which most has changed since it was analysed last, if that is 10,000 rows and a fifth of it.
-- returns table_name text or null
SELECT analyze_grown();

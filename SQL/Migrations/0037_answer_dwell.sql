ALTER TABLE project ADD COLUMN dwell_ms integer NOT NULL DEFAULT 150;
ALTER TABLE project ADD CONSTRAINT project_dwell_in_range CHECK (dwell_ms BETWEEN 0 AND 5000);
COMMENT ON COLUMN project.dwell_ms IS 'How long an item has to be on a reviewer''s screen before a key answers it, in milliseconds.';

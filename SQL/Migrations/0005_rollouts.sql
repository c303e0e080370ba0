-- Which model version decides for which share of traffic, and who changed what and why.

CREATE TABLE rollout (
    project_id bigint NOT NULL REFERENCES project (id),
    revision integer NOT NULL,
    document json,
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    CONSTRAINT rollout_pkey PRIMARY KEY (project_id, revision),
    CONSTRAINT rollout_revision_positive CHECK (revision > 0)
);
COMMENT ON TABLE rollout IS 'Append only: a revision is never changed, so every route can be recomputed.';
COMMENT ON COLUMN rollout.document IS 'Null: from this revision on there was no rollout.';

CREATE TABLE audit_log (
    project_id bigint NOT NULL REFERENCES project (id),
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id bigint NOT NULL REFERENCES actor (id),
    action text NOT NULL,
    reason text NOT NULL DEFAULT '',
    before json,
    after json,
    CONSTRAINT audit_log_pkey PRIMARY KEY (project_id, id)
);
COMMENT ON TABLE audit_log IS 'Insert only: every change of a project, its policy and its rollout. Ids of a project grow in the order of the commits, because each is taken under the lock on the project.';
COMMENT ON COLUMN audit_log.before IS 'What was in force; null when nothing was.';
COMMENT ON COLUMN audit_log.after IS 'What came in force; null when nothing did.';

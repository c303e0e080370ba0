-- Certified thresholds: what was promised, from which labels, and what became of it.

CREATE TABLE certificate (
    project_id bigint NOT NULL REFERENCES project (id),
    number integer NOT NULL,
    model_version_id bigint NOT NULL,
    policy_version integer NOT NULL,
    applied_policy_version integer,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by bigint NOT NULL REFERENCES actor (id),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by bigint REFERENCES actor (id),
    error_limit double precision NOT NULL,
    method text NOT NULL,
    is_certified boolean NOT NULL,
    is_automatic boolean NOT NULL,
    revoked_reason text,
    document json NOT NULL,
    CONSTRAINT certificate_pkey PRIMARY KEY (project_id, number),
    CONSTRAINT certificate_number_positive CHECK (number > 0),
    CONSTRAINT certificate_limit_is_a_share CHECK (error_limit > 0 AND error_limit < 1),
    CONSTRAINT certificate_method_known CHECK (method IN ('fixed_sequence', 'robust', 'e_process')),
    CONSTRAINT certificate_revoked_by_somebody CHECK (
        (revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT certificate_applied_if_certified CHECK (applied_policy_version IS NULL OR is_certified)
);
CREATE INDEX certificate_by_version_idx ON certificate (project_id, model_version_id, number);
COMMENT ON TABLE certificate IS 'Never deleted, and changed only by being applied and revoked: every look at the labels stays on record, those that found nothing included.';
COMMENT ON COLUMN certificate.policy_version IS 'The policy in force when it was made.';
COMMENT ON COLUMN certificate.applied_policy_version IS 'The policy that put its thresholds in force; null: none did.';
COMMENT ON COLUMN certificate.is_automatic IS 'The autopilot made it.';
COMMENT ON COLUMN certificate.document IS 'Everything it rests on: windows, grid, start, counts, bounds and the sentence; enough to compute it again.';

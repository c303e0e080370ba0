-- What it takes to find a certified threshold behind a fallback: on any instance, and after a restart.

ALTER TABLE fallback ADD COLUMN error_limit double precision;
ALTER TABLE fallback ADD COLUMN evidence_from timestamptz;
ALTER TABLE fallback ADD COLUMN raise_due boolean NOT NULL DEFAULT false;
ALTER TABLE fallback ADD COLUMN raised_from_policy_version integer;
ALTER TABLE fallback ADD COLUMN raised_to_policy_version integer;
ALTER TABLE fallback ADD CONSTRAINT fallback_raised_from_and_to CHECK (
    (raised_from_policy_version IS NULL) = (raised_to_policy_version IS NULL));
COMMENT ON COLUMN fallback.error_limit IS 'The error rate that was promised; null where none was.';
COMMENT ON COLUMN fallback.evidence_from IS 'Since when labels are taken to be like those to come; null: the usual window of a certificate.';
COMMENT ON COLUMN fallback.raise_due IS 'Whether a threshold that the labels still certify is to be looked for.';
COMMENT ON COLUMN fallback.raised_to_policy_version IS 'The policy that let the version decide again from a certified threshold on, in place of raised_from_policy_version; null: none did.';

CREATE INDEX fallback_raise_due_idx ON fallback (project_id, number) WHERE raise_due;

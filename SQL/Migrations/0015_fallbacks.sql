-- What the service took from the model because what allowed it does not hold any more.

CREATE TABLE fallback (
    project_id bigint NOT NULL REFERENCES project (id),
    number integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    cause text NOT NULL,
    model_version_id bigint NOT NULL,
    subject bigint NOT NULL,
    asked text NOT NULL,
    taken text NOT NULL,
    reason text NOT NULL,
    from_policy_version integer NOT NULL,
    to_policy_version integer,
    lifted_at timestamptz,
    lifted_by bigint REFERENCES actor (id),
    lifted_reason text,
    CONSTRAINT fallback_pkey PRIMARY KEY (project_id, number),
    CONSTRAINT fallback_once_a_subject UNIQUE (project_id, cause, model_version_id, subject),
    CONSTRAINT fallback_cause_known CHECK (cause IN ('concept', 'error_limit', 'expiry', 'silence')),
    CONSTRAINT fallback_action_known CHECK (
        asked IN ('assist', 'hold', 'raise', 'previous', 'notify') AND taken IN ('assist', 'hold', 'raise', 'previous', 'notify')),
    CONSTRAINT fallback_lifted_by_somebody CHECK (
        (lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL)),
    CONSTRAINT fallback_lifted_if_taken CHECK (lifted_at IS NULL OR to_policy_version IS NOT NULL)
);
COMMENT ON TABLE fallback IS 'Never deleted, and changed only by being lifted or put back, and by a raised threshold taking the place of assist.';
COMMENT ON COLUMN fallback.subject IS 'What it rests on: the certificate that expired, the activation of the policy whose limit is broken, else the alarm; each is acted on once.';
COMMENT ON COLUMN fallback.asked IS 'What the policy asked for; taken is what was done.';
COMMENT ON COLUMN fallback.to_policy_version IS 'The policy that put it in force; null: the policy was left as it was.';
COMMENT ON COLUMN fallback.lifted_at IS 'Since when the policy in force does not have it any more; null while it has.';

ALTER TABLE alarm_event DROP CONSTRAINT alarm_event_kind_known;
ALTER TABLE alarm_event ADD CONSTRAINT alarm_event_kind_known CHECK (
    kind IN ('drift', 'concept', 'error_limit', 'expiry', 'silence'));

CREATE TABLE version_silence (
    project_id bigint NOT NULL REFERENCES project (id),
    model_version_id bigint NOT NULL,
    since timestamptz NOT NULL,
    unanswered bigint NOT NULL,
    alarmed_at timestamptz,
    CONSTRAINT version_silence_pkey PRIMARY KEY (project_id, model_version_id)
);
COMMENT ON TABLE version_silence IS 'How many items have waited in vain for a serving version, in a row and since when; the count ends when the version answers.';
COMMENT ON COLUMN version_silence.alarmed_at IS 'When the alarm of this silence was raised; null: not yet.';

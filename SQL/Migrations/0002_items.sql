-- Items and predictions: append only but for the route of a prediction that had waited for another, and for which of an
-- item's routes stands; the queue never updates them. They carry no foreign keys: a key check a row costs a third of the
-- ingest rate, and the one function that writes them writes parent and child in one transaction.

CREATE SEQUENCE item_id_seq INCREMENT BY 10000;
COMMENT ON SEQUENCE item_id_seq IS 'One value is a block: the service numbers up to 10,000 items from it upwards.';

CREATE TABLE item (
    project_id bigint NOT NULL,
    id bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    payload_hash uuid NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    group_key text,
    payload json,
    metadata json,
    parents json,
    CONSTRAINT item_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT item_external_id_unique UNIQUE (project_id, external_id),
    CONSTRAINT item_external_id_length CHECK (octet_length(external_id) BETWEEN 1 AND 512)
);
COMMENT ON COLUMN item.payload IS 'As received, byte for byte (json, never jsonb); null once erased.';
COMMENT ON COLUMN item.payload_hash IS 'The first 128 bits of SHA-256 of the payload bytes.';

CREATE TABLE prediction (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    content_hash uuid NOT NULL,
    confidence double precision,
    propensity double precision NOT NULL,
    policy_version integer NOT NULL,
    rollout_revision integer,
    salt_id smallint NOT NULL,
    stratum smallint,
    is_blind boolean NOT NULL,
    stands boolean NOT NULL DEFAULT true,
    label text COLLATE "C",
    route text NOT NULL,
    reason text NOT NULL,
    rule text COLLATE "C",
    would_be text,
    scores json,
    highlights json,
    CONSTRAINT prediction_pkey PRIMARY KEY (project_id, item_id, model_version_id),
    CONSTRAINT prediction_label_unless_there_is_none CHECK ((label IS NULL) = (model_version_id = 0)),
    CONSTRAINT prediction_confidence_in_unit_interval CHECK (confidence BETWEEN 0 AND 1),
    CONSTRAINT prediction_propensity_in_unit_interval CHECK (propensity BETWEEN 0 AND 1),
    CONSTRAINT prediction_stratum_positive CHECK (stratum > 0),
    CONSTRAINT prediction_route_known CHECK (
        route IN ('accepted', 'queued', 'audited', 'shadowed', 'waiting')),
    CONSTRAINT prediction_would_be_known CHECK (would_be IN ('accepted', 'queued', 'audited'))
);
COMMENT ON COLUMN prediction.model_version_id IS '0 for the route of an item that came without any prediction.';
COMMENT ON COLUMN prediction.stands IS 'This route is the item''s: false of what decided nothing, and of what a later route replaced.';
COMMENT ON COLUMN prediction.rollout_revision IS 'The rollout in force when it was routed; null: there was none.';
COMMENT ON COLUMN prediction.confidence IS 'Null: the producer said that the model gave none.';
COMMENT ON COLUMN prediction.content_hash IS 'Tells a repeat from a conflict: the first 128 bits of SHA-256 over every field sent.';
COMMENT ON COLUMN prediction.propensity IS 'The probability, known when routed, that a person labels this item.';
COMMENT ON COLUMN prediction.rule IS 'The name of the policy''s rule that applied.';
COMMENT ON COLUMN prediction.would_be IS 'Of what decides nothing: the route by the policy alone. In degree shadow, if the model decided what it is sure of.';
COMMENT ON COLUMN prediction.stratum IS 'Which of the policy''s audit strata the audit rate is of, from 1; null: the policy''s own or a rule''s, or none.';
COMMENT ON COLUMN prediction.salt_id IS 'The routing salt whose keyed hashes drew audit, share and blindness.';
CREATE INDEX prediction_received_at_idx ON prediction USING brin (received_at);

CREATE TABLE reroute (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    number integer NOT NULL,
    from_policy_version integer NOT NULL,
    to_policy_version integer NOT NULL,
    from_rollout_revision integer,
    to_rollout_revision integer,
    changed_at timestamptz NOT NULL DEFAULT now(),
    from_model_version_id bigint NOT NULL,
    to_model_version_id bigint NOT NULL,
    from_propensity double precision NOT NULL,
    from_is_blind boolean NOT NULL,
    from_route text NOT NULL,
    from_reason text NOT NULL,
    from_rule text COLLATE "C",
    from_would_be text,
    to_route text NOT NULL,
    to_reason text NOT NULL,
    CONSTRAINT reroute_pkey PRIMARY KEY (project_id, item_id, number),
    CONSTRAINT reroute_number_positive CHECK (number > 0)
);
COMMENT ON TABLE reroute IS 'Append only: the routes that stood for an item until another took their place, numbered from 1.';

CREATE TABLE decision (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    reviews smallint NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    model_version_id bigint,
    actor_id bigint,
    agreement double precision,
    label text COLLATE "C",
    source text NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (project_id, item_id, revision),
    CONSTRAINT decision_source_known CHECK (
        source IN ('model', 'reviewer', 'consensus', 'adjudicator')),
    CONSTRAINT decision_outcome_known CHECK (
        outcome IN ('auto_accepted', 'accepted', 'corrected', 'labelled', 'borderline', 'unusable', 'reopened')),
    CONSTRAINT decision_label_unless_none_was_given CHECK (
        (label IS NULL) = (outcome IN ('unusable', 'reopened')))
);
-- What people decided, by time. Partial, because most decisions are a model's and are written where every index counts.
CREATE INDEX decision_by_people_idx ON decision (project_id, decided_at) WHERE source <> 'model';
COMMENT ON TABLE decision IS 'Append only; the highest revision of an item is its current decision, and outcome reopened means there is none.';
COMMENT ON COLUMN decision.model_version_id IS 'The version whose prediction the item was routed by.';
COMMENT ON COLUMN decision.agreement IS 'The share of the counted reviews that gave this answer; null for a model''s decision.';

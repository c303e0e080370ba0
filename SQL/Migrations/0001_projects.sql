-- Projects, the people and programs that act in them, and the policies that route their predictions.
-- Every table a request touches is keyed by project_id first, so the same schema can be distributed by it.

CREATE TABLE actor (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT actor_name_unique UNIQUE (name),
    CONSTRAINT actor_name_length CHECK (octet_length(name) BETWEEN 1 AND 200)
);
COMMENT ON TABLE actor IS 'A person or program; several tokens may speak for one actor, and one actor is one reviewer.';

CREATE TABLE project (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    guidelines_version integer NOT NULL DEFAULT 1,
    tags text[] NOT NULL DEFAULT '{}',
    policy_version integer,
    rollout_revision integer,
    calibrations integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    CONSTRAINT project_name_unique UNIQUE (name),
    CONSTRAINT project_name_form CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
COMMENT ON COLUMN project.guidelines_version IS 'The guidelines in force; version 1 is made in the transaction that creates the project.';
COMMENT ON COLUMN project.tags IS 'The error tags offered to reviewers, in order; they may type others.';
COMMENT ON COLUMN project.policy_version IS 'The policy in force; set in the transaction that creates the project.';
COMMENT ON COLUMN project.calibrations IS 'How many calibration maps were fitted: who remembers maps reads them anew when it has grown.';
COMMENT ON COLUMN project.rollout_revision IS 'The rollout in force; null: there is none, and whichever version comes first is routed.';

CREATE TABLE label (
    project_id bigint NOT NULL REFERENCES project (id),
    position integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    key text,
    title text,
    is_borderline boolean NOT NULL DEFAULT false,
    CONSTRAINT label_pkey PRIMARY KEY (project_id, name),
    CONSTRAINT label_position_unique UNIQUE (project_id, position)
);
COMMENT ON COLUMN label.key IS 'The key that chooses the label in the terminal client; null: the client assigns one.';

CREATE TABLE salt (
    project_id bigint NOT NULL REFERENCES project (id),
    purpose text NOT NULL,
    id smallint NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT salt_pkey PRIMARY KEY (project_id, purpose, id),
    CONSTRAINT salt_purpose_known CHECK (purpose IN ('routing', 'split', 'lease')),
    CONSTRAINT salt_secret_length CHECK (octet_length(secret) = 32)
);
COMMENT ON TABLE salt IS 'Secret keys of the hashes that draw audits and splits and sign leases; one purpose never uses another''s.';

CREATE TABLE policy (
    project_id bigint NOT NULL REFERENCES project (id),
    version integer NOT NULL,
    document json NOT NULL,
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    CONSTRAINT policy_pkey PRIMARY KEY (project_id, version),
    CONSTRAINT policy_version_positive CHECK (version > 0)
);
COMMENT ON TABLE policy IS 'Append only: a version is never changed, so every route can be recomputed.';

CREATE TABLE policy_activation (
    project_id bigint NOT NULL REFERENCES project (id),
    number integer NOT NULL,
    version integer NOT NULL,
    change text NOT NULL,
    reason text NOT NULL DEFAULT '',
    activated_at timestamptz NOT NULL DEFAULT now(),
    activated_by bigint NOT NULL REFERENCES actor (id),
    CONSTRAINT policy_activation_pkey PRIMARY KEY (project_id, number),
    CONSTRAINT policy_activation_of_policy FOREIGN KEY (project_id, version) REFERENCES policy (project_id, version),
    CONSTRAINT policy_activation_number_positive CHECK (number > 0),
    CONSTRAINT policy_activation_change_known CHECK (change IN ('set', 'activated', 'rolled_back'))
);
COMMENT ON TABLE policy_activation IS 'Append only: which version came into force when, by whom, and why; the last one is in force.';
COMMENT ON COLUMN policy_activation.version IS 'What came into force; of a rollback, what it led back to.';

CREATE TABLE token (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor_id bigint NOT NULL REFERENCES actor (id),
    project_id bigint REFERENCES project (id),
    role text NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT token_hash_unique UNIQUE (hash),
    CONSTRAINT token_role_known CHECK (role IN ('admin', 'producer', 'reviewer', 'adjudicator', 'analyst')),
    CONSTRAINT token_hash_length CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE token IS 'SHA-256 of each bearer token; the token itself is printed once and stored nowhere.';
COMMENT ON COLUMN token.project_id IS 'The one project the token is good for; null: every project.';
COMMENT ON COLUMN token.hint IS 'The first characters of the token, to tell tokens apart in a list.';

CREATE TABLE model_version (
    project_id bigint NOT NULL REFERENCES project (id),
    id bigint GENERATED ALWAYS AS IDENTITY,
    model text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT model_version_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT model_version_name_unique UNIQUE (project_id, model, version)
);

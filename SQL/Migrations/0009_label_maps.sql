-- Other names for labels, so that several can be looked at as one; what is stored under them never changes.

CREATE TABLE label_map (
    project_id bigint NOT NULL REFERENCES project (id),
    name text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by bigint NOT NULL REFERENCES actor (id),
    document json NOT NULL,
    CONSTRAINT label_map_pkey PRIMARY KEY (project_id, name),
    CONSTRAINT label_map_name_form CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
COMMENT ON TABLE label_map IS 'What reports and exports may call labels, by the name of the map.';
COMMENT ON COLUMN label_map.document IS 'New names by label; a label that is not there keeps its name.';

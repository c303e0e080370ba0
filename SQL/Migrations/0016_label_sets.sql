-- Label sets that change. What is stored of a label is its id, which never changes; its name may. So a renamed label
-- needs no row of predictions, reviews, decisions and rollups to be touched, and all of them go on counting together.

ALTER TABLE label RENAME COLUMN name TO id;
ALTER TABLE label
    ADD COLUMN name text COLLATE "C",
    ADD COLUMN status text NOT NULL DEFAULT 'active',
    ADD COLUMN merged_into text COLLATE "C",
    ADD COLUMN former_names text[] COLLATE "C" NOT NULL DEFAULT '{}';
UPDATE label SET name = id;
ALTER TABLE label
    ALTER COLUMN name SET NOT NULL,
    ADD CONSTRAINT label_name_unique UNIQUE (project_id, name),
    ADD CONSTRAINT label_status_known CHECK (status IN ('active', 'retired', 'merged')),
    ADD CONSTRAINT label_merged_into_another CHECK ((status = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id),
    ADD CONSTRAINT label_merged_into_label FOREIGN KEY (project_id, merged_into) REFERENCES label (project_id, id);
COMMENT ON COLUMN label.id IS 'What predictions, reviews, decisions, policies and maps are stored under: the name it was made with, and a number where that was taken.';
COMMENT ON COLUMN label.name IS 'What producers, reviewers and exports call it now.';
COMMENT ON COLUMN label.status IS 'active: it may be given; retired: not any more; merged: it is another label now.';
COMMENT ON COLUMN label.former_names IS 'What it was called before, oldest first, without names that another label got since.';

ALTER TABLE project ADD COLUMN label_set_version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN project.label_set_version IS 'The label set in force; 1 is what the project was created with.';

ALTER TABLE prediction ADD COLUMN said_label text COLLATE "C";
COMMENT ON COLUMN prediction.said_label IS 'The label the model named, where that was retired (then it is the label, too) or merged when it came; null otherwise.';

CREATE TABLE label_change (
    project_id bigint NOT NULL REFERENCES project (id),
    version integer NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by bigint NOT NULL REFERENCES actor (id),
    change text NOT NULL,
    label_id text COLLATE "C" NOT NULL,
    reason text NOT NULL DEFAULT '',
    before json,
    after json NOT NULL,
    CONSTRAINT label_change_pkey PRIMARY KEY (project_id, version),
    CONSTRAINT label_change_of_label FOREIGN KEY (project_id, label_id) REFERENCES label (project_id, id),
    CONSTRAINT label_change_version_after_first CHECK (version > 1),
    CONSTRAINT label_change_known CHECK (
        change IN ('added', 'restored', 'renamed', 'retitled', 'rekeyed', 'retired', 'merged'))
);
COMMENT ON TABLE label_change IS 'Append only: what each version of the label set changed against the one before, by whom, and why.';
COMMENT ON COLUMN label_change.before IS 'The label before; null of one that was added.';

-- The label that an answer counts as where a model had predicted one: the predicted, if that has become the given label
-- by being merged, else the given one.
CREATE FUNCTION answered_label(p_project bigint, p_predicted text, p_given text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_label text := p_predicted;
BEGIN
    IF p_given IS NULL THEN
        RETURN NULL;
    END IF;
    -- Most answers are what was predicted, and most others are of projects that never merged a label.
    WHILE v_label IS NOT NULL AND v_label <> p_given LOOP
        SELECT l.merged_into INTO v_label FROM label l WHERE l.project_id = p_project AND l.id = v_label;
    END LOOP;
    RETURN CASE WHEN v_label IS NULL THEN p_given ELSE p_predicted END;
END $$;

-- Decisions taken back together: what was asked for, how far it is, and which items it reopened, so that it goes on after a
-- restart on any instance and can be undone as a whole.

CREATE TABLE reopening (
    project_id bigint NOT NULL REFERENCES project (id),
    id integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    finished_at timestamptz,
    since timestamptz,
    until timestamptz NOT NULL,
    after_item bigint NOT NULL DEFAULT -1,
    reopened bigint NOT NULL DEFAULT 0,
    settled bigint NOT NULL DEFAULT 0,
    restored bigint NOT NULL DEFAULT 0,
    decided_since bigint NOT NULL DEFAULT 0,
    in_hand bigint NOT NULL DEFAULT 0,
    policy_version integer,
    label text COLLATE "C",
    model text COLLATE "C",
    model_version text COLLATE "C",
    source text,
    priority text NOT NULL,
    status text NOT NULL DEFAULT 'reopening',
    reason text NOT NULL,
    CONSTRAINT reopening_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT reopening_id_positive CHECK (id > 0),
    CONSTRAINT reopening_status_known CHECK (status IN ('reopening', 'reopened', 'undoing', 'undone')),
    CONSTRAINT reopening_source_known CHECK (source IN ('model', 'reviewer', 'consensus', 'adjudicator'))
);
COMMENT ON TABLE reopening IS 'Decisions taken back together; null members of what was asked for match everything.';
COMMENT ON COLUMN reopening.after_item IS 'Where the next batch begins: items are taken in order.';
COMMENT ON COLUMN reopening.settled IS 'Matching items that an adjudicator has settled, which stay as they are.';
COMMENT ON COLUMN reopening.decided_since IS 'Of what was undone: items that people had decided by then, which stay decided.';
COMMENT ON COLUMN reopening.in_hand IS 'Of what was undone: items that somebody had in hand or had answered in part, which go on.';
CREATE INDEX reopening_unfinished_idx ON reopening (project_id, id) WHERE status IN ('reopening', 'undoing');

CREATE TABLE reopened_item (
    project_id bigint NOT NULL,
    reopening_id integer NOT NULL,
    item_id bigint NOT NULL,
    revision integer NOT NULL,
    asks text NOT NULL,
    CONSTRAINT reopened_item_pkey PRIMARY KEY (project_id, reopening_id, item_id),
    CONSTRAINT reopened_item_asks_known CHECK (asks IN ('review', 'audit', 'adjudication'))
);
COMMENT ON TABLE reopened_item IS 'What each reopening reopened; the row goes when the decision is restored.';
COMMENT ON COLUMN reopened_item.revision IS 'The decision that says reopened: the one before it is restored, unless another follows.';

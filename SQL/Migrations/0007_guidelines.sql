-- What reviewers are told: every version of the guidelines, who has read which, and what reviewers propose to change.

CREATE TABLE guideline (
    project_id bigint NOT NULL REFERENCES project (id),
    version integer NOT NULL,
    text text NOT NULL,
    summary text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint NOT NULL REFERENCES actor (id),
    CONSTRAINT guideline_pkey PRIMARY KEY (project_id, version),
    CONSTRAINT guideline_version_positive CHECK (version > 0)
);
COMMENT ON TABLE guideline IS 'Append only: what reviewers read before they decide, and before each change of it.';
COMMENT ON COLUMN guideline.summary IS 'What changed against the version before; empty when nobody said.';

CREATE TABLE guideline_read (
    project_id bigint NOT NULL,
    actor_id bigint NOT NULL REFERENCES actor (id),
    version integer NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT guideline_read_pkey PRIMARY KEY (project_id, actor_id, version),
    CONSTRAINT guideline_read_of_guideline FOREIGN KEY (project_id, version) REFERENCES guideline (project_id, version)
);
COMMENT ON TABLE guideline_read IS 'Append only: which versions a reviewer said to have read.';

CREATE TABLE guideline_proposal (
    project_id bigint NOT NULL REFERENCES project (id),
    id bigint GENERATED ALWAYS AS IDENTITY,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL REFERENCES actor (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_by bigint REFERENCES actor (id),
    review_id text COLLATE "C" NOT NULL,
    status text NOT NULL DEFAULT 'open',
    note text NOT NULL,
    CONSTRAINT guideline_proposal_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT guideline_proposal_once_a_review UNIQUE (project_id, review_id),
    CONSTRAINT guideline_proposal_status_known CHECK (status IN ('open', 'accepted', 'rejected')),
    CONSTRAINT guideline_proposal_settled_by_somebody CHECK (
        (status = 'open') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)),
    CONSTRAINT guideline_proposal_note_length CHECK (octet_length(note) BETWEEN 1 AND 4096)
);
COMMENT ON TABLE guideline_proposal IS 'What a disagreement taught: a change of the guidelines that a reviewer proposes along with an answer.';
COMMENT ON COLUMN guideline_proposal.review_id IS 'The answer it came with; a review that was taken back takes its open proposal along.';
-- Open ones are few; settled ones only grow.
CREATE INDEX guideline_proposal_open_idx ON guideline_proposal (project_id, id) WHERE status = 'open';

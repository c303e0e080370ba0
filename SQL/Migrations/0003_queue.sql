-- The queue: narrow tables, never a state column on the item.
--   task    what an item needs from people; changed when one more reviewer is asked, and when the item is routed anew
--   ready   the slots a task has to give, a row for each place in the queue; the only table a claim scans; its key is the
--           claim order
--   lease   live claims only: as many rows as people are working
--   review  append only; also the memory of who has seen what
-- A slot is a bit: it is in ready.free_slots, or in one lease, or in one counted review, and in no two of them.
-- The unique keys on lease and review make "never more reviews than asked" a matter of the schema.

CREATE TABLE task (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    rank bigint NOT NULL,
    policy_version integer NOT NULL,
    slot_delay integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    asked smallint NOT NULL,
    is_blind boolean NOT NULL,
    is_audit boolean NOT NULL,
    CONSTRAINT task_pkey PRIMARY KEY (project_id, item_id),
    CONSTRAINT task_asked_in_range CHECK (asked BETWEEN 1 AND 15),
    CONSTRAINT task_slot_delay_not_negative CHECK (slot_delay >= 0)
) WITH (fillfactor = 90);
COMMENT ON COLUMN task.rank IS 'The static priority key in microseconds; smaller is reviewed sooner.';
COMMENT ON COLUMN task.slot_delay IS 'How many seconds each further review ranks behind the one before it: first reviews of others come first.';
COMMENT ON COLUMN task.policy_version IS 'The policy that asked, and whose consensus rule settles.';
COMMENT ON COLUMN task.model_version_id IS 'The version whose prediction reviewers are shown, unless the task is blind; 0 for none.';
COMMENT ON COLUMN task.created_at IS 'Since when the item waits; kept when it is routed anew, and so is its place in the queue.';

CREATE TABLE ready (
    project_id bigint NOT NULL,
    queue smallint NOT NULL,
    rank bigint NOT NULL,
    item_id bigint NOT NULL,
    free_slots integer NOT NULL,
    CONSTRAINT ready_pkey PRIMARY KEY (project_id, queue, rank, item_id),
    CONSTRAINT ready_has_a_slot CHECK (free_slots > 0)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN ready.free_slots IS 'Bit n is set while review slot n may be claimed.';

CREATE TABLE awaiting (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL,
    rollout_revision integer NOT NULL,
    CONSTRAINT awaiting_pkey PRIMARY KEY (project_id, item_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE awaiting IS 'Items whose deciding version has not answered yet; live ones only.';
COMMENT ON COLUMN awaiting.model_version_id IS 'The version whose prediction waits.';
COMMENT ON COLUMN awaiting.rollout_revision IS 'The rollout the wait was last judged by: another one judges it again.';
CREATE INDEX awaiting_due_at_idx ON awaiting (project_id, due_at);
CREATE INDEX awaiting_rollout_revision_idx ON awaiting (project_id, rollout_revision);

CREATE TABLE lease (
    project_id bigint NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    token bigint NOT NULL,
    rank bigint NOT NULL,
    leased_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    queue smallint NOT NULL,
    slot smallint NOT NULL,
    CONSTRAINT lease_pkey PRIMARY KEY (project_id, item_id, actor_id),
    CONSTRAINT lease_slot_held_once UNIQUE (project_id, item_id, queue, slot)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
-- Deliberately without the project: to a planner whose statistics are of a quiet moment every index of an empty table is as
-- good as any other, and one that begins with the project would be read whole where a lease is looked up by its key.
CREATE INDEX lease_expires_at_idx ON lease (expires_at);

CREATE TABLE review (
    project_id bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    item_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    reviewed_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    seconds double precision,
    queue smallint NOT NULL,
    slot smallint,
    is_shown boolean NOT NULL,
    is_anonymous boolean NOT NULL DEFAULT false,
    status text NOT NULL,
    verdict text NOT NULL,
    label text COLLATE "C",
    tags json,
    comment text,
    CONSTRAINT review_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT review_verdict_known CHECK (verdict IN ('label', 'skip', 'escalate', 'unusable')),
    CONSTRAINT review_label_with_label_verdict CHECK ((label IS NOT NULL) = (verdict = 'label')),
    CONSTRAINT review_status_known CHECK (status IN ('counted', 'late', 'skipped', 'surplus', 'lapsed', 'imported', 'gold')),
    CONSTRAINT review_slot_when_counted CHECK ((slot IS NOT NULL) = (status IN ('counted', 'late'))),
    CONSTRAINT review_seconds_not_negative CHECK (seconds >= 0 AND seconds < 'infinity')
);
COMMENT ON TABLE review IS 'Append only but for undone_at; the prediction as shown is the immutable row that model_version_id names.';
COMMENT ON COLUMN review.status IS 'counted: on a live lease; late: after it, in a slot still free; surplus: on a live lease, kept but not counted, as others had decided; lapsed: after it, kept but not counted; skipped: no answer; imported: given elsewhere; gold: to an item whose label is known.';
COMMENT ON COLUMN review.is_anonymous IS 'Imported without a person: the actor is a place in a list, and nothing about people may be made of it.';
-- A reviewer's own latest reviews, to look at and to take back. Not led by the project, and made before the key of a
-- reviewer's answers: to a planner that knows the table as empty all indexes are alike, and it takes the one made last.
CREATE INDEX review_by_actor_idx ON review (actor_id, project_id, reviewed_at, id);
CREATE UNIQUE INDEX review_once_a_slot ON review (project_id, item_id, queue, slot) WHERE undone_at IS NULL AND slot IS NOT NULL;
CREATE UNIQUE INDEX review_once_a_reviewer ON review (project_id, item_id, actor_id, queue) WHERE undone_at IS NULL;
CREATE INDEX review_reviewed_at_idx ON review USING brin (reviewed_at);

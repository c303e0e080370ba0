-- What is watched over time: windows of traffic against a reference, audits against the error one can live with, and how
-- confidences relate to what comes true; and the alarms that came of it.

CREATE TABLE drift_setting (
    project_id bigint NOT NULL REFERENCES project (id),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by bigint NOT NULL REFERENCES actor (id),
    document json NOT NULL,
    CONSTRAINT drift_setting_pkey PRIMARY KEY (project_id)
);
COMMENT ON TABLE drift_setting IS 'What a project watches; without a row it watches the standard.';

CREATE TABLE drift_watch (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    after_item bigint NOT NULL DEFAULT 0,
    checked_item bigint NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    windows integer NOT NULL DEFAULT 0,
    reference_number integer,
    pending bigint NOT NULL DEFAULT 0,
    CONSTRAINT drift_watch_pkey PRIMARY KEY (project_id, model_version_id)
);
COMMENT ON TABLE drift_watch IS 'Where the windows of a version have come to; one instance at a time closes them.';
COMMENT ON COLUMN drift_watch.after_item IS 'The last item of the last closed window.';
COMMENT ON COLUMN drift_watch.checked_item IS 'Up to which item arrivals are counted in pending.';
COMMENT ON COLUMN drift_watch.next_at IS 'When the next window begins, where windows are of equal time.';
COMMENT ON COLUMN drift_watch.reference_number IS 'The window the others are compared with; 0 is one that was asked for, null: there is none yet.';

CREATE TABLE drift_window (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    number integer NOT NULL,
    items integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT now(),
    level text NOT NULL,
    contents json NOT NULL,
    signals json NOT NULL,
    CONSTRAINT drift_window_pkey PRIMARY KEY (project_id, model_version_id, number),
    CONSTRAINT drift_window_level_known CHECK (level IN ('none', 'warn', 'act'))
);
COMMENT ON TABLE drift_window IS 'Closed windows of what a version decided, counted from 1; never changed, made anew when what is watched changes.';
COMMENT ON COLUMN drift_window.contents IS 'What the items were like: enough to compare the window with any other.';
COMMENT ON COLUMN drift_window.signals IS 'How far each signal had moved from the reference; empty for the reference itself.';

CREATE TABLE alarm_event (
    project_id bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT now(),
    model_version_id bigint NOT NULL,
    kind text NOT NULL,
    signal text NOT NULL,
    level text NOT NULL,
    detail json NOT NULL,
    CONSTRAINT alarm_event_pkey PRIMARY KEY (project_id, id),
    CONSTRAINT alarm_event_kind_known CHECK (kind IN ('drift', 'concept')),
    CONSTRAINT alarm_event_level_known CHECK (level IN ('warn', 'act'))
);
COMMENT ON TABLE alarm_event IS 'Append only: what was noticed, when, and how sure it is.';

CREATE TABLE concept_watch (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    since timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    item_id bigint NOT NULL DEFAULT 0,
    audits bigint NOT NULL DEFAULT 0,
    error_limit double precision NOT NULL,
    audits_to_false_alarm double precision NOT NULL,
    smallest_propensity double precision NOT NULL,
    statistics double precision[] NOT NULL,
    alarmed_at timestamptz,
    CONSTRAINT concept_watch_pkey PRIMARY KEY (project_id, model_version_id),
    CONSTRAINT concept_watch_limit_in_unit_interval CHECK (error_limit > 0 AND error_limit < 1)
);
COMMENT ON TABLE concept_watch IS 'The state of the detector of a broken error limit, one row a version, and up to which decision it has read.';
COMMENT ON COLUMN concept_watch.audits IS 'Read since the beginning or the last alarm.';
COMMENT ON COLUMN concept_watch.alarmed_at IS 'The last alarm; null: there was none at this limit.';

CREATE TABLE calibration_map (
    project_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    number integer NOT NULL,
    fitted_at timestamptz NOT NULL DEFAULT now(),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    labels integer NOT NULL,
    map json NOT NULL,
    CONSTRAINT calibration_map_pkey PRIMARY KEY (project_id, model_version_id, number)
);
COMMENT ON TABLE calibration_map IS 'Append only: how often predictions of a confidence are right, by the labels people gave in a window.';

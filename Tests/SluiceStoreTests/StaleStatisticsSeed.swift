/// Rows for the statements to be timed on: two projects of the same shape in one database.
enum StaleStatisticsSeed {
    /// What both projects share.
    static let before = """
        SET synchronous_commit = off;
        INSERT INTO actor (name) SELECT 'actor ' || n FROM generate_series(1, 40) n;
        SELECT min(id) AS actor FROM actor \\gset
        INSERT INTO project (name, created_by) VALUES ('bare', :actor);
        INSERT INTO project (name, created_by, archived_at, deleted_at) VALUES ('gone', :actor, now(), now());

        """

    /// A project `name` with `n` items from the id `b` on, over thirty days.
    ///
    /// Six in ten are accepted, one is audited, three are queued; a second version shadows; two thirds
    /// of the people's part is decided. A tenth of it is not folded.
    static let project = """
        INSERT INTO project (name, created_by, tags, created_at)
            VALUES (:'name', :actor, '{hard}', now() - interval '31 days') RETURNING id AS p \\gset
        INSERT INTO label (project_id, position, id, name)
        SELECT :p, n, 'label-' || n, 'label-' || n FROM generate_series(1, 10) n;
        INSERT INTO label (project_id, position, id, name, is_borderline) VALUES (:p, 11, 'unsure', 'unsure', true);
        INSERT INTO salt (project_id, purpose, id, secret)
            SELECT :p, x, n, sha256(('s' || n)::bytea)
            FROM unnest(ARRAY['routing', 'split', 'lease']) x, generate_series(1, 3) n;
        INSERT INTO policy (project_id, version, document, created_by)
            SELECT :p, n, '{"degree": "assist", "blind_share": 0.1, "sla_seconds": 3600, "rules": []}', :actor
            FROM generate_series(1, 3) n;
        INSERT INTO policy_activation (project_id, number, version, change, activated_by)
            SELECT :p, n, n, 'set', :actor FROM generate_series(1, 3) n;
        INSERT INTO guideline (project_id, version, text, created_by)
            SELECT :p, n, 'text', :actor FROM generate_series(1, 3) n;
        INSERT INTO guideline_read (project_id, actor_id, version) SELECT :p, :actor + n, 1 FROM generate_series(0, 9) n;
        INSERT INTO rollout (project_id, revision, document, created_by) VALUES (:p, 1, '{"mode": "ramp"}', :actor);
        UPDATE project SET policy_version = 3, rollout_revision = 1 WHERE id = :p;
        INSERT INTO model_version (project_id, model, version) SELECT :p, 'm', n FROM generate_series(1, 2) n;
        SELECT min(id) AS v, max(id) AS w FROM model_version WHERE project_id = :p \\gset
        INSERT INTO token (actor_id, project_id, role, hash, hint)
            SELECT :actor + n, :p, 'reviewer', sha256((:'name' || n)::bytea), 'x' FROM generate_series(0, 9) n;
        INSERT INTO rollup_slice (project_id, key) VALUES (:p, 'metadata.source');
        INSERT INTO rollup_slice_value (project_id, key, value)
            SELECT :p, 'metadata.source', 's' || n FROM generate_series(0, 3) n;
        INSERT INTO label_map (project_id, name, document, updated_by) VALUES (:p, 'coarse', '{}', :actor);
        INSERT INTO item (project_id, id, received_at, external_id, payload_hash, payload, metadata)
            SELECT :p, :b + n, now() - (:n - n) * (interval '30 days' / :n), 'item-' || n, md5(n::text)::uuid,
                '{"text":"an item"}', json_build_object('source', 's' || n % 4) FROM generate_series(1, :n) n;
        INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence,
            propensity, policy_version, rollout_revision, salt_id, is_blind, label, route, reason, scores)
            SELECT :p, :b + n, :v, now() - (:n - n) * (interval '30 days' / :n), md5(n::text)::uuid, n % 97 / 97.0,
                CASE WHEN n % 10 < 7 THEN 0.1 ELSE 1 END, 3, 1, 1, n % 10 = 6, 'label-' || 1 + n % 10,
                CASE WHEN n % 10 < 6 THEN 'accepted' WHEN n % 10 = 6 THEN 'audited' ELSE 'queued' END,
                CASE WHEN n % 10 < 7 THEN 'above_threshold' ELSE 'below_threshold' END, '{"label-1": 0.5}'
            FROM generate_series(1, :n) n;
        INSERT INTO prediction (project_id, item_id, model_version_id, received_at, content_hash, confidence,
            propensity, policy_version, rollout_revision, salt_id, is_blind, stands, label, route, reason, would_be)
            SELECT :p, :b + n, :w, now() - (:n - n) * (interval '30 days' / :n), md5(n::text)::uuid, n % 97 / 97.0,
                0, 3, 1, 1, false, false, 'label-' || 1 + n % 9, CASE WHEN n % 100 = 9 THEN 'waiting' ELSE 'shadowed' END,
                CASE WHEN n % 500 = 3 THEN 'late_version' ELSE 'shadow' END, 'accepted'
            FROM generate_series(1, :n) n WHERE n % 4 = 3 OR n % 100 = 9;
        INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, label, source, outcome)
            SELECT :p, :b + n, 1, 0, now() - (:n - n) * (interval '30 days' / :n), :v, 'label-' || 1 + n % 10, 'model',
                'auto_accepted' FROM generate_series(1, :n) n WHERE n % 10 < 7;
        INSERT INTO decision (project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id, agreement,
            label, source, outcome)
            SELECT :p, :b + n, CASE WHEN n % 10 = 6 THEN 2 ELSE 1 END, 1, now() - (:n - n) * (interval '30 days' / :n), :v,
                :actor + n / 10 % 40, 1, 'label-' || CASE WHEN n % 7 = 0 THEN 1 ELSE 1 + n % 10 END, 'reviewer',
                CASE WHEN n % 7 = 0 THEN 'corrected' ELSE 'accepted' END
            FROM generate_series(1, :n) n WHERE n % 10 IN (6, 7, 8);
        INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, reviewed_at, seconds, queue, slot,
            is_shown, status, verdict, label, tags)
            SELECT :p, 'r-' || n, :b + n, :actor + n / 10 % 40, :v, now() - (:n - n) * (interval '30 days' / :n), 5, 0, 0,
                n % 10 <> 6, 'counted', 'label', 'label-' || CASE WHEN n % 7 = 0 THEN 1 ELSE 1 + n % 10 END, '["hard"]'
            FROM generate_series(1, :n) n WHERE n % 10 IN (6, 7, 8);
        INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, reviewed_at, seconds, queue,
            is_shown, status, verdict, label)
            SELECT :p, 'i-' || n, :b + n, :actor + (n / 10 + 1) % 40, 0, now() - (:n - n) * (interval '30 days' / :n), 5, 0,
                false, CASE WHEN n % 3 = 0 THEN 'imported' WHEN n % 3 = 1 THEN 'surplus' ELSE 'gold' END, 'label',
                'label-' || 1 + n % 10
            FROM generate_series(1, :n) n WHERE n % 10 IN (6, 7);
        INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, queue, is_shown, status, verdict)
            SELECT :p, 's-' || n, :b + n, :actor + 3, :v, 0, true, 'skipped', 'skip'
            FROM generate_series(1, :n) n WHERE n % 100 = 9;
        INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version, asked, is_blind, is_audit)
            SELECT :p, :b + n, :v, n, 3, CASE WHEN n % 10 = 9 THEN 2 ELSE 1 END, n % 10 = 6, n % 10 = 6
            FROM generate_series(1, :n) n WHERE n % 10 > 5;
        INSERT INTO ready SELECT :p, 0, n, :b + n, CASE WHEN n % 100 = 9 THEN 2 ELSE 3 END
            FROM generate_series(1, :n) n WHERE n % 10 = 9;
        INSERT INTO lease (project_id, item_id, actor_id, token, rank, expires_at, queue, slot)
            SELECT :p, :b + n, :actor + 1 + n % 5, n, n, now() + interval '1 hour', 0, 0
            FROM generate_series(1, :n) n WHERE n % 100 = 9;
        INSERT INTO awaiting (project_id, item_id, model_version_id, due_at, rollout_revision)
            SELECT :p, :b + n, :w, now() + (n % 3 - 1) * interval '1 hour', 1
            FROM generate_series(1, :n) n WHERE n % 100 = 9;
        INSERT INTO reroute (project_id, item_id, number, from_policy_version, to_policy_version, from_model_version_id,
            to_model_version_id, from_propensity, from_is_blind, from_route, from_reason, to_route, to_reason)
            SELECT :p, :b + n, 1, 2, 3, :w, CASE WHEN n % 40 = 3 THEN :w ELSE :v END, 0.5, false, 'queued',
                CASE WHEN n % 80 = 3 THEN 'late_version' ELSE 'above_threshold' END, 'queued', 'x'
            FROM generate_series(1, :n) n WHERE n % 20 = 3;
        INSERT INTO correction (project_id, item_id, revision)
            SELECT :p, :b + n, 2 FROM generate_series(1, :n) n WHERE n % 10 = 6;
        INSERT INTO gold (project_id, item_id, label, created_by)
            SELECT :p, :b + n, 'label-1', :actor FROM generate_series(1, :n) n WHERE n % 100 = 7;
        INSERT INTO gold_lease (project_id, actor_id, item_id, token, model_version_id, expires_at, received_at, form)
            SELECT :p, :actor + n / 10 % 4, :b + n, n, :v, now() + interval '1 hour', now(), 'shown'
            FROM generate_series(1, :n) n WHERE n % 100 = 7;
        INSERT INTO guideline_proposal (project_id, item_id, actor_id, review_id, note)
            SELECT :p, :b + n, :actor, 'r-' || n, 'note' FROM generate_series(1, :n) n WHERE n % 50 = 7;
        INSERT INTO audit_log (project_id, at, actor_id, action)
            SELECT :p, now() - n * interval '1 minute', :actor, 'x' FROM generate_series(1, :n / 20) n;
        INSERT INTO alarm_event (project_id, at, model_version_id, kind, signal, level, detail)
            SELECT :p, now() - n * interval '1 minute', :v, 'drift', 'labels', 'warn', '{}' FROM generate_series(1, :n / 20) n;
        INSERT INTO certificate (project_id, number, model_version_id, policy_version, made_by, expires_at, error_limit,
            method, is_certified, is_automatic, document)
            SELECT :p, n, :v, 3, :actor, now() + interval '1 day', 0.02, 'robust', true, n % 2 = 0, '{}'
            FROM generate_series(1, :n / 100) n;
        INSERT INTO calibration_map (project_id, model_version_id, number, from_at, to_at, labels, map)
            SELECT :p, :v, n, now() - interval '2 days', now() - interval '1 day', 100, '{}'
            FROM generate_series(1, :n / 100) n;
        INSERT INTO drift_watch (project_id, model_version_id, next_at) VALUES (:p, :v, now());
        INSERT INTO concept_watch (project_id, model_version_id, since, settled_at, error_limit, audits_to_false_alarm,
            smallest_propensity, statistics) VALUES (:p, :v, now(), now(), 0.02, 1000, 1, '{0,0,0,0,0,0,0}');
        INSERT INTO drift_window (project_id, model_version_id, number, items, from_at, to_at, level, contents, signals)
            SELECT :p, :v, n, 100, now(), now(), 'none', '{}', '{}' FROM generate_series(1, :n / 100) n;
        INSERT INTO rollup_arrival SELECT :p, f, g, date_trunc('day', now() - interval '30 days', 'UTC')
                + h * CASE g WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END,
                CASE f WHEN 'all' THEN :v ELSE 0 END, 0.1, 3, -1, false, k.key, k.value,
                CASE f WHEN 'all' THEN 'label-' || l ELSE '' END, 'accepted',
                CASE f WHEN 'all' THEN 'above_threshold' ELSE '' END, '', 'model', 'auto_accepted', 10, 1000
            FROM (VALUES ('hour', 720), ('day', 31)) AS g (g, c) CROSS JOIN LATERAL generate_series(0, g.c - 1) h
            CROSS JOIN (VALUES ('', ''), ('metadata.source', 's0'), ('metadata.source', 's1')) AS k (key, value)
            CROSS JOIN (VALUES ('all'), ('route')) AS x (f) CROSS JOIN generate_series(1, 5) l
            WHERE f = 'all' OR l = 1;
        INSERT INTO rollup_decision SELECT :p, f, g, date_trunc('day', now() - interval '30 days', 'UTC')
                + h * CASE g WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END, :v, l, true, k.key, k.value,
                'none', 10, 1000
            FROM (VALUES ('hour', 720), ('day', 31)) AS g (g, c) CROSS JOIN LATERAL generate_series(0, g.c - 1) h
            CROSS JOIN (VALUES ('', ''), ('metadata.source', 's0'), ('metadata.source', 's1')) AS k (key, value)
            CROSS JOIN (VALUES ('arrival'), ('decision')) AS x (f) CROSS JOIN generate_series(1, 5) l;
        INSERT INTO rollup_review SELECT :p, f, g, date_trunc('day', now() - interval '30 days', 'UTC')
                + h * CASE g WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END, :actor + l,
                :v, 3, 0, true, true, false, k.key, k.value, 'counted', 'label', 'label-1', 'same', '', 10
            FROM (VALUES ('hour', 720), ('day', 31)) AS g (g, c) CROSS JOIN LATERAL generate_series(0, g.c - 1) h
            CROSS JOIN (VALUES ('', ''), ('metadata.source', 's0'), ('metadata.source', 's1')) AS k (key, value)
            CROSS JOIN (VALUES ('all'), ('reviewer'), ('label')) AS x (f) CROSS JOIN generate_series(1, 5) l;
        INSERT INTO rollup_handling SELECT :p, g, date_trunc('day', now() - interval '30 days', 'UTC')
                + h * CASE g WHEN 'hour' THEN interval '1 hour' ELSE interval '24 hours' END, :actor + l, 1, false, 10, 1000
            FROM (VALUES ('hour', 720), ('day', 31), ('shift', 720)) AS g (g, c)
            CROSS JOIN LATERAL generate_series(0, g.c - 1) h CROSS JOIN generate_series(1, 5) l;
        INSERT INTO appended_arrivals (project_id, policy_version, model_version_ids, propensities, strata, labels, routes,
            reasons, rules, firsts, counts, items)
            SELECT :p, 3, ARRAY[:v], ARRAY[0.1], ARRAY[NULL]::smallint[], ARRAY['label-1'], ARRAY['accepted'],
                ARRAY['above_threshold'], ARRAY[NULL], ARRAY[1], ARRAY[1000],
                ARRAY(SELECT :b + n * 1000 + x FROM generate_series(1, 1000) x)
            FROM generate_series(0, :n / 10000) n;
        INSERT INTO appended_move (project_id, item_id, model_version_id, propensity, received_at, to_decided_at,
            policy_version, label, route, reason, from_source, from_outcome, to_source, to_outcome)
            SELECT :p, :b + n, :v, 1, now() - interval '1 hour', now(), 3, 'label-1', 'queued', 'below_threshold', '', '',
                'reviewer', 'accepted' FROM generate_series(1, :n / 10) n;
        INSERT INTO appended_review (project_id, item_id, actor_id, model_version_id, reviewed_at, seconds,
            policy_version, weight, queue, is_audit, is_shown, is_queued, status, verdict, predicted, given)
            SELECT :p, :b + n, :actor + n % 40, :v, now(), 5, 3, 1, 0, false, true, true, 'counted', 'label', 'label-1',
                'label-1' FROM generate_series(1, :n / 10) n;

        """
}

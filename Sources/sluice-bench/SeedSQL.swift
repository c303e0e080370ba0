import SluicePostgres

/// Items for the queue and for exports, made in the database itself.
enum SeedSQL {
    /// What the seeded predictions are made of: shaped like those of the demo.
    private static let payload = #"""
        json_build_object('type', 'text', 'title', 'package-' || n,
            'text', 'Realtime monitoring tool number ' || n || ' for the Apache web server')
        """#
    private static let scores =
        #"'{"net": 0.513964, "admin": 0.435286, "web": 0.013798, "text": 0.006701, "sound": 0.00591}'"#
    private static let metadata = #"""
        '{"source": "debian", "interface": "text", "language": "c", "homepage": true, "words": 4}'
        """#

    /// Items `first` to `last` with a queued prediction each.
    static func items(project: Int64, _ first: Int, _ last: Int) -> [Statement] {
        [
            Statement(
                name: "seedModel\(project)",
                text: """
                    INSERT INTO model_version (project_id, model, version)
                    VALUES (\(project), 'deb-section', 'seeded') ON CONFLICT DO NOTHING
                    """),
            Statement(
                name: "seedItems\(project)_\(first)_\(last)",
                text: """
                    INSERT INTO item (project_id, id, payload_hash, external_id, payload, metadata)
                    SELECT \(project), n, md5(n::text)::uuid, 'seed-' || n, \(payload), \(metadata)
                    FROM generate_series(\(first), \(last)) AS n
                    """),
            Statement(
                name: "seedPredictions\(project)_\(first)_\(last)",
                text: """
                    INSERT INTO prediction (project_id, item_id, model_version_id, content_hash,
                        confidence, propensity, policy_version, salt_id, is_blind, label, route,
                        reason, scores)
                    SELECT \(project), n, m.id, md5(n::text)::uuid, 0.513964, 1, 2, 1, false, 'net',
                        'queued', 'below_threshold', \(scores)
                    FROM generate_series(\(first), \(last)) AS n
                    JOIN model_version m ON m.project_id = \(project) AND m.version = 'seeded'
                    """),
            Statement(
                name: "seedTasks\(project)_\(first)_\(last)",
                text: """
                    INSERT INTO task (project_id, item_id, model_version_id, rank, policy_version,
                        asked, is_blind, is_audit)
                    SELECT \(project), n, m.id, 1700000000000000 + n, 2, 1, false, false
                    FROM generate_series(\(first), \(last)) AS n
                    JOIN model_version m ON m.project_id = \(project) AND m.version = 'seeded'
                    """),
        ]
    }

    /// Puts seeded tasks `first` to `last` in the queue.
    static func ready(project: Int64, _ first: Int, _ last: Int) -> Statement {
        Statement(
            name: "seedReady\(project)_\(first)_\(last)",
            text: """
                INSERT INTO ready (project_id, queue, rank, item_id, free_slots)
                SELECT \(project), 0, t.rank, t.item_id, 1 FROM task t
                WHERE t.project_id = \(project) AND t.item_id BETWEEN \(first) AND \(last)
                """)
    }

    /// A reviewer's answer and a decision for items `first` to `last`.
    static func labels(project: Int64, _ first: Int, _ last: Int) -> [Statement] {
        [
            Statement(
                name: "seedReviews\(project)_\(first)_\(last)",
                text: """
                    INSERT INTO review (project_id, id, item_id, actor_id, model_version_id, seconds,
                        queue, slot, is_shown, status, verdict, label)
                    SELECT \(project), 'seed-' || t.item_id, t.item_id, 1, t.model_version_id, 4.2,
                        0, 0, true, 'counted', 'label', 'net'
                    FROM task t
                    WHERE t.project_id = \(project) AND t.item_id BETWEEN \(first) AND \(last)
                    """),
            Statement(
                name: "seedDecisions\(project)_\(first)_\(last)",
                text: """
                    INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id,
                        actor_id, agreement, label, source, outcome)
                    SELECT \(project), t.item_id, 1, 1, t.model_version_id, 1, 1, 'net', 'reviewer',
                        'accepted'
                    FROM task t
                    WHERE t.project_id = \(project) AND t.item_id BETWEEN \(first) AND \(last)
                    """),
        ]
    }

    /// What autovacuum would have done by the time a table has grown so large.
    static let settle = Statement(name: "seedSettle", text: "VACUUM ANALYZE")

    static func waiting(project: Int64) -> Statement {
        Statement(
            name: "seedWaiting\(project)",
            text: "SELECT count(*) FROM ready WHERE project_id = \(project) AND queue = 0")
    }

    /// The key at the head of the queue.
    static func head(project: Int64) -> Statement {
        Statement(
            name: "seedHead\(project)",
            text: """
                SELECT coalesce(min(rank), 0) FROM ready
                WHERE project_id = \(project) AND queue = 0
                """)
    }
}

import SluicePostgres

/// The SQL of the measurements: what the service never runs, and so is not in its catalogue.
enum BenchSQL {
    /// The tables one prediction's way through ingest writes, with their columns.
    static let ingestedTables = [
        (
            "item",
            "project_id, id, received_at, payload_hash, external_id, group_key, payload, metadata, parents"
        ),
        (
            "prediction",
            "project_id, item_id, model_version_id, received_at, content_hash, confidence, propensity,"
                + " policy_version, salt_id, is_blind, label, route, reason, scores, highlights"
        ),
        (
            "decision",
            "project_id, item_id, revision, reviews, decided_at, model_version_id, actor_id,"
                + " agreement, label, source, outcome"
        ),
        (
            "task",
            "project_id, item_id, model_version_id, rank, policy_version, created_at, asked, is_blind,"
                + " is_audit"
        ),
        ("ready", "project_id, queue, rank, item_id, free_slots"),
    ]

    static func copyOut(_ table: String, _ columns: String) -> Statement {
        Statement(
            name: "benchCopyOut_\(table)",
            text: "COPY (SELECT \(columns) FROM \(table)) TO STDOUT (FORMAT binary)")
    }

    static func copyIn(_ table: String, _ columns: String) -> Statement {
        Statement(
            name: "benchCopyIn_\(table)",
            text: "COPY \(table) (\(columns)) FROM STDIN (FORMAT binary)")
    }

    static let empty = Statement(
        name: "benchEmpty", text: "TRUNCATE item, prediction, decision, task, ready, lease, review")

    static let checkpoint = Statement(name: "benchCheckpoint", text: "CHECKPOINT")

    static let waitingAnywhere = Statement(
        name: "benchWaiting", text: "SELECT count(*) FROM ready")

    static let projectID = Statement(name: "benchProjectID", text: "SELECT max(id) FROM project")
}

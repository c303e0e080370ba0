/// One cycle as pgbench runs it: the statements of the service, their parameters bound alike.
///
/// The floor travels from claim to claim, as in the service.
enum ReviewScript {
    static let text = """
        \\set actor :base + :client_id
        \\set token random(1, 9000000000000000000)
        SELECT c.o_item AS item, c.o_rank AS rank, c.o_token AS token, c.o_expires_at AS expires_at,
            c.o_model_version AS model_version, c.o_is_blind AS is_blind, c.o_external_id AS external_id,
            c.o_payload AS payload, c.o_metadata AS metadata, c.o_received_at AS received_at,
            c.o_label AS label, c.o_confidence AS confidence, c.o_scores AS scores,
            c.o_highlights AS highlights, c.o_model AS model, c.o_version AS version
        FROM claim_tasks(:project, 0::smallint, :actor, ARRAY[:token]::bigint[], 600, :rank, 0, NULL) AS c
        \\gset
        BEGIN;
        SELECT r.o_status AS status, r.o_reviewed_at AS reviewed_at, r.o_asked AS asked,
            r.o_revision AS revision, r.o_is_audit AS is_audit, r.o_rank AS task_rank, r.o_decided AS decided
        FROM record_review(:project, :token::text, :item, :actor, 0::smallint, :token, :model_version, true,
            'label', 'net', NULL, NULL, 4.2) AS r
        \\gset
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, actor_id, agreement,
            label, source, outcome)
        VALUES (:project, :item, :revision + 1, 1, :model_version, :actor, 1, 'net', 'reviewer', 'accepted');
        COMMIT;
        """
}

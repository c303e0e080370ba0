import SluiceSQL

/// One cycle as pgbench runs it: the service's own two statements, their parameters bound alike.
///
/// The floor travels from claim to claim, as in the service.
enum ReviewScript {
    static func text() throws(BenchError) -> String {
        """
        \\set actor :base + :client_id
        \\set token random(1, 9000000000000000000)
        \(try SQLCatalog.claimTasks.scripted(
            [
                ":project", "0::smallint", "600", "false", "ARRAY[:actor]::bigint[]", "ARRAY[1]",
                "ARRAY[:o_rank]::bigint[]", "ARRAY[0]::bigint[]", "ARRAY[NULL]::integer[]",
                "ARRAY[:token]::bigint[]",
            ])) \\gset
        \(try SQLCatalog.answerTask.scripted(
            [
                ":project", ":token::text", ":o_item", ":actor", "0::smallint", ":token",
                ":o_model_version", "true", "'label'::text", "'net'::text", "NULL::json", "NULL::text",
                "4.2", "'accepted'::text", "'corrected'::text", "'labelled'::text",
                "false",
            ])) \\gset answer_

        """
    }
}

import Logging
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Decisions that are being stored when many are taken back", .database)
struct ReopeningUnderWayTests {
    /// What an instance stores that is just taking a prediction in.
    private static let batch = """
        BEGIN;
        INSERT INTO item (project_id, id, external_id, payload_hash, payload)
        SELECT project_id, id + 1, 'under way', payload_hash, payload FROM item;
        INSERT INTO prediction (project_id, item_id, model_version_id, content_hash, propensity, policy_version, salt_id, is_blind,
            label, route, reason)
        SELECT project_id, item_id + 1, model_version_id, content_hash, propensity, policy_version, salt_id, is_blind, label, route,
            reason
        FROM prediction;
        INSERT INTO decision (project_id, item_id, revision, reviews, model_version_id, label, source, outcome)
        SELECT project_id, item_id + 1, revision, reviews, model_version_id, label, source, outcome FROM decision;
        """

    @Test("a decision made before, and stored after the reopening began, is of it")
    func underWay() async throws {
        try await TestService.run(policy: #"{"degree":"full","audit_rate":0}"#) { service in
            try await service.ingest([SentPrediction("stored", label: "a")])
            let connection = try await service.pool.checkout()
            try await connection.run { session in try session.script(Self.batch) }
            let bulk = BulkReopening(
                pool: service.pool, directory: service.directory,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            var filter = ReopeningFilter()
            filter.source = .model
            let begun = try await bulk.start(
                filter, reason: "r", of: service.project(), by: service.admin)
            try await bulk.work()
            let waiting = try await bulk.show(begun.id, of: service.project())
            #expect(waiting.status == .reopening && waiting.reopened == 0)
            try await connection.run { session in try session.script("COMMIT") }
            await connection.release()
            try await bulk.work()
            let done = try await bulk.show(begun.id, of: service.project())
            #expect(done.status == .reopened && done.reopened == 2)
        }
    }
}

import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Ids of items in the order of their arrival", .database)
struct ItemOrderTests {
    private static let policy = #"{"degree":"partial","accept":{"default":0.8},"audit_rate":0.1}"#

    private func upkeep(_ service: TestService, idSpan: Duration) -> DriftUpkeep {
        DriftUpkeep(
            pool: service.pool, directory: service.directory, settling: .zero, idSpan: idSpan,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func watch(_ service: TestService, _ document: String) async throws {
        _ = try await DriftAdministration(pool: service.pool).change(
            JSONValue(parsing: document), of: service.project(), by: service.admin)
    }

    private func predictions(
        _ name: String, _ count: Int, version: String = "1"
    ) -> [SentPrediction] {
        (0..<count).map {
            SentPrediction("\(name)-\($0)", confidence: "0.9", version: version)
        }
    }

    @Test(
        "an instance that sends little gives no ids that others have long passed",
        arguments: [1, 60])
    func quiet(_ batch: Int) async throws {
        try await TestService.run { busy in
            let quiet = busy.twin()
            try await quiet.ingest(predictions("quiet-first", batch))
            try await busy.ingest(predictions("busy", 60))
            try await Task.sleep(for: .milliseconds(1100))
            try await quiet.ingest(predictions("quiet-then", batch))
            try await busy.ingest(predictions("busy-then", batch))
            // Each instance took a new block.
            let order = try await busy.sql(
                """
                SELECT string_agg(name, ' ' ORDER BY first) FROM (
                    SELECT substring(external_id FROM '^(.*)-[0-9]+$') AS name, min(id) AS first FROM item GROUP BY 1) AS n
                """)
            #expect(order == "quiet-first busy quiet-then busy-then")
        }
    }

    @Test("windows of drift hold every item of two instances, one of which sends little")
    func windows() async throws {
        try await TestService.run(policy: Self.policy) { busy in
            try await watch(busy, #"{"window_items":200}"#)
            let quiet = busy.twin()
            let upkeep = upkeep(busy, idSpan: Ingestion.idSpan)
            // The quiet one begins its block, the busy one a later one, and both go on meanwhile.
            for round in 0..<6 {
                try await quiet.ingest(predictions("quiet-\(round)", 20))
                try await busy.ingest(predictions("busy-\(round)", 180))
                try await upkeep.step()
                try await Task.sleep(for: .milliseconds(700))
            }
            try await Task.sleep(for: Ingestion.idSpan)
            try await upkeep.step()
            #expect(try await busy.sql("SELECT count(*), sum(items) FROM drift_window") == "6|1200")
            let items = try await busy.sql(
                "SELECT sum((contents -> 'items')::text::integer) FROM drift_window")
            #expect(items == "1200")
        }
    }

    @Test("items that wait for the version that decides are in a window of that version")
    func waiting() async throws {
        try await TestService.run(policy: Self.policy) { service in
            try await watch(service, #"{"window_items":200}"#)
            try await service.setRollout(
                #"{"serving":"demo/1","candidate":"demo/2","mode":"shadow"}"#)
            let upkeep = upkeep(service, idSpan: .zero)
            try await service.ingest(predictions("early", 200, version: "2"))
            try await service.ingest(predictions("later", 200, version: "1"))
            #expect(try await upkeep.step().windows.isEmpty, "the first of all items waits")
            try await service.ingest(predictions("early", 180, version: "1"))
            try await upkeep.step()
            #expect(try await service.sql("SELECT count(*) FROM drift_window") == "0")
            try await service.ingest(
                (180..<200).map { SentPrediction("early-\($0)", confidence: "0.9", version: "1") })
            try await upkeep.step()
            #expect(try await service.sql("SELECT sum(items) FROM drift_window") == "400")
            // What waited for longer than an hour is passed over.
            try await service.ingest(predictions("silent", 1, version: "2"))
            try await service.ingest(predictions("last", 200, version: "1"))
            try await service.sql("UPDATE awaiting SET since = now() - interval '61 minutes'")
            try await upkeep.step()
            #expect(try await service.sql("SELECT sum(items) FROM drift_window") == "600")
        }
    }
}

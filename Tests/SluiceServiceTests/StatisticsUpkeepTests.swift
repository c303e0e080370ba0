import Logging
import SluiceService
import TestSupport
import Testing

@Suite("Tables that have grown are analysed", .database)
struct StatisticsUpkeepTests {
    @Test("after a bulk load, by one of two at once, and not for a few rows")
    func grown() async throws {
        try await TestService.run { service in
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let upkeep = StatisticsUpkeep(pool: service.pool, logger: quiet)
            func changed() async throws -> String {
                try await service.sql(
                    """
                    SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_user_tables
                    WHERE n_mod_since_analyze >= 10000
                    """)
            }
            try await service.ingest((0..<50).map { SentPrediction("few\($0)", confidence: "0.5") })
            #expect(try await upkeep.analyze() == nil)

            // The daemon is not to come first.
            try await service.sql("ALTER TABLE prediction SET (autovacuum_enabled = false)")
            for part in 0..<5 {
                try await service.ingest(
                    (0..<2100).map { SentPrediction("\(part)-\($0)", confidence: "0.5") })
            }
            // Sessions tell what they changed up to a second late.
            try await eventually("the load is counted") {
                try await changed().contains("prediction")
            }
            // The service's role here owns no table: it may analyse none, and leaves them to the owner.
            #expect(try await upkeep.analyze() == nil)
            async let one = service.sql("SELECT analyze_grown()")
            async let other = service.sql("SELECT analyze_grown()")
            _ = try await (one, other)
            for _ in 0..<100 where try await service.sql("SELECT analyze_grown()") != "" {}
            #expect(try await changed() == "")
            #expect(
                try await service.sql(
                    "SELECT reltuples >= 10500 FROM pg_class WHERE relname = 'prediction'") == "t")
        }
    }
}

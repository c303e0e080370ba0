import Foundation
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("The doctor", .database)
struct DoctorTests {
    @Test("a sound database is called so, and a count that is off is found and put right")
    func findings() async throws {
        try await TestService.run(policy: #"{"degree":"full","audit_rate":0}"#) { service in
            let doctor = Doctor(pool: service.pool, rollups: service.rollups)
            try await service.ingest((0..<20).map { SentPrediction("i\($0)") })
            @Sendable func clock(offset: Int64 = 0) -> Timestamp {
                Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6) + offset)
            }
            let findings = try await doctor.examineServer { clock() }
            #expect(
                findings.map(\.check) == [
                    "database", "migrations", "durability", "clock", "transactions",
                ])
            // The tests' server does not sync to the disk, and keeps no record of its migrations.
            #expect(
                findings.filter { $0.state == .bad }.map(\.check) == ["migrations", "durability"])
            let early = try await doctor.examineServer { clock(offset: -60_000_000) }
            #expect(early.first { $0.check == "clock" }?.state == .bad)
            #expect(early.first { $0.check == "clock" }?.found.contains("ahead of") == true)
            let project = try await service.project()
            #expect(try await doctor.examineRollups(of: project).state == .ok)
            try await service.rollups.fold()
            try await service.sql(
                "UPDATE rollup_arrival SET items = items + 7 WHERE grain = 'hour'")
            let off = try await doctor.examineRollups(of: project)
            #expect(off.state == .bad && off.found.contains("off by 7"))
            #expect(off.advice?.contains("--rebuild-rollups") == true)
            try await doctor.rebuildRollups(of: project)
            #expect(try await doctor.examineRollups(of: project).state == .ok)
        }
    }
}

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

    @Test(
        "a slot that was lost, doubled or left behind is found; what reviewers do is not taken for it"
    )
    func slots() async throws {
        try await TestService.run(
            policy: #"{"degree":"human_only","reviewers":2}"#
        ) { service in
            let doctor = Doctor(pool: service.pool, rollups: service.rollups)
            try await service.ingest((0..<12).map { SentPrediction("i\($0)") })
            let project = try await service.project()
            let kim = try await service.reviewer("kim")
            let lee = try await service.reviewer("lee")
            let leases = try await service.lease(6, by: kim)
            for lease in leases.prefix(3) {
                try await service.answer(
                    lease, .label("a"), id: "kim-\(lease.content.externalID)", by: kim)
            }
            for lease in try await service.lease(2, by: lee) {
                try await service.answer(
                    lease, .label("b"), id: "lee-\(lease.content.externalID)", by: lee)
            }
            let sound = try await doctor.examineQueue(of: project)
            #expect(sound.state == .ok, "\(sound.found)")
            let open = try await QueueAudit(pool: service.pool, pageTasks: 5).run(
                project: project.id)
            #expect(open.open > 5 && open.unbalanced == 0)
            for tampering in [
                "UPDATE ready SET free_slots = 1 WHERE item_id = (SELECT max(item_id) FROM ready)",
                "DELETE FROM ready WHERE item_id = (SELECT max(item_id) FROM ready)",
                "DELETE FROM lease",
                "UPDATE task SET asked = 3 WHERE item_id = (SELECT max(item_id) FROM ready)",
                "UPDATE ready SET rank = rank + 1 WHERE item_id = (SELECT max(item_id) FROM ready)",
            ] {
                let undo = try await service.sql(
                    "CREATE TABLE IF NOT EXISTS kept_ready AS TABLE ready; "
                        + "CREATE TABLE IF NOT EXISTS kept_lease AS TABLE lease; "
                        + "CREATE TABLE IF NOT EXISTS kept_task AS TABLE task; \(tampering)")
                #expect(undo.isEmpty)
                let found = try await doctor.examineQueue(of: project)
                #expect(found.state == .bad, "\(tampering)")
                #expect(found.found.contains("item i"), "\(found.found)")
                // Told by what monitoring asks, too; a new counter, because one remembers.
                let counter = QueueCounter(pool: service.pool)
                #expect(try await counter.unbalanced(project: project.id) ?? 0 > 0)
                // Of a large project not at once, but by upkeep, which somebody has to run.
                let large = QueueCounter(pool: service.pool, pageTasks: 5)
                #expect(try await large.unbalanced(project: project.id) == nil)
                try await large.addUp()
                #expect(try await large.unbalanced(project: project.id) ?? 0 > 0)
                try await service.sql(
                    "DELETE FROM ready; INSERT INTO ready TABLE kept_ready; DELETE FROM lease; "
                        + "INSERT INTO lease TABLE kept_lease; DELETE FROM task; "
                        + "INSERT INTO task TABLE kept_task")
                #expect(try await doctor.examineQueue(of: project).state == .ok, "\(tampering)")
            }
        }
    }

    @Test("what is not done in time is unknown, and not called sound; nothing is written or locked")
    func patience() async throws {
        try await TestService.run { service in
            try await service.ingest((0..<20).map { SentPrediction("i\($0)") })
            let project = try await service.project()
            let hasty = Doctor(pool: service.pool, rollups: service.rollups, patience: .zero)
            #expect(try await hasty.examineRollups(of: project).state == .unknown)
            #expect(try await hasty.examineQueue(of: project).state == .unknown)
            let doctor = Doctor(pool: service.pool, rollups: service.rollups)
            // Another instance folds, and holds the rollups: the doctor waits for nobody.
            let connection = try await service.pool.checkout()
            let isLocked = try await connection.run { session in
                try session.script("BEGIN")
                return try Store(session).lockRollups(project: project.id)
            }
            #expect(isLocked)
            #expect(try await doctor.examineRollups(of: project).state == .ok)
            await connection.discard()
            #expect(try await service.sql("SELECT count(*) FROM rollup_arrival") == "0")
        }
    }
}

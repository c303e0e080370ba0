import Logging
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceService
import SluiceStore
import TestSupport
import Testing

@Suite("Projects that are archived and deleted", .database)
struct ProjectRemovalTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Every table with a column `project_id`, as the catalogue has it.
    private func tables(_ service: TestService) async throws -> [String] {
        try await service.sql(
            """
            SELECT c.relname FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'project_id'
            WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped
                AND c.relnamespace = 'public'::regnamespace
            ORDER BY c.relname
            """
        ).split(separator: "\n").map(String.init)
    }

    /// How many rows of a project each table has; those with none are left out.
    private func rows(_ service: TestService, of project: Int64) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in try await tables(service) {
            let text = try await service.sql(
                "SELECT count(*) FROM \(table) WHERE project_id = \(project)")
            if let count = Int(text), count > 0 { counts[table] = count }
        }
        return counts
    }

    /// Has something happen in a project of everything that leaves rows.
    private func live(_ service: TestService, items: Int = 40) async throws {
        try await service.setPolicy(
            #"{"degree":"partial","accept":{"default":0.9},"audit_rate":1,"gold_rate":0.5}"#)
        try await service.ingest(
            (0..<items).map {
                SentPrediction("i\($0)", label: "a", confidence: $0 % 2 == 0 ? "0.95" : "0.2")
            })
        _ = try await service.administration.change(
            guidelines: "more", summary: "more", tags: TagList(["t"]), of: service.project(),
            by: service.admin)
        for name in ["ann", "bob"] {
            let caller = try await service.reviewer(name)
            for lease in try await service.lease(12, by: caller) {
                try await service.answer(
                    lease, .label("b"), id: "\(name)-\(lease.content.externalID)", by: caller)
            }
            _ = try await service.lease(2, by: caller)
        }
        _ = try await service.administration.createToken(
            role: .reviewer, name: "ann", project: service.name.text)
        _ = try await service.administration.createToken(role: .analyst, name: "lab", project: nil)
        _ = try await Corrections(pool: service.pool).json(
            of: service.project(), after: nil, limit: 10, wait: 0)
        try await service.rollups.fold()
    }

    @Test("an archived project takes and gives out nothing, can be read, and is taken up again")
    func archived() async throws {
        try await TestService.run { service in
            try await service.ingest([SentPrediction("x", confidence: "0.1")])
            let ann = try await service.reviewer("ann")
            let lease = try await service.nextLease(by: ann)
            let archived = try await service.administration.archive(
                service.project(), reason: "done", by: service.admin)
            #expect(archived.record.archivedAt != nil)
            let again = try await service.administration.archive(
                archived, reason: "twice", by: service.admin)
            #expect(again.record.archivedAt == archived.record.archivedAt)
            for refused in [
                { _ = try await service.ingest([SentPrediction("y")]) },
                { _ = try await service.lease(1, by: service.admin) },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: ReviewError.self) { try await refused() }
                #expect(error?.code == .projectArchived)
            }
            // What somebody has begun counts.
            try await service.answer(lease, .label("b"), id: "r", by: ann)
            #expect(try await service.sql("SELECT count(*) FROM decision") == "1")
            let active = try await service.administration.unarchive(
                service.project(), reason: "more came", by: service.admin)
            #expect(active.record.archivedAt == nil)
            _ = try await service.ingest([SentPrediction("y", confidence: "0.1")])
            #expect(try await service.lease(1, by: service.admin).count == 1)
            #expect(
                try await service.sql(
                    """
                    SELECT string_agg(action || ':' || reason, ' ' ORDER BY id) FROM audit_log
                    WHERE action LIKE 'project.%archived'
                    """)
                    == "project.archived:done project.unarchived:more came")
        }
    }

    @Test("deleting needs an archived project and its very name")
    func guarded() async throws {
        try await TestService.run { service in
            let project = try await service.project()
            func delete(_ name: String) async throws {
                try await service.administration.delete(
                    service.project(), confirmedBy: name, reason: "", by: service.admin)
            }
            let early = await #expect(throws: ReviewError.self) { try await delete("test") }
            #expect(early?.code == .projectNotArchived)
            _ = try await service.administration.archive(project, reason: "", by: service.admin)
            for name in ["", "Test", "test ", "tests", "te\u{301}st"] {
                let error = await #expect(throws: ReviewError.self) { try await delete(name) }
                #expect(error?.code == .invalidParameter)
            }
            #expect(try await service.project().id == project.id)
            try await delete("test")
            let late = await #expect(throws: ReviewError.self) { try await delete("test") }
            #expect(late?.code == .unknownProject)
        }
    }

    @Test("everything of a deleted project goes from every table, and nothing of another")
    func everything() async throws {
        try await TestService.run { service in
            try await live(service)
            let doomed = try await service.project()
            let full = try await rows(service, of: doomed.id)
            let known = try await tables(service)
            #expect(full.count >= 18, "\(full.keys.sorted()) of \(known)")
            _ = try await service.administration.archive(doomed, reason: "", by: service.admin)
            try await service.administration.delete(
                doomed, confirmedBy: "test", reason: "customer left", by: service.admin)
            // Its name is free at once, while its rows are still there.
            let labels = try LabelSet([Label(name: "a"), Label(name: "b"), Label(name: "c")])
            let heir = try await service.administration.createProject(
                service.name, labels: labels, guidelines: "", by: service.admin.actor)
            #expect(heir.id != doomed.id)
            try await live(service)
            let kept = try await rows(service, of: heir.id)
            #expect(kept.keys.sorted() == full.keys.sorted())
            #expect(try await rows(service, of: doomed.id)["item"] == full["item"])
            // Two instances at once, with a grace that is not over: the project itself stays known.
            async let one = removal(service, .seconds(3600)).remove()
            async let other = removal(service, .seconds(3600)).remove()
            let removed = try await one + other
            #expect(try await rows(service, of: doomed.id).isEmpty)
            #expect(removed >= Int64(full.values.reduce(0, +)))
            #expect(
                try await service.sql("SELECT count(*) FROM project WHERE id = \(doomed.id)") == "1"
            )
            // What a late transaction of before still brings is removed as well.
            try await service.sql(
                "INSERT INTO correction (project_id, item_id, revision) VALUES (\(doomed.id), 1, 1)"
            )
            try await removal(service, .zero).remove()
            #expect(try await rows(service, of: doomed.id).isEmpty)
            #expect(
                try await service.sql("SELECT count(*) FROM project WHERE id = \(doomed.id)") == "0"
            )
            #expect(try await rows(service, of: heir.id) == kept)
            let entries = try await service.administration.removals(limit: 10)
            #expect(entries.count == 1)
            #expect(entries.first?.name == "test" && entries.first?.reason == "customer left")
            #expect(entries.first?.deletedBy == "admin" && entries.first?.finishedAt != nil)
            #expect(entries.first?.rowsRemoved == removed + 1)
            #expect(try await service.rollups.check(project: heir.id).isEmpty)
        }
    }

    @Test("tokens that are good for the project alone are worth nothing any more, others are")
    func tokens() async throws {
        try await TestService.run { service in
            let own = try await service.administration.createToken(
                role: .admin, name: "own", project: "test")
            let all = try await service.administration.createToken(
                role: .analyst, name: "all", project: nil)
            _ = try await service.administration.archive(
                service.project(), reason: "", by: service.admin)
            #expect(try await Authentication(pool: service.pool).caller(token: own).name == "own")
            try await service.administration.delete(
                service.project(), confirmedBy: "test", reason: "", by: service.admin)
            let error = await #expect(throws: ReviewError.self) {
                try await Authentication(pool: service.pool).caller(token: own)
            }
            #expect(error?.code == .invalidToken)
            #expect(try await Authentication(pool: service.pool).caller(token: all).name == "all")
        }
    }

    @Test("a removal that was interrupted goes on, a few rows at a time, and locks nobody out")
    func batches() async throws {
        try await TestService.run { service in
            try await service.ingest(
                (0..<1000).map { SentPrediction("i\($0)", confidence: "0.1") })
            let project = try await service.project()
            let items = { try await service.sql("SELECT count(*) FROM item") }
            // Not of a project that is not deleted, whoever asks.
            await #expect(throws: (any Error).self) {
                try await service.sql("SELECT remove_project_rows(\(project.id), 10)")
            }
            #expect(try await items() == "1000")
            _ = try await service.administration.archive(project, reason: "", by: service.admin)
            try await service.administration.delete(
                project, confirmedBy: "test", reason: "", by: service.admin)
            var sum: Int64 = 0
            while try await items() == "1000" {
                let removed = try #require(
                    try await service.pool.transaction { session in
                        try Store(session).removeRows(ofProject: project.id, limit: 100)
                    })
                #expect((1...100).contains(removed))
                sum += removed
            }
            #expect(try await items() == "900")
            // A batch that is cut off changes nothing, and the next one begins where it was.
            let before = try await service.administration.removals(limit: 1).first?.rowsRemoved
            #expect(before == sum)
            await #expect(throws: ReviewError.self) {
                try await service.pool.transaction { session in
                    _ = try Store(session).removeRows(ofProject: project.id, limit: 100)
                    throw ReviewError.internalError
                }
            }
            #expect(
                try await service.administration.removals(limit: 1).first?.rowsRemoved == before)
            // While one instance is at it, another leaves it alone, and projects are made as ever.
            let holder = try await service.pool.checkout()
            try await holder.run { session in
                try session.script("BEGIN")
                _ = try Store(session).removeRows(ofProject: project.id, limit: 100)
            }
            #expect(try await removal(service, .zero).remove() == 0)
            let labels = try LabelSet([Label(name: "a"), Label(name: "b")])
            _ = try await service.administration.createProject(
                service.name, labels: labels, guidelines: "", by: service.admin.actor)
            try await holder.run { try $0.script("ROLLBACK") }
            await holder.release()
            try await removal(service, .zero).remove()
            #expect(try await items() == "0")
            #expect(try await rows(service, of: project.id).isEmpty)
        }
    }

    @Test("another instance hears of it within a second, and takes the heir for another project")
    func otherInstance() async throws {
        try await TestService.run { service in
            let other = ProjectDirectory(pool: service.pool)
            let doomed = try await other.context("test")
            _ = try await service.administration.archive(
                service.project(), reason: "", by: service.admin)
            try await eventually("it is archived", within: .milliseconds(1500)) {
                try await other.context("test").record.archivedAt != nil
            }
            try await service.administration.delete(
                service.project(), confirmedBy: "test", reason: "", by: service.admin)
            try await eventually("it is unknown", within: .milliseconds(1500)) {
                do {
                    _ = try await other.context("test")
                    return false
                } catch ReviewError.unknownProject {
                    return true
                }
            }
            let labels = try LabelSet([Label(name: "x"), Label(name: "y")])
            let heir = try await service.administration.createProject(
                service.name, labels: labels, guidelines: "", by: service.admin.actor)
            let seen = try await other.context("test")
            #expect(seen.id == heir.id && seen.id != doomed.id)
            #expect(seen.labels.labels.map(\.name) == ["x", "y"])
        }
    }

    private func removal(_ service: TestService, _ grace: Duration) -> ProjectRemoval {
        ProjectRemoval(pool: service.pool, grace: grace, logger: Self.quiet)
    }
}

import Foundation
import SluicePostgres
import SluiceSQL
import TestSupport
import Testing

/// The time statements take by the statistics the planner has: they are timed on a project of 20,000 items beside another of as
/// many, and of 200,000 with `SLUICE_STORM=full`.
@Suite("Statements and stale statistics", .database)
struct StaleStatisticsTests {
    static let isFull = ProcessInfo.processInfo.environment["SLUICE_STORM"] == "full"
    private static let items = isFull ? 200_000 : 20_000

    /// How much longer than with fresh statistics a statement may take, from how many milliseconds of CPU on: below, what
    /// is measured is the machine.
    private static let slowdown = 3.0
    private static let floor = isFull ? 50.0 : 25.0

    /// COPY has no plan, and `analyzeGrown` does its work where the statistics are old.
    private static let statements = SQLCatalog.all.filter {
        $0.verb != "COPY" && $0.name != SQLCatalog.analyzeGrown.name
    }

    @Test("every parameter of every statement has a value to be timed with")
    func values() {
        let known = Set(
            Self.statements.flatMap { statement in
                statement.parameters.map { "\(statement.name).\($0.name)" }
            })
        for statement in Self.statements {
            for parameter in statement.parameters {
                #expect(
                    TimedCall.value(of: parameter, in: statement) != nil,
                    """
                    \(statement.name): say in StaleStatisticsValues what `\(parameter.name)` \
                    (\(parameter.type)) is given where statements are timed
                    """)
            }
        }
        for name in StaleStatisticsValues.own.keys {
            #expect(known.contains(name), "\(name) is no parameter of any statement")
        }
    }

    @Test("no column project_id has statistics: a new project looks like any other to the planner")
    func noProjectStatistics() async throws {
        let database = try #require(TestDatabase.current)
        let counted = try await database.execute(
            """
            SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'project_id'
                AND c.relname <> 'review' AND a.attstattarget <> 0;
            """)
        #expect(
            counted.isEmpty,
            "add ALTER TABLE ... ALTER COLUMN project_id SET STATISTICS 0 to the migration that makes \(counted)"
        )
    }

    @Test(
        "no statement takes three times as long where the statistics are of another project or of an empty database",
        .timeLimit(.minutes(isFull ? 60 : 5)))
    func times() async throws {
        let database = try #require(TestDatabase.current)
        try await database.execute(
            """
            ANALYZE;
            \(StaleStatisticsSeed.before)
            \\set name old
            \\set b 0
            \\set n \(Self.items)
            \(StaleStatisticsSeed.project)
            ANALYZE;
            \\set name new
            \\set b 100000000
            \(StaleStatisticsSeed.project)
            """)
        let calls = Self.statements.flatMap { statement in
            ["force_custom_plan", "force_generic_plan"].map { TimedCall(statement, mode: $0) }
        }
        let ofTheOther = try await database.time(calls, items: Self.items)
        // As ANALYZE leaves them of empty tables.
        try await database.execute(
            """
            SET allow_system_table_mods = on;
            DELETE FROM pg_statistic WHERE starelid IN (
                SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
            UPDATE pg_class SET relpages = 0, reltuples = 0
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i');
            """)
        let ofNothing = try await database.time(calls, items: Self.items)
        try await database.execute("ANALYZE;")
        let fresh = try await database.time(calls, items: Self.items)
        let failed = fresh.keys.filter { $0.contains("ERROR: ") }
        #expect(failed.isEmpty, "\(failed.sorted().joined(separator: "\n"))")
        for call in calls {
            guard let best = fresh[call.id] ?? nil else {
                Issue.record("\(call.id) fails on fresh statistics")
                continue
            }
            let limit = max(Self.floor, best * Self.slowdown)
            for (stale, what) in [
                (ofTheOther, "another project's"), (ofNothing, "an empty database's"),
            ] {
                let time = try #require(stale[call.id], "\(call.id)")
                #expect(
                    time.map { $0 <= limit } ?? false,
                    "\(call.id): \(time.map { "\($0) ms" } ?? "cancelled") with \(what) statistics, \(best) ms with fresh ones"
                )
            }
        }
    }
}

/// A statement with the values it is timed with.
private struct TimedCall {
    let statement: Statement
    let mode: String
    var id: String { "\(statement.name) \(mode)" }

    init(_ statement: Statement, mode: String) {
        self.statement = statement
        self.mode = mode
    }

    /// What a parameter is given, as SQL; nil for one that is not known.
    static func value(of parameter: StatementParameter, in statement: Statement) -> String? {
        StaleStatisticsValues.own["\(statement.name).\(parameter.name)"]
            ?? StaleStatisticsValues.common["\(parameter.name) \(parameter.type)"]
    }

    /// Runs it twice, in a transaction that is taken back, and has the CPU time of both told.
    func script(variables: [String: String]) -> String {
        let arguments = statement.parameters.map {
            ":\(variables[Self.key($0, in: statement)] ?? "")"
        }
        let call = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
        let text = statement.text.trimmingCharacters(in: ["\n", ";", " "])
        // As the service runs them: see rollupSettings and reportSettings.
        let settings =
            statement.parameters.contains { ["from_rows", "counted", "grains"].contains($0.name) }
            ? "SET LOCAL jit = off; SET LOCAL enable_sort = off; SET LOCAL work_mem = '256MB';" : ""
        return """
            \\warn =\(id)
            BEGIN;
            \(settings)
            SET LOCAL statement_timeout = '\(StaleStatisticsTests.isFull ? 240 : 20)s';
            SET LOCAL plan_cache_mode = \(mode);
            PREPARE "\(statement.name)" AS \(text);
            SAVEPOINT before;
            SET LOCAL client_min_messages = log;
            SET LOCAL log_executor_stats = on;
            EXPLAIN (ANALYZE, TIMING off, COSTS off) EXECUTE "\(statement.name)"\(call);
            ROLLBACK TO before;
            SET LOCAL client_min_messages = log;
            SET LOCAL log_executor_stats = on;
            EXPLAIN (ANALYZE, TIMING off, COSTS off) EXECUTE "\(statement.name)"\(call);
            ROLLBACK;
            DEALLOCATE "\(statement.name)";

            """
    }

    static func key(_ parameter: StatementParameter, in statement: Statement) -> String {
        "(\(value(of: parameter, in: statement) ?? "NULL"))::\(parameter.type)"
    }
}

extension TestDatabase {
    /// The CPU time of each call in milliseconds, the better of two; nil for one that did not end.
    fileprivate func time(_ calls: [TimedCall], items: Int) async throws -> [String: Double?] {
        var variables: [String: String] = [:]
        var script = """
            SELECT min(id) AS actor FROM actor WHERE name LIKE 'actor %' \\gset
            SELECT id AS p FROM project WHERE name = 'new' \\gset
            SELECT min(id) AS v, max(id) AS w FROM model_version WHERE project_id = :p \\gset
            \\set b 100000000
            \\set n \(items)

            """
        for call in calls {
            for parameter in call.statement.parameters {
                let key = TimedCall.key(parameter, in: call.statement)
                guard variables[key] == nil else { continue }
                variables[key] = "x\(variables.count)"
                script +=
                    "SELECT quote_nullable((\(key))::text) AS x\(variables.count - 1) \\gset\n"
            }
        }
        for call in calls { script += call.script(variables: variables) }
        let result = try await run(script)
        let usage = /!\t([0-9.]+) s user, ([0-9.]+) s system/
        var times: [String: Double?] = [:]
        var id = ""
        for line in result.error.split(separator: "\n") {
            if line.hasPrefix("=") {
                id = String(line.dropFirst())
                times[id] = .some(nil)
            } else if line.contains("ERROR: ") {
                times[id] = .some(nil)
                id = "\(id): \(line)"
            } else if let found = line.firstMatch(of: usage),
                let user = Double(found.1), let system = Double(found.2)
            {
                let time = (user + system) * 1000
                times[id] = min((times[id] ?? nil) ?? .infinity, time)
            }
        }
        return times
    }
}

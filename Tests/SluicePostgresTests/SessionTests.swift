import SluicePostgres
import Testing

@Suite("A session runs statements and transactions")
struct SessionTests {
    private struct Refusal: Error {}

    @Test("a violated constraint is named, and data is not in the description")
    func errors() async throws {
        let failure = await #expect(throws: PostgresError.self) {
            try await withConnection { (session) throws in
                try session.script("CREATE TEMPORARY TABLE t (a text CONSTRAINT t_a_unique UNIQUE)")
                let insert = Statement(name: "insertA", text: "INSERT INTO t VALUES ($1)")
                #expect(try session.execute(insert, [.text("secret")]) == 1)
                try session.execute(insert, [.text("secret")])
            }
        }
        #expect(failure?.sqlState == .uniqueViolation)
        #expect(failure?.constraint == "t_a_unique")
        #expect(failure?.statement == "insertA")
        #expect(
            failure?.description
                == "postgres: SQLSTATE 23505, statement insertA, constraint t_a_unique")
        #expect(failure?.debugDescription.contains("severity ERROR") == true)
        #expect(failure?.isOutcomeUnknown == false)
    }

    @Test("what a transaction did is gone when its body throws")
    func rollback() async throws {
        try await withConnection { (session) throws in
            try session.script("CREATE TEMPORARY TABLE t (a integer)")
            #expect(throws: Refusal.self) {
                try session.transaction {
                    try session.execute(sql("INSERT INTO t VALUES (1)"))
                    throw Refusal()
                }
            }
            try session.transaction { try session.execute(sql("INSERT INTO t VALUES (2)")) }
            #expect(try session.query(sql("SELECT a FROM t"), [], firstInt) == [2])
        }
    }

    @Test("a swallowed error does not pass for a commit")
    func swallowed() async throws {
        try await withConnection { (session) throws in
            try session.script("SET lock_timeout = 0")
            let failure = #expect(throws: PostgresError.self) {
                try session.transaction {
                    do { try session.execute(sql("SELECT 1 / 0")) } catch {}
                }
            }
            #expect(failure?.code == .transactionAborted)
            let nested = #expect(throws: PostgresError.self) {
                try session.transaction { try session.transaction {} }
            }
            #expect(nested?.code == .alreadyInTransaction)
            #expect(try session.query(sql("SELECT 1")).count == 1)
        }
    }

    @Test("two texts under one name are refused")
    func conflict() async throws {
        try await withConnection { (session) throws in
            _ = try session.query(Statement(name: "one", text: "SELECT 1"))
            let failure = #expect(throws: PostgresError.self) {
                try session.query(Statement(name: "one", text: "SELECT 2"))
            }
            #expect(failure?.code == .statementConflict)
        }
    }

    @Test("a plan that the schema outgrew is renewed")
    func stalePlan() async throws {
        try await withConnection { (session) throws in
            try session.script("CREATE TEMPORARY TABLE t (a integer)")
            let read = sql("SELECT t.* FROM t")
            _ = try session.query(read)
            try session.script("ALTER TABLE t ADD COLUMN b text; INSERT INTO t VALUES (1, 'x')")
            #expect(try session.query(read)[0].columnCount == 2)
            try session.script("ALTER TABLE t DROP COLUMN b")
            let failure = #expect(throws: PostgresError.self) {
                try session.transaction { _ = try session.query(read) }
            }
            #expect(failure?.isRetryable == true)
            let columns = try session.transaction { try session.query(read)[0].columnCount }
            #expect(columns == 1)
        }
    }

    @Test("statements work without being prepared, as a pooler in transaction mode needs it")
    func unprepared() async throws {
        var options = try ScratchServer.shared().options()
        options.preparesStatements = false
        let connection = try await Connection.open(options)
        let sum = try await connection.run { session in
            _ = try session.query(sql("SELECT $1::integer + 1"), [.null])
            return try session.queryOne(sql("SELECT $1::integer + 1"), [.int32(2)], firstInt)
        }
        #expect(sum == 3)
        await connection.close()
    }

    @Test("settings of the options hold on the session")
    func settings() async throws {
        var options = try ScratchServer.shared().options()
        options.lockTimeout = .milliseconds(1500)
        options.settings = ["work_mem": "5MB"]
        let connection = try await Connection.open(options)
        let values = try await connection.run { session in
            try session.queryOne(
                sql(
                    "SELECT current_setting('lock_timeout'), current_setting('work_mem'), current_setting('TimeZone'), current_setting('application_name')"
                )
            ) {
                (row) throws(PostgresError) -> [String] in
                [try row.text(0), try row.text(1), try row.text(2), try row.text(3)]
            }
        }
        #expect(values == ["1500ms", "5MB", "UTC", "tests"])
        await connection.close()
    }

    @Test("several hosts are tried in turn")
    func hosts() async throws {
        let directory = try ScratchServer.shared().directory
        let options = ConnectionOptions(
            connectionString:
                "host=/nonexistent,\(directory) user=tester dbname=postgres target_session_attrs=read-write"
        )
        let connection = try await Connection.open(options)
        #expect(try await connection.run { try $0.query(sql("SELECT 1")).count } == 1)
        await connection.close()
    }

    @Test("no server, a wrong string and a wrong database are connection failures without secrets")
    func noServer() async throws {
        for text in [
            "host=/nonexistent password=hush", "hush",
            "host=\(try ScratchServer.shared().directory) user=tester dbname=absent",
        ] {
            let failure = await #expect(throws: PostgresError.self) {
                try await Connection.open(ConnectionOptions(connectionString: text))
            }
            #expect(failure?.code == .connectionFailed)
            #expect(failure?.isConnectionFailure == true)
            #expect(failure?.debugDescription.contains("hush") == false)
        }
    }
}

import SluicePostgres
import Testing

@Suite("Copies and streams move many rows in little memory")
struct TransferTests {
    private struct Enough: Error {}

    @Test("rows copied in come out again, in chunks cut anywhere")
    func copy() async throws {
        try await withConnection { (session) throws in
            try session.script("CREATE TEMPORARY TABLE t (a integer, b text)")
            var chunks = ["1\tone\n2\tt", "wo\n", "3\tthree\n"].map { Array($0.utf8) }
                .makeIterator()
            #expect(try session.copyIn(sql("COPY t FROM STDIN")) { chunks.next() } == 3)
            var text: [UInt8] = []
            try session.copyOut(sql("COPY (SELECT * FROM t ORDER BY a) TO STDOUT")) { text += $0 }
            #expect(String(decoding: text, as: UTF8.self) == "1\tone\n2\ttwo\n3\tthree\n")
        }
    }

    @Test("a copy that is given up leaves nothing and the connection usable")
    func copyGivenUp() async throws {
        try await withConnection { (session) throws in
            try session.script("CREATE TEMPORARY TABLE t (a integer)")
            #expect(throws: Enough.self) {
                try session.copyIn(sql("COPY t FROM STDIN")) { throw Enough() }
            }
            var lines: [[UInt8]] = [Array("1\nx\n".utf8)]
            let failure = #expect(throws: PostgresError.self) {
                try session.copyIn(sql("COPY t FROM STDIN")) { lines.popLast() }
            }
            #expect(failure?.sqlState == .invalidTextRepresentation)
            #expect(try session.query(sql("SELECT * FROM t")).isEmpty)
            #expect(throws: Enough.self) {
                try session.copyOut(sql("COPY (SELECT generate_series(1, 1000000)) TO STDOUT")) {
                    _ in throw Enough()
                }
            }
            #expect(try session.query(sql("SELECT 1")).count == 1)
            let wrong = #expect(throws: PostgresError.self) {
                try session.copyOut(sql("SELECT 1 AS nothing_copied")) { _ in }
            }
            #expect(wrong?.code == .unexpectedState)
            #expect(try session.query(sql("SELECT 1")).count == 1)
        }
    }

    @Test("a stream gives as many rows as are asked for, in order, as text")
    func stream() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            let connection = try await pool.checkout()
            try await connection.run { session in
                try session.startStream(
                    sql(
                        "SELECT n, CASE WHEN n % 2 = 0 THEN 'even' END AS kind FROM generate_series(1, $1) AS n"
                    ),
                    [.int32(2500)])
                let failure = #expect(throws: PostgresError.self) {
                    try session.query(sql("SELECT 1"))
                }
                #expect(failure?.code == .unexpectedState)
            }
            var read: [Int] = []
            var goesOn = true
            while goesOn {
                let (part, more) = try await connection.run { session -> ([Int], Bool) in
                    var part: [Int] = []
                    let more = try session.streamRows(upTo: 1000) { row in
                        #expect(row.count == 2 && row.name(1) == "kind")
                        let number =
                            row[0].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? -1
                        part.append(number)
                        #expect((row[1] == nil) == (number % 2 == 1))
                    }
                    return (part, more)
                }
                #expect(part.count <= 1000)
                read += part
                goesOn = more
            }
            #expect(read == Array(1...2500))
            await connection.release()
            #expect(pool.statistics.opened == 1 && pool.statistics.idle == 1)
        }
    }

    @Test("a stream left early costs nothing more and leaves the connection usable")
    func streamLeft() async throws {
        try await withPool(maximum: 1) { (pool) async throws in
            let start = ContinuousClock.now
            try await pool.withSession { session in
                try session.startStream(
                    sql("SELECT repeat('x', 1000), generate_series(1, 10000000)"))
                #expect(try session.streamRows(upTo: 10) { _ in })
                session.cancelStream()
                #expect(try session.query(sql("SELECT 1")).count == 1)
                try session.startStream(
                    sql("SELECT repeat('x', 1000), generate_series(1, 10000000)"))
                #expect(throws: Enough.self) {
                    try session.streamRows(upTo: 10) { _ in throw Enough() }
                }
                #expect(try session.query(sql("SELECT 1")).count == 1)
            }
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(pool.statistics.idle == 1)
            // One that is forgotten takes its connection with it.
            try await pool.withSession {
                try $0.startStream(sql("SELECT generate_series(1, 10000000)"))
            }
            #expect(pool.statistics.idle == 0)
            #expect(try await ping(pool) == 1)
        }
    }

    @Test("an error in the middle of a stream ends it")
    func streamFails() async throws {
        try await withConnection { (session) throws in
            try session.startStream(sql("SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n"))
            let failure = #expect(throws: PostgresError.self) {
                while try session.streamRows(upTo: 1, { _ in }) {}
            }
            #expect(failure?.sqlState == SQLState(rawValue: "22012"))
            #expect(try session.query(sql("SELECT 1")).count == 1)
        }
    }
}

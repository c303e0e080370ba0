import CPostgres
import Glibc

/// One libpq connection, used synchronously on the thread that owns it.
///
/// The asynchronous interface of libpq is used throughout, with poll(2) and a deadline: a server
/// that is frozen or behind a black hole answers nothing for ever, and TCP does not notice. When the
/// deadline passes, the connection is broken and nothing more is sent on it.
///
/// Rule: libpq is called nowhere else, and never on a cooperative thread.
public final class Session {
    /// A transaction's isolation.
    public enum Isolation: String, Sendable {
        case readCommitted = "READ COMMITTED"
        case repeatableRead = "REPEATABLE READ"
        case serializable = "SERIALIZABLE"
    }

    let connection: OpaquePointer
    private let statementDeadline: Duration
    private var prepared: Set<String> = []
    private var streaming: Statement?
    private var isInTransaction = false
    /// Whether nothing more may be sent; the pool replaces the connection.
    public private(set) var isBroken = false
    /// When everything on the session must be done, in addition to each statement's own deadline.
    public var deadline: ContinuousClock.Instant?

    /// Connects.
    ///
    /// - Throws: `connectionFailed`, also when the time is up.
    init(_ options: ConnectionOptions) throws(PostgresError) {
        statementDeadline = options.statementDeadline
        connection = try Self.connect(options)
        PQsetnonblocking(connection, 1)
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        do {
            try script(options.settingsScript)
        } catch {
            PQfinish(connection)
            throw PostgresError(
                .connectionFailed, sqlState: error.sqlState, message: error.message)
        }
    }

    deinit { PQfinish(connection) }

    private static func connect(
        _ options: ConnectionOptions
    ) throws(PostgresError) -> OpaquePointer {
        let limit = ContinuousClock.now + options.connectTimeout
        let pairs = [
            ("dbname", options.connectionString), ("application_name", options.applicationName),
        ]
        let keywords = pairs.map { strdup($0.0) } + [nil]
        let values = pairs.map { strdup($0.1) } + [nil]
        defer { for pointer in keywords + values { free(pointer) } }
        let started = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectStartParams(keywords.baseAddress, values.baseAddress, 1)
            }
        }
        guard let connection = started else {
            throw PostgresError(.connectionFailed, message: "out of memory")
        }
        var state = PGRES_POLLING_WRITING
        while PQstatus(connection) != CONNECTION_BAD {
            switch state {
            case PGRES_POLLING_OK: return connection
            case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
                let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
                if !wait(for: PQsocket(connection), events, until: limit) {
                    PQfinish(connection)
                    throw PostgresError(
                        .connectionFailed,
                        message: "no connection within \(options.connectTimeout)")
                }
                state = PQconnectPoll(connection)
            default:
                state = PGRES_POLLING_FAILED
            }
            if state == PGRES_POLLING_FAILED { break }
        }
        let message = Self.message(of: connection)
        PQfinish(connection)
        throw PostgresError(.connectionFailed, message: message)
    }

    private static func message(of connection: OpaquePointer) -> String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        return text.split(separator: "\n").joined(separator: "; ")
    }

    /// Waits for a socket; false when the limit passes first.
    private static func wait(
        for socket: Int32, _ events: Int32, until limit: ContinuousClock.Instant
    ) -> Bool {
        while true {
            let left = ContinuousClock.now.duration(to: limit)
            guard left > .zero else { return false }
            let (seconds, attoseconds) = left.components
            let milliseconds = min(seconds, 86_400) * 1000 + attoseconds / 1_000_000_000_000_000
            var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
            let ready = poll(&entry, 1, Int32(milliseconds) + 1)
            if ready > 0 { return true }
            if ready < 0, errno != EINTR { return true }
        }
    }

    // MARK: - Statements

    /// Runs a statement; its rows, all of them in memory.
    public func query(
        _ statement: Statement, _ parameters: [Parameter] = []
    ) throws(PostgresError) -> Rows {
        try send(statement, parameters, binary: true)
        let result = try finish(statement)
        return Rows(result, statement: statement.name)
    }

    /// Runs a statement and reads each row.
    public func query<T>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ row: (Row) throws(PostgresError) -> T
    ) throws(PostgresError) -> [T] {
        let rows = try query(statement, parameters)
        var values: [T] = []
        values.reserveCapacity(rows.count)
        for index in 0..<rows.count { values.append(try row(rows[index])) }
        return values
    }

    /// Runs a statement and reads its first row; nil when there is none.
    public func queryOne<T>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ row: (Row) throws(PostgresError) -> T
    ) throws(PostgresError) -> T? {
        let rows = try query(statement, parameters)
        return rows.count > 0 ? try row(rows[0]) : nil
    }

    /// Runs a statement for its effect.
    ///
    /// - Returns: how many rows it affected, or returned.
    @discardableResult
    public func execute(
        _ statement: Statement, _ parameters: [Parameter] = []
    ) throws(PostgresError) -> Int {
        let rows = try query(statement, parameters)
        return PQcmdTuples(rows.result).flatMap { Int(String(cString: $0)) } ?? rows.count
    }

    /// Runs SQL text that may hold several statements; for migrations and settings.
    public func script(_ sql: String) throws(PostgresError) {
        try requireUsable()
        guard !sql.utf8.contains(0) else {
            throw PostgresError(.invalidParameter, message: "the SQL contains a NUL")
        }
        guard PQsendQuery(connection, sql) == 1 else { throw lost(nil) }
        PQclear(try finish(nil))
    }

    /// Runs `body` in a transaction; commits when it returns, rolls back when it throws.
    ///
    /// - Throws: what `body` throws; `PostgresError`, with `isOutcomeUnknown` when a commit was sent
    ///   and not answered.
    public func transaction<T>(
        _ isolation: Isolation = .readCommitted, _ body: () throws -> T
    ) throws -> T {
        guard !isInTransaction else {
            throw PostgresError(.misuse, message: "the session is in a transaction already")
        }
        try script("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
        isInTransaction = true
        defer { isInTransaction = false }
        let value: T
        do {
            value = try body()
        } catch {
            if streaming != nil { isBroken = true }
            // The first error is the one to report; a session that cannot roll back is broken.
            if !isBroken { do { try script("ROLLBACK") } catch { isBroken = true } }
            throw error
        }
        do {
            try script("COMMIT")
        } catch {
            if error.isConnectionFailure {
                isBroken = true
                throw error.withUnknownOutcome
            }
            throw error
        }
        return value
    }

    /// Sends a statement, preparing it first when this connection has not used it yet.
    private func send(
        _ statement: Statement, _ parameters: [Parameter], binary: Bool
    ) throws(PostgresError) {
        try requireUsable()
        let bound = try BoundParameters(parameters, statement: statement)
        if !prepared.contains(statement.name) {
            let sent = bound.oids.withUnsafeBufferPointer { oids in
                PQsendPrepare(
                    connection, statement.name, statement.text, Int32(oids.count),
                    oids.baseAddress)
            }
            guard sent == 1 else { throw lost(statement) }
            PQclear(try finish(statement))
            prepared.insert(statement.name)
        }
        let sent = bound.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(
                connection, statement.name, count, values, lengths, formats, binary ? 1 : 0)
        }
        guard sent == 1 else { throw lost(statement) }
    }

    private func requireUsable() throws(PostgresError) {
        guard !isBroken else {
            throw PostgresError(.connectionLost, message: "the connection is broken")
        }
        guard streaming == nil else {
            throw PostgresError(.misuse, message: "a stream is open on this session")
        }
    }

    // MARK: - Answers

    private func limit() -> ContinuousClock.Instant {
        let own = ContinuousClock.now + statementDeadline
        return deadline.map { min($0, own) } ?? own
    }

    /// The next result; nil at the end of the answer. Waits with poll(2) until the limit.
    private func nextResult(
        _ statement: Statement?, until limit: ContinuousClock.Instant
    ) throws(PostgresError) -> OpaquePointer? {
        while true {
            let unsent = PQflush(connection)
            guard unsent >= 0 else { throw lost(statement) }
            if unsent == 0, PQisBusy(connection) == 0 { return PQgetResult(connection) }
            let events = unsent > 0 ? POLLIN | POLLOUT : POLLIN
            guard Self.wait(for: PQsocket(connection), Int32(events), until: limit) else {
                isBroken = true
                throw PostgresError(
                    .deadlineExceeded, message: "the server did not answer in time",
                    statement: statement?.name)
            }
            guard PQconsumeInput(connection) == 1 else { throw lost(statement) }
        }
    }

    /// Reads the answer to its end: the last result with rows or a command's tag.
    private func finish(_ statement: Statement?) throws(PostgresError) -> OpaquePointer {
        let limit = limit()
        var last: OpaquePointer?
        var failure: PostgresError?
        while let result = try nextResult(statement, until: limit) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY:
                if let last { PQclear(last) }
                last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT:
                if let last { PQclear(last) }
                return result
            default:
                if failure == nil { failure = error(result, statement) }
                PQclear(result)
                if PQstatus(connection) == CONNECTION_BAD { break }
            }
            if PQstatus(connection) == CONNECTION_BAD { break }
        }
        if let failure {
            if let last { PQclear(last) }
            throw failure
        }
        guard let last else { throw lost(statement) }
        return last
    }

    private func error(_ result: OpaquePointer, _ statement: Statement?) -> PostgresError {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }
                .map { String(cString: $0) }
        }
        let state = field("C").map(SQLState.init(rawValue:))
        guard let state else { return lost(statement) }
        let message = field("M") ?? Self.message(of: connection)
        // The session ends, or its prepared statements no longer fit the tables: replace it.
        if PQstatus(connection) == CONNECTION_BAD || state.errorClass == "08"
            || state == .adminShutdown || state == .crashShutdown
            || state == .readOnlyTransaction || state == .invalidStatementName
            || (state == .invalidCachedPlan && message.contains("cached plan"))
        {
            isBroken = true
        }
        return PostgresError(
            state == .queryCanceled ? .cancelled : .server, sqlState: state, message: message,
            detail: field("D"), constraint: field("n"), statement: statement?.name)
    }

    private func lost(_ statement: Statement?) -> PostgresError {
        isBroken = true
        return PostgresError(
            .connectionLost, message: Self.message(of: connection), statement: statement?.name)
    }

    /// Whether the server has closed the connection while it was idle.
    func isClosedByServer() -> Bool {
        var entry = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        guard !isBroken, poll(&entry, 1, 0) > 0 else { return isBroken }
        if PQconsumeInput(connection) == 0 || PQstatus(connection) == CONNECTION_BAD {
            isBroken = true
        } else if PQisBusy(connection) == 0, streaming == nil, let result = PQgetResult(connection)
        {
            // Nothing was asked, so this is the server saying goodbye.
            PQclear(result)
            isBroken = true
        }
        return isBroken
    }

    /// Whether a cancel request is still under way, or a stream or transaction was left open.
    func markBrokenIfUnfinished() {
        if streaming != nil || PQtransactionStatus(connection) != PQTRANS_IDLE { isBroken = true }
    }

    func markBroken() { isBroken = true }

    // MARK: - Streams

    /// Starts a statement whose rows are read one by one, in text format, as the caller asks.
    ///
    /// What is not asked for stays in the server: the stream holds a few kilobytes. Until it has
    /// ended or was cancelled, the session takes nothing else.
    public func startStream(
        _ statement: Statement, _ parameters: [Parameter]
    ) throws(PostgresError) {
        try send(statement, parameters, binary: false)
        guard PQsetSingleRowMode(connection) == 1 else { throw lost(statement) }
        streaming = statement
    }

    /// Reads up to `count` rows of the stream.
    ///
    /// - Returns: false when the stream has ended.
    public func streamRows(upTo count: Int, _ row: (StreamRow) throws -> Void) throws -> Bool {
        guard let statement = streaming else { return false }
        let limit = limit()
        for _ in 0..<count {
            guard let result = try nextResult(statement, until: limit) else {
                streaming = nil
                return false
            }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE: try row(StreamRow(result: result))
            case PGRES_TUPLES_OK: continue
            default:
                let failure = error(result, statement)
                streaming = nil
                while let rest = try nextResult(statement, until: limit) { PQclear(rest) }
                throw failure
            }
        }
        return true
    }

    /// Gives the stream up. The connection is replaced, which is cheaper than reading what is left.
    public func cancelStream() {
        if streaming != nil { isBroken = true }
    }

    // MARK: - COPY

    /// Runs a `COPY ... FROM STDIN` with the chunks that `nextChunk` gives, until it gives nil.
    ///
    /// - Returns: how many rows were copied.
    /// - Throws: what `nextChunk` throws; nothing is copied then.
    public func copyIn(_ statement: Statement, _ nextChunk: () throws -> [UInt8]?) throws -> Int {
        try startCopy(statement, PGRES_COPY_IN)
        let limit = limit()
        do {
            while let chunk = try nextChunk() {
                try chunk.withUnsafeBytes { bytes in
                    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                    while true {
                        let put = PQputCopyData(connection, start, Int32(bytes.count))
                        if put == 1 { return }
                        guard put == 0 else { throw lost(statement) }
                        try waitToSend(statement, until: limit)
                    }
                }
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            _ = PQputCopyEnd(connection, "given up by the sender")
            do { PQclear(try finish(statement)) } catch { isBroken = true }
            throw error
        }
        while true {
            let put = PQputCopyEnd(connection, nil)
            if put == 1 { break }
            guard put == 0 else { throw lost(statement) }
            try waitToSend(statement, until: limit)
        }
        let result = try finish(statement)
        defer { PQclear(result) }
        return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// Runs a `COPY ... TO STDOUT` and gives each chunk to `onChunk`; a chunk is a row.
    ///
    /// - Throws: what `onChunk` throws; the connection is replaced then.
    public func copyOut(
        _ statement: Statement, _ onChunk: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        try startCopy(statement, PGRES_COPY_OUT)
        while true {
            var buffer: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &buffer, 1)
            if length > 0, let buffer {
                defer { PQfreemem(buffer) }
                let bytes = UnsafeRawPointer(buffer).assumingMemoryBound(to: UInt8.self)
                do {
                    try onChunk(UnsafeBufferPointer(start: bytes, count: Int(length)))
                } catch {
                    isBroken = true
                    throw error
                }
            } else if length == 0 {
                guard Self.wait(for: PQsocket(connection), POLLIN, until: limit()) else {
                    isBroken = true
                    throw PostgresError(
                        .deadlineExceeded, message: "the server did not answer in time",
                        statement: statement.name)
                }
                guard PQconsumeInput(connection) == 1 else { throw lost(statement) }
            } else {
                PQclear(try finish(statement))
                return
            }
        }
    }

    private func startCopy(
        _ statement: Statement, _ expected: ExecStatusType
    ) throws(PostgresError) {
        try requireUsable()
        guard PQsendQuery(connection, statement.text) == 1 else { throw lost(statement) }
        let result = try finish(statement)
        defer { PQclear(result) }
        guard PQresultStatus(result) == expected else {
            throw PostgresError(
                .misuse, message: "the statement is not the COPY it should be",
                statement: statement.name)
        }
    }

    private func waitToSend(
        _ statement: Statement, until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        guard Self.wait(for: PQsocket(connection), POLLIN | POLLOUT, until: limit) else {
            isBroken = true
            throw PostgresError(
                .deadlineExceeded, message: "the server did not take the data in time",
                statement: statement.name)
        }
        guard PQconsumeInput(connection) == 1, PQflush(connection) >= 0 else {
            throw lost(statement)
        }
    }

    // MARK: - Notifications

    /// Waits up to `time` for notifications of the channels this session listens to.
    func notifications(within time: Duration) throws(PostgresError) -> [Notification] {
        try requireUsable()
        if Self.wait(for: PQsocket(connection), POLLIN, until: .now + time) {
            guard PQconsumeInput(connection) == 1, PQstatus(connection) == CONNECTION_OK else {
                throw lost(nil)
            }
        }
        var received: [Notification] = []
        while let notification = PQnotifies(connection) {
            received.append(
                Notification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)))
            PQfreemem(notification)
        }
        return received
    }

    /// `text` as a quoted identifier.
    func quotedIdentifier(_ text: String) throws(PostgresError) -> String {
        guard let quoted = PQescapeIdentifier(connection, text, text.utf8.count) else {
            throw PostgresError(.invalidParameter, message: Self.message(of: connection))
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }
}

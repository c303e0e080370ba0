import CPostgres

/// A connection as seen from its own thread: statements run one after another, synchronously.
///
/// A session is lent to a closure by `Connection.run`, `ConnectionPool.withSession` and
/// `ConnectionPool.transaction`, and must not be kept. Every call has a deadline; one that passes
/// it, or whose connection breaks, leaves the session unusable, and the pool replaces it.
public final class Session {
    let wire: Wire
    private let preparesStatements: Bool
    private var prepared: [String: PreparedStatement] = [:]
    private var buffer = ParameterBuffer()
    var isStreaming = false
    /// What a transaction failed with when running it again may succeed.
    var retryableFailure: PostgresError?

    /// When everything done on this session must be over; nil leaves each statement its own time.
    ///
    /// A pooled session starts without one each time it is lent.
    public var deadline: ContinuousClock.Instant?
    /// How long one statement may take, or a stream or copy may make no progress.
    public var statementDeadline: Duration
    private let defaultStatementDeadline: Duration

    private struct PreparedStatement {
        let text: String
        let types: [UInt32]
        var isStale = false
    }

    init(_ wire: Wire, options: ConnectionOptions) {
        self.wire = wire
        preparesStatements = options.preparesStatements
        statementDeadline = options.statementDeadline
        defaultStatementDeadline = options.statementDeadline
    }

    /// Runs a statement and returns its rows.
    public func query(_ statement: Statement, _ parameters: [Parameter] = []) throws(PostgresError)
        -> Rows
    {
        Rows(try perform(statement, parameters), statement: statement.name)
    }

    /// Runs a statement and reads each of its rows.
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

    /// Runs a statement and reads its first row, or returns nil when it has none.
    public func queryOne<T>(
        _ statement: Statement, _ parameters: [Parameter] = [],
        _ row: (Row) throws(PostgresError) -> T
    ) throws(PostgresError) -> T? {
        let rows = try query(statement, parameters)
        return rows.isEmpty ? nil : try row(rows[0])
    }

    /// Runs a statement and returns how many rows it affected (or returned).
    @discardableResult
    public func execute(_ statement: Statement, _ parameters: [Parameter] = [])
        throws(PostgresError)
        -> Int
    {
        let result = try perform(statement, parameters)
        defer { PQclear(result) }
        return affectedRows(result)
    }

    /// Runs a text of one or several statements, all in one transaction unless it says otherwise.
    ///
    /// For migrations and settings: the text cannot have parameters, so it must be a constant.
    public func script(_ sql: String) throws(PostgresError) {
        try ready(name: "script")
        PQclear(try simple(sql))
    }

    /// Gives back what a caller may have left behind, and says whether the session can be lent again.
    func reset() -> Bool {
        if isStreaming { cancelStream() }
        deadline = nil
        statementDeadline = defaultStatementDeadline
        retryableFailure = nil
        return !wire.isBroken && wire.transactionStatus == PQTRANS_IDLE
    }

    // MARK: - Inside the module

    /// When the next step must be over.
    var limit: ContinuousClock.Instant {
        let own = ContinuousClock.now + statementDeadline
        guard let deadline else { return own }
        return min(own, deadline)
    }

    /// Whether a transaction block is open.
    var isInTransaction: Bool { wire.transactionStatus != PQTRANS_IDLE && !wire.isBroken }

    /// Checks that a command may be sent now.
    func ready(name: String) throws(PostgresError) {
        wire.statementName = name
        guard !wire.isBroken else {
            throw PostgresError(.connectionLost, statement: name, isBeforeAnyEffect: true)
        }
        guard !isStreaming else { throw PostgresError(.unexpectedState, statement: name) }
        try wire.checkInterruption()
        wire.isOutcomeAtStake = wire.transactionStatus == PQTRANS_IDLE
    }

    /// Sends a text without parameters and waits for its end, or for the start of a copy.
    func simple(_ sql: String) throws(PostgresError) -> OpaquePointer {
        let limit = limit
        guard PQsendQuery(wire.pointer, sql) == 1 else { throw wire.lost() }
        do throws(PostgresError) {
            try wire.flush(until: limit)
            return try wire.finish(until: limit)
        } catch {
            remember(error)
            throw error
        }
    }

    func affectedRows(_ result: OpaquePointer) -> Int {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// Sends a statement with its parameters; results come in binary (1) or text (0).
    func send(
        _ statement: Statement, _ parameters: [Parameter], format: Int32,
        until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        let sent: Int32
        do throws(PostgresError) {
            if preparesStatements {
                let types = try prepare(statement, parameters, until: limit)
                try buffer.encode(parameters, as: types)
                sent = buffer.withPointers { count, values, lengths, formats in
                    PQsendQueryPrepared(
                        wire.pointer, statement.name, count, values, lengths, formats, format)
                }
            } else {
                try buffer.encode(parameters, as: nil)
                let types = parameters.map(\.type)
                sent = buffer.withPointers { count, values, lengths, formats in
                    PQsendQueryParams(
                        wire.pointer, statement.text, count, types, values, lengths, formats, format
                    )
                }
            }
        } catch {
            var error = error
            error.statement = statement.name
            throw error
        }
        guard sent == 1 else { throw wire.lost() }
    }

    /// Keeps what the enclosing transaction, or the plan of a statement, needs to know of an error.
    func remember(_ error: PostgresError) {
        guard error.isRetryable else { return }
        if error.isStalePlan, let name = error.statement { prepared[name]?.isStale = true }
        if isInTransaction { retryableFailure = error }
    }

    private func perform(
        _ statement: Statement, _ parameters: [Parameter]
    ) throws(PostgresError) -> OpaquePointer {
        try ready(name: statement.name)
        let limit = limit
        let isAlone = !isInTransaction
        do throws(PostgresError) {
            return try run(statement, parameters, until: limit)
        } catch {
            remember(error)
            if error.sqlState == .invalidStatementName { prepared[statement.name] = nil }
            // A stale plan fails before it has done anything, so alone it can simply be renewed.
            guard error.isStalePlan, isAlone else { throw error }
            return try run(statement, parameters, until: limit)
        }
    }

    private func run(
        _ statement: Statement, _ parameters: [Parameter], until limit: ContinuousClock.Instant
    ) throws(PostgresError) -> OpaquePointer {
        try send(statement, parameters, format: 1, until: limit)
        try wire.flush(until: limit)
        return try wire.finish(until: limit)
    }

    /// Prepares a statement unless it is, and returns the types of its parameters.
    private func prepare(
        _ statement: Statement, _ parameters: [Parameter], until limit: ContinuousClock.Instant
    ) throws(PostgresError) -> [UInt32] {
        if let known = prepared[statement.name] {
            guard known.text == statement.text else {
                throw PostgresError(.statementConflict, statement: statement.name)
            }
            if !known.isStale { return known.types }
            try forget(statement.name, until: limit)
        }
        var types = parameters.map(\.type)
        guard
            PQsendPrepare(
                wire.pointer, statement.name, statement.text, Int32(types.count), types) == 1
        else { throw wire.lost() }
        try wire.flush(until: limit)
        PQclear(try wire.finish(until: limit))
        // What a NULL was taken for, and parameters that were not given, only the server knows.
        guard PQsendDescribePrepared(wire.pointer, statement.name) == 1 else { throw wire.lost() }
        try wire.flush(until: limit)
        let described = try wire.finish(until: limit)
        defer { PQclear(described) }
        types = (0..<PQnparams(described)).map { PQparamtype(described, $0) }
        prepared[statement.name] = PreparedStatement(text: statement.text, types: types)
        return types
    }

    private func forget(
        _ name: String, until limit: ContinuousClock.Instant
    ) throws(PostgresError) {
        guard let quoted = PQescapeIdentifier(wire.pointer, name, name.utf8.count) else {
            throw wire.lost()
        }
        defer { PQfreemem(quoted) }
        guard PQsendQuery(wire.pointer, "DEALLOCATE " + String(cString: quoted)) == 1 else {
            throw wire.lost()
        }
        try wire.flush(until: limit)
        PQclear(try wire.finish(until: limit))
        prepared[name] = nil
    }
}

/// What went wrong between this program and PostgreSQL.
///
/// Parameter values are never kept. `description` is safe to show to anybody: it holds names and
/// codes only. `message`, `detail` and `debugDescription` are for operators, since the server may
/// quote data in them.
public struct PostgresError: Error, Sendable {
    /// The kinds of failure, each with the facts that tell it apart.
    public enum Code: Sendable, Hashable {
        /// The server answered with an error.
        case server(SQLState)
        /// No connection could be made.
        case connectionFailed
        /// An established connection broke.
        case connectionLost
        /// The server did not answer in time; the connection has been thrown away.
        case deadlineExceeded
        /// The task that asked was cancelled.
        case cancelled
        /// As many callers as the pool allows are waiting for a connection already.
        case poolExhausted
        /// No connection became free within the pool's waiting time.
        case poolTimeout
        /// The pool, or this connection, has been shut down.
        case poolClosed
        /// A column does not hold what the caller reads from it; `found` is a type name or `NULL`.
        case decoding(column: String, expected: String, found: String)
        /// A text holds the character U+0000, which PostgreSQL cannot store; counted from 1.
        case textContainsNUL(parameter: Int)
        /// A value does not fit the type that the statement's parameter has; counted from 1.
        case parameterMismatch(parameter: Int)
        /// A transaction was begun inside a transaction.
        case alreadyInTransaction
        /// A commit became a rollback, since a statement of the transaction had failed.
        case transactionAborted
        /// Two statements of one name and different texts met on one connection.
        case statementConflict
        /// A call does not fit what the connection is doing, or what the statement answers.
        case unexpectedState
    }

    /// What kind of failure this is.
    public var code: Code
    /// The server's severity, untranslated: `ERROR`, `FATAL` or `PANIC`.
    public var severity: String?
    /// The server's or libpq's own words; may quote data.
    public var message: String
    /// The server's further explanation; may quote data.
    public var detail: String?
    /// The server's advice; may quote data.
    public var hint: String?
    /// The violated constraint's name, where the server tells it.
    public var constraint: String?
    /// The name of the statement that failed, where one was running.
    public var statement: String?
    /// Whether the server may have carried out what it did not confirm.
    ///
    /// True when the answer to a commit, or to a statement outside a transaction, was lost. Such
    /// work may be repeated only if it is idempotent.
    public var isOutcomeUnknown: Bool
    /// Whether the connection failed before anything of the caller's was sent on it.
    public var isBeforeAnyEffect: Bool
    /// The failure behind this one: why a pool could not connect.
    public var underlying: (any Error)?

    /// Describes a failure.
    public init(
        _ code: Code, message: String = "", severity: String? = nil, detail: String? = nil,
        hint: String? = nil, constraint: String? = nil, statement: String? = nil,
        isOutcomeUnknown: Bool = false, isBeforeAnyEffect: Bool = false,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
        self.statement = statement
        self.isOutcomeUnknown = isOutcomeUnknown
        self.isBeforeAnyEffect = isBeforeAnyEffect
        self.underlying = underlying
    }
}

extension PostgresError {
    /// The server's SQLSTATE, if the server answered.
    public var sqlState: SQLState? {
        if case .server(let state) = code { state } else { nil }
    }

    /// Whether running the whole transaction again may succeed: SQLSTATE 40001 and 40P01, and a
    /// prepared plan that a change of the schema put out of date.
    public var isRetryable: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected || isStalePlan
    }

    /// Whether the connection, rather than the statement, is at fault: SQLSTATE class 08,
    /// 57P01-57P03, 25006, or a connection that could not be made (also not for a pool), broke or
    /// went silent.
    public var isConnectionFailure: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .deadlineExceeded: true
        // Waiting in vain because nothing could connect is the connection's fault, too.
        case .poolTimeout: underlying != nil
        case .server(let state):
            state.conditionClass == "08" || state == .adminShutdown || state == .crashShutdown
                || state == .cannotConnectNow || state == .readOnlyTransaction
        default: false
        }
    }

    /// Whether a prepared plan no longer fits the schema.
    var isStalePlan: Bool {
        sqlState == .featureNotSupported && message.hasPrefix("cached plan must not change")
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Names and codes only: safe to show and to log anywhere.
    public var description: String {
        var text = "postgres: \(summary)"
        if let statement { text += ", statement \(statement)" }
        if let constraint { text += ", constraint \(constraint)" }
        if isOutcomeUnknown { text += ", outcome unknown" }
        return text
    }

    /// Everything known, for operators: may quote stored data, never parameters as such.
    public var debugDescription: String {
        var text = description
        if let severity { text += ", severity \(severity)" }
        if !message.isEmpty { text += ", message: \(message)" }
        if let detail { text += ", detail: \(detail)" }
        if let hint { text += ", hint: \(hint)" }
        if let underlying { text += ", because: \(String(reflecting: underlying))" }
        return text
    }

    private var summary: String {
        switch code {
        case .server(let state): "SQLSTATE \(state)"
        case .connectionFailed: "connection failed"
        case .connectionLost: "connection lost"
        case .deadlineExceeded: "deadline exceeded"
        case .cancelled: "cancelled"
        case .poolExhausted: "too many callers are waiting for a connection"
        case .poolTimeout: "no connection became free in time"
        case .poolClosed: "shut down"
        case .decoding(let column, let expected, let found):
            "column \(column) is \(found), expected \(expected)"
        case .textContainsNUL(let parameter): "parameter \(parameter) contains U+0000"
        case .parameterMismatch(let parameter): "parameter \(parameter) does not fit its type"
        case .alreadyInTransaction: "already in a transaction"
        case .transactionAborted: "the transaction had failed and was rolled back"
        case .statementConflict: "two statements share one name"
        case .unexpectedState: "unexpected state of the connection"
        }
    }
}

extension PostgresError {
    /// Whether the database or the pool is too busy, so that the caller should come back later:
    /// SQLSTATE class 53, 55P03, or a pool with no connection to give.
    public var isOverload: Bool {
        switch code {
        case .poolExhausted: true
        case .poolTimeout: underlying == nil
        case .server(let state): state.conditionClass == "53" || state == .lockNotAvailable
        default: false
        }
    }

    /// An error for a statement whose answer is not what its caller may rely on.
    public static func decoding(
        statement: String, column: String, expected: String, found: String = "something else"
    ) -> PostgresError {
        PostgresError(
            .decoding(column: column, expected: expected, found: found), statement: statement)
    }
}

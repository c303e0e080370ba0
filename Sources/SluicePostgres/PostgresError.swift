/// What can go wrong between this process and PostgreSQL.
///
/// Parameters are never kept: `description` is safe to show to a user, `debugDescription` adds what
/// an operator needs.
public struct PostgresError: Error, Sendable, Hashable {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// The server answered with an error; see `sqlState`.
        case server
        /// No connection could be made.
        case connectionFailed
        /// The connection broke while in use.
        case connectionLost
        /// The server did not answer in time; the connection was thrown away.
        case deadlineExceeded
        /// The task was cancelled, and with it the statement.
        case cancelled
        /// No connection became free in time.
        case poolTimeout
        /// Too many requests wait for a connection already.
        case poolExhausted
        /// The pool was shut down.
        case poolClosed
        /// A column was not what the caller said it is.
        case decoding
        /// A parameter cannot be sent, such as text with a NUL.
        case invalidParameter
        /// The session was used in a way it does not allow, such as a query inside a stream.
        case misuse
    }

    /// The kind of failure.
    public let code: Code
    /// The server's code; nil when the failure is not the server's.
    public let sqlState: SQLState?
    /// The server's or libpq's primary message.
    public let message: String
    /// The server's detail; it may quote data and is for operators only.
    public let detail: String?
    /// The constraint that was violated.
    public let constraint: String?
    /// The statement's name.
    public let statement: String?
    /// Whether a commit was sent whose outcome is not known.
    public let isOutcomeUnknown: Bool

    /// Makes an error.
    public init(
        _ code: Code, sqlState: SQLState? = nil, message: String, detail: String? = nil,
        constraint: String? = nil, statement: String? = nil, isOutcomeUnknown: Bool = false
    ) {
        self.code = code
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.constraint = constraint
        self.statement = statement
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    /// The error that a column is not of the type, or not there.
    public static func decoding(
        statement: String, column: String, expected: String
    ) -> PostgresError {
        PostgresError(
            .decoding, message: "column \(column) is not \(expected)", statement: statement)
    }

    /// The same error, of a commit whose outcome is not known.
    var withUnknownOutcome: PostgresError {
        PostgresError(
            code, sqlState: sqlState, message: message, detail: detail, constraint: constraint,
            statement: statement, isOutcomeUnknown: true)
    }

    /// Whether the same transaction can be tried again at once: the server chose it as the victim.
    public var isRetryable: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected
    }

    /// Whether the connection, not the statement, failed.
    public var isConnectionFailure: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .deadlineExceeded: true
        // Waiting in vain because nothing could connect is the connection's fault, too.
        case .poolTimeout: underlying != nil
        case .server:
            sqlState.map { state in
                state.errorClass == "08" || state == .adminShutdown || state == .crashShutdown
                    || state == .cannotConnectNow || state == .readOnlyTransaction
            } ?? false
        default: false
        }
    }

    /// Whether the pool, not the database, refused.
    public var isOverload: Bool {
        code == .poolTimeout || code == .poolExhausted || sqlState?.errorClass == "53"
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line without any parameter.
    public var description: String {
        var text = "\(code)"
        if let sqlState { text += " \(sqlState.rawValue)" }
        if let statement { text += " in \(statement)" }
        return text + ": \(message)"
    }

    /// The description with what may quote data.
    public var debugDescription: String {
        var text = description
        if let constraint { text += " [constraint \(constraint)]" }
        if let detail { text += " [\(detail)]" }
        if isOutcomeUnknown { text += " [the commit's outcome is unknown]" }
        return text
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

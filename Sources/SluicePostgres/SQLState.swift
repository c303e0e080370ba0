/// A five-character SQLSTATE (PostgreSQL 15 documentation, appendix A).
public struct SQLState: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The five characters, as the server sent them.
    public let rawValue: String

    /// Wraps a code; any text is accepted, so that a newer server's codes pass through.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The five characters.
    public var description: String { rawValue }

    /// The first two characters: the class of conditions this one belongs to.
    public var conditionClass: Substring { rawValue.prefix(2) }
}

extension SQLState {
    /// The server gave a command up while it was closing, and cannot say whether it took effect.
    public static let statementCompletionUnknown = SQLState(rawValue: "40003")
    /// What was sent to COPY is not in the form the statement takes.
    public static let badCopyFormat = SQLState(rawValue: "22P04")
    /// A serializable or repeatable-read transaction met a concurrent change; run it again.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// This transaction was chosen to break a deadlock; run it again.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// A unique or exclusion constraint stood against a row.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// A referenced row is missing, or a referencing one remains.
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    /// A check constraint does not hold.
    public static let checkViolation = SQLState(rawValue: "23514")
    /// A column that must have a value has none.
    public static let notNullViolation = SQLState(rawValue: "23502")
    /// An exclusion constraint stood against a row.
    public static let exclusionViolation = SQLState(rawValue: "23P01")
    /// A statement was cancelled, by request or by the server's own time limit.
    public static let queryCanceled = SQLState(rawValue: "57014")
    /// An administrator ended the connection or shut the server down.
    public static let adminShutdown = SQLState(rawValue: "57P01")
    /// Another server process crashed, and every connection was ended for it.
    public static let crashShutdown = SQLState(rawValue: "57P02")
    /// The server is starting up, shutting down or recovering.
    public static let cannotConnectNow = SQLState(rawValue: "57P03")
    /// A write met a read-only server: typically a primary that was demoted.
    public static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// An earlier statement of this transaction failed; only a rollback is possible.
    public static let inFailedTransaction = SQLState(rawValue: "25P02")
    /// A lock was not obtained within `lock_timeout`, or at once where that was asked.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// A disk is full.
    public static let diskFull = SQLState(rawValue: "53100")
    /// Every connection slot of the server is taken.
    public static let tooManyConnections = SQLState(rawValue: "53300")
    /// A name stands for no table.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// A text value is not in the form its type wants.
    public static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    /// Bytes are no text in the database's encoding.
    public static let characterNotInRepertoire = SQLState(rawValue: "22021")
    /// A prepared statement of this name does not exist on the connection.
    public static let invalidStatementName = SQLState(rawValue: "26000")
    /// The server does not support this; also how it says that a prepared plan went out of date.
    public static let featureNotSupported = SQLState(rawValue: "0A000")
    /// The role may not do this.
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
}

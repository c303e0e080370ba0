import CPostgres

/// What a transaction sees of others (PostgreSQL documentation, section 13.2).
public enum Isolation: Sendable {
    /// Each statement sees what was committed when it began.
    case readCommitted
    /// All statements see one snapshot; a write to a row changed since fails with 40001.
    case repeatableRead
    /// As if transactions ran one after another; what cannot be ordered fails with 40001.
    case serializable
    /// One snapshot, reading only: for exports and reports.
    case readOnlySnapshot

    var begin: String {
        switch self {
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
        case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
        case .readOnlySnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}

extension Session {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Throws: what `body` throws; `alreadyInTransaction` inside a transaction;
    ///   `transactionAborted` when `body` swallowed the error of a statement, so that nothing could
    ///   be committed; an error with `isOutcomeUnknown` when the answer to the commit was lost.
    @discardableResult
    public func transaction<T>(
        _ isolation: Isolation = .readCommitted, _ body: () throws -> T
    ) throws -> T {
        try begin(isolation)
        let value: T
        do {
            value = try body()
        } catch {
            rollback()
            throw error
        }
        try commit()
        return value
    }

    private func begin(_ isolation: Isolation) throws(PostgresError) {
        guard !isInTransaction else { throw PostgresError(.alreadyInTransaction) }
        retryableFailure = nil
        try ready(name: "begin")
        wire.isOutcomeAtStake = false
        do throws(PostgresError) {
            PQclear(try simple(isolation.begin))
        } catch {
            var error = error
            // A server that kept silent may do so again; a connection that broke can be replaced.
            error.isBeforeAnyEffect = error.isConnectionFailure && error.code != .deadlineExceeded
            throw error
        }
    }

    private func commit() throws(PostgresError) {
        if isStreaming { cancelStream() }
        do throws(PostgresError) {
            try ready(name: "commit")
        } catch {
            rollback()
            throw error
        }
        guard isInTransaction else { throw PostgresError(.unexpectedState, statement: "commit") }
        wire.isOutcomeAtStake = true
        let result: OpaquePointer
        do throws(PostgresError) {
            result = try simple("COMMIT")
        } catch {
            if error.isRetryable { retryableFailure = error }
            throw error
        }
        defer { PQclear(result) }
        guard let tag = PQcmdStatus(result), String(cString: tag) == "COMMIT" else {
            throw PostgresError(.transactionAborted, statement: "commit")
        }
    }

    /// Ends the transaction without its effects.
    ///
    /// A failure here closes the connection, which ends it as well, so the caller's own error is the
    /// one to report.
    private func rollback() {
        if isStreaming { cancelStream() }
        guard isInTransaction else { return }
        wire.isShielded = true
        defer { wire.isShielded = false }
        wire.statementName = "rollback"
        wire.isOutcomeAtStake = false
        // A cancel request still under way must not hit the rollback.
        guard !wire.interruption.isRaised || wire.interruption.settle() else { return wire.close() }
        do throws(PostgresError) {
            let limit = ContinuousClock.now + Interruption.patience
            guard PQsendQuery(wire.pointer, "ROLLBACK") == 1 else { throw wire.lost() }
            try wire.flush(until: limit)
            PQclear(try wire.finish(until: limit))
        } catch {
            wire.close()
        }
    }
}

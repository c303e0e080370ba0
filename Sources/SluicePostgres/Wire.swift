import CPostgres
import Glibc

/// One libpq connection, driven so that no call waits past a deadline.
///
/// libpq's blocking calls wait for ever on a server that is stopped but still acknowledged by its
/// kernel, so only the asynchronous ones are used, with `poll(2)` between them. Everything runs on
/// the thread of the connection's actor, except what `Interruption` offers.
final class Wire {
    let interruption: Interruption
    /// Nil once closed; libpq's functions take that for a dead connection.
    private(set) var pointer: OpaquePointer?
    /// The statement that errors are to name.
    var statementName: String?
    /// Whether losing the answer now would leave the outcome unknown.
    var isOutcomeAtStake = false
    /// Whether cancellation is ignored: while cleaning up.
    var isShielded = false

    init(_ pointer: OpaquePointer, interruption: Interruption) {
        self.pointer = pointer
        self.interruption = interruption
    }

    deinit { close() }

    var isBroken: Bool { pointer == nil || PQstatus(pointer) != CONNECTION_OK }

    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

    /// Closes without waiting for anything.
    func close() {
        guard let connection = pointer else { return }
        pointer = nil
        interruption.attach(nil)
        PQfinish(connection)
    }

    /// Throws if the running operation has been told to stop; to be asked before sending.
    func checkInterruption() throws(PostgresError) {
        guard interruption.isRaised else { return }
        let asked = interruption.snapshot
        if asked.isAbandoned {
            close()
            throw PostgresError(.poolClosed, statement: statementName)
        }
        if asked.cancelledAt != nil, !isShielded {
            throw PostgresError(.cancelled, statement: statementName)
        }
    }

    /// Sends what libpq has buffered, reading what comes meanwhile so that neither side blocks.
    func flush(until deadline: ContinuousClock.Instant) throws(PostgresError) {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1:
                let ready = try wait(for: POLLIN | POLLOUT, until: deadline)
                if ready & POLLIN != 0, PQconsumeInput(pointer) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    /// The next result of the running command, or nil at its end; the caller frees it.
    func nextResult(until deadline: ContinuousClock.Instant) throws(PostgresError) -> OpaquePointer?
    {
        while PQisBusy(pointer) == 1 {
            _ = try wait(for: POLLIN, until: deadline)
            if PQconsumeInput(pointer) == 0 { throw lost() }
        }
        return PQgetResult(pointer)
    }

    /// Waits for the command's end and hands back its last result, or throws its first error.
    func finish(until deadline: ContinuousClock.Instant) throws(PostgresError) -> OpaquePointer {
        var last: OpaquePointer?
        var failure: PostgresError?
        do throws(PostgresError) {
            while let result = try nextResult(until: deadline) {
                PQclear(last)
                last = result
                switch PQresultStatus(result) {
                case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
                    if failure == nil { failure = self.failure(result) }
                case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: return result
                default: break
                }
            }
        } catch {
            PQclear(last)
            throw failure ?? error
        }
        if let failure {
            PQclear(last)
            if PQstatus(pointer) != CONNECTION_OK { close() }
            throw failure
        }
        guard let last else { throw lost() }
        return last
    }

    /// Waits until the socket is ready, and says for what.
    func wait(
        for interest: Int32, until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> Int32 {
        var limit = deadline
        while true {
            var isCancelled = false
            if interruption.isRaised {
                let asked = interruption.snapshot
                if asked.isAbandoned {
                    close()
                    throw PostgresError(
                        .poolClosed, statement: statementName, isOutcomeUnknown: isOutcomeAtStake)
                }
                if let cancelledAt = asked.cancelledAt, !isShielded {
                    isCancelled = true
                    limit = min(deadline, cancelledAt + Interruption.patience)
                }
            }
            let remaining = limit - .now
            guard remaining > .zero else { throw expired(isCancelled) }
            let socket = PQsocket(pointer)
            guard socket >= 0 else { throw lost() }
            var watched = (
                pollfd(fd: socket, events: Int16(interest), revents: 0),
                pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
            )
            let count = withUnsafeMutableBytes(of: &watched) {
                poll(
                    $0.assumingMemoryBound(to: pollfd.self).baseAddress, 2,
                    Int32(clamping: remaining.wholeMilliseconds))
            }
            if count < 0, errno != EINTR { throw lost() }
            guard count > 0 else { continue }
            if watched.1.revents != 0 { interruption.acknowledge() }
            if watched.0.revents != 0 { return readiness(watched.0) }
        }
    }

    /// An error or a hang-up is noticed by reading.
    private func readiness(_ watched: pollfd) -> Int32 {
        let events = Int32(watched.revents)
        return events & (POLLERR | POLLHUP | POLLNVAL) != 0 ? events | POLLIN : events
    }

    /// The server kept silent too long: it is told to stop if it still listens, and left.
    private func expired(_ isCancelled: Bool) -> PostgresError {
        interruption.requestCancel()
        close()
        return PostgresError(
            isCancelled ? .cancelled : .deadlineExceeded, statement: statementName,
            isOutcomeUnknown: isOutcomeAtStake)
    }

    /// The connection is gone.
    func lost() -> PostgresError {
        let message = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        close()
        return PostgresError(
            .connectionLost, message: message.trimmedLine, statement: statementName,
            isOutcomeUnknown: isOutcomeAtStake)
    }

    /// Reads the error a result carries; the result stays the caller's.
    func failure(_ result: OpaquePointer) -> PostgresError {
        func field(_ code: Character) -> String? {
            guard let code = code.asciiValue, let text = PQresultErrorField(result, Int32(code))
            else { return nil }
            return String(cString: text)
        }
        guard let state = field("C") else {
            // libpq makes such results itself, when the connection breaks.
            return lost()
        }
        let sqlState = SQLState(rawValue: state)
        let isCancelled =
            sqlState == .queryCanceled && interruption.isRaised
            && interruption.snapshot.cancelledAt != nil
        let severity = field("V")
        let isFatal = severity == "FATAL" || severity == "PANIC"
        return PostgresError(
            isCancelled ? .cancelled : .server(sqlState), message: field("M") ?? "",
            severity: severity, detail: field("D"), hint: field("H"), constraint: field("n"),
            statement: statementName,
            isOutcomeUnknown: isOutcomeAtStake
                && (isFatal || sqlState == .statementCompletionUnknown))
    }
}

extension String {
    /// The text without the line end libpq closes its messages with.
    var trimmedLine: String {
        var text = self
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" || last == " " {
            text.unicodeScalars.removeLast()
        }
        return text
    }
}

extension Wire {
    /// Lets time pass on the connection's thread; ends early, throwing, when told to stop.
    func rest(for duration: Duration) throws(PostgresError) {
        let end = ContinuousClock.now + duration
        while true {
            try checkInterruption()
            let remaining = end - .now
            guard remaining > .zero else { return }
            var watched = pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&watched, 1, Int32(clamping: remaining.wholeMilliseconds)) > 0 {
                interruption.acknowledge()
            }
        }
    }
}

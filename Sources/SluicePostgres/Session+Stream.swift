import CPostgres
import Glibc

/// One row of a stream, its columns in PostgreSQL's text format; valid only while it is lent.
public struct StreamRow {
    let result: OpaquePointer

    /// How many columns there are.
    public var count: Int { Int(PQnfields(result)) }

    /// A column's name.
    public func name(_ column: Int) -> String {
        PQfname(result, Int32(truncatingIfNeeded: column)).map { String(cString: $0) } ?? ""
    }

    /// A column's text, or nil for NULL.
    public subscript(column: Int) -> UnsafeBufferPointer<UInt8>? {
        let column = Int32(truncatingIfNeeded: column)
        guard PQgetisnull(result, 0, column) == 0, let value = PQgetvalue(result, 0, column) else {
            return nil
        }
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self),
            count: Int(PQgetlength(result, 0, column)))
    }
}

extension Session {
    /// Starts a query whose rows are then taken a few at a time, with bounded memory at both ends.
    ///
    /// Until the stream ends or is cancelled, nothing else can run on the session.
    public func startStream(
        _ statement: Statement, _ parameters: [Parameter] = []
    ) throws(PostgresError) {
        try ready(name: statement.name)
        let limit = limit
        do throws(PostgresError) {
            try send(statement, parameters, format: 0, until: limit)
        } catch {
            remember(error)
            throw error
        }
        guard PQsetSingleRowMode(wire.pointer) == 1 else { throw wire.lost() }
        isStreaming = true
        try flushStream(until: limit)
    }

    /// Lends up to `limit` further rows to `row`, waiting for them as needed.
    ///
    /// Rows not asked for stay with the server, which waits. When `row` throws, the stream is
    /// cancelled.
    ///
    /// - Returns: false once the stream has ended; a full answer may still be followed by an empty
    ///   one.
    public func streamRows(
        upTo count: Int, _ row: (StreamRow) throws -> Void
    ) throws -> Bool {
        guard isStreaming else { return false }
        var taken = 0
        while taken < count {
            guard let result = try nextStreamResult() else { return false }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE:
                taken += 1
                do {
                    try row(StreamRow(result: result))
                } catch {
                    cancelStream()
                    throw error
                }
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
                let failure = wire.failure(result)
                isStreaming = false
                remember(failure)
                drain(until: ContinuousClock.now + Interruption.patience)
                throw failure
            default: continue
            }
        }
        return true
    }

    /// Ends a stream early: the server is told to stop, and what it had sent is read and dropped.
    ///
    /// Inside a transaction this fails the transaction, as every cancelled statement does.
    public func cancelStream() {
        guard isStreaming else { return }
        isStreaming = false
        cancelRunning()
    }

    /// Stops the running command and leaves the connection idle, or closed if that takes too long.
    func cancelRunning() {
        guard !wire.isBroken else { return }
        wire.isShielded = true
        defer { wire.isShielded = false }
        wire.interruption.requestCancel()
        drain(until: ContinuousClock.now + Interruption.patience)
        if !wire.interruption.settle() { wire.close() }
    }

    private func nextStreamResult() throws(PostgresError) -> OpaquePointer? {
        do throws(PostgresError) {
            let result = try wire.nextResult(until: limit)
            if result == nil { isStreaming = false }
            return result
        } catch {
            isStreaming = false
            throw error
        }
    }

    private func flushStream(until limit: ContinuousClock.Instant) throws(PostgresError) {
        do throws(PostgresError) {
            try wire.flush(until: limit)
        } catch {
            isStreaming = false
            throw error
        }
    }

    /// Reads and drops whatever is left of the running command.
    private func drain(until limit: ContinuousClock.Instant) {
        do throws(PostgresError) {
            while let result = try wire.nextResult(until: limit) {
                let status = PQresultStatus(result)
                PQclear(result)
                if status == PGRES_COPY_OUT { try drainCopy(until: limit) }
            }
        } catch {
            wire.close()
        }
    }

    private func drainCopy(until limit: ContinuousClock.Instant) throws(PostgresError) {
        while true {
            var data: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(wire.pointer, &data, 1)
            PQfreemem(data)
            if length < 0 { return }
            if length > 0 { continue }
            _ = try wire.wait(for: POLLIN, until: limit)
            if PQconsumeInput(wire.pointer) == 0 { throw wire.lost() }
        }
    }
}

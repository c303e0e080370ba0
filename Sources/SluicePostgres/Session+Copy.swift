import CPostgres
import Glibc

extension Session {
    /// Runs `COPY … FROM STDIN` with the chunks that `nextChunk` returns until it returns nil.
    ///
    /// Chunks may end anywhere. When `nextChunk` throws, nothing of the copy stays and its error is
    /// passed on.
    ///
    /// - Returns: how many rows were copied.
    @discardableResult
    public func copyIn(
        _ statement: Statement, _ nextChunk: () throws -> [UInt8]?
    ) throws -> Int {
        try start(statement, PGRES_COPY_IN)
        do {
            while let chunk = try nextChunk() { try put(chunk) }
        } catch let error as PostgresError where wire.isBroken {
            throw error
        } catch {
            try end("the client gave up")
            do throws(PostgresError) {
                PQclear(try wire.finish(until: limit))
            } catch {
                // The server's answer repeats that the client gave up; the reason is the client's.
            }
            throw error
        }
        try end(nil)
        let result = try wire.finish(until: limit)
        defer { PQclear(result) }
        return affectedRows(result)
    }

    /// Runs `COPY … FROM STDIN (FORMAT binary)` with rows that are built.
    ///
    /// - Returns: how many rows were copied.
    @discardableResult
    public func copyIn(_ statement: Statement, _ rows: CopyRows) throws(PostgresError) -> Int {
        try start(statement, PGRES_COPY_IN)
        try put(rows.bytes)
        try put(CopyRows.trailer)
        try end(nil)
        let result = try wire.finish(until: limit)
        defer { PQclear(result) }
        return affectedRows(result)
    }

    /// Runs `COPY … TO STDOUT` and lends each chunk to `onChunk`.
    ///
    /// A chunk is one row in text and csv format. When `onChunk` throws, the copy is cancelled and its error is passed on.
    public func copyOut(
        _ statement: Statement, _ onChunk: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        try start(statement, PGRES_COPY_OUT)
        while true {
            var data: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(wire.pointer, &data, 1)
            switch length {
            case 0:
                _ = try wire.wait(for: POLLIN, until: limit)
                if PQconsumeInput(wire.pointer) == 0 { throw wire.lost() }
            case 1...:
                defer { PQfreemem(data) }
                do {
                    try UnsafeRawPointer(data).map { raw in
                        try onChunk(
                            UnsafeBufferPointer(
                                start: raw.assumingMemoryBound(to: UInt8.self), count: Int(length)))
                    }
                } catch {
                    cancelRunning()
                    throw error
                }
            default:
                PQclear(try wire.finish(until: limit))
                return
            }
        }
    }

    private func start(_ statement: Statement, _ expected: ExecStatusType) throws(PostgresError) {
        try ready(name: statement.name)
        let result = try simple(statement.text)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == expected else {
            if status == PGRES_COPY_IN || status == PGRES_COPY_OUT { wire.close() }
            throw PostgresError(.unexpectedState, statement: statement.name)
        }
    }

    /// Sends bytes piece by piece, so that libpq buffers no more than one.
    private func put(_ bytes: [UInt8]) throws(PostgresError) {
        var start = 0
        while start < bytes.count {
            try wire.checkInterruption()
            let end = min(start + 1 << 16, bytes.count)
            let status = bytes[start..<end].withUnsafeBytes { raw in
                PQputCopyData(
                    wire.pointer, raw.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(clamping: raw.count))
            }
            guard status == 1 else { throw wire.lost() }
            try wire.flush(until: limit)
            start = end
        }
    }

    private func end(_ reason: String?) throws(PostgresError) {
        guard PQputCopyEnd(wire.pointer, reason) == 1 else { throw wire.lost() }
        try wire.flush(until: limit)
    }
}

import Foundation

/// One NDJSON request whose replies are read while its body is sent.
struct NDJSONStream: Sendable {
    let port: Int
    let token: String

    /// Sends a body of `length` bytes by `body`, blocking.
    ///
    /// - Returns: how many lines were stored as new.
    func send(
        length: Int, body: @escaping @Sendable (HTTPConnection) throws -> Void
    ) throws -> Int {
        let connection = try HTTPConnection(port: port)
        let head = HTTPConnection.request(
            "POST", "/v1/projects/\(Bench.project)/predictions", token: token,
            type: "application/x-ndjson", length: length)
        let sender = Outcome()
        Thread.detachNewThread {
            sender.set(
                Result {
                    try connection.send(head)
                    try body(connection)
                })
        }
        var lines = 0
        var refusal: [UInt8] = []
        let status = try connection.receive { bytes in
            lines += bytes.count { $0 == 10 }
            if refusal.isEmpty, bytes.offset(of: "\"error\"") != nil {
                refusal = Array(bytes.prefix(300))
            }
        }
        try sender.get()
        guard status == 200, refusal.isEmpty else {
            throw BenchError("status \(status): \(String(decoding: refusal, as: UTF8.self))")
        }
        return lines
    }
}

extension Collection<UInt8> {
    /// Where `text` begins first.
    ///
    /// By the C library: the general search of Foundation would take as much of the two cores as a
    /// third of the service that is measured.
    func offset(of text: StaticString) -> Int? {
        withContiguousStorageIfAvailable { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var place = 0
            while place + text.utf8CodeUnitCount <= bytes.count {
                guard
                    let found = memchr(
                        start + place, Int32(text.utf8Start.pointee),
                        bytes.count - place - text.utf8CodeUnitCount + 1)
                else { return nil }
                if memcmp(found, text.utf8Start, text.utf8CodeUnitCount) == 0 {
                    return UnsafeRawPointer(found) - UnsafeRawPointer(start)
                }
                place = UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1
            }
            return nil
        } ?? nil
    }
}

/// What became of the sending half, for the receiving half to wait for.
private final class Outcome: @unchecked Sendable {
    private let condition = NSCondition()
    private var result: Result<Void, any Error>?

    func set(_ result: Result<Void, any Error>) {
        condition.withLock {
            self.result = result
            condition.broadcast()
        }
    }

    func get() throws {
        try condition.withLock {
            while true {
                if let result { return try result.get() }
                condition.wait()
            }
        }
    }
}

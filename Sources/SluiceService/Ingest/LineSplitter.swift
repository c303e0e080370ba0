/// Cuts a byte stream into lines in constant memory.
///
/// A line ends with LF or CR LF; the last may end with the stream. Lines of white space are
/// counted and passed over. A line over the limit is reported once and skipped to its end without
/// being kept.
public struct LineSplitter: Sendable {
    /// What a line is.
    public enum Line {
        /// Its bytes without the line end; good only during the call.
        case bytes(UnsafeBufferPointer<UInt8>, number: Int)
        /// It has more bytes than the limit.
        case tooLong(number: Int)
    }

    private let limit: Int
    private var held: [UInt8] = []
    private var isSkipping = false
    private var number = 0

    /// Splits into lines of at most `limit` bytes.
    public init(limit: Int) { self.limit = limit }

    /// Takes the next bytes and gives every line they complete to `body`.
    public mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>, _ body: (Line) -> Void) {
        var rest = chunk[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(UnsafeBufferPointer(rebasing: rest[..<end]), body)
            rest = rest[(end + 1)...]
        }
        guard !isSkipping, !rest.isEmpty else { return }
        if held.count + rest.count > limit {
            isSkipping = true
            held = []
            number += 1
            body(.tooLong(number: number))
        } else {
            held.append(contentsOf: rest)
        }
    }

    /// Ends the stream: an unfinished last line is given to `body`.
    public mutating func finish(_ body: (Line) -> Void) {
        guard !isSkipping, !held.isEmpty else { return }
        take(UnsafeBufferPointer(start: nil, count: 0), body)
    }

    private mutating func take(_ tail: UnsafeBufferPointer<UInt8>, _ body: (Line) -> Void) {
        if isSkipping {
            isSkipping = false
            return
        }
        number += 1
        guard held.count + tail.count <= limit else {
            held = []
            return body(.tooLong(number: number))
        }
        if held.isEmpty {
            emit(tail, body)
        } else {
            held.append(contentsOf: tail)
            held.withUnsafeBufferPointer { emit($0, body) }
            held.removeAll(keepingCapacity: held.capacity <= 1 << 16)
        }
    }

    private func emit(_ line: UnsafeBufferPointer<UInt8>, _ body: (Line) -> Void) {
        let isBlank = line.allSatisfy { byte in
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
        }
        if !isBlank { body(.bytes(line, number: number)) }
    }
}

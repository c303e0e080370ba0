/// Reads one JSON document front to back, as the caller asks for it.
///
/// Strict RFC 8259, and stricter: UTF-8 only and without a byte order mark, no member name twice in
/// an object, no U+0000, no lone surrogate, numbers finite in binary64, bounded depth and size.
/// Whatever the caller read without an error was valid.
///
/// ```swift
/// try cursor.beginObject()
/// while let key = try cursor.nextKey() {
///     if key.equals("label") { label = try cursor.readString() } else { _ = try cursor.readRaw() }
/// }
/// try cursor.end()
/// ```
///
/// After every key, and every true ``nextElement()``, exactly one value must be read. After an error
/// the cursor is of no further use. The buffer must outlive the cursor and every slice it gave.
public struct JSONCursor {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    let isTooLarge: Bool

    /// The offset of the next byte to be looked at, 0...count.
    public internal(set) var position = 0

    private var depth = 0
    /// Whether nothing of the innermost open array or object has been read.
    ///
    /// One flag is enough for all levels: when an inner one closes, the one around it has had at
    /// least that value.
    private var isFresh = false
    private var ledger = KeyLedger()

    /// Starts at the first byte of a document.
    ///
    /// A document over the limit fails at the first read.
    public init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .standard) {
        isTooLarge = bytes.count > limits.bytes
        self.bytes = isTooLarge ? UnsafeBufferPointer(start: nil, count: 0) : bytes
        self.limits = JSONLimits(
            depth: min(limits.depth, JSONLimits.deepest), bytes: limits.bytes)
    }

    // MARK: Objects and arrays

    /// Enters an object.
    public mutating func beginObject() throws(JSONError) {
        try begin(.openBrace, .object)
        ledger.openObject()
    }

    /// Reads the next member name and its colon, or leaves the object and returns nil.
    public mutating func nextKey() throws(JSONError) -> JSONSlice? {
        var byte = try nextByte()
        if byte == .closeBrace {
            ledger.closeObject()
            leave()
            return nil
        }
        byte = try skipComma(byte)
        guard byte == .quote else { throw unexpected(byte) }
        let key = try scanString()
        guard ledger.insert(key, in: bytes) else {
            throw JSONError(.duplicateKey(key.string), at: key.start &- 1)
        }
        byte = try nextByte()
        guard byte == .colon else { throw unexpected(byte) }
        position &+= 1
        return key
    }

    /// Enters an array.
    public mutating func beginArray() throws(JSONError) {
        try begin(.openBracket, .array)
    }

    /// Whether another element follows; if not, leaves the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        let byte = try nextByte()
        if byte == .closeBracket {
            leave()
            return false
        }
        if try skipComma(byte) == .closeBracket { throw unexpected(.closeBracket) }
        return true
    }

    /// Checks that only white space is left.
    public mutating func end() throws(JSONError) {
        skipWhiteSpace()
        if isTooLarge { throw atEnd() }
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    }

    // MARK: Looking

    /// The kind of the next value, told by its first byte.
    ///
    /// The value itself is not checked yet.
    public mutating func peek() throws(JSONError) -> JSONKind {
        let byte = try nextByte()
        switch byte {
        case .openBrace: return .object
        case .openBracket: return .array
        case .quote: return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case .minus: return .number
        default:
            guard byte.isDigit else { throw unexpected(byte) }
            return .number
        }
    }

    // MARK: Steps

    private mutating func begin(_ bracket: UInt8, _ kind: JSONKind) throws(JSONError) {
        guard try nextByte() == bracket else { throw try mismatch(kind) }
        guard depth < limits.depth else { throw JSONError(.tooDeep, at: position) }
        depth &+= 1
        position &+= 1
        isFresh = true
    }

    private mutating func leave() {
        position &+= 1
        depth &-= 1
        isFresh = false
    }

    /// Passes the comma that must stand before every member or element but the first, and returns
    /// the first byte of that member or element.
    @inline(__always)
    private mutating func skipComma(_ byte: UInt8) throws(JSONError) -> UInt8 {
        if isFresh {
            isFresh = false
            return byte
        }
        guard byte == .comma else { throw unexpected(byte) }
        position &+= 1
        return try nextByte()
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    /// Skips white space and returns the byte at the position, without passing it.
    @inline(__always)
    mutating func nextByte() throws(JSONError) -> UInt8 {
        skipWhiteSpace()
        guard position < bytes.count else { throw atEnd() }
        return bytes[position]
    }

    // MARK: Errors

    /// The error for a value of another kind than `expected`, or for no value at all.
    mutating func mismatch(_ expected: JSONKind) throws(JSONError) -> JSONError {
        _ = try peek()
        return JSONError(.notA(expected), at: position)
    }

    func unexpected(_ byte: UInt8) -> JSONError {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if position == 0, bytes.starts(with: mark) { return JSONError(.byteOrderMark, at: 0) }
        return JSONError(.unexpectedByte(byte), at: position)
    }

    func atEnd() -> JSONError {
        isTooLarge ? JSONError(.tooLarge, at: 0) : JSONError(.unexpectedEnd, at: bytes.count)
    }
}

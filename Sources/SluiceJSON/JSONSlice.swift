/// The contents of one string of a document, between its quotes, already validated.
///
/// A slice points into the document: it is good as long as the buffer given to the cursor is.
public struct JSONSlice {
    /// The contents as written, escapes and all.
    public let raw: UnsafeBufferPointer<UInt8>

    /// Where the contents start, in bytes from the start of the document.
    public let start: Int

    /// Whether the contents hold at least one escape, so that they differ from what they mean.
    public let hasEscapes: Bool

    init(raw: UnsafeBufferPointer<UInt8>, start: Int, hasEscapes: Bool) {
        self.raw = raw
        self.start = start
        self.hasEscapes = hasEscapes
    }

    /// The byte range of the contents in the document, without the quotes.
    public var range: Range<Int> { start..<(start + raw.count) }

    /// The string that is meant.
    public var string: String {
        withUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    /// The UTF-8 bytes of the string that is meant: valid, and never holding a zero byte.
    public var utf8Bytes: [UInt8] {
        hasEscapes ? unescaped() : Array(raw)
    }

    /// Calls `body` with the UTF-8 bytes of the string that is meant; the buffer must not escape.
    ///
    /// Allocates only if the string holds escapes.
    @inlinable
    public func withUTF8<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        hasEscapes ? try unescaped().withUnsafeBufferPointer(body) : try body(raw)
    }

    /// Whether the string that is meant has exactly the bytes of `text`.
    ///
    /// Allocates only if the string holds escapes. Precomposed and decomposed letters differ.
    @inlinable
    public func equals(_ text: StaticString) -> Bool {
        // The lengths decide most comparisons, and must do so without a call into the module.
        if !hasEscapes && raw.count != text.utf8CodeUnitCount { return false }
        return text.withUTF8Buffer { hasBytes($0) }
    }

    /// Whether the string that is meant has exactly these bytes.
    @usableFromInline
    func hasBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        withUTF8 { $0.hasSameBytes(as: bytes) }
    }

    /// The bytes that are meant.
    ///
    /// The contents are known to be valid, so nothing here can fail.
    @usableFromInline
    func unescaped() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            guard byte == .backslash else {
                result.append(byte)
                index += 1
                continue
            }
            let escape = raw[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = codeUnit(at: index)
                index += 4
                if scalar & 0xFC00 == 0xD800 {
                    let low = codeUnit(at: index + 2)
                    index += 6
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
                }
                if let scalar = Unicode.Scalar(scalar) {
                    result.append(
                        contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            default: result.append(escape)
            }
        }
        return result
    }

    private func codeUnit(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | (raw[index + $1].hexadecimalValue ?? 0) }
    }
}

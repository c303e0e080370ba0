/// Writes JSON to a growing buffer, without white space, putting the commas itself.
///
/// What it wrote is a valid document if calls nest properly: every `begin` has its `end`, every key
/// is followed by one value. Lines of a stream are separated with ``newline()``.
///
/// ```swift
/// writer.beginObject()
/// writer.member("label", "cat")
/// writer.member("confidence", 0.93)
/// writer.endObject()
/// ```
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []

    /// Whether the next key or element must be set off from the one before it.
    private var needsComma = false

    /// Starts with nothing written.
    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// What has been written so far, as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Forgets what has been written but keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    // MARK: Structure

    /// Opens an object.
    public mutating func beginObject() {
        separate()
        bytes.append(.openBrace)
        needsComma = false
    }

    /// Closes an object.
    public mutating func endObject() {
        bytes.append(.closeBrace)
        needsComma = true
    }

    /// Opens an array.
    public mutating func beginArray() {
        separate()
        bytes.append(.openBracket)
        needsComma = false
    }

    /// Closes an array.
    public mutating func endArray() {
        bytes.append(.closeBracket)
        needsComma = true
    }

    /// Writes a member name known at compile time, and its colon.
    public mutating func key(_ key: StaticString) {
        separate()
        key.withUTF8Buffer { bytes.appendJSONString($0) }
        bytes.append(.colon)
        needsComma = false
    }

    /// Writes a member name and its colon.
    public mutating func key(_ key: String) {
        string(key)
        bytes.append(.colon)
        needsComma = false
    }

    /// Ends a line, so that the next value starts a document of its own.
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func null() { word("null") }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }

    /// Writes a whole number.
    public mutating func int(_ value: Int) { int(Int64(value)) }

    /// Writes a whole number.
    public mutating func int(_ value: Int64) {
        separate()
        bytes.appendDecimal(value)
        needsComma = true
    }

    /// Writes a double with the fewest digits that read back as the same double.
    ///
    /// Whole numbers have no point: 1.0 is written `1`, -0.0 is written `-0`. NaN and infinity, which
    /// JSON does not have, are written `null`.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        // Within 2^53 the integer is exact, and several times faster to write.
        // Not Int64(exactly:): it needs the C maths library, which this module does not link.
        if value.magnitude < 0x1p53, value != 0, Double(Int64(value)) == value {
            return int(Int64(value))
        }
        separate()
        bytes.append(contentsOf: value.jsonText.utf8)
        needsComma = true
    }

    /// Writes a number as it was read.
    public mutating func number(_ number: JSONNumber) {
        separate()
        bytes.append(contentsOf: number.text.utf8)
        needsComma = true
    }

    /// Writes a string, escaping what must be and what makes trouble: quotation mark, backslash,
    /// U+0000-U+001F, U+007F, U+0085, U+2028 and U+2029.
    ///
    /// All else is written as UTF-8.
    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8: $0) }
    }

    /// Writes a string given by its bytes, which must be UTF-8; they are not checked.
    public mutating func string(utf8 value: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.appendJSONString(value)
        needsComma = true
    }

    /// Writes a value that is JSON already, unchanged; it is not checked.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value that is JSON already, unchanged; it is not checked.
    public mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value held in memory.
    public mutating func value(_ value: JSONValue) {
        value.write(to: &self)
    }

    private mutating func word(_ word: StaticString) {
        separate()
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(.comma) }
    }
}

/// Tells documents of one value from documents of two, however they are spelt.
///
/// Members may come in any order; a string is the bytes it means, whatever was escaped; a number is
/// its exact decimal value, without a double in between: `1`, `1.0` and `10e-1` are one number, and
/// 9007199254740993 is not 9007199254740992. Zero has no sign here. Precomposed and decomposed
/// letters differ, as everywhere.
public enum CanonicalJSON {
    /// The one spelling of a document's value; not JSON to be sent anywhere.
    ///
    /// - Throws: the first fault of a document that is not JSON.
    /// - Complexity: linear in the document, times its depth where members are out of order.
    public static func bytes(
        of document: UnsafeBufferPointer<UInt8>
    ) throws(JSONError) -> [UInt8] {
        var cursor = JSONCursor(
            document, limits: JSONLimits(depth: 512, bytes: max(document.count, 1)))
        var spelling: [UInt8] = []
        spelling.reserveCapacity(document.count)
        try cursor.appendCanonicalValue(to: &spelling)
        try cursor.end()
        return spelling
    }

    /// Whether two documents have the same value; a document that is not JSON equals its own bytes
    /// only.
    public static func areEqual(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if one.elementsEqual(other) { return true }
        guard let one = try? bytes(of: one), let other = try? bytes(of: other) else { return false }
        return one == other
    }

    /// The same of documents that are held as arrays.
    public static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { areEqual(one, $0) }
        }
    }
}

extension JSONCursor {
    /// Reads one value of any kind and appends its canonical spelling.
    fileprivate mutating func appendCanonicalValue(to spelling: inout [UInt8]) throws(JSONError) {
        switch try peek() {
        case .null:
            try readNull()
            spelling.append(UInt8(ascii: "n"))
        case .bool: spelling.append(UInt8(ascii: try readBool() ? "t" : "f"))
        case .number: try appendCanonicalNumber(to: &spelling)
        case .string: Self.append(try readStringSlice(), to: &spelling)
        case .array:
            spelling.append(.openBracket)
            try beginArray()
            while try nextElement() {
                try appendCanonicalValue(to: &spelling)
                spelling.append(.comma)
            }
            spelling.append(.closeBracket)
        case .object: try appendCanonicalObject(to: &spelling)
        }
    }

    /// The bytes that are meant, after their count: no quotes to be escaped.
    private static func append(_ slice: JSONSlice, to spelling: inout [UInt8]) {
        slice.withUTF8 { text in
            spelling.appendDecimal(Int64(text.count))
            spelling.append(.quote)
            spelling.append(contentsOf: text)
        }
    }

    /// The members in the order of their names' bytes.
    private mutating func appendCanonicalObject(to spelling: inout [UInt8]) throws(JSONError) {
        var members: [(name: [UInt8], range: Range<Int>)] = []
        var isOrdered = true
        spelling.append(.openBrace)
        let start = spelling.count
        try beginObject()
        while let key = try nextKey() {
            let name = key.utf8Bytes
            if let last = members.last, name.lexicographicallyPrecedes(last.name) {
                isOrdered = false
            }
            let first = spelling.count - start
            Self.append(key, to: &spelling)
            try appendCanonicalValue(to: &spelling)
            spelling.append(.comma)
            members.append((name: name, range: first..<spelling.count - start))
        }
        if !isOrdered {
            let written = Array(spelling[start...])
            spelling.removeLast(written.count)
            for member in members.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                spelling.append(contentsOf: written[member.range])
            }
        }
        spelling.append(.closeBrace)
    }

    /// The digits without zeros at either end, and the power of ten they are to be taken times.
    ///
    /// An exponent of more than fifteen digits is left as it is written: such a number equals its own
    /// spelling only.
    private mutating func appendCanonicalNumber(to spelling: inout [UInt8]) throws(JSONError) {
        let text = UnsafeBufferPointer(rebasing: bytes[try scanNumber().range])
        let mark = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        let point = text[..<mark].firstIndex(of: UInt8(ascii: ".")) ?? mark
        var digits = text[..<mark].filter(\.isDigit)
        let fraction = mark == point ? 0 : mark - point - 1
        digits.removeFirst(digits.prefix { $0 == UInt8(ascii: "0") }.count)
        guard !digits.isEmpty else { return spelling.append(UInt8(ascii: "0")) }
        let zeros = digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeLast(zeros)
        let isSmall = text[mark...].contains(.minus)
        let exponent = text[mark...].filter(\.isDigit).drop { $0 == UInt8(ascii: "0") }
        guard exponent.count <= 15 else { return spelling.append(contentsOf: text) }
        let written = exponent.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        if text[0] == .minus { spelling.append(.minus) }
        spelling.append(contentsOf: digits)
        spelling.append(UInt8(ascii: "e"))
        spelling.appendDecimal((isSmall ? -written : written) + Int64(zeros - fraction))
    }
}

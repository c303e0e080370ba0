extension UInt8 {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let minus = UInt8(ascii: "-")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")

    /// Whether the byte is one of `0` to `9`.
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// The value of a hexadecimal digit in either case, or nil.
    var hexadecimalValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }
}

/// Eight bytes handled as one word.
///
/// A result has the high bit of a byte set where the test holds.
///
/// The tests by subtraction may also flag bytes above a true hit, because a borrow travels upwards;
/// the lowest flag is always true, and only that one is used.
enum EightBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highBits
    }

    @inline(__always)
    static func controls(_ word: UInt64) -> UInt64 {
        (word &- (ones &* 0x20)) & ~word & highBits
    }

    /// How many bytes lie below the lowest flag.
    @inline(__always)
    static func offset(ofLowest flags: UInt64) -> Int {
        flags.trailingZeroBitCount >> 3
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The eight bytes at `index`, the first in the lowest position.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        UInt64(
            littleEndian: UnsafeRawBufferPointer(self)
                .loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The first byte from `start` on that plain string content cannot be: a quote, a backslash, a
    /// control byte or a byte beyond ASCII.
    ///
    /// `count` if there is none.
    @inline(__always)
    func endOfPlainText(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let word = word(at: index)
            let flags =
                (word & EightBytes.highBits) | EightBytes.equal(word, to: .quote)
                | EightBytes.equal(word, to: .backslash) | EightBytes.controls(word)
            if flags != 0 { return index &+ EightBytes.offset(ofLowest: flags) }
            index &+= 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte >= 0x80 || byte == .quote || byte == .backslash { break }
            index &+= 1
        }
        return index
    }

    /// The length of the well-formed UTF-8 sequence of two to four bytes at `index`, or nil.
    ///
    /// Unicode 16, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF.
    func lengthOfSequence(at index: Int) -> Int? {
        let left = count &- index
        let lead = self[index]
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            range.contains(self[index &+ offset])
        }
        switch lead {
        case 0xC2...0xDF:
            return left >= 2 && continues(1) ? 2 : nil
        case 0xE0...0xEF:
            let second: ClosedRange<UInt8> =
                lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
            return left >= 3 && continues(1, second) && continues(2) ? 3 : nil
        case 0xF0...0xF4:
            let second: ClosedRange<UInt8> =
                lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return left >= 4 && continues(1, second) && continues(2) && continues(3) ? 4 : nil
        default:
            return nil
        }
    }

    /// Whether both hold the same bytes.
    @inline(__always)
    func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index &+ 8 <= count {
            if word(at: index) != other.word(at: index) { return false }
            index &+= 8
        }
        while index < count {
            if self[index] != other[index] { return false }
            index &+= 1
        }
        return true
    }
}

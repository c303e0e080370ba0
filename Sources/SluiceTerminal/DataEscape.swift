/// Data on its way to a terminal: what would act on the terminal is written out as `\u001b`, which in a
/// JSON string means the same.
///
/// Bytes may be cut anywhere between two calls. What is not UTF-8 becomes U+FFFD.
public struct DataEscape: Sendable {
    /// The beginning of a scalar whose end has not come yet.
    private var pending: [UInt8] = []

    /// Makes an escape at the beginning of data.
    public init() {}

    /// The bytes to write for the next bytes of the data.
    public mutating func escape(_ bytes: [UInt8]) -> [UInt8] {
        if pending.isEmpty, bytes.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) {
            return bytes
        }
        let all = pending + bytes
        let whole = all.count - Self.unfinished(all)
        pending = Array(all[whole...])
        var escaped: [UInt8] = []
        escaped.reserveCapacity(whole)
        let scalars = Array(String(decoding: all[..<whole], as: UTF8.self).unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isLineEnd =
                scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            if isLineEnd { continue }
            if scalar == "\n" || scalar == "\t" || !Self.acts(scalar) {
                escaped += Array(String(Character(scalar)).utf8)
            } else {
                for unit in String(Character(scalar)).utf16 {
                    let digits = String(unit, radix: 16)
                    escaped += Array(
                        "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
                }
            }
        }
        return escaped
    }

    /// Whether a scalar may move the cursor, reorder or hide what follows.
    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        case 0xFEFF, 0xE0000...0xE007F: true
        default: false
        }
    }

    /// How many bytes at the end begin a scalar that is not complete.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let byte = bytes[bytes.count - count]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > count ? count : 0
        }
        return 0
    }
}

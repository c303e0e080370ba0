extension Double {
    /// Reads a number that a person wrote in digits: `0.05`, `.5`, `-3`, `2e-3`.
    ///
    /// Nil for what is no such number or too large for one: words (`nan`, `inf`), hexadecimal digits,
    /// blanks. Swift's own reading takes all of these, and `1e400` as infinity.
    public init?(decimal text: some StringProtocol) {
        var digits = 0
        var hasPoint = false
        var bytes = Array(text.utf8)[...]
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            bytes = bytes.dropFirst()
        }
        while let byte = bytes.first {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if Self.isDigit(byte) {
                digits += 1
            } else {
                break
            }
            bytes = bytes.dropFirst()
        }
        guard digits > 0 else { return nil }
        if let mark = bytes.first {
            guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
            bytes = bytes.dropFirst()
            if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                bytes = bytes.dropFirst()
            }
            guard !bytes.isEmpty, bytes.allSatisfy(Self.isDigit) else { return nil }
        }
        guard let value = Double(String(text)), value.isFinite else { return nil }
        self = value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

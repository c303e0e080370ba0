import SluiceDomain

/// One field of a CSV file (RFC 4180, section 2).
enum CSVField {
    /// Which fields get a leading `'`, so that a spreadsheet does not run them (OWASP, "CSV Injection").
    enum Guard {
        /// None.
        case none
        /// Names, by which rows are told apart: only what can do more than compute, by a call or DDE.
        ///
        /// `+1`, `-x` and `@user` are names like any other, and a changed name names something else.
        case names
        /// Text: what begins like a formula and is no number.
        case text
    }

    /// Writes a text field, quoted where it must be.
    static func append(
        _ value: UnsafeBufferPointer<UInt8>, _ guarding: Guard, to bytes: inout [UInt8]
    ) {
        let isFormula =
            switch guarding {
            case .none: false
            case .names: beginsFormula(value) && value.contains { $0 == 0x28 || $0 == 0x7C }
            case .text: beginsFormula(value) && !isNumber(value)
            }
        let needsQuotes = value.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 10 || byte == 13
        }
        // An empty text is quoted: without quotes it is a value that is not there.
        guard needsQuotes || value.isEmpty else {
            if isFormula { bytes.append(UInt8(ascii: "'")) }
            return bytes.append(contentsOf: value)
        }
        bytes.append(UInt8(ascii: "\""))
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in value {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isNumber(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        value.count < 400 && Double(decimal: String(decoding: value, as: UTF8.self)) != nil
    }

    /// Whether it begins with `=`, `+`, `-`, `@`, tab, CR, or one of their full-width forms.
    private static func beginsFormula(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch value.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 13:
            true
        case 0xEF:
            // U+FF1D, U+FF0B, U+FF0D, U+FF20: the full-width forms.
            value.count >= 3 && value[1] == 0xBC && [0x9D, 0x8B, 0x8D, 0xA0].contains(value[2])
        default: false
        }
    }
}

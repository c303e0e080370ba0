extension [UInt8] {
    private static let digits: StaticString = "0123456789abcdef"

    /// Appends a quoted JSON string with the meaning of `text`, which is UTF-8.
    mutating func appendJSONString(_ text: UnsafeBufferPointer<UInt8>) {
        append(.quote)
        var start = 0
        var index = 0
        while true {
            index = text.endOfUnescapedText(from: index)
            guard index < text.count else { break }
            // Of the characters that begin with 0xC2 or 0xE2 only the three separators are escaped.
            let isASCII = text[index] < 0x80
            let separator = isASCII ? nil : text.lineSeparator(at: index)
            guard isASCII || separator != nil else {
                index &+= 1
                continue
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            if let separator {
                appendEscape(separator.codeUnit)
            } else {
                appendEscape(ofASCII: text[index])
            }
            index &+= separator?.bytes ?? 1
            start = index
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        append(.quote)
    }

    /// Appends a whole number in decimal.
    mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(.minus) }
        var rest = value.magnitude
        let start = count
        repeat {
            append(UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0"))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    private mutating func appendEscape(ofASCII byte: UInt8) {
        switch byte {
        case .quote, .backslash: appendShortEscape(byte)
        case 0x08: appendShortEscape(UInt8(ascii: "b"))
        case 0x09: appendShortEscape(UInt8(ascii: "t"))
        case 0x0A: appendShortEscape(UInt8(ascii: "n"))
        case 0x0C: appendShortEscape(UInt8(ascii: "f"))
        case 0x0D: appendShortEscape(UInt8(ascii: "r"))
        default: appendEscape(UInt16(byte))
        }
    }

    private mutating func appendShortEscape(_ letter: UInt8) {
        append(.backslash)
        append(letter)
    }

    fileprivate mutating func appendEscape(_ codeUnit: UInt16) {
        appendShortEscape(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = Int(codeUnit >> shift & 0xF)
            append(Self.digits.withUTF8Buffer { $0[digit] })
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first byte from `start` on that may need an escape, `count` if there is none.
    fileprivate func endOfUnescapedText(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let word = word(at: index)
            let flags =
                EightBytes.equal(word, to: .quote) | EightBytes.equal(word, to: .backslash)
                | EightBytes.equal(word, to: 0x7F) | EightBytes.equal(word, to: 0xE2)
                | EightBytes.equal(word, to: 0xC2)
                | EightBytes.controls(word)
            if flags != 0 { return index &+ EightBytes.offset(ofLowest: flags) }
            index &+= 8
        }
        while index < count {
            switch self[index] {
            case 0..<0x20, .quote, .backslash, 0x7F, 0xC2, 0xE2: return index
            default: index &+= 1
            }
        }
        return index
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The line end beyond ASCII that begins at `index`: U+0085, U+2028 or U+2029, and how many bytes it has.
    fileprivate func lineSeparator(at index: Int) -> (codeUnit: UInt16, bytes: Int)? {
        guard index &+ 1 < count else { return nil }
        if self[index] == 0xC2 { return self[index &+ 1] == 0x85 ? (0x85, 2) : nil }
        guard self[index] == 0xE2, index &+ 2 < count, self[index &+ 1] == 0x80,
            self[index &+ 2] & 0xFE == 0xA8
        else { return nil }
        return (0x2000 | UInt16(self[index &+ 2] & 0x3F), 3)
    }
}

extension JSONWriter {
    /// Writes JSON on one line, whatever a reader takes for the end of one.
    ///
    /// Inside strings CR and LF are escaped, so every raw one is white space; U+0085, U+2028 and U+2029
    /// stand in strings alone, and are escaped as ``string(_:)`` escapes them.
    public mutating func rawLine(_ json: UnsafeBufferPointer<UInt8>) {
        guard json.contains(where: { $0 == 10 || $0 == 13 || $0 == 0xC2 || $0 == 0xE2 }) else {
            return raw(json)
        }
        var line: [UInt8] = []
        line.reserveCapacity(json.count &+ 16)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte >= 0x80, let separator = json.lineSeparator(at: index) {
                line.appendEscape(separator.codeUnit)
                index &+= separator.bytes
            } else {
                line.append(byte == 10 || byte == 13 ? 0x20 : byte)
                index &+= 1
            }
        }
        raw(line)
    }
}

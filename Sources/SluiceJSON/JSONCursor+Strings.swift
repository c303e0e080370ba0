extension JSONCursor {
    /// Reads the string whose opening quote stands at the position, checking every byte of it.
    mutating func scanString() throws(JSONError) -> JSONSlice {
        let start = position &+ 1
        var index = start
        var hasEscapes = false
        while true {
            index = bytes.endOfPlainText(from: index)
            guard index < bytes.count else { throw atEnd() }
            let byte = bytes[index]
            if byte == .quote {
                position = index &+ 1
                return JSONSlice(
                    raw: UnsafeBufferPointer(rebasing: bytes[start..<index]), start: start,
                    hasEscapes: hasEscapes)
            } else if byte == .backslash {
                hasEscapes = true
                index = try endOfEscape(at: index)
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: index)
            } else {
                index = try endOfSequences(at: index)
            }
        }
    }

    /// Passes a run of characters beyond ASCII, so that such text is not sent through the
    /// eight-byte test once per character.
    private func endOfSequences(at start: Int) throws(JSONError) -> Int {
        var index = start
        while index < bytes.count, bytes[index] >= 0x80 {
            guard let length = bytes.lengthOfSequence(at: index) else {
                throw JSONError(.invalidUTF8, at: index)
            }
            index &+= length
        }
        return index
    }

    private func endOfEscape(at index: Int) throws(JSONError) -> Int {
        guard index &+ 1 < bytes.count else { throw atEnd() }
        switch bytes[index &+ 1] {
        case .quote, .backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index &+ 2
        case UInt8(ascii: "u"): break
        default: throw JSONError(.invalidEscape, at: index)
        }
        let unit = try codeUnit(at: index &+ 2)
        switch unit {
        case 0: throw JSONError(.nulCharacter, at: index)
        case 0xD800...0xDBFF:
            let next = index &+ 6
            guard next &+ 1 < bytes.count, bytes[next] == .backslash,
                bytes[next &+ 1] == UInt8(ascii: "u")
            else { throw JSONError(.loneSurrogate, at: index) }
            guard 0xDC00...0xDFFF ~= (try codeUnit(at: next &+ 2)) else {
                throw JSONError(.loneSurrogate, at: index)
            }
            return next &+ 6
        case 0xDC00...0xDFFF: throw JSONError(.loneSurrogate, at: index)
        default: return index &+ 6
        }
    }

    private func codeUnit(at start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for index in start..<(start &+ 4) {
            guard index < bytes.count else { throw atEnd() }
            guard let digit = bytes[index].hexadecimalValue else {
                throw JSONError(.invalidEscape, at: index)
            }
            unit = unit << 4 | digit
        }
        return unit
    }
}

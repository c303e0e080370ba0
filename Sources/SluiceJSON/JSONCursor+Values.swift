extension JSONCursor {
    /// Reads `null`.
    public mutating func readNull() throws(JSONError) {
        guard try nextByte() == UInt8(ascii: "n") else { throw try mismatch(.null) }
        try skipWord("null")
    }

    /// Reads `true` or `false`.
    public mutating func readBool() throws(JSONError) -> Bool {
        switch try nextByte() {
        case UInt8(ascii: "t"):
            try skipWord("true")
            return true
        case UInt8(ascii: "f"):
            try skipWord("false")
            return false
        default: throw try mismatch(.bool)
        }
    }

    /// Reads a number as the nearest double, ties to even.
    ///
    /// Always finite; `-0` keeps its sign, and what is too small becomes zero.
    public mutating func readDouble() throws(JSONError) -> Double {
        let byte = try nextByte()
        guard byte.isDigit || byte == .minus else { throw try mismatch(.number) }
        let number = try scanNumber()
        return try doubleValue(number)
    }

    /// Reads a whole number.
    ///
    /// `1.0` and `1e2` are refused: a count is written as a count.
    public mutating func readInt64() throws(JSONError) -> Int64 {
        let byte = try nextByte()
        guard byte.isDigit || byte == .minus else { throw try mismatch(.number) }
        let number = try scanNumber()
        guard let value = number.int64 else {
            throw JSONError(.notAnInteger, at: number.range.lowerBound)
        }
        return value
    }

    /// Reads a string.
    public mutating func readString() throws(JSONError) -> String {
        try readStringSlice().string
    }

    /// Reads a string without copying it.
    public mutating func readStringSlice() throws(JSONError) -> JSONSlice {
        guard try nextByte() == .quote else { throw try mismatch(.string) }
        return try scanString()
    }

    /// Reads a `null` if one comes next, and says whether it did.
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard try nextByte() == UInt8(ascii: "n") else { return false }
        try skipWord("null")
        return true
    }

    /// Reads one value of any kind, checks all of it, and returns its byte range in the document.
    ///
    /// What lies in the range is a valid document by itself and may be stored as it came.
    public mutating func readRaw() throws(JSONError) -> Range<Int> {
        skipWhiteSpace()
        let start = position
        try skipValue()
        return start..<position
    }

    private mutating func skipValue() throws(JSONError) {
        switch try peek() {
        case .null: try readNull()
        case .bool: _ = try readBool()
        case .string: _ = try scanString()
        case .number:
            let number = try scanNumber()
            if !number.isSurelyFinite { _ = try doubleValue(number) }
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .object:
            try beginObject()
            while try nextKey() != nil { try skipValue() }
        }
    }

    private mutating func skipWord(_ word: StaticString) throws(JSONError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw atEnd() }
            let expected = word.withUTF8Buffer { $0[offset] }
            guard bytes[position] == expected else { throw unexpected(bytes[position]) }
            position &+= 1
        }
    }
}

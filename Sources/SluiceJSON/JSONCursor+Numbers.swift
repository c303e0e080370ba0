/// A number as written, taken apart: the value is `significand * 10^exponent` with the sign.
struct ScannedNumber {
    var range: Range<Int>
    var isNegative: Bool
    /// Whether there is neither point nor exponent.
    var isInteger = true
    /// The digits without the point.
    ///
    /// Exact unless `isTruncated`.
    var significand: UInt64 = 0
    /// Whether more than 19 significant digits stand in the source.
    var isTruncated = false
    /// The power of ten, point and written exponent taken together.
    var exponent = 0
    /// How many digits stand before the point.
    var integerDigits = 0
    /// The exponent as written after `e`.
    var writtenExponent = 0

    /// The value, if it is a whole number within range.
    var int64: Int64? {
        guard isInteger, !isTruncated else { return nil }
        return isNegative
            ? Int64(exactly: significand).map { -$0 }
                ?? (significand == Int64.min.magnitude ? .min : nil)
            : Int64(exactly: significand)
    }

    /// Whether the value is below 10^308, told without computing it.
    var isSurelyFinite: Bool { integerDigits &+ writtenExponent <= 308 }

    /// The nearest double, where two exact doubles and one rounding give it: a significand up to
    /// 2^53 and a power of ten up to 10^22.
    ///
    /// Clinger 1990, "How to Read Floating Point Numbers Accurately", PLDI, section 3. `0.1` is
    /// 1 / 10^1.
    var exactDouble: Double? {
        guard !isTruncated, significand <= 1 << 53 else { return nil }
        let magnitude: Double
        switch exponent {
        case 0: magnitude = Double(significand)
        case 1...22: magnitude = Double(significand) * Self.powersOfTen[exponent]
        case -22 ... -1: magnitude = Double(significand) / Self.powersOfTen[-exponent]
        default: return nil
        }
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}

extension JSONCursor {
    /// Where written exponents are held, so that arithmetic on them cannot overflow.
    ///
    /// It is far more than any document has digits, so no fraction can bring a held exponent back
    /// into range.
    private static let largestExponent = 1 << 40

    /// Reads the number that starts at the position.
    mutating func scanNumber() throws(JSONError) -> ScannedNumber {
        let start = position
        var index = start
        var number = ScannedNumber(range: start..<start, isNegative: bytes[start] == .minus)
        if number.isNegative { index &+= 1 }

        let integerStart = index
        index = takeDigits(from: index, into: &number)
        number.integerDigits = index &- integerStart
        let hasLeadingZero =
            number.integerDigits > 1 && bytes[integerStart] == UInt8(ascii: "0")
        guard number.integerDigits > 0, !hasLeadingZero else {
            throw JSONError(.invalidNumber, at: start)
        }
        var fractionDigits = 0
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            let fractionStart = index &+ 1
            index = takeDigits(from: fractionStart, into: &number)
            fractionDigits = index &- fractionStart
            guard fractionDigits > 0 else { throw JSONError(.invalidNumber, at: start) }
            number.isInteger = false
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index = try takeExponent(from: index &+ 1, of: start, into: &number)
            number.isInteger = false
        }
        number.exponent = number.writtenExponent &- fractionDigits
        number.range = start..<index
        position = index
        return number
    }

    /// The nearest double to a scanned number.
    ///
    /// - Throws: ``JSONError/Kind/numberNotFinite`` if it is infinite.
    func doubleValue(_ number: ScannedNumber) throws(JSONError) -> Double {
        if let value = number.exactDouble { return value }
        let text = String(
            decoding: UnsafeBufferPointer(rebasing: bytes[number.range]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONError(.numberNotFinite, at: number.range.lowerBound)
        }
        return value
    }

    @inline(__always)
    private func takeDigits(from start: Int, into number: inout ScannedNumber) -> Int {
        var index = start
        while index < bytes.count, bytes[index].isDigit {
            // Below 10^18 another digit always fits into 64 bits.
            if number.significand < 1_000_000_000_000_000_000 {
                let digit = UInt64(bytes[index] &- UInt8(ascii: "0"))
                number.significand = number.significand &* 10 &+ digit
            } else {
                number.isTruncated = true
            }
            index &+= 1
        }
        return index
    }

    private func takeExponent(
        from start: Int, of number: Int, into scanned: inout ScannedNumber
    ) throws(JSONError) -> Int {
        var index = start
        var isNegative = false
        if index < bytes.count, bytes[index] == .minus || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == .minus
            index &+= 1
        }
        let digitsStart = index
        var value = 0
        while index < bytes.count, bytes[index].isDigit {
            value = min(value &* 10 &+ Int(bytes[index] &- UInt8(ascii: "0")), Self.largestExponent)
            index &+= 1
        }
        guard index > digitsStart else { throw JSONError(.invalidNumber, at: number) }
        scanned.writtenExponent = isNegative ? -value : value
        return index
    }
}

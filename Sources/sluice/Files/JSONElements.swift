/// Turns a stream of JSON values that do not stand a line each into such lines, in constant memory:
/// the elements of an array, or objects over several lines.
///
/// Values are only told apart here, by their brackets and strings; whether each is well formed is the
/// service's to say.
struct JSONElements {
    /// How the values stand.
    enum Form {
        /// The elements of one array.
        case array
        /// Objects one behind the other.
        case sequence
    }

    private enum Place {
        case beforeArray, beforeValue, inValue, afterValue, afterArray
    }

    private let form: Form
    private let name: String
    private var place: Place
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var count = 0
    private var fault: Failure?

    /// - Parameter name: what the file is called in messages.
    init(_ form: Form, in name: String) {
        self.form = form
        self.name = name
        place = form == .array ? .beforeArray : .beforeValue
    }

    /// The lines that the bytes complete, one for each value, and the beginning of the next.
    ///
    /// - Throws: `Failure` with the number of the value where the brackets do not fit, when all before it
    ///   has been given.
    mutating func lines(of bytes: [UInt8], isLast: Bool) throws(Failure) -> [UInt8] {
        if let fault { throw fault }
        var lines: [UInt8] = []
        lines.reserveCapacity(bytes.count)
        do throws(Failure) {
            for byte in bytes { try take(byte, &lines) }
        } catch {
            fault = error
            return Array(lines[..<((lines.lastIndex(of: 10) ?? -1) + 1)])
        }
        guard isLast else { return lines }
        switch (form, place) {
        case (.array, .afterArray), (.sequence, .beforeValue): return lines
        case (_, .inValue): throw failure("the file ends within element \(count)")
        default: throw failure("the array is not closed behind element \(count)")
        }
    }

    private func failure(_ why: String) -> Failure { Failure("reading \(name)", why: why) }

    private mutating func take(_ byte: UInt8, _ lines: inout [UInt8]) throws(Failure) {
        let isSpace = byte == 0x20 || (9...13).contains(byte) && byte != 11 && byte != 12
        switch place {
        case .inValue: try takeInValue(byte, isSpace, &lines)
        case _ where isSpace: break
        case .beforeArray:
            place = .beforeValue
        case .beforeValue:
            if byte == UInt8(ascii: "]"), form == .array, count == 0 {
                place = .afterArray
                return
            }
            count += 1
            guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") else {
                throw failure("element \(count) is missing")
            }
            place = .inValue
            try takeInValue(byte, false, &lines)
        case .afterValue:
            switch byte {
            case UInt8(ascii: ","): place = .beforeValue
            case UInt8(ascii: "]"): place = .afterArray
            default: throw failure("there is no comma behind element \(count)")
            }
        case .afterArray: throw failure("something stands behind the array")
        }
    }

    private mutating func takeInValue(
        _ byte: UInt8, _ isSpace: Bool, _ lines: inout [UInt8]
    ) throws(Failure) {
        if isInString {
            // A raw line end has no place in a string: as a tab it is refused like one, on this line.
            lines.append(byte == 10 || byte == 13 ? 9 : byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                if depth == 0 { endValue(&lines) }
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            // A bare word or number ends with its array.
            if depth == 0 {
                guard form == .array, byte == UInt8(ascii: "]") else {
                    throw failure("a bracket is closed that is not open, in element \(count)")
                }
                endValue(&lines)
                place = .afterArray
                return
            }
            depth -= 1
            lines.append(byte)
            if depth == 0 { endValue(&lines) }
            return
        case UInt8(ascii: ",") where depth == 0 && form == .array:
            endValue(&lines)
            place = .beforeValue
            return
        default: break
        }
        lines.append(isSpace ? 0x20 : byte)
    }

    private mutating func endValue(_ lines: inout [UInt8]) {
        lines.append(UInt8(ascii: "\n"))
        place = form == .array ? .afterValue : .beforeValue
    }
}

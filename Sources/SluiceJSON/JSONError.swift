/// Says why a document was refused, and at which byte.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public let kind: Kind

    /// Where: a byte offset from the start of the document, 0...count.
    public let offset: Int

    /// Names a fault found at a byte offset.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// What can be wrong with a document.
    public enum Kind: Hashable, Sendable {
        /// The document stops inside a value.
        case unexpectedEnd
        /// A byte that cannot stand here.
        case unexpectedByte(UInt8)
        /// Bytes in a string that are not UTF-8 (RFC 3629: no overlong form, no surrogate).
        case invalidUTF8
        /// The escape `\u0000`, which PostgreSQL text cannot hold.
        case nulCharacter
        /// Half of a surrogate pair, written as an escape.
        case loneSurrogate
        /// An unescaped byte below 0x20 in a string.
        case controlCharacter
        /// A backslash followed by something that is not a JSON escape.
        case invalidEscape
        /// A number that breaks the grammar: `01`, `1.`, `+1`, `1e`.
        case invalidNumber
        /// A number whose binary64 value is infinite.
        case numberNotFinite
        /// More open arrays and objects than the limit.
        case tooDeep
        /// More bytes than the limit.
        case tooLarge
        /// A member name that stands twice in one object, compared byte for byte.
        case duplicateKey(String)
        /// Something other than white space after the document.
        case trailingBytes
        /// A document that begins with U+FEFF.
        case byteOrderMark
        /// A well-formed value of another kind than the one asked for.
        case notA(JSONKind)
        /// A number that is not a whole number within 64 bits written without point or exponent.
        case notAnInteger
    }
}

/// The six kinds of JSON value.
public enum JSONKind: String, Hashable, Sendable, CaseIterable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool
    /// A number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
}

extension JSONError: CustomStringConvertible {
    /// One line in printable ASCII, safe for a log, a terminal and a response: what the document
    /// holds is quoted with everything else escaped, and cut after 64 bytes.
    public var description: String {
        "\(kind.sentence) at byte \(offset)"
    }
}

extension JSONError.Kind {
    /// What is wrong, in words.
    var sentence: String {
        switch self {
        case .unexpectedEnd: "the document ends too early"
        case .unexpectedByte(let byte): "unexpected \(Self.quoted(CollectionOfOne(byte)))"
        case .invalidUTF8: "invalid UTF-8"
        case .nulCharacter: "the character U+0000 is not allowed"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "a control character that is not escaped"
        case .invalidEscape: "an unknown escape"
        case .invalidNumber: "not a JSON number"
        case .numberNotFinite: "a number beyond the range of a double"
        case .tooDeep: "nested too deep"
        case .tooLarge: "the document is too large"
        case .duplicateKey(let key): "the key \(Self.quoted(key.utf8)) stands twice"
        case .trailingBytes: "something follows the document"
        case .byteOrderMark: "a byte order mark is not allowed"
        case .notA(let kind): "expected \(kind.rawValue)"
        case .notAnInteger: "expected a whole number of at most 64 bits"
        }
    }

    private static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        var text = "'"
        for (index, byte) in bytes.enumerated() {
            guard index < 64 else {
                text += "..."
                break
            }
            if (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "'"), byte != .backslash {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + "'"
    }
}

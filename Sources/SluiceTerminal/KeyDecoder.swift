/// Turns the bytes a terminal sends into keys and pastes: a state machine without I/O or clock.
///
/// Bytes may be cut anywhere between two calls. The one thing bytes cannot tell is a lone escape
/// key from the start of a sequence; the driver asks `isWaiting` and calls `timeOut()` when nothing
/// followed for a while. Sequences it does not know, answers to queries nobody sent (cursor and
/// device reports, operating system commands) and invalid UTF-8 are dropped: they are noise, never
/// keys.
public struct KeyDecoder: Sendable {
    /// The longest paste kept, in bytes; what is longer is cut.
    public static let longestPaste = 1 << 20
    /// The longest control sequence looked at, in bytes; longer ones are dropped.
    private static let longestSequence = 64
    private static let pasteEnd = Array("\u{1b}[201~".utf8)

    private enum State: Sendable, Equatable {
        case ground
        /// After ESC.
        case escape
        /// After `ESC [`: the parameter bytes so far.
        case controlSequence([UInt8])
        /// After `ESC O`.
        case singleShift([UInt8])
        /// After `ESC [ [`, which the Linux console sends for F1...F5.
        case consoleFunction
        /// After `ESC [ M`: bytes of an old mouse report still to come.
        case mouseReport(Int)
        /// Inside OSC, DCS, APC, PM or SOS; the flag tells whether the last byte was ESC.
        case controlString(afterEscape: Bool)
        /// Inside a bracketed paste, which is gathered in `pasted`.
        case paste
        /// Inside a character of several bytes.
        case utf8([UInt8], remaining: Int)
    }

    private var state = State.ground
    /// Kept outside the state, so that it grows in place.
    private var pasted: [UInt8] = []
    /// The ESC of the sequence followed another ESC: alt was held.
    private var hasAlt = false
    /// An escape key was reported by time-out and nothing has come since.
    private var didTimeOut = false

    /// Makes a decoder that expects the start of a key.
    public init() {}

    /// Tells whether what has come may already be a whole key: a lone ESC.
    public var isWaiting: Bool { state == .escape }

    /// Decides that nothing follows: a waiting ESC was the escape key.
    public mutating func timeOut() -> [KeyboardEvent] {
        guard isWaiting else { return [] }
        let modifiers: Key.Modifiers = hasAlt ? .alt : []
        finish()
        didTimeOut = true
        return [.key(Key(.escape, modifiers))]
    }

    /// Takes the next bytes and returns what they complete.
    public mutating func feed(_ bytes: some Collection<UInt8>) -> [KeyboardEvent] {
        guard let first = bytes.first else { return [] }
        // A slow line tore a sequence apart: its tail must not be read as keys.
        if didTimeOut, bytes.count > 1, first == UInt8(ascii: "[") || first == UInt8(ascii: "O") {
            state = .escape
        }
        didTimeOut = false
        var events: [KeyboardEvent] = []
        for byte in bytes {
            if let event = take(byte) { events.append(event) }
        }
        return events
    }

    private mutating func finish() {
        state = .ground
        hasAlt = false
    }

    private mutating func take(_ byte: UInt8) -> KeyboardEvent? {
        switch state {
        case .ground: return takeGround(byte)
        case .escape: return takeEscape(byte)
        case .controlSequence(let parameters): return takeSequence(byte, parameters)
        case .singleShift(let parameters): return takeSingleShift(byte, parameters)
        case .consoleFunction:
            finish()
            return (0x41...0x45).contains(byte) ? .key(Key(.function(Int(byte) - 0x40))) : nil
        case .mouseReport(let remaining):
            if remaining > 1 { state = .mouseReport(remaining - 1) } else { finish() }
            return nil
        case .controlString(let afterEscape):
            let isEnd = byte == 0x07 || (afterEscape && byte == UInt8(ascii: "\\"))
            if isEnd { finish() } else { state = .controlString(afterEscape: byte == 0x1B) }
            return nil
        case .paste: return takePaste(byte)
        case .utf8(let start, let remaining):
            return takeContinuation(byte, start, remaining: remaining)
        }
    }

    private mutating func takeGround(_ byte: UInt8) -> KeyboardEvent? {
        switch byte {
        case 0x1B:
            state = .escape
            return nil
        case 0x00...0x7F:
            let key = SequenceKeys.key(ascii: byte, alt: hasAlt)
            finish()
            return .key(key)
        case 0xC2...0xDF: state = .utf8([byte], remaining: 1)
        case 0xE0...0xEF: state = .utf8([byte], remaining: 2)
        case 0xF0...0xF4: state = .utf8([byte], remaining: 3)
        default: finish()
        }
        return nil
    }

    private mutating func takeEscape(_ byte: UInt8) -> KeyboardEvent? {
        switch byte {
        case 0x1B:
            if hasAlt {
                // A third ESC: the first was a key of its own.
                return .key(Key(.escape))
            }
            hasAlt = true
            return nil
        case UInt8(ascii: "["): state = .controlSequence([])
        case UInt8(ascii: "O"): state = .singleShift([])
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"),
            UInt8(ascii: "X"):
            state = .controlString(afterEscape: false)
        default:
            hasAlt = true
            state = .ground
            return takeGround(byte)
        }
        return nil
    }

    private mutating func takeSequence(_ byte: UInt8, _ parameters: [UInt8]) -> KeyboardEvent? {
        switch byte {
        case UInt8(ascii: "[") where parameters.isEmpty:
            state = .consoleFunction
        case UInt8(ascii: "M") where parameters.isEmpty:
            state = .mouseReport(3)
        case 0x1B:
            state = .escape
            hasAlt = false
        case 0x40...0x7E:
            let alt = hasAlt
            finish()
            let text = String(decoding: parameters, as: UTF8.self)
            if byte == UInt8(ascii: "~"), text == "200" {
                state = .paste
                return nil
            }
            return SequenceKeys.key(parameters: text, final: byte, alt: alt).map { .key($0) }
        case 0x20...0x3F:
            // A sequence that does not end is swallowed without being kept.
            state = .controlSequence(
                parameters.count < Self.longestSequence ? parameters + [byte] : parameters)
        default:
            finish()
        }
        return nil
    }

    private mutating func takeSingleShift(_ byte: UInt8, _ parameters: [UInt8]) -> KeyboardEvent? {
        switch byte {
        case 0x1B:
            state = .escape
            hasAlt = false
            return nil
        case 0x30...0x3B where parameters.count < Self.longestSequence:
            state = .singleShift(parameters + [byte])
            return nil
        default:
            let alt = hasAlt
            finish()
            let text = String(decoding: parameters, as: UTF8.self)
            return SequenceKeys.key(
                parameters: text.isEmpty ? "" : "1;" + text, final: byte, alt: alt
            ).map { .key($0) }
        }
    }

    private mutating func takePaste(_ byte: UInt8) -> KeyboardEvent? {
        let end = Self.pasteEnd
        if pasted.count == Self.longestPaste + end.count { pasted.remove(at: Self.longestPaste) }
        pasted.append(byte)
        if byte == end[end.count - 1], pasted.suffix(end.count) == end[...] {
            let text = String(decoding: pasted.dropLast(end.count), as: UTF8.self)
            pasted = []
            finish()
            return .paste(text)
        }
        return nil
    }

    private mutating func takeContinuation(
        _ byte: UInt8, _ start: [UInt8], remaining: Int
    ) -> KeyboardEvent? {
        guard (0x80...0xBF).contains(byte) else {
            finish()
            return takeGround(byte)
        }
        let bytes = start + [byte]
        if remaining > 1 {
            state = .utf8(bytes, remaining: remaining - 1)
            return nil
        }
        let modifiers: Key.Modifiers = hasAlt ? .alt : []
        finish()
        guard let text = String(validating: bytes, as: UTF8.self), let character = text.first,
            let scalar = text.unicodeScalars.first, !(0x80...0x9F).contains(scalar.value)
        else { return nil }
        return .key(Key(.character(character), modifiers))
    }
}

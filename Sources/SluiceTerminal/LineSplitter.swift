/// Cuts bytes that come in pieces into lines.
///
/// A line ends with a line feed, which a carriage return may precede; the last one may end without.
/// Invalid UTF-8 is repaired with U+FFFD.
public struct LineSplitter: Sendable {
    /// The longest line kept, in bytes; the rest of a longer one is dropped.
    public static let longestLine = 1 << 16
    private var rest: [UInt8] = []

    /// Makes a splitter at the start of a line.
    public init() {}

    /// Takes the next bytes and returns the lines they complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(take())
            } else if rest.count < Self.longestLine {
                rest.append(byte)
            }
        }
        return lines
    }

    /// The line that was begun and not ended; nil if none was.
    public mutating func finish() -> String? { rest.isEmpty ? nil : take() }

    private mutating func take() -> String {
        defer { rest.removeAll(keepingCapacity: true) }
        if rest.last == 0x0D { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}

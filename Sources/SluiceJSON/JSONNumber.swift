/// A JSON number, kept as it was written.
///
/// Two numbers are equal when they are written alike: `1`, `1.0` and `1e0` are three numbers here,
/// so that what was stored can be written again unchanged.
public struct JSONNumber: Sendable, Hashable {
    /// The number as written: a valid JSON number, finite as a double.
    public let text: String

    /// The nearest double, ties to even; always finite.
    public let double: Double

    init(text: String, double: Double) {
        self.text = text
        self.double = double
    }

    /// Holds a whole number.
    public init(_ value: some FixedWidthInteger) {
        text = String(value)
        double = Double(value)
    }

    /// Holds a double, written with the fewest digits that read back as the same double, or nil for
    /// NaN and infinity, which JSON cannot write.
    ///
    /// Whole numbers have no point: `1`, `-0`.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.jsonText
        double = value
    }

    /// The value if it is written as a whole number (no point, no exponent) and fits, else nil.
    public var int64: Int64? { Int64(text) }

    /// Whether both are written alike.
    public static func == (one: JSONNumber, other: JSONNumber) -> Bool {
        one.text == other.text
    }

    /// Feeds the number as written.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension Double {
    /// The shortest text that reads back as this double; it must be finite.
    var jsonText: String {
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// A model's own probability that its label is right, in 0...1, both ends included.
public struct Confidence: Hashable, Comparable, Sendable {
    /// The probability.
    public let value: Double

    /// Accepts a number in 0...1; nil for NaN and everything outside.
    ///
    /// Minus zero becomes zero.
    public init?(_ value: Double) {
        guard value >= 0, value <= 1 else { return nil }
        self.value = value == 0 ? 0 : value
    }

    /// Orders by value.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

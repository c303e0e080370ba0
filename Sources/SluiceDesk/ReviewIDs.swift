/// Makes ids for reviews: random UUIDs from a seed given from outside.
///
/// Two SplitMix64 streams (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
/// generators") make the two halves, so an update of the client stays a pure function. Within one
/// source no id repeats; two sources with random seeds share one with a chance of about 2^-100.
public struct ReviewIDs: Hashable, Sendable {
    private var high: UInt64
    private var low: UInt64

    /// Starts at a seed; equal seeds make equal ids.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Starts at a random seed.
    public static func random() -> ReviewIDs {
        ReviewIDs(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }

    /// The next id: a UUID of version 4 in lower case.
    public mutating func next() -> String {
        let first = (Self.step(&high) & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let second = (Self.step(&low) & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let digits = Array(Self.hexadecimal(first) + Self.hexadecimal(second))
        let groups = [
            digits[..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20...],
        ]
        return groups.map { String($0) }.joined(separator: "-")
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static func step(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

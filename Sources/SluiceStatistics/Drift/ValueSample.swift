/// Up to a fixed number of the values of a window, drawn at random and the same at every run.
///
/// Each value comes with a key of its item; kept are those whose scrambled keys are smallest, so that
/// it does not matter in which order they come (a bottom-k sample: Cohen and Kaplan 2007, PODC,
/// 225-234).
public struct ValueSample: Hashable, Sendable {
    /// How many values are kept at most.
    public static let capacity = 4000

    /// How many values were seen.
    public private(set) var n = 0
    private var kept: [Entry] = []

    private struct Entry: Hashable, Comparable {
        let rank: UInt64
        let value: Double

        static func < (left: Self, right: Self) -> Bool {
            (left.rank, left.value) < (right.rank, right.value)
        }
    }

    /// Begins without a value.
    public init() {}

    /// Goes on from what was stored: how many were seen, and those that were kept.
    ///
    /// Nothing can be added to it.
    public init(n: Int, values: [Double]) {
        self.n = max(n, values.count)
        kept = values.filter(\.isFinite).map { Entry(rank: 0, value: $0) }
    }

    /// Adds the value of an item; one that is not finite is left out.
    public mutating func add(_ value: Double, key: Int64) {
        guard value.isFinite else { return }
        n += 1
        kept.append(Entry(rank: Self.scrambled(UInt64(bitPattern: key)), value: value))
        if kept.count >= 2 * Self.capacity { trim() }
    }

    /// The values kept, in order of size.
    public var values: [Double] {
        var copy = self
        copy.trim()
        return copy.kept.map(\.value).sorted()
    }

    private mutating func trim() {
        guard kept.count > Self.capacity else { return }
        kept.sort()
        kept.removeLast(kept.count - Self.capacity)
    }

    /// The finaliser of SplitMix64: every bit of the key matters to every bit of the result.
    private static func scrambled(_ key: UInt64) -> UInt64 {
        var mixed = key &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The part of a data set an item belongs to, for good.
public enum Split: String, Sendable, CaseIterable {
    case train
    case dev
    case test

    /// The split of a draw in 0..<1 keyed by the group: below 0.8 train, below 0.9 dev, else test.
    ///
    /// The draw must come from the split salt and from the item's group (its external id when it
    /// has none), so that a group is never cut and never moves (`hash_split_10000`).
    public init(draw: Double) {
        self = draw < 0.8 ? .train : draw < 0.9 ? .dev : .test
    }
}

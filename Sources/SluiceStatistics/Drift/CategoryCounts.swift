/// How often each category occurred in a window.
public struct CategoryCounts: Hashable, Sendable {
    /// How many categories are told apart at most; what comes later is counted as others.
    public static let most = 200

    /// The counts by category.
    public private(set) var counts: [Category: Int]
    /// How many items were of categories beyond ``most``.
    public private(set) var others: Int

    /// Begins with counts, or without any.
    public init(_ counts: [Category: Int] = [:], others: Int = 0) {
        self.counts = counts
        self.others = others
    }

    /// Counts an item.
    public mutating func add(_ category: String) {
        let category = Category(category)
        if counts[category] != nil || counts.count < Self.most {
            counts[category, default: 0] += 1
        } else {
            others += 1
        }
    }

    /// How many items were counted.
    public var n: Int { others + counts.values.reduce(0, +) }
}

extension CategoryCounts {
    /// Both windows' counts side by side: the reference's commonest categories one by one, all other
    /// known ones together, and what the reference never had.
    ///
    /// - Parameter limit: how many categories are looked at one by one.
    /// - Returns: the counts in the same order, and the new categories with their counts, the
    ///   commonest first.
    static func aligned(
        reference: CategoryCounts, current: CategoryCounts, limit: Int = 50
    ) -> (reference: [Int], current: [Int], unseen: [(name: String, n: Int)]) {
        let ranked = reference.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let named = ranked.prefix(limit)
        let rest = Set(ranked.dropFirst(limit).map(\.key))
        var (known, unseen) = (0, [(name: String, n: Int)]())
        for (name, n) in current.counts where reference.counts[name] == nil {
            unseen.append((name.name, n))
        }
        for name in rest { known += current.counts[name] ?? 0 }
        let unseenCount = unseen.reduce(0) { $0 + $1.n }
        return (
            named.map(\.value) + [
                ranked.dropFirst(limit).reduce(reference.others) { $0 + $1.value }, 0,
            ],
            named.map { current.counts[$0.key] ?? 0 } + [known + current.others, unseenCount],
            unseen.sorted { ($1.n, Category($0.name)) < ($0.n, Category($1.name)) }
        )
    }
}

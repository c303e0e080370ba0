/// Puts groups of items into splits so that each label has its share in every one of them.
///
/// Drawing each group by itself leaves small sets unbalanced: of 100 items with 30 positives, a test
/// split of 20 has at most two positives in 2.3 % of all draws, where six are wanted. Here every label
/// has a quota in each split; groups come in the order of their draws, and each goes where most is
/// missing. A group is never cut and, once placed, never moves: what arrives later fills up what is
/// missing. So the test split of yesterday never trains tomorrow.
public struct BalancedSplits: Hashable, Sendable {
    /// What shares the splits are to have.
    public let shares: [Double]
    /// How many items each label has in each split so far, label first.
    public private(set) var table: [[Int]]

    /// Items that must stay together.
    public struct Group: Hashable, Sendable {
        /// Its own draw in 0..<1, from a hash of its key: the same every time.
        public let draw: Double
        /// How many items of each label it has.
        public let items: [Int]

        /// Collects the parts.
        public init(draw: Double, items: [Int]) {
            self.draw = draw
            self.items = items
        }
    }

    /// Starts with what was placed before.
    ///
    /// - Parameters:
    ///   - shares: not negative, with a sum above 0.
    ///   - placed: how many items each label has in each split, label first; nothing by default.
    public init(shares: [Double], labels: Int, placed: [[Int]]? = nil) {
        self.shares = shares
        table = placed ?? Array(repeating: Array(repeating: 0, count: shares.count), count: labels)
        precondition(
            table.count == labels && table.allSatisfy { $0.count == shares.count },
            "the table has a row a label and a column a split")
    }

    /// Places groups; the answer is the split of each, in the order given.
    ///
    /// Where a group has one item this fills the quotas exactly: 30 and 70 items in 60, 20 and 20 %
    /// give 18, 6, 6 and 42, 14, 14. Larger groups are placed first, since they fit worst.
    public mutating func place(_ groups: [Group]) -> [Int] {
        let quotas = quotas(after: groups)
        var placed = Array(repeating: 0, count: groups.count)
        let order = groups.indices.sorted {
            let (one, other) = (groups[$0], groups[$1])
            return (other.size, one.draw, $0) < (one.size, other.draw, $1)
        }
        for index in order {
            let items = groups[index].items
            let split = bestSplit(for: items, quotas: quotas)
            placed[index] = split
            for (label, count) in items.enumerated() { table[label][split] += count }
        }
        return placed
    }

    /// By how many items the worst count is off the quota of its label and split.
    public var largestDeviation: Int {
        table.map { row in
            let quota = Quota.parts(of: row.reduce(0, +), shares: shares)
            return zip(row, quota).map { abs($0 - $1) }.max() ?? 0
        }.max() ?? 0
    }

    private func quotas(after groups: [Group]) -> [[Int]] {
        table.enumerated().map { label, row in
            let n = groups.reduce(row.reduce(0, +)) { $0 + $1.items[label] }
            return Quota.parts(of: n, shares: shares)
        }
    }

    /// The split whose counts come nearest to the quotas, by the sum of squares; the earlier of equals.
    private func bestSplit(for items: [Int], quotas: [[Int]]) -> Int {
        func gain(_ split: Int) -> Int {
            items.enumerated().reduce(0) { sum, entry in
                let missing = quotas[entry.offset][split] - table[entry.offset][split]
                return sum + entry.element * (2 * missing - entry.element)
            }
        }
        var best = 0
        for split in shares.indices where gain(split) > gain(best) { best = split }
        return best
    }
}

extension BalancedSplits.Group {
    fileprivate var size: Int { items.reduce(0, +) }
}

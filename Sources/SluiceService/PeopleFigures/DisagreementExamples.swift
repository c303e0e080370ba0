import SluiceStatistics

/// The items on which people disagree most about two labels, a few for each two.
struct DisagreementExamples: Sendable {
    private static let maximumCount = 3

    private struct Pair: Hashable {
        let one: Int
        let other: Int
    }

    private var items: [Pair: [(item: Int64, votes: Int)]] = [:]

    /// Looks at an item with the labels it got.
    mutating func add(_ item: Int64, _ labels: [Int]) {
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        guard counts.count > 1 else { return }
        let given = counts.keys.sorted()
        for (index, one) in given.enumerated() {
            for other in given[(index + 1)...] {
                // An item split evenly teaches more than one where a single person differs.
                let votes = min(counts[one] ?? 0, counts[other] ?? 0)
                var found = items[Pair(one: one, other: other)] ?? []
                guard found.count < Self.maximumCount || votes > found[found.count - 1].votes
                else { continue }
                let place = found.firstIndex { $0.votes < votes } ?? found.count
                found.insert((item, votes), at: place)
                items[Pair(one: one, other: other)] = Array(found.prefix(Self.maximumCount))
            }
        }
    }

    /// The items that stand for two labels, the most divided first.
    func items(_ one: Int, _ other: Int) -> [Int64] {
        items[Pair(one: min(one, other), other: max(one, other))]?.map(\.item) ?? []
    }

    /// Every item that is an example of something.
    var all: [Int64] { Array(Set(items.values.flatMap { $0.map(\.item) })) }
}

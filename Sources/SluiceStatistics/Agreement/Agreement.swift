/// How far reviewers agree, in whole counts that can be added to, taken from and merged exactly.
///
/// Labels are numbered from 0. For every number of answers an item can have, it is counted how often
/// each two labels met on one item; the division that weights an item comes last. So taking an item
/// out undoes having put it in, and parts merged in any order give bit for bit what counting
/// everything at once gives. The state grows with the square of the number of labels and not with
/// the number of items.
public struct Agreement: Hashable, Sendable {
    /// How many labels there are to choose from, used or not.
    public let labels: Int
    /// What is counted, by the number of answers of an item.
    private var layers: [Int: Layer] = [:]

    private struct Layer: Hashable, Sendable {
        var items = 0
        /// How many answers there are of each label.
        var totals: [Int]
        /// How many ordered pairs of answers of one item there are of each two labels.
        var pairs: [Int]
    }

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
    }

    /// Counts an item with the answers it got, in any order, as often as `times` says.
    public mutating func add(_ answers: [Int], times: Int = 1) {
        count(answers, times: times)
    }

    /// Takes out an item that was counted with these answers.
    ///
    /// To count one more answer of an item, take the item out and add it with all answers.
    public mutating func remove(_ answers: [Int], times: Int = 1) {
        count(answers, times: -times)
    }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: Agreement) {
        precondition(labels == other.labels, "both count the same labels")
        layers.merge(other.layers) { one, other in
            Layer(
                items: one.items + other.items,
                totals: zip(one.totals, other.totals).map(+),
                pairs: zip(one.pairs, other.pairs).map(+))
        }
    }

    private mutating func count(_ answers: [Int], times: Int) {
        guard !answers.isEmpty, times != 0 else { return }
        precondition(answers.allSatisfy { 0..<labels ~= $0 }, "answers are numbers of labels")
        count(AnswerCounts(answers), times: times)
    }

    /// Counts items that all have these answers.
    mutating func count(_ kind: AnswerCounts, times: Int) {
        guard times != 0 else { return }
        var layer =
            layers.removeValue(forKey: kind.answers)
            ?? Layer(
                totals: Array(repeating: 0, count: labels),
                pairs: Array(repeating: 0, count: labels * labels))
        layer.items += times
        precondition(layer.items >= 0, "only what was counted is taken out")
        for (label, count) in kind.counts {
            layer.totals[label] += times * count
            for (other, others) in kind.counts {
                // An answer makes no pair with itself.
                layer.pairs[label * labels + other] +=
                    times * count * (label == other ? others - 1 : others)
            }
        }
        if layer.items > 0 { layers[kind.answers] = layer }
    }
}

extension Agreement {
    /// How many items have two answers or more: only these say anything about agreement.
    public var items: Int { pairable.reduce(0) { $0 + $1.layer.items } }

    /// How many answers those items have.
    public var answers: Int { pairable.reduce(0) { $0 + $1.answers * $1.layer.items } }

    /// How many pairs of answers of one item there are of two labels, which may be the same.
    public func pairs(_ one: Int, _ other: Int) -> Int {
        let count = pairable.reduce(0) { $0 + $1.layer.pairs[one * labels + other] }
        // The answers of a pair are counted in both orders.
        return one == other ? count / 2 : count
    }

    /// Two labels that met on the same items.
    public struct Disagreement: Hashable, Sendable {
        /// The label with the smaller number.
        public let one: Int
        /// The label with the larger number.
        public let other: Int
        /// How many pairs of answers of one item are of these two.
        public let pairs: Int
        /// The share of them in all pairs of answers that differ, 0...1.
        public let share: Double
    }

    /// The labels reviewers chose for the same item, those that met most often first.
    public var disagreements: [Disagreement] {
        let met = (0..<labels).flatMap { one in
            (one + 1..<max(labels, one + 1)).map { (one, $0, pairs(one, $0)) }
        }
        let all = met.reduce(0) { $0 + $1.2 }
        return met.filter { $0.2 > 0 }.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }.map {
            Disagreement(one: $0.0, other: $0.1, pairs: $0.2, share: Double($0.2) / Double(all))
        }
    }

    /// The layers of items with two answers or more, in a fixed order.
    private var pairable: [(answers: Int, layer: Layer)] {
        layers.sorted { $0.key < $1.key }.filter { $0.key > 1 }.map { ($0.key, $0.value) }
    }

    /// The share of agreeing pairs of answers of an item, averaged over items.
    ///
    /// - Throws: ``Unknown`` if no item has two answers.
    public func percent() throws(Unknown) -> Double {
        let layers = pairable
        guard !layers.isEmpty else { throw Unknown(.noObservations) }
        let agreeing = layers.reduce(0.0) { sum, each in
            let same = (0..<labels).reduce(0) { $0 + each.layer.pairs[$1 * labels + $1] }
            return sum + Double(same) / Double(each.answers * (each.answers - 1))
        }
        return agreeing / Double(items)
    }

    /// How often each label was given on items with two answers or more.
    var totals: [Int] {
        pairable.reduce(into: Array(repeating: 0, count: labels)) { sums, each in
            for label in 0..<labels { sums[label] += each.layer.totals[label] }
        }
    }

    /// The coincidences of labels: pairs of answers of an item, each item weighted by 1 / (answers - 1).
    var coincidences: [Double] {
        pairable.reduce(into: Array(repeating: 0, count: labels * labels)) { sums, each in
            let weight = Double(each.answers - 1)
            for cell in sums.indices { sums[cell] += Double(each.layer.pairs[cell]) / weight }
        }
    }

    /// The number of answers all items have.
    ///
    /// - Throws: ``Unknown`` if they differ, or there is no item with two answers.
    func answersOfEach() throws(Unknown) -> Int {
        guard let first = layers.keys.max(), first > 1 else { throw Unknown(.noObservations) }
        guard layers.count == 1 else { throw Unknown(.unequalAnswers) }
        return first
    }

    /// The share of each label in an item's answers, averaged over all items.
    var averageShares: [Double] {
        let all = layers.reduce(0) { $0 + $1.value.items }
        return layers.sorted { $0.key < $1.key }.reduce(into: Array(repeating: 0, count: labels)) {
            for label in 0..<labels {
                $0[label] += Double($1.value.totals[label]) / Double($1.key * all)
            }
        }
    }
}

/// The answers of an item as how often each label was given: pairs of answers are then counted by the
/// labels there are, where forty people make eight hundred pairs.
struct AnswerCounts: Sendable {
    /// How many answers there are.
    let answers: Int
    /// The labels given, each once, with how often.
    let counts: [(label: Int, count: Int)]

    init(_ answers: [Int]) {
        var counts: [(label: Int, count: Int)] = []
        for answer in answers {
            if let index = counts.firstIndex(where: { $0.label == answer }) {
                counts[index].count += 1
            } else {
                counts.append((label: answer, count: 1))
            }
        }
        self.answers = answers.count
        self.counts = counts
    }
}

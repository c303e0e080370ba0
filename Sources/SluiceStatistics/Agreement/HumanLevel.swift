/// How often one person's answer is what the others agree on: the level a model is measured against.
///
/// The reference of an answer is the majority of the item's other answers; an answer that counted
/// for its own reference would flatter people. Where the others tie there is none, and the answer is
/// left out. Whole counts: items can be added, taken out, and parts merged exactly.
public struct HumanLevel: Hashable, Sendable {
    /// How many labels there are to choose from, used or not.
    public let labels: Int
    /// How many answers were left out because the others tied.
    public private(set) var ties = 0
    /// How many answers were left out because nobody else answered.
    public private(set) var alone = 0
    /// Answers by the others' label, then by the label given.
    private var counts: [Int]
    /// Answers that agree with a majority they were part of, and answers of items that have one.
    private var flattered = Flattered()

    private struct Flattered: Hashable {
        var agreeing = 0
        var all = 0
    }

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
        counts = Array(repeating: 0, count: labels * labels)
    }

    /// Counts an item with the answers it got, by the numbers of their labels, in any order.
    public mutating func add(_ answers: [Int]) { count(answers, by: 1) }

    /// Takes out an item that was counted with these answers.
    public mutating func remove(_ answers: [Int]) { count(answers, by: -1) }

    /// Counts what another one counted as well.
    public mutating func merge(_ other: HumanLevel) {
        precondition(labels == other.labels, "both count the same labels")
        counts = zip(counts, other.counts).map(+)
        ties += other.ties
        alone += other.alone
        flattered.agreeing += other.flattered.agreeing
        flattered.all += other.flattered.all
    }

    private mutating func count(_ answers: [Int], by step: Int) {
        precondition(answers.allSatisfy { 0..<labels ~= $0 }, "answers are numbers of labels")
        for answer in answers {
            switch Plurality(of: answers, leavingOutOne: answer) {
            case .label(let reference): counts[reference * labels + answer] += step
            case .tie: ties += step
            case .none: alone += step
            }
        }
        if case .label(let majority) = Plurality(of: answers) {
            flattered.agreeing += step * answers.count { $0 == majority }
            flattered.all += step * answers.count
        }
    }

    /// How many answers were of a label where the others agreed on another, or on the same.
    public func count(given: Int, others: Int) -> Int { counts[others * labels + given] }

    /// Of the answers with a reference, how many are it.
    ///
    /// - Throws: ``Unknown`` if no answer has a reference.
    public func agreeing() throws(Unknown) -> Proportion {
        try Proportion((0..<labels).reduce(0) { $0 + counts[$1 * labels + $1] }, of: counts.sum)
    }

    /// Of the answers to items the others gave a label, how many are that label.
    ///
    /// - Throws: ``Unknown`` if there is no such answer.
    public func agreeing(others label: Int) throws(Unknown) -> Proportion {
        try Proportion(
            counts[label * labels + label],
            of: Array(counts[label * labels..<(label + 1) * labels]).sum)
    }

    /// Of the answers to items that have a majority, how many are it, their own vote included.
    ///
    /// Too high, by as much as people sway the majority they are measured against; kept to show by how
    /// much.
    ///
    /// - Throws: ``Unknown`` if no item has a majority.
    public func inSample() throws(Unknown) -> Proportion {
        try Proportion(flattered.agreeing, of: flattered.all)
    }
}

extension [Int] {
    fileprivate var sum: Int { reduce(0, +) }
}

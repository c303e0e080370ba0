/// Which reviewer gave which item which label, packed for estimation.
///
/// Eight bytes an answer and no pointers: half a million answers are 2 MB. Items, reviewers and
/// labels are numbered from 0.
public struct Votes: Sendable {
    /// How many labels there are to choose from, used or not.
    public let labels: Int
    /// One more than the highest number of a reviewer.
    public private(set) var reviewers = 0
    /// Where the answers of each item start in `cells`; the last entry is where they all end.
    var starts: ContiguousArray<Int32> = [0]
    /// Reviewer and label of every answer as `reviewer * labels + label`.
    var cells: ContiguousArray<Int32> = []

    /// Starts without an item.
    public init(labels: Int) {
        precondition(labels > 0, "there is at least one label")
        self.labels = labels
    }

    /// Makes room ahead for so many items and answers.
    public mutating func reserveCapacity(items: Int, answers: Int) {
        starts.reserveCapacity(items + 1)
        cells.reserveCapacity(answers)
    }

    /// Adds the next item with the answers it got; one without an answer is none.
    public mutating func append(_ answers: [(reviewer: Int, label: Int)]) {
        let before = cells.count
        for (reviewer, label) in answers {
            precondition(reviewer >= 0 && 0..<labels ~= label, "answers are numbers of labels")
            cells.append(Int32(reviewer * labels + label))
            reviewers = max(reviewers, reviewer + 1)
        }
        if cells.count > before { starts.append(Int32(cells.count)) }
    }

    /// How many items there are.
    public var items: Int { starts.count - 1 }

    /// How many answers there are.
    public var answers: Int { cells.count }

    /// The answers of an item.
    public func answers(of item: Int) -> [(reviewer: Int, label: Int)] {
        cells[Int(starts[item])..<Int(starts[item + 1])].map {
            (Int($0) / labels, Int($0) % labels)
        }
    }

    /// What most answers of an item say.
    public func majority(of item: Int) -> Plurality {
        Plurality(of: answers(of: item).map(\.label))
    }

    /// The share of each label in the answers of each item.
    var shares: ContiguousArray<Double> {
        var shares = ContiguousArray(repeating: 0.0, count: items * labels)
        for item in 0..<items {
            let own = Int(starts[item])..<Int(starts[item + 1])
            for cell in cells[own] {
                shares[item * labels + Int(cell) % labels] += 1
            }
            // Divided once, so that as many answers are exactly the same share.
            for label in 0..<labels { shares[item * labels + label] /= Double(own.count) }
        }
        return shares
    }
}

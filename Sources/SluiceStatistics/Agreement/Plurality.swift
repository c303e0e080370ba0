/// What most of an item's answers say.
///
/// A tie is no answer: no label ever wins by its place in a list.
public enum Plurality: Hashable, Sendable {
    /// One label has more answers than any other.
    case label(Int)
    /// Two labels or more have the most answers.
    case tie
    /// There is no answer.
    case none

    /// Takes the answers of an item by the numbers of their labels, in any order.
    public init(of answers: some Collection<Int>) {
        self.init(of: answers, leavingOutOne: nil)
    }

    /// Takes the answers but for one of the given label: what the others say, of the view of somebody
    /// who gave it.
    public init(of answers: some Collection<Int>, leavingOutOne label: Int?) {
        var counts: [(label: Int, count: Int)] = []
        for answer in answers {
            if let index = counts.firstIndex(where: { $0.label == answer }) {
                counts[index].count += 1
            } else {
                counts.append((answer, 1))
            }
        }
        if let index = counts.firstIndex(where: { $0.label == label }) {
            counts[index].count -= 1
        }
        let most = counts.map(\.count).max() ?? 0
        let leaders = counts.filter { $0.count == most }
        self = most == 0 ? .none : leaders.count == 1 ? .label(leaders[0].label) : .tie
    }
}

import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The answers of a project, packed for estimation: reviewers and labels by number.
struct GatheredAnswers: Sendable {
    /// The labels somebody gave, in the order the project declares them.
    private(set) var labels: [String] = []
    /// The reviewers, in the order they were met.
    private(set) var reviewers: [Int64] = []
    /// How many answers each of them gave.
    private(set) var answered: [Int] = []
    /// The answered items, ascending.
    private(set) var items: [Int64] = []
    /// The number of the label decided on for each item: nil when there is none, or nobody gave it.
    private(set) var decided: [Int?] = []
    /// Whether each item has a decision with a label.
    private(set) var isDecided: [Bool] = []
    /// Whether each item was decided by an adjudicator.
    private(set) var isAdjudicated: [Bool] = []
    /// Who gave what.
    private(set) var votes = Votes(labels: 1)

    /// Reads all answers in pages of items, each in a snapshot of its own.
    ///
    /// Memory: some 40 bytes an item and 8 an answer.
    static func read(
        through pool: ConnectionPool, project: ProjectContext, pageItems: Int
    ) async throws -> GatheredAnswers {
        var gathering = Gathering(project.labels)
        var after = Int64.min
        while true {
            let start = after
            let page = try await pool.withSession { session -> Page? in
                let store = Store(session)
                guard
                    let last = try store.answeredPageEnd(
                        project: project.id, after: start, items: pageItems)
                else { return nil }
                return Page(
                    last: last,
                    answers: try store.givenLabels(
                        project: project.id, after: start, through: last),
                    items: try store.answeredItems(
                        project: project.id, after: start, through: last))
            }
            guard let page else { return gathering.finish() }
            gathering.add(page)
            after = page.last
        }
    }

    fileprivate struct Page: Sendable {
        let last: Int64
        let answers: [GivenLabel]
        let items: [AnsweredItem]
    }

    /// Collects pages before all labels are known.
    private struct Gathering {
        let declared: LabelSet
        private var gathered = GatheredAnswers()
        private var labels = Numbers<ExactText>()
        private var reviewers = Numbers<Int64>()
        private var answers: [(reviewer: Int32, label: Int32)] = []
        private var ends: [Int] = []
        private var decisions: [ExactText?] = []

        init(_ declared: LabelSet) { self.declared = declared }

        /// What answers of a label are counted by: its name of now.
        private func name(_ id: String) -> ExactText { ExactText(declared.name(of: id)) }

        mutating func add(_ page: Page) {
            var rest = page.answers[...]
            for item in page.items {
                // An answer may have come between the two statements; the next report has it.
                while let first = rest.first, first.item < item.item { rest = rest.dropFirst() }
                let before = answers.count
                while let answer = rest.first, answer.item == item.item {
                    let reviewer = reviewers.number(of: answer.actor)
                    if reviewer == gathered.answered.count { gathered.answered.append(0) }
                    gathered.answered[reviewer] += 1
                    let label = labels.number(of: name(answer.label))
                    answers.append((Int32(reviewer), Int32(label)))
                    rest = rest.dropFirst()
                }
                guard answers.count > before else { continue }
                ends.append(answers.count)
                gathered.items.append(item.item)
                gathered.isAdjudicated.append(item.isAdjudicated)
                gathered.isDecided.append(item.decided != nil)
                decisions.append(item.decided.map(name))
            }
        }

        /// Gives labels their numbers by the project's order, those it does not know any more last.
        mutating func finish() -> GatheredAnswers {
            let known = declared.labels.map { ExactText($0.name) }.filter(labels.contains)
            let others = labels.values.filter { !declared.contains($0.text) }
            let order = known + others
            gathered.labels = order.map(\.text)
            gathered.reviewers = reviewers.values
            var numbers = Numbers<ExactText>()
            for label in order { _ = numbers.number(of: label) }
            let renumbered = labels.values.map { numbers.number(of: $0) }
            var votes = Votes(labels: max(order.count, 1))
            votes.reserveCapacity(items: ends.count, answers: answers.count)
            var start = 0
            for end in ends {
                votes.append(
                    answers[start..<end].map { (Int($0.reviewer), renumbered[Int($0.label)]) })
                start = end
            }
            gathered.votes = votes
            gathered.decided = decisions.map { label in
                label.flatMap { numbers.contains($0) ? numbers.number(of: $0) : nil }
            }
            return gathered
        }
    }
}

/// Gives values numbers from 0 in the order they are met.
private struct Numbers<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int] = [:]

    mutating func number(of value: Value) -> Int {
        if let number = numbers[value] { return number }
        numbers[value] = values.count
        values.append(value)
        return values.count - 1
    }

    func contains(_ value: Value) -> Bool { numbers[value] != nil }
}

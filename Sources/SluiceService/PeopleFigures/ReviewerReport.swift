import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says how one reviewer's answers stand to what the others agree on.
///
/// The reference of an answer is the majority of the others' answers to the item; where they tie there
/// is none. It is no ranking: whether somebody stands out is said only where the intervals do not overlap.
public struct ReviewerReport: Sendable {
    /// How many of their latest items reviewers are compared on when they ask themselves.
    private static let ownItems = 1000

    private let pool: ConnectionPool
    private let pageAnswers: Int

    /// Reads through `pool`, in pages of `pageAnswers` answers.
    public init(pool: ConnectionPool, pageAnswers: Int = 20_000) {
        self.pool = pool
        self.pageAnswers = pageAnswers
    }

    /// The report about the reviewer of that name as one JSON object.
    ///
    /// - Throws: `unknownReviewer` when nobody of that name has answered anything as a person.
    /// - Complexity: linear in the answers of everybody.
    public func json(
        of name: String, in project: ProjectContext
    ) async throws -> [UInt8] {
        let (found, times) = try await pool.withSession { session in
            let store = Store(session)
            guard let actor = try store.reviewer(named: name, project: project.id) else {
                throw try NameCheck.refusal(reviewer: name, project: project.id, store)
            }
            return (
                actor,
                try store.reviewerTimes(
                    of: actor, fasterThan: ReviewerTimes.fastBound, project: project.id)
            )
        }
        let names = AnswerLabels(project.labels, map: nil)
        var own = ReviewerTally(labels: names.names.count)
        var others = ReviewerTally(labels: names.names.count)
        _ = try await ItemAnswersReader(pool: pool, pageAnswers: pageAnswers, names: names).read(
            AnswerFilter(), slicedBy: .none, project: project.id
        ) { item in
            let labels = item.labels
            for answer in item.answers {
                if answer.actor == found {
                    own.add(answer.label, among: labels)
                } else {
                    others.add(answer.label, among: labels)
                }
            }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("reviewer", name)
        writer.member("reviews", times.reviews)
        writer.member("imported", times.imported)
        ReviewerWriter(own: own, others: others, names: names.names).write(to: &writer)
        times.write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// How often a reviewer's answers are what the others agree on, on the latest items they answered.
    func agreement(of actor: Int64, in project: ProjectContext) async throws -> Figure {
        let rows = try await pool.withSession { session in
            try Store(session).answersBesideOwn(
                of: actor, items: Self.ownItems, project: project.id)
        }
        let names = AnswerLabels(project.labels, map: nil)
        var tally = ReviewerTally(labels: names.names.count)
        var rest = rows[...]
        while let item = rest.first?.item {
            let answers = rest.prefix { $0.item == item }
            rest = rest.dropFirst(answers.count)
            let labels = answers.compactMap { names.place(of: $0.label) }
            for answer in answers where answer.actor == actor {
                if let label = names.place(of: answer.label) { tally.add(label, among: labels) }
            }
        }
        return .rate(
            tally.agreeing, of: tally.answers, unless: "nobody else has answered the same items")
    }
}

/// Answers beside what the others agree on.
struct ReviewerTally: Sendable {
    let labels: Int
    /// Answers by the others' label, then by the label given.
    private var counts: [Int]
    /// How many were left out because the others tied.
    private(set) var ties = 0
    /// How many were left out because nobody else answered.
    private(set) var alone = 0

    init(labels: Int) {
        self.labels = labels
        counts = Array(repeating: 0, count: labels * labels)
    }

    /// Counts an answer to an item that got all these labels, this one among them.
    mutating func add(_ label: Int, among answers: [Int]) {
        switch Plurality(of: answers, leavingOutOne: label) {
        case .label(let reference): counts[reference * labels + label] += 1
        case .tie: ties += 1
        case .none: alone += 1
        }
    }

    /// How many answers have a reference.
    var answers: Int { counts.reduce(0, +) }
    /// How many of them are it.
    var agreeing: Int { (0..<labels).reduce(0) { $0 + counts[$1 * labels + $1] } }

    /// How many answers are about items the others gave a label.
    func answers(others label: Int) -> Int {
        counts[label * labels..<(label + 1) * labels].reduce(0, +)
    }

    /// How many of them are another.
    func differing(others label: Int) -> Int {
        answers(others: label) - counts[label * labels + label]
    }

    /// What was said where the others agree on a label, most often first, without that one.
    func said(others label: Int) -> [(label: Int, count: Int)] {
        (0..<labels).filter { $0 != label }
            .map { (label: $0, count: counts[label * labels + $0]) }
            .filter { $0.count > 0 }
            .sorted { ($1.count, $0.label) < ($0.count, $1.label) }
    }
}

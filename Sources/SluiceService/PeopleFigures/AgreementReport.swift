import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Which answers an agreement report is about.
public struct AgreementQuestion: Sendable {
    /// Which answers count.
    public var filter = AnswerFilter()
    /// What to slice by.
    public var slicing = AnswerSlicing.none
    /// How the slicing is called in the report; nil for none.
    public var slicedBy: String?
    /// What labels are called; nil for what they are.
    public var map: LabelMap?

    /// Asks about all answers.
    public init() {}
}

/// Says how far people agree, how well one person does against the others, and where they part.
///
/// An answer is a label that a reviewer gave on their own, here or elsewhere: adjudications, gold items
/// and answers taken back are left out.
public struct AgreementReport: Sendable {
    /// How many slices are written; those with fewer items beyond are counted.
    private static let maximumSlices = 100

    let pool: ConnectionPool
    let pageAnswers: Int

    /// Reads through `pool`, in pages of `pageAnswers` answers.
    public init(pool: ConnectionPool, pageAnswers: Int = 20_000) {
        self.pool = pool
        self.pageAnswers = pageAnswers
    }

    /// The report as one JSON object.
    ///
    /// - Complexity: linear in the answers, plus a bootstrap that grows with the number of different
    ///   sets of answers; memory grows with the latter.
    public func json(
        project: ProjectContext, _ question: AgreementQuestion
    ) async throws -> [UInt8] {
        let names = AnswerLabels(project.labels, map: question.map)
        let reader = ItemAnswersReader(pool: pool, pageAnswers: pageAnswers, names: names)
        var gathered = GatheredAgreement(labels: names.names.count)
        let totals = try await reader.read(
            question.filter, slicedBy: question.slicing, project: project.id
        ) { gathered.add($0, isSliced: question.slicedBy != nil) }
        let examples = gathered.examples.all
        let (now, others, externalIDs) = try await pool.withSession { session in
            let store = Store(session)
            return (
                try store.currentTime(),
                try store.otherVerdicts(question.filter, project: project.id),
                try store.externalIDs(of: examples, project: project.id)
            )
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("from", question.filter.from?.rfc3339)
        writer.member("to", question.filter.to?.rfc3339)
        writer.member("as_of", now.rfc3339)
        writer.member("blind_only", question.filter.isBlindOnly)
        AgreementWriter(gathered, totals, names: names.names, externalIDs: externalIDs)
            .write(others: others, to: &writer)
        if let slicedBy = question.slicedBy {
            writer.member("by", slicedBy)
            write(slices: gathered.slices, to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private func write(slices: [ExactText: AgreementCounts], to writer: inout JSONWriter) {
        let ordered = slices.sorted {
            ($1.value.items, $0.key) < ($0.value.items, $1.key)
        }
        writer.key("by_slice")
        writer.array(ordered.prefix(Self.maximumSlices)) { writer, slice in
            writer.beginObject()
            writer.member("slice", slice.key.text)
            writer.member("items", slice.value.items)
            let figures = slice.value.figures([.krippendorff, .percent])
            for (key, figure) in zip(["krippendorff_alpha", "percent"], figures) {
                writer.key(key)
                figure.write(to: &writer)
            }
            writer.key("human_level")
            slice.value.humanLevel.write(to: &writer)
            writer.endObject()
        }
        writer.member("slices_left_out", max(0, ordered.count - Self.maximumSlices))
    }
}

/// What an agreement report counts while it reads.
struct GatheredAgreement: Sendable {
    let labels: Int
    private(set) var all: AgreementCounts
    private(set) var slices: [ExactText: AgreementCounts] = [:]
    private(set) var examples = DisagreementExamples()
    /// How often each label was given.
    private(set) var given: [Int]
    /// How many items each two people both answered, and how: kept while there are only two.
    private(set) var pair: PairOfPeople?

    init(labels: Int) {
        self.labels = labels
        all = AgreementCounts(labels: labels)
        given = Array(repeating: 0, count: labels)
        pair = PairOfPeople(labels: labels)
    }

    mutating func add(_ item: ItemAnswers, isSliced: Bool) {
        let labels = item.labels
        all.add(labels)
        for label in labels { given[label] += 1 }
        examples.add(item.item, labels)
        if pair?.add(item.answers) == false { pair = nil }
        guard isSliced else { return }
        for slice in item.slices {
            slices[slice, default: AgreementCounts(labels: self.labels)].add(labels)
        }
    }
}

/// The answers of two people to the same items, as long as there are no others.
struct PairOfPeople: Sendable {
    private(set) var table: CohenTable
    private var people: [Int64] = []

    init(labels: Int) { table = CohenTable(labels: max(labels, 1)) }

    /// Counts an item; false when a third person, or nobody in particular, has answered.
    mutating func add(_ answers: [ItemAnswers.Answer]) -> Bool {
        for answer in answers {
            guard let actor = answer.actor else { return false }
            guard !people.contains(actor) else { continue }
            guard people.count < 2 else { return false }
            people.append(actor)
        }
        guard answers.count == 2 else { return true }
        let isInOrder = answers[0].actor == people[0]
        table.add(answers[isInOrder ? 0 : 1].label, answers[isInOrder ? 1 : 0].label)
        return true
    }

    /// Cohen's kappa with its interval.
    var kappa: Figure {
        var generator = SplitMix64(seed: AgreementCounts.seed)
        do {
            return AgreementCounts.figure(try table.estimate(using: &generator))
        } catch {
            return .unknown(error.reason.agreementSentence)
        }
    }
}

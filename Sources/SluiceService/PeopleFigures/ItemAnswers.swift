import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// One item with the labels people gave it, by the places of the labels.
struct ItemAnswers: Sendable {
    /// An answer of one person, or of nobody in particular.
    struct Answer: Sendable {
        /// Nil for nobody in particular.
        var actor: Int64?
        /// The place of the label.
        var label: Int
    }

    /// The item.
    var item: Int64
    /// The answers.
    var answers: [Answer] = []
    /// The slices it belongs to, each once.
    var slices: Set<ExactText> = []

    /// The places of the labels given.
    var labels: [Int] { answers.map(\.label) }
}

/// Reads answers in pages and gives them item by item: no more than a page is in memory.
struct ItemAnswersReader: Sendable {
    let pool: ConnectionPool
    let pageAnswers: Int
    let names: AnswerLabels

    /// What was read beside the items.
    struct Totals: Sendable {
        /// How many answers there are.
        var answers = 0
        /// How many of them were given with a prediction in sight.
        var shown = 0
        /// How many are of nobody in particular.
        var anonymous = 0
        /// Who gave the others.
        var people: Set<Int64> = []
    }

    /// Reads all answers that pass `filter`, in order of item.
    ///
    /// Each page is a snapshot of its own: what is answered meanwhile may or may not be counted.
    func read(
        _ filter: AnswerFilter, slicedBy slicing: AnswerSlicing, project: Int64,
        _ body: (ItemAnswers) -> Void
    ) async throws -> Totals {
        var totals = Totals()
        var open: ItemAnswers?
        var (item, actor) = (Int64.min, Int64.min)
        while true {
            let start = (item, actor)
            let page = try await pool.withSession { session in
                try Store(session).personsAnswers(
                    after: start.0, start.1, limit: pageAnswers, filter, slicedBy: slicing,
                    project: project)
            }
            for row in page {
                guard let label = names.place(of: row.label) else { continue }
                if let ended = open, ended.item != row.item {
                    body(ended)
                    open = nil
                }
                var current = open ?? ItemAnswers(item: row.item)
                current.answers.append(
                    .init(actor: row.isAnonymous ? nil : row.actor, label: label))
                current.slices.formUnion(row.slices)
                open = current
                totals.answers += 1
                if row.isShown { totals.shown += 1 }
                if row.isAnonymous {
                    totals.anonymous += 1
                } else {
                    totals.people.insert(row.actor)
                }
            }
            guard page.count == pageAnswers, let last = page.last else { break }
            (item, actor) = (last.item, last.actor)
        }
        if let open { body(open) }
        return totals
    }
}

/// The labels answers are counted by: the project's, or what a map makes of them.
struct AnswerLabels: Sendable {
    /// The names in the project's order; those a map makes stand where the first that becomes them does.
    let names: [String]
    private let places: [ExactText: Int]

    init(_ labels: LabelSet, map: LabelMap?) {
        var names: [String] = []
        var found: [ExactText: Int] = [:]
        var places: [ExactText: Int] = [:]
        for label in labels.all {
            let name = map?.name(of: label.id) ?? labels.name(of: label.id)
            let place = found[ExactText(name)] ?? names.count
            if place == names.count { names.append(name) }
            found[ExactText(name)] = place
            places[ExactText(label.id)] = place
        }
        self.names = names
        self.places = places
    }

    /// The place of a name.
    func place(named name: String) -> Int? {
        names.firstIndex { ExactText($0) == ExactText(name) }
    }

    /// The place of the name the label of an id is counted by; nil for what is no label of the project.
    func place(of label: String) -> Int? { places[ExactText(label)] }
}

extension PersonsAnswer {
    /// The slices the item belongs to by this answer.
    fileprivate var slices: [ExactText] {
        if let slice { return [ExactText(slice)] }
        guard let tags else { return [] }
        do {
            return try JSONValue(parsing: tags).array?.compactMap { $0.string.map(ExactText.init) }
                ?? []
        } catch {
            // Tags are written by this service as an array of strings; anything else is no tag.
            return []
        }
    }
}

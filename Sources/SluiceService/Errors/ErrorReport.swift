import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says where the errors are: by tag, label, or what stands at a place of the items.
///
/// Every sum is weighted by one over the probability with which an item came to a person, so that what
/// is mostly queued does not look as if it made most of the errors.
public struct ErrorReport: Sendable {
    /// What items are sliced by.
    public enum Slicing: Sendable, Hashable {
        /// The tags anybody gave them.
        case tag
        /// The predicted label.
        case label
        /// A place of the payload or metadata.
        case field(FieldPath)

        /// Reads `tag`, `label`, or a place such as `metadata.site`; nil for anything else.
        public init?(_ text: String) {
            switch text {
            case "tag": self = .tag
            case "label": self = .label
            default:
                guard let path = FieldPath(text) else { return nil }
                self = .field(path)
            }
        }

        /// How answers are sliced to go with it.
        var answers: AnswerSlicing {
            switch self {
            case .tag: .tag
            case .label: .none
            case .field(let path): .field(path)
            }
        }

        /// Whether an item belongs to one slice at most.
        var isDisjoint: Bool { self != .tag }
    }

    private let pool: ConnectionPool
    private let pageRows: Int

    /// Reads through `pool`, in pages of `pageRows` items.
    public init(pool: ConnectionPool, pageRows: Int = 20_000) {
        self.pool = pool
        self.pageRows = pageRows
    }

    /// The report as one JSON object.
    ///
    /// - Parameter slicedBy: how the slicing is called in the report.
    /// - Throws: `invalidParameter` as ``EvidenceQuestion`` is read; `PostgresError`.
    /// - Complexity: linear in the items of the window and in the answers; memory grows with the labels
    ///   and slices.
    public func json(
        project: ProjectContext, _ question: EvidenceQuestion, by slicing: Slicing,
        named slicedBy: String
    ) async throws -> [UInt8] {
        let pages = try await EvidencePages(
            question, project: project, pool: pool, pageRows: pageRows)
        let names = AnswerLabels(project.labels, map: nil)
        var gathered = GatheredErrors(names)
        try await pages.forEachPage { rows in
            let slices = try await slices(of: rows, by: slicing, project: project)
            for row in rows { gathered.add(row, slices: slices[row.item] ?? []) }
        }
        var filter = AnswerFilter()
        (filter.from, filter.to) = (pages.from, pages.to)
        var people = GatheredHumanLevel(labels: names.names.count)
        _ = try await ItemAnswersReader(pool: pool, pageAnswers: pageRows, names: names).read(
            filter, slicedBy: slicing.answers, project: project.id
        ) { people.add($0) }
        var writer = JSONWriter()
        writer.beginObject()
        pages.writeHead(to: &writer)
        writer.member("by", slicedBy)
        ErrorWriter(
            gathered: gathered, people: people, slicing: slicing, labels: names,
            borderline: project.labels.borderline?.name
        ).write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The slices of the rows that count, by item.
    private func slices(
        of rows: [EvidenceRow], by slicing: Slicing, project: ProjectContext
    ) async throws -> [Int64: Set<ExactText>] {
        let labelled = rows.filter {
            GatheredErrors.isLabelled($0) || GatheredErrors.isDisputed($0)
        }
        guard slicing != .label else {
            return Dictionary(
                labelled.compactMap { row in
                    row.label.map { (row.item, [ExactText(project.labels.name(of: $0))]) }
                },
                uniquingKeysWith: { first, _ in first })
        }
        let items = labelled.map(\.item)
        guard !items.isEmpty else { return [:] }
        let found = try await pool.withSession { session in
            try Store(session).slices(
                of: items, by: slicing.answers, project: project.id)
        }
        return try found.reduce(into: [:]) { slices, found in
            if let slice = found.slice { slices[found.item] = [ExactText(slice)] }
            guard let tags = found.tags else { return }
            slices[found.item] = Set(
                try JSONValue(parsing: tags).array?.compactMap { $0.string.map(ExactText.init) }
                    ?? [])
        }
    }
}

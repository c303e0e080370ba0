import SluiceDomain
import SluicePostgres
import SluiceSQL

/// How an item is shown: as the task whose place a gold item takes.
public enum LeaseForm: String, Sendable {
    /// With its prediction.
    case shown
    /// With its prediction withheld.
    case blind
    /// Without one, as there is none.
    case bare
}

/// A gold item given to a reviewer.
public struct GivenGold: Sendable {
    /// The item.
    public let item: Int64
    /// The fencing token.
    public let token: Int64
    /// When the lease expires.
    public let expiresAt: Timestamp
    /// The version whose prediction is shown; 0 for none.
    public let modelVersionID: Int64
    /// How it is shown.
    public let form: LeaseForm
    /// The item, and the prediction if it is shown.
    public let content: ReviewContent

    fileprivate init(_ row: Row, from first: Int, token: Int64) throws(PostgresError) {
        item = try row.int64(first)
        self.token = token
        expiresAt = Timestamp(microseconds: try row.timestamp(first + 1))
        modelVersionID = try row.int64(first + 2)
        form = LeaseForm(rawValue: try row.text(first + 3)) ?? .blind
        content = try ReviewContent(row, from: first + 4)
    }
}

/// A leased task that a gold item may take the place of.
public struct DisplaceableTask: Sendable {
    /// The item.
    public let item: Int64
    /// The token of its lease.
    public let token: Int64
    /// How it would be shown.
    public let form: LeaseForm
    /// Whether the dice gave its place to a gold item.
    public let isHit: Bool
    /// The token of the gold item's lease.
    public let goldToken: Int64

    /// Collects the parts.
    public init(item: Int64, token: Int64, form: LeaseForm, isHit: Bool, goldToken: Int64) {
        self.item = item
        self.token = token
        self.form = form
        self.isHit = isHit
        self.goldToken = goldToken
    }
}

/// What the tables said to an answer to a gold item.
public struct RecordedGold: Sendable {
    /// How it was taken; the words are those of any review.
    public enum Status: String, Sendable {
        case counted, skipped, repeated, conflict, superseded, already, unknown
    }

    /// How it was taken.
    public let status: Status
    /// When; nil when nothing was or had been recorded.
    public let reviewedAt: Timestamp?
    /// The item's external id.
    public let externalID: String
    /// The known label.
    public let label: String
    /// Why it is that one; nil when nobody said.
    public let note: String?
    /// How the item was shown.
    public let form: LeaseForm
    /// The prediction that was shown; nil for none.
    public let predicted: String?
}

/// An answer to a gold item taken back.
public enum UndoneGold: Sendable {
    /// The item is its reviewer's again.
    case undone(GivenGold)
    /// The answer to that item had been taken back before.
    case repeated(item: Int64)
    /// The reviewer gave no such answer.
    case unknown
}

extension Store {
    /// Gives gold items in place of some of these tasks, which the reviewer holds; the places count
    /// from 0.
    public func mixGold(
        _ tasks: [DisplaceableTask], only filter: LeaseFilter, project: Int64, actor: Int64
    ) throws(PostgresError) -> [(place: Int, gold: GivenGold)] {
        var hits = ParameterArray(.bool)
        for task in tasks { hits.append(task.isHit) }
        let pairs = filter.metadata.flatMap { match in match.values.map { (match.key, $0) } }
        return try session.query(
            SQLCatalog.mixGold,
            [
                .int64(project), .int64(actor), .array(ParameterArray(tasks.map(\.item))),
                .array(ParameterArray(tasks.map(\.token))),
                .array(ParameterArray(tasks.map(\.form.rawValue))), .array(hits),
                .array(ParameterArray(tasks.map(\.goldToken))),
                filter.labels.isEmpty ? .null : .array(ParameterArray(filter.labels)),
                .array(ParameterArray(pairs.map(\.0))), .array(ParameterArray(pairs.map(\.1))),
            ]
        ) { (row) throws(PostgresError) -> (place: Int, gold: GivenGold) in
            let token = try row.int64(2)
            return (
                place: try row.int(0) - 1,
                gold: GivenGold(
                    item: try row.int64(1), token: token,
                    expiresAt: Timestamp(microseconds: try row.timestamp(3)),
                    modelVersionID: try row.int64(4),
                    form: LeaseForm(rawValue: try row.text(5)) ?? .blind,
                    content: try ReviewContent(row, from: 6))
            )
        }
    }

    /// Records an answer to a gold item and gives the task it displaced back.
    ///
    /// - Throws: `ReviewError.reviewConflict` when another request with the same id was first.
    public func answerGold(_ review: ReviewRow, project: Int64) throws -> RecordedGold {
        let recorded = try Constraints.explained(reviewID: review.id) { () throws(PostgresError) in
            try session.queryOne(
                SQLCatalog.answerGold,
                [
                    .int64(project), .text(review.id), .int64(review.item), .int64(review.actor),
                    .int64(review.token), .text(review.verdict.word),
                    review.verdict.labelName.map { .text($0) } ?? .null,
                    review.tags.map { .json($0) } ?? .null,
                    review.comment.map { .text($0) } ?? .null,
                    review.seconds.map { .double($0) } ?? .null,
                ]
            ) { (row) throws(PostgresError) -> RecordedGold in
                RecordedGold(
                    status: RecordedGold.Status(rawValue: try row.text(0)) ?? .unknown,
                    reviewedAt: try row.timestampIfPresent(1).map(Timestamp.init(microseconds:)),
                    externalID: try row.textIfPresent(2) ?? "",
                    label: try row.textIfPresent(3) ?? "", note: try row.textIfPresent(4),
                    form: LeaseForm(rawValue: try row.textIfPresent(5) ?? "") ?? .blind,
                    predicted: try row.textIfPresent(6))
            }
        }
        guard let recorded else { throw PostgresError.noRow(SQLCatalog.answerGold) }
        return recorded
    }

    /// Makes the lease of a gold item last from now; nil when it is gone.
    public func renewGold(
        project: Int64, item: Int64, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> Timestamp? {
        try session.queryOne(
            SQLCatalog.renewGold,
            [
                .int64(project), .int64(item), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
    }

    /// Gives a gold item back, and the task it displaced; false when it was gone.
    public func releaseGold(
        project: Int64, item: Int64, actor: Int64, token: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.releaseGold,
            [.int64(project), .int64(item), .int64(actor), .int64(token)]
        ) { (row) throws(PostgresError) -> Bool in try row.bool(0) } != nil
    }

    /// Takes an answer to a gold item back.
    public func undoGold(
        project: Int64, id: String, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> UndoneGold {
        let undone = try session.queryOne(
            SQLCatalog.undoGold,
            [
                .int64(project), .text(id), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> UndoneGold in
            switch try row.text(0) {
            case "undone": .undone(try GivenGold(row, from: 1, token: token))
            case "repeated": .repeated(item: try row.int64(1))
            default: .unknown
            }
        }
        return undone ?? .unknown
    }

    /// The lease of a gold item that a reviewer was given, answered or not; nil for none.
    public func goldLease(
        project: Int64, item: Int64, actor: Int64
    ) throws(PostgresError) -> GivenGold? {
        try session.queryOne(
            SQLCatalog.goldLease, [.int64(project), .int64(item), .int64(actor)]
        ) { (row) throws(PostgresError) -> GivenGold in
            try GivenGold(row, from: 1, token: try row.int64(0))
        }
    }
}

extension GivenGold {
    fileprivate init(
        item: Int64, token: Int64, expiresAt: Timestamp, modelVersionID: Int64, form: LeaseForm,
        content: ReviewContent
    ) {
        self.item = item
        self.token = token
        self.expiresAt = expiresAt
        self.modelVersionID = modelVersionID
        self.form = form
        self.content = content
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Where a claim starts looking; a hint that skips what is dead or seen, and decides nothing.
public struct ClaimFloor: Sendable, Hashable {
    /// The priority key.
    public var rank: Int64
    /// The item, among equal keys.
    public var item: Int64

    /// Makes a floor.
    public init(rank: Int64, item: Int64) {
        self.rank = rank
        self.item = item
    }

    /// The head of the queue.
    public static let head = ClaimFloor(rank: .min, item: .min)
}

/// What a reviewer is to see.
public struct LeasedTask: Sendable {
    /// The item.
    public let item: Int64
    /// Its priority key; nil where a lease was given back by an undo.
    public let rank: Int64?
    /// The fencing token.
    public let token: Int64
    /// When the lease expires.
    public let expiresAt: Timestamp
    /// The version whose prediction is shown.
    public let modelVersionID: Int64
    /// Whether the prediction is withheld.
    public let isBlind: Bool
    /// The item and the prediction.
    public let content: ReviewContent
}

/// An item and its prediction as stored.
public struct ReviewContent: Sendable {
    /// The producer's key.
    public let externalID: String
    /// The payload bytes; nil once erased.
    public let payload: [UInt8]?
    /// The metadata bytes.
    public let metadata: [UInt8]?
    /// When the item arrived.
    public let receivedAt: Timestamp
    /// The predicted label.
    public let label: String
    /// The confidence; nil when the model gave none.
    public let confidence: Double?
    /// The scores bytes.
    public let scores: [UInt8]?
    /// The highlights bytes.
    public let highlights: [UInt8]?
    /// The model.
    public let model: String
    /// Its version.
    public let version: String

    init(_ row: Row, from first: Int) throws(PostgresError) {
        externalID = try row.text(first)
        payload = try row.bytesIfPresent(first + 1)
        metadata = try row.bytesIfPresent(first + 2)
        receivedAt = Timestamp(microseconds: try row.timestamp(first + 3))
        label = try row.text(first + 4)
        confidence = try row.doubleIfPresent(first + 5)
        scores = try row.bytesIfPresent(first + 6)
        highlights = try row.bytesIfPresent(first + 7)
        model = try row.text(first + 8)
        version = try row.text(first + 9)
    }
}

/// A review on its way into the tables.
public struct ReviewRow: Sendable {
    /// The client-made id.
    public var id: String
    /// The item.
    public var item: Int64
    /// The reviewer.
    public var actor: Int64
    /// The queue the lease was from.
    public var queue: Queue
    /// The fencing token.
    public var token: Int64
    /// The version whose prediction was, or would have been, shown.
    public var modelVersionID: Int64
    /// Whether the prediction was shown.
    public var isShown: Bool
    /// The answer.
    public var verdict: Verdict
    /// The tags as a JSON array, or nil.
    public var tags: [UInt8]?
    /// The remark, or nil.
    public var comment: String?
    /// Active seconds, or nil.
    public var seconds: Double?

    /// Makes a row.
    public init(
        id: String, item: Int64, actor: Int64, queue: Queue, token: Int64, modelVersionID: Int64,
        isShown: Bool, verdict: Verdict, tags: [UInt8]?, comment: String?, seconds: Double?
    ) {
        self.id = id
        self.item = item
        self.actor = actor
        self.queue = queue
        self.token = token
        self.modelVersionID = modelVersionID
        self.isShown = isShown
        self.verdict = verdict
        self.tags = tags
        self.comment = comment
        self.seconds = seconds
    }
}

/// What the tables said to a review.
public struct RecordedReview: Sendable {
    /// How it was taken.
    public enum Status: String, Sendable {
        case counted, late, skipped, surplus, repeated, conflict, superseded, already, unknown
    }

    /// How it was taken.
    public let status: Status
    /// When; nil when nothing was or had been recorded.
    public let reviewedAt: Timestamp?
    /// How many reviews the task asks for.
    public let asked: Int
    /// The highest decision revision of the item; 0 when there is none.
    public let revision: Int
    /// Whether the task is an audit.
    public let isAudit: Bool
    /// The task's priority key.
    public let rank: Int64
    /// Whether people had decided the item before.
    public let isDecided: Bool
    /// The item's external id; empty when there is no such item.
    public let externalID: String
    /// The label of the prediction that was, or would have been, shown; nil when there is none.
    public let predicted: String?
}

/// What the tables said to an undo.
public struct UndoneReview: Sendable {
    /// How it was taken.
    public enum Status: String, Sendable {
        case undone, repeated, unknown, superseded, taken
    }

    /// How it was taken.
    public let status: Status
    /// The item; 0 when unknown.
    public let item: Int64
    /// The queue of the review.
    public let queue: Queue
    /// The version whose prediction was, or would have been, shown.
    public let modelVersionID: Int64
    /// Whether the prediction was shown.
    public let isShown: Bool
    /// When the new lease expires.
    public let expiresAt: Timestamp?
    /// The highest decision revision of the item; 0 when there is none.
    public let revision: Int
    /// Whether people had decided the item.
    public let isDecided: Bool
    /// Whether the task is an audit.
    public let isAudit: Bool
}

/// A decision on its way into the tables.
public struct DecisionRow: Sendable {
    /// The item.
    public var item: Int64
    /// One more than the highest there is.
    public var revision: Int
    /// How many counted reviews it rests on.
    public var reviews: Int
    /// The version the item was routed by.
    public var modelVersionID: Int64
    /// The one who decided; nil for several or none.
    public var actor: Int64?
    /// The share of the reviews that gave this answer.
    public var agreement: Double?
    /// The label; nil for `unusable` and `reopened`.
    public var label: String?
    /// Who decided.
    public var source: DecisionSource
    /// How it relates to the prediction.
    public var outcome: Outcome

    /// Makes a row.
    public init(
        item: Int64, revision: Int, reviews: Int, modelVersionID: Int64, actor: Int64?,
        agreement: Double?, label: String?, source: DecisionSource, outcome: Outcome
    ) {
        self.item = item
        self.revision = revision
        self.reviews = reviews
        self.modelVersionID = modelVersionID
        self.actor = actor
        self.agreement = agreement
        self.label = label
        self.source = source
        self.outcome = outcome
    }
}

extension Store {
    /// Leases up to one task for each token, best first, from `floor` on.
    ///
    /// - Parameter scan: how many waiting tasks may be looked at; nil for all.
    public func claimTasks(
        project: Int64, queue: Queue, actor: Int64, tokens: [Int64], leaseSeconds: Int,
        floor: ClaimFloor, scan: Int?
    ) throws(PostgresError) -> [LeasedTask] {
        try session.query(
            SQLCatalog.claimTasks,
            [
                .int64(project), .int16(queue.rawValue), .int64(actor),
                .array(ParameterArray(tokens)), .int32(Int32(leaseSeconds)), .int64(floor.rank),
                .int64(floor.item), scan.map { .int32(Int32($0)) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> LeasedTask in
            LeasedTask(
                item: try row.int64(0), rank: try row.int64(1), token: try row.int64(2),
                expiresAt: Timestamp(microseconds: try row.timestamp(3)),
                modelVersionID: try row.int64(4), isBlind: try row.bool(5),
                content: try ReviewContent(row, from: 6))
        }
    }

    /// Makes a lease last from now; nil when it is gone.
    public func renewLease(
        project: Int64, item: Int64, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> Timestamp? {
        try session.queryOne(
            SQLCatalog.renewLease,
            [
                .int64(project), .int64(item), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
    }

    /// Gives a lease back; false when it was gone.
    public func releaseLease(
        project: Int64, item: Int64, actor: Int64, token: Int64
    ) throws(PostgresError) -> Bool {
        try session.queryOne(
            SQLCatalog.releaseLease,
            [.int64(project), .int64(item), .int64(actor), .int64(token)]
        ) { (row) throws(PostgresError) -> Bool in try row.bool(0) } ?? false
    }

    /// Records a review and locks its task to the end of the transaction.
    public func recordReview(
        _ review: ReviewRow, project: Int64
    ) throws(PostgresError) -> RecordedReview {
        let recorded = try session.queryOne(
            SQLCatalog.recordReview,
            [
                .int64(project), .text(review.id), .int64(review.item), .int64(review.actor),
                .int16(review.queue.rawValue), .int64(review.token),
                .int64(review.modelVersionID), .bool(review.isShown),
                .text(review.verdict.word), review.verdict.labelName.map { .text($0) } ?? .null,
                review.tags.map { .json($0) } ?? .null,
                review.comment.map { .text($0) } ?? .null,
                review.seconds.map { .double($0) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> RecordedReview in
            RecordedReview(
                status: RecordedReview.Status(rawValue: try row.text(0)) ?? .unknown,
                reviewedAt: try row.timestampIfPresent(1).map(Timestamp.init(microseconds:)),
                asked: try row.intIfPresent(2) ?? 0, revision: try row.intIfPresent(3) ?? 0,
                isAudit: try row.boolIfPresent(4) ?? false,
                rank: try row.int64IfPresent(5) ?? 0,
                isDecided: try row.boolIfPresent(6) ?? false,
                externalID: try row.textIfPresent(7) ?? "",
                predicted: try row.textIfPresent(8))
        }
        guard let recorded else {
            throw PostgresError.noRow(SQLCatalog.recordReview)
        }
        return recorded
    }

    /// The reviews of a task that stand: the counted verdicts, and how many people skipped it.
    public func readVotes(
        project: Int64, item: Int64, queue: Queue
    ) throws(PostgresError) -> (votes: [Verdict], skips: Int) {
        let reviews = try session.query(
            SQLCatalog.readVotes, [.int64(project), .int64(item), .int16(queue.rawValue)]
        ) { (row) throws(PostgresError) -> Verdict in
            switch try row.text(1) {
            case "label": .label(try row.text(2))
            case "escalate": .escalate
            case "unusable": .unusable
            default: .skip
            }
        }
        return (reviews.filter { $0 != .skip }, reviews.count { $0 == .skip })
    }

    /// What the model had predicted.
    public func predictedLabel(
        project: Int64, item: Int64, modelVersionID: Int64
    ) throws(PostgresError) -> String? {
        try session.queryOne(
            SQLCatalog.predictedLabel, [.int64(project), .int64(item), .int64(modelVersionID)]
        ) { (row) throws(PostgresError) -> String in try row.text(0) }
    }

    /// Appends a decision.
    public func appendDecision(
        _ decision: DecisionRow, project: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.appendDecision,
            [
                .int64(project), .int64(decision.item), .int32(Int32(decision.revision)),
                .int16(Int16(decision.reviews)), .int64(decision.modelVersionID),
                decision.actor.map { .int64($0) } ?? .null,
                decision.agreement.map { .double($0) } ?? .null,
                decision.label.map { .text($0) } ?? .null, .text(decision.source.rawValue),
                .text(decision.outcome.rawValue),
            ])
    }

    /// Takes an item out of both queues.
    public func closeTask(
        project: Int64, rank: Int64, item: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.closeTask, [.int64(project), .int64(rank), .int64(item)])
    }

    /// Asks one more reviewer.
    public func askOneMore(project: Int64, item: Int64) throws(PostgresError) {
        _ = try session.execute(SQLCatalog.askOneMore, [.int64(project), .int64(item)])
    }

    /// Moves an item to the adjudicators, once.
    public func openAdjudication(
        project: Int64, rank: Int64, item: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.openAdjudication, [.int64(project), .int64(rank), .int64(item)])
    }

    /// Takes a review back and leases its item to the reviewer again.
    public func undoReview(
        project: Int64, id: String, actor: Int64, token: Int64, leaseSeconds: Int
    ) throws(PostgresError) -> UndoneReview {
        let undone = try session.queryOne(
            SQLCatalog.undoReview,
            [
                .int64(project), .text(id), .int64(actor), .int64(token),
                .int32(Int32(leaseSeconds)),
            ]
        ) { (row) throws(PostgresError) -> UndoneReview in
            UndoneReview(
                status: UndoneReview.Status(rawValue: try row.text(0)) ?? .unknown,
                item: try row.int64IfPresent(1) ?? 0,
                queue: Queue(rawValue: try row.int16IfPresent(2) ?? 0) ?? .review,
                modelVersionID: try row.int64IfPresent(3) ?? 0,
                isShown: try row.boolIfPresent(4) ?? false,
                expiresAt: try row.timestampIfPresent(5).map(Timestamp.init(microseconds:)),
                revision: try row.intIfPresent(6) ?? 0,
                isDecided: try row.boolIfPresent(7) ?? false,
                isAudit: try row.boolIfPresent(8) ?? false)
        }
        guard let undone else {
            throw PostgresError.noRow(SQLCatalog.undoReview)
        }
        return undone
    }

    /// What a reviewer of that item sees.
    public func reviewContent(
        project: Int64, item: Int64, modelVersionID: Int64
    ) throws(PostgresError) -> ReviewContent? {
        try session.queryOne(
            SQLCatalog.leasedItem, [.int64(project), .int64(item), .int64(modelVersionID)]
        ) { (row) throws(PostgresError) -> ReviewContent in try ReviewContent(row, from: 0) }
    }

    /// How much waits and is leased, and since when the oldest waits.
    public func queueFigures(
        project: Int64, queue: Queue
    ) throws(PostgresError) -> (waiting: Int, leased: Int, oldest: Timestamp?) {
        let figures = try session.queryOne(
            SQLCatalog.queueFigures, [.int64(project), .int16(queue.rawValue)]
        ) { (row) throws(PostgresError) -> (Int, Int, Timestamp?) in
            (
                try row.int(0), try row.int(1),
                try row.timestampIfPresent(2).map(Timestamp.init(microseconds:))
            )
        }
        guard let figures else { return (waiting: 0, leased: 0, oldest: nil) }
        return (waiting: figures.0, leased: figures.1, oldest: figures.2)
    }

    /// The projects that have lapsed leases.
    public func projectsWithLapsedLeases(limit: Int) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.projectsWithLapsedLeases, [.int32(Int32(limit))], firstInt64)
    }

    /// Gives the slots of lapsed leases back.
    ///
    /// - Returns: how many.
    public func sweepLeases(project: Int64, limit: Int) throws(PostgresError) -> Int {
        try session.queryOne(SQLCatalog.sweepLeases, [.int64(project), .int32(Int32(limit))]) {
            (row) throws(PostgresError) -> Int in try row.int(0)
        } ?? 0
    }
}

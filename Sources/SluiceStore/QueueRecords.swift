import SluiceDomain
import SluicePostgres

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

/// What one reviewer asks of the queue.
public struct TaskClaim: Sendable {
    /// The reviewer.
    public var actor: Int64
    /// A fencing token for each task that is wanted.
    public var tokens: [Int64]
    /// Where to start looking.
    public var floor: ClaimFloor
    /// How many waiting tasks may be looked at; nil for all.
    public var scan: Int?

    /// Makes a claim.
    public init(actor: Int64, tokens: [Int64], floor: ClaimFloor, scan: Int?) {
        self.actor = actor
        self.tokens = tokens
        self.floor = floor
        self.scan = scan
    }
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

/// An item and its prediction, if it has one, as stored.
public struct ReviewContent: Sendable {
    /// The producer's key.
    public let externalID: String
    /// The payload bytes; nil once erased.
    public let payload: [UInt8]?
    /// The metadata bytes.
    public let metadata: [UInt8]?
    /// When the item arrived.
    public let receivedAt: Timestamp
    /// What the model said; nil for an item that came without a prediction.
    public let prediction: StoredSuggestion?

    init(_ row: Row, from first: Int) throws(PostgresError) {
        externalID = try row.text(first)
        payload = try row.bytesIfPresent(first + 1)
        metadata = try row.bytesIfPresent(first + 2)
        receivedAt = Timestamp(microseconds: try row.timestamp(first + 3))
        prediction = try row.textIfPresent(first + 4).map {
            (label) throws(PostgresError) -> StoredSuggestion in
            StoredSuggestion(
                label: label, confidence: try row.doubleIfPresent(first + 5),
                scores: try row.bytesIfPresent(first + 6),
                highlights: try row.bytesIfPresent(first + 7), model: try row.text(first + 8),
                version: try row.text(first + 9))
        }
    }
}

/// What a model said about an item, as stored.
public struct StoredSuggestion: Sendable {
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
        case counted, late, skipped, surplus, lapsed, conflict, superseded, already, unknown
        /// Nothing was done: the task asks for more than one review.
        case several
        /// Nothing was done: the reviewer's other request, or somebody who holds the task, would
        /// have had to be waited for.
        case busy

        /// Whether the answer is in the record.
        public var isKept: Bool {
            switch self {
            case .counted, .late, .skipped, .surplus, .lapsed: true
            case .conflict, .superseded, .already, .unknown, .several, .busy: false
            }
        }
    }

    /// How it was taken; of a repeated one, how it had been taken the first time.
    public let status: Status
    /// Whether it had been recorded before.
    public let isRepeated: Bool
    /// When; nil when nothing was or had been recorded.
    public let reviewedAt: Timestamp?
    /// How many reviews the task asks for.
    public let asked: Int
    /// The policy that asked.
    public let policyVersion: Int
    /// The highest decision revision of the item; 0 when there is none.
    public let revision: Int
    /// Whether the task is an audit.
    public let isAudit: Bool
    /// Whether people had decided the item before.
    public let isDecided: Bool
    /// The item's external id; empty when there is no such item.
    public let externalID: String
    /// The label of the prediction the item is routed by; nil when there is none.
    public let predicted: String?
    /// The version of that prediction; 0 when there is none.
    public let modelVersionID: Int64
}

/// What an answer that settles its item by itself makes of it.
public struct SoleOutcomes: Sendable {
    /// The outcome when the label is the predicted one.
    public var asPredicted: Outcome
    /// The outcome when it is another.
    public var otherwise: Outcome
    /// The outcome when nothing was predicted.
    public var withoutPrediction: Outcome

    /// Collects the outcomes.
    public init(asPredicted: Outcome, otherwise: Outcome, withoutPrediction: Outcome) {
        self.asPredicted = asPredicted
        self.otherwise = otherwise
        self.withoutPrediction = withoutPrediction
    }
}

/// A review that settles its item by itself if no other is asked for.
public struct SoleReviewRow: Sendable {
    /// The review.
    public var row: ReviewRow
    /// What it makes of its item.
    public var outcomes: SoleOutcomes

    /// Makes a row.
    public init(row: ReviewRow, outcomes: SoleOutcomes) {
        self.row = row
        self.outcomes = outcomes
    }
}

/// What the tables said to a review that was to settle its item.
public struct RecordedSoleReview: Sendable {
    /// What became of the review.
    public let review: RecordedReview
    /// The outcome of the decision it led to; nil when there was none.
    public let outcome: String?
}

/// What the tables said to an undo.
public struct UndoneReview: Sendable {
    /// How it was taken.
    public enum Status: String, Sendable {
        case undone, repeated, unknown, superseded, taken
        /// The review is of a gold item, and nothing was done.
        case gold
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

import SluiceDomain
import SluiceJSON

/// The body that asks for tasks.
public struct LeaseRequest: WireValue {
    /// How many, in 1...100; fewer may come.
    public var count: Int
    /// Which queue; adjudication is for admins.
    public var queue: Queue
    /// Which items; an empty filter lets all through.
    public var only: LeaseFilter

    /// The most leases one request may ask for.
    public static let maximumCount = 100

    /// Makes a request.
    public init(count: Int = 1, queue: Queue = .review, only: LeaseFilter = LeaseFilter()) {
        self.count = count
        self.queue = queue
        self.only = only
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["count", "queue", "only"])
        let field = try wire.optional("count")
        count = try field?.int() ?? 1
        if let field, !(1...Self.maximumCount).contains(count) {
            throw field.refuse("a whole number from 1 to \(Self.maximumCount)")
        }
        let queueField = try wire.optional("queue")
        guard let queue = Queue(word: try queueField?.string() ?? Queue.review.word) else {
            throw queueField?.refuse("review, adjudication") ?? .missingField(path: "queue")
        }
        self.queue = queue
        only = LeaseFilter()
        guard let filter = try wire.optional("only") else { return }
        only = try LeaseFilter(wire: filter)
        if only.isMine, queue != .adjudication, let field = try filter.optional("mine") {
            throw field.refuse("true with the queue adjudication only: what you escalated")
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("count", count)
        if queue != .review { writer.member("queue", queue.word) }
        if !only.isEmpty {
            writer.key("only")
            only.write(to: &writer)
        }
        writer.endObject()
    }
}

/// A prediction as a reviewer sees it.
public struct ShownPrediction: Hashable, WireValue {
    /// The predicted label.
    public var label: String
    /// The model's confidence in 0...1; nil when it gave none.
    public var confidence: Double?
    /// The scores by label as the producer sent them.
    public var scores: RawJSON?
    /// Evidence to show, as the producer sent it.
    public var highlights: RawJSON?
    /// The model's name.
    public var model: String
    /// The model's version.
    public var modelVersion: String

    /// Makes a prediction.
    public init(
        label: String, confidence: Double?, scores: RawJSON? = nil, highlights: RawJSON? = nil,
        model: String, modelVersion: String
    ) {
        self.label = label
        self.confidence = confidence
        self.scores = scores
        self.highlights = highlights
        self.model = model
        self.modelVersion = modelVersion
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        label = try wire.required("label").string()
        confidence = try wire.optional("confidence")?.double()
        scores = try wire.optional("scores").map { RawJSON($0.value.bytes) }
        highlights = try wire.optional("highlights").map { RawJSON($0.value.bytes) }
        model = try wire.required("model").string()
        modelVersion = try wire.required("model_version").string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("label", label)
        writer.member("confidence", confidence)
        writer.memberIfPresent("scores", raw: scores?.bytes)
        writer.memberIfPresent("highlights", raw: highlights?.bytes)
        writer.member("model", model)
        writer.member("model_version", modelVersion)
        writer.endObject()
    }
}

/// An item as a reviewer sees it.
public struct LeasedItem: Hashable, WireValue {
    /// The producer's key.
    public var externalID: String
    /// What is to be labelled, byte for byte as received.
    public var payload: RawJSON
    /// The producer's flat facts about it; nil when there are none.
    public var metadata: RawJSON?
    /// When it arrived.
    public var receivedAt: Timestamp

    /// Makes an item.
    public init(
        externalID: String, payload: RawJSON, metadata: RawJSON? = nil, receivedAt: Timestamp
    ) {
        self.externalID = externalID
        self.payload = payload
        self.metadata = metadata
        self.receivedAt = receivedAt
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        externalID = try wire.required("external_id").string()
        payload = RawJSON(try wire.optional("payload")?.value.bytes ?? Array("null".utf8))
        metadata = try wire.optional("metadata").map { RawJSON($0.value.bytes) }
        receivedAt = try wire.required("received_at").timestamp()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("payload", raw: payload.bytes)
        writer.member("metadata", raw: metadata?.bytes)
        writer.member("received_at", receivedAt.rfc3339)
        writer.endObject()
    }
}

/// A reviewer's exclusive, expiring hold on one review slot of a task.
public struct Lease: Hashable, WireValue {
    /// The opaque id that answers, renews and releases it; good for its reviewer only.
    public var lease: String
    /// When it expires, by the database's clock.
    public var expiresAt: Timestamp
    /// How long it lasts from the moment it was given or renewed, in seconds.
    public var leaseSeconds: Int
    /// Which queue it came from.
    public var queue: Queue
    /// Whether the prediction is withheld.
    public var isBlind: Bool
    /// What is to be labelled.
    public var item: LeasedItem
    /// What the model said; nil when the review is blind, and for an item without a prediction.
    public var prediction: ShownPrediction?
    /// What an adjudicator has to choose between; nil for a lease that is not for adjudication.
    public var adjudication: Adjudication?

    /// Makes a lease.
    public init(
        lease: String, expiresAt: Timestamp, leaseSeconds: Int, queue: Queue = .review,
        isBlind: Bool = false, item: LeasedItem, prediction: ShownPrediction?,
        adjudication: Adjudication? = nil
    ) {
        self.lease = lease
        self.expiresAt = expiresAt
        self.leaseSeconds = leaseSeconds
        self.queue = queue
        self.isBlind = isBlind
        self.item = item
        self.prediction = prediction
        self.adjudication = adjudication
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        lease = try wire.required("lease").string()
        expiresAt = try wire.required("expires_at").timestamp()
        leaseSeconds = try wire.required("lease_seconds").int()
        queue = Queue(word: try wire.optional("queue")?.string() ?? "") ?? .review
        isBlind = try wire.optional("blind")?.bool() ?? false
        item = try LeasedItem(wire: wire.required("item"))
        prediction = try wire.optional("prediction").map {
            (field) throws(ReviewError) -> ShownPrediction in try ShownPrediction(wire: field)
        }
        adjudication = queue == .adjudication ? try Adjudication(lease: wire) : nil
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("lease", lease)
        writer.member("expires_at", expiresAt.rfc3339)
        writer.member("lease_seconds", leaseSeconds)
        writer.member("queue", queue.word)
        writer.member("blind", isBlind)
        writer.key("item")
        item.write(to: &writer)
        if let prediction {
            writer.key("prediction")
            prediction.write(to: &writer)
        }
        adjudication?.writeMembers(to: &writer)
        writer.endObject()
    }
}

/// The leases given; empty when there is nothing to do.
public struct LeaseReply: WireValue {
    /// The leases, the most urgent first.
    public var leases: [Lease]
    /// The version of the guidelines in force; nil from a service that does not say.
    public var guidelinesVersion: Int?
    /// What the caller has not read of them; nil when there is nothing new.
    public var guidelinesChanged: GuidelinesChanged?
    /// The version of the label set in force; nil from a service that does not say.
    public var labelSetVersion: Int?

    /// Makes a reply.
    public init(
        leases: [Lease], guidelinesVersion: Int? = nil,
        guidelinesChanged: GuidelinesChanged? = nil, labelSetVersion: Int? = nil
    ) {
        self.labelSetVersion = labelSetVersion
        self.leases = leases
        self.guidelinesVersion = guidelinesVersion
        self.guidelinesChanged = guidelinesChanged
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        leases = try wire.required("leases").array { (entry) throws(ReviewError) -> Lease in
            try Lease(wire: entry)
        }
        guidelinesVersion = try wire.optional("guidelines_version")?.int()
        guidelinesChanged = try wire.optional("guidelines_changed").map {
            (field) throws(ReviewError) -> GuidelinesChanged in try GuidelinesChanged(wire: field)
        }
        labelSetVersion = try wire.optional("label_set_version")?.int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("leases")
        writer.beginArray()
        for lease in leases { lease.write(to: &writer) }
        writer.endArray()
        writer.memberIfPresent("guidelines_version", guidelinesVersion)
        if let guidelinesChanged {
            writer.key("guidelines_changed")
            guidelinesChanged.write(to: &writer)
        }
        writer.memberIfPresent("label_set_version", labelSetVersion)
        writer.endObject()
    }
}

/// A lease that lasts longer now.
public struct RenewReply: WireValue {
    /// The lease.
    public var lease: String
    /// When it expires now.
    public var expiresAt: Timestamp

    /// Makes a reply.
    public init(lease: String, expiresAt: Timestamp) {
        self.lease = lease
        self.expiresAt = expiresAt
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        lease = try wire.required("lease").string()
        expiresAt = try wire.required("expires_at").timestamp()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("lease", lease)
        writer.member("expires_at", expiresAt.rfc3339)
        writer.endObject()
    }
}

/// How much waits in a queue.
public struct QueueReply: WireValue, Hashable {
    /// Items with a review slot that nobody holds.
    public var waiting: Int
    /// Slots that somebody holds.
    public var leased: Int
    /// The age of the oldest waiting item in seconds; nil when nothing waits.
    public var oldestWaitingSeconds: Double?
    /// What alarms have taken from the model, in a sentence; nil when nothing, and for callers who may
    /// not change policies.
    public var alert: String?
    /// Open tasks whose free, leased and answered slots are not as many as were asked: 0 unless there is a
    /// fault; nil while that is being counted.
    public var unbalanced: Int?
    /// The version of the label set in force; nil from a service that does not say.
    public var labelSetVersion: Int?

    /// Makes figures.
    public init(
        waiting: Int, leased: Int, oldestWaitingSeconds: Double?, alert: String? = nil,
        unbalanced: Int? = nil, labelSetVersion: Int? = nil
    ) {
        self.alert = alert
        self.unbalanced = unbalanced
        self.labelSetVersion = labelSetVersion
        self.waiting = waiting
        self.leased = leased
        self.oldestWaitingSeconds = oldestWaitingSeconds
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        waiting = try wire.required("waiting").int()
        leased = try wire.required("leased").int()
        oldestWaitingSeconds = try wire.optional("oldest_waiting_seconds")?.double()
        alert = try wire.optional("alert")?.string()
        unbalanced = try wire.optional("unbalanced")?.int()
        labelSetVersion = try wire.optional("label_set_version")?.int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("waiting", waiting)
        writer.member("leased", leased)
        writer.member("oldest_waiting_seconds", oldestWaitingSeconds)
        writer.memberIfPresent("alert", alert)
        writer.memberIfPresent("unbalanced", unbalanced)
        writer.memberIfPresent("label_set_version", labelSetVersion)
        writer.endObject()
    }
}

import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// The caller's own figures as a reviewer.
    public static let ownFigures = Endpoint<Nothing, OwnFigures>(
        "GET", "/v1/projects/{project}/reviewers/me")
}

/// A share that was measured, with how sure it is.
public struct MeasuredShare: Hashable, WireValue {
    /// In 0...1; nil when it cannot be told.
    public var value: Double?
    /// Why it cannot be told; nil when it can.
    public var reason: String?
    /// The lower end of the interval, in 0...1; nil without one.
    public var lo: Double?
    /// The upper end of the interval, in 0...1; nil without one.
    public var hi: Double?
    /// How sure the interval is, such as 0.95; nil without one.
    public var level: Double?
    /// How the interval was computed; nil without one.
    public var method: String?
    /// Of how many it is the share; nil when it cannot be told.
    public var n: Int?

    /// Makes a share.
    public init(
        value: Double?, lo: Double? = nil, hi: Double? = nil, level: Double? = nil,
        method: String? = nil, n: Int? = nil, reason: String? = nil
    ) {
        self.value = value
        self.lo = lo
        self.hi = hi
        self.level = level
        self.method = method
        self.n = n
        self.reason = reason
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        value = try wire.optional("value")?.double()
        lo = try wire.optional("lo")?.double()
        hi = try wire.optional("hi")?.double()
        level = try wire.optional("level")?.double()
        method = try wire.optional("method")?.string()
        n = try wire.optional("n")?.int()
        reason = try wire.optional("reason")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("value", value)
        writer.memberIfPresent("lo", lo)
        writer.memberIfPresent("hi", hi)
        writer.memberIfPresent("level", level)
        writer.memberIfPresent("method", method)
        writer.memberIfPresent("n", n)
        writer.memberIfPresent("reason", reason)
        writer.endObject()
    }
}

/// A reviewer's own figures: nobody else's.
public struct OwnFigures: Hashable, WireValue {
    /// That somebody or something keeps this reviewer from being given work.
    public struct Pause: Hashable, Sendable {
        /// Since when.
        public var since: Timestamp
        /// Why.
        public var why: String

        /// Makes a pause.
        public init(since: Timestamp, why: String) {
            self.since = since
            self.why = why
        }
    }

    /// The reviewer's name.
    public var reviewer: String
    /// Answers that stand, in all sessions.
    public var reviews: Int
    /// How often the answer was what most others said of the same item.
    public var agreement: MeasuredShare
    /// How many gold items were answered as they should; nil where reviewers are not told.
    public var gold: MeasuredShare?
    /// Nil while work is given.
    public var paused: Pause?

    /// Makes figures.
    public init(
        reviewer: String, reviews: Int, agreement: MeasuredShare, gold: MeasuredShare? = nil,
        paused: Pause? = nil
    ) {
        self.reviewer = reviewer
        self.reviews = reviews
        self.agreement = agreement
        self.gold = gold
        self.paused = paused
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        reviewer = try wire.required("reviewer").string()
        reviews = try wire.required("reviews").int()
        agreement = try MeasuredShare(wire: wire.required("agreement"))
        gold = try wire.optional("gold").map { (field) throws(ReviewError) -> MeasuredShare in
            try MeasuredShare(wire: field)
        }
        paused = try wire.optional("paused").map { (field) throws(ReviewError) -> Pause in
            Pause(
                since: try field.required("since").timestamp(),
                why: try field.required("why").string())
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reviewer", reviewer)
        writer.member("reviews", reviews)
        writer.key("agreement")
        agreement.write(to: &writer)
        writer.key("gold")
        if let gold { gold.write(to: &writer) } else { writer.null() }
        writer.key("paused")
        if let paused {
            writer.beginObject()
            writer.member("since", paused.since.rfc3339)
            writer.member("why", paused.why)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.endObject()
    }
}

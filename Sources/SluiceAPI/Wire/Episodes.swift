import SluiceDomain
import SluiceJSON

/// The episodes of concept alarms.
extension Endpoints {
    /// Closes an episode.
    public static let closeEpisode = Endpoint<EpisodeClose, EpisodeReply>(
        "POST", "/v1/projects/{project}/drift/episodes/{number}/close")
}

/// Why an episode is closed: `{"reason": "…"}`.
public struct EpisodeClose: WireValue {
    /// Why; 1...2,000 bytes of UTF-8.
    public var reason: String

    /// Gives a reason.
    public init(reason: String) { self.reason = reason }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["reason"])
        reason = try wire.required("reason").string(bytes: 1...CertificateRequest.longestReason)
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.endObject()
    }
}

/// An episode of a concept alarm.
public struct EpisodeReply: WireValue, Hashable {
    /// Its number, counted from 1 in each project.
    public var number: Int
    /// The model it is about.
    public var model: String
    /// Its version.
    public var modelVersion: String
    /// The limit that was broken, above 0 and below 1.
    public var errorLimit: Double
    /// When the alarm was raised.
    public var raisedAt: Timestamp
    /// When it was over; nil while it stands.
    public var overAt: Timestamp?
    /// Why: `recovered`, `limit_changed` or `closed`; nil while it stands.
    public var overReason: String?
    /// Who closed it; nil where nobody did.
    public var overBy: String?
    /// The numbers of the fallbacks about the version that stand.
    public var fallbacks: [Int]

    /// Collects the parts.
    public init(
        number: Int, model: String, modelVersion: String, errorLimit: Double,
        raisedAt: Timestamp, overAt: Timestamp?, overReason: String?, overBy: String?,
        fallbacks: [Int]
    ) {
        self.number = number
        self.model = model
        self.modelVersion = modelVersion
        self.errorLimit = errorLimit
        self.raisedAt = raisedAt
        self.overAt = overAt
        self.overReason = overReason
        self.overBy = overBy
        self.fallbacks = fallbacks
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        number = try wire.required("number").int()
        model = try wire.required("model").string()
        modelVersion = try wire.required("model_version").string()
        errorLimit = try wire.required("error_limit").double()
        raisedAt = try wire.required("raised_at").timestamp()
        overAt = try wire.optional("over_at")?.timestamp()
        overReason = try wire.optional("over_reason")?.string()
        overBy = try wire.optional("over_by")?.string()
        fallbacks = try wire.required("fallbacks").array {
            (entry) throws(ReviewError) -> Int in try entry.int()
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("number", number)
        writer.member("state", overAt == nil ? "standing" : "over")
        writer.member("model", model)
        writer.member("model_version", modelVersion)
        writer.member("error_limit", errorLimit)
        writer.member("raised_at", raisedAt.rfc3339)
        writer.member("over_at", overAt?.rfc3339)
        writer.member("over_reason", overReason)
        writer.member("over_by", overBy)
        writer.key("fallbacks")
        writer.array(fallbacks) { writer, number in writer.int(number) }
        writer.endObject()
    }
}

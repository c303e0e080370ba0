import SluiceDomain
import SluiceJSON

/// The call that takes a decision back after a complaint.
extension Endpoints {
    /// Reopens an item; the reason is the body.
    public static let reopenItem = Endpoint<ReopenRequest, ReopenReply>(
        "POST", "/v1/projects/{project}/items/{external_id}/reopen")
}

/// Why an item is reopened.
public struct ReopenRequest: WireValue, Hashable {
    /// What the complaint is, 1 to 2,000 bytes, for the audit log.
    public var reason: String

    /// The most bytes of a reason.
    public static let reasonLimit = 2000

    /// Makes a request.
    public init(reason: String) { self.reason = reason }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["reason"])
        reason = try wire.required("reason").string(bytes: 1...Self.reasonLimit)
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.endObject()
    }
}

/// What reopening an item came to.
public struct ReopenReply: WireValue, Hashable {
    /// The item's external id.
    public var externalID: String
    /// `reopened`, or `open` when it had been reopened before and is not decided again.
    public var status: String
    /// Who looks at it: `review`, `audit` for those who had it anyway, `adjudication`.
    public var asks: String
    /// The number of the decision that says that there is none.
    public var revision: Int

    /// Makes a reply.
    public init(externalID: String, status: String, asks: String, revision: Int) {
        self.externalID = externalID
        self.status = status
        self.asks = asks
        self.revision = revision
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        externalID = try wire.required("external_id").string()
        status = try wire.required("status").string()
        asks = try wire.required("asks").string()
        revision = try wire.required("revision").int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        writer.member("status", status)
        writer.member("asks", asks)
        writer.member("revision", revision)
        writer.endObject()
    }
}

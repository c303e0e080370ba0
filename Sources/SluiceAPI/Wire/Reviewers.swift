import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Gives a reviewer no more work.
    public static let pauseReviewer = Endpoint<PauseRequest, Nothing>(
        "POST", "/v1/projects/{project}/reviewers/{name}/pause")
    /// Gives a reviewer work again.
    public static let resumeReviewer = Endpoint<PauseRequest, Nothing>(
        "POST", "/v1/projects/{project}/reviewers/{name}/resume")
}

extension StreamingPath {
    /// `GET`: how the reviewers stand.
    public static let reviewers = "/v1/projects/{project}/reviewers"
    /// `GET`: how the caller stands.
    public static let ownStanding = "/v1/projects/{project}/reviewers/me"
    /// `GET`: decisions of people that took a model's place.
    public static let corrections = "/v1/projects/{project}/corrections"
}

/// Why a reviewer is paused or resumed.
public struct PauseRequest: Hashable, WireValue {
    /// Why; empty when nobody says.
    public var reason: String

    /// Makes a request.
    public init(reason: String = "") { self.reason = reason }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        try wire.allowOnly(["reason"])
        reason = try wire.optional("reason")?.string(bytes: 0...1000) ?? ""
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("reason", reason)
        writer.endObject()
    }
}

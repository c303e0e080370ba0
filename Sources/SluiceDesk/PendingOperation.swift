import SluiceAPI
import SluiceDomain
import SluiceJSON

/// Something the reviewer did that the service has not confirmed yet.
///
/// It holds all that is needed to send it, now or by another process, and to tell a person what it
/// was; it crosses the wire to a journal as one JSON object.
public struct PendingOperation: Hashable, WireValue {
    /// What is to be sent.
    public enum Action: Hashable, Sendable {
        /// An answer under a lease.
        case answer(under: LeaseReference, Answer)
        /// Taking back the review of that id.
        case undo(reviewID: String)

        /// An answer under a lease that is known.
        public static func answer(lease: String, _ answer: Answer) -> Action {
            .answer(under: .lease(lease), answer)
        }
    }

    /// How an answer names its lease.
    public enum LeaseReference: Hashable, Sendable {
        /// By its id.
        case lease(String)
        /// As the lease that taking back the review of that id gives, now or when asked again.
        case undo(reviewID: String)
    }

    /// What is to be sent.
    public let action: Action
    /// The item it is about.
    public let externalID: String

    /// Makes an operation.
    public init(_ action: Action, externalID: String) {
        self.action = action
        self.externalID = externalID
    }

    /// The review it makes or takes back.
    public var reviewID: String {
        switch action {
        case .answer(_, let request): request.reviewID
        case .undo(let reviewID): reviewID
        }
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        externalID = try wire.required("external_id").string()
        let field = try wire.required("operation")
        switch try field.string() {
        case "answer":
            action = .answer(
                under: try LeaseReference(wire: wire), try Answer(wire: wire.required("review")))
        case "undo":
            action = .undo(reviewID: try wire.required("review_id").string())
        default:
            throw field.refuse("answer, undo")
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("external_id", externalID)
        switch action {
        case .answer(let lease, let request):
            writer.member("operation", "answer")
            switch lease {
            case .lease(let id): writer.member("lease", id)
            case .undo(let reviewID): writer.member("lease_of_undo", reviewID)
            }
            writer.key("review")
            request.write(to: &writer)
        case .undo(let reviewID):
            writer.member("operation", "undo")
            writer.member("review_id", reviewID)
        }
        writer.endObject()
    }
}

extension PendingOperation.LeaseReference {
    fileprivate init(wire: WireReader) throws(ReviewError) {
        if let undo = try wire.optional("lease_of_undo") {
            self = .undo(reviewID: try undo.string())
        } else {
            self = .lease(try wire.required("lease").string())
        }
    }
}

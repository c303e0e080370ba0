import SluiceAPI
import SluiceDomain
import SluiceJSON

/// An answer that will never count, kept until the reviewer has read it.
public struct JournalRefusal: Hashable, Sendable {
    /// What was refused.
    public let key: PendingOperation.Key
    /// What happened, in a few words.
    public let title: String
    /// Why, and what was lost with it.
    public let detail: String

    /// Makes a refusal.
    public init(_ key: PendingOperation.Key, title: String, detail: String) {
        self.key = key
        self.title = title
        self.detail = detail
    }
}

/// One event of the journal.
public enum JournalRecord: Hashable, WireValue {
    /// The journal was begun for this service and project; for people who find the file.
    case opened(service: String, project: String)
    /// The reviewer did something; it is on disk before it is sent.
    case done(PendingOperation)
    /// The reviewer took something back before it was sent; on disk before another answer is.
    case withdrawn(PendingOperation.Key)
    /// The service took it. Lost, it is sent again and answered with the first result.
    case settled(PendingOperation.Key)
    /// The service refused it.
    case refused(JournalRefusal)
    /// The reviewer put a refusal away.
    case acknowledged(PendingOperation.Key)

    /// Whether it has to survive the end of the machine before anything else happens.
    var isUrgent: Bool {
        switch self {
        case .done, .withdrawn: true
        case .opened, .settled, .refused, .acknowledged: false
        }
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        let field = try wire.required("event")
        switch try field.string() {
        case "opened":
            self = .opened(
                service: try wire.required("service").string(),
                project: try wire.required("project").string())
        case "done": self = .done(try PendingOperation(wire: wire.required("what")))
        case "withdrawn": self = .withdrawn(try PendingOperation.Key(wire: wire))
        case "settled": self = .settled(try PendingOperation.Key(wire: wire))
        case "refused":
            self = .refused(
                JournalRefusal(
                    try PendingOperation.Key(wire: wire),
                    title: try wire.required("title").string(),
                    detail: try wire.required("detail").string()))
        case "acknowledged": self = .acknowledged(try PendingOperation.Key(wire: wire))
        default:
            throw field.refuse("opened, done, withdrawn, settled, refused, acknowledged")
        }
    }

    /// Writes it as one JSON object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .opened(let service, let project):
            writer.member("event", "opened")
            writer.member("service", service)
            writer.member("project", project)
        case .done(let operation):
            writer.member("event", "done")
            writer.key("what")
            operation.write(to: &writer)
        case .withdrawn(let key): Self.write("withdrawn", key, to: &writer)
        case .settled(let key): Self.write("settled", key, to: &writer)
        case .refused(let refusal):
            Self.write("refused", refusal.key, to: &writer)
            writer.member("title", refusal.title)
            writer.member("detail", refusal.detail)
        case .acknowledged(let key): Self.write("acknowledged", key, to: &writer)
        }
        writer.endObject()
    }

    private static func write(
        _ event: String, _ key: PendingOperation.Key, to writer: inout JSONWriter
    ) {
        writer.member("event", event)
        writer.member("review_id", key.reviewID)
        writer.member("operation", key.isUndo ? "undo" : "answer")
    }
}

extension PendingOperation {
    /// What tells operations apart: an answer and its undo share the review's id.
    public struct Key: Hashable, Sendable {
        /// The review that is made or taken back.
        public let reviewID: String
        /// Whether it is taken back.
        public let isUndo: Bool

        /// Makes a key.
        public init(reviewID: String, isUndo: Bool) {
            self.reviewID = reviewID
            self.isUndo = isUndo
        }

        fileprivate init(wire: WireReader) throws(ReviewError) {
            reviewID = try wire.required("review_id").string()
            let field = try wire.required("operation")
            switch try field.string() {
            case "answer": isUndo = false
            case "undo": isUndo = true
            default: throw field.refuse("answer, undo")
            }
        }
    }

    /// What tells it apart from others.
    public var key: Key {
        switch action {
        case .answer(_, let request): Key(reviewID: request.reviewID, isUndo: false)
        case .undo(let reviewID): Key(reviewID: reviewID, isUndo: true)
        }
    }
}

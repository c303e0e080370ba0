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
        case answer(lease: String, Answer)
        /// Taking back the review of that id.
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
                lease: try wire.required("lease").string(),
                try Answer(wire: wire.required("review")))
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
            writer.member("lease", lease)
            writer.key("review")
            request.write(to: &writer)
        case .undo(let reviewID):
            writer.member("operation", "undo")
            writer.member("review_id", reviewID)
        }
        writer.endObject()
    }
}

/// The operations not confirmed yet, sent strictly in the order they were done.
///
/// One is under way at a time; it stays first until the service has answered, and is sent again
/// under the same id when no answer came.
struct PendingOperations: Hashable, Sendable {
    private(set) var operations: [PendingOperation] = []
    private(set) var isSending = false
    /// Whether the first operation may have reached the service although no answer came.
    private var isFirstTried = false
    /// Since the start of the session; nothing is sent before it.
    var notBefore: Duration = .zero

    var isEmpty: Bool { operations.isEmpty }
    var count: Int { operations.count }

    mutating func append(_ operation: PendingOperation) { operations.append(operation) }

    /// The effect that sends the first operation, when it may be sent now.
    mutating func next(at now: Duration) -> Effect? {
        guard !isSending, now >= notBefore, let first = operations.first else { return nil }
        isSending = true
        isFirstTried = true
        switch first.action {
        case .answer(let lease, let request): return .submit(lease: lease, request)
        case .undo(let reviewID): return .undo(reviewID: reviewID)
        }
    }

    /// The first operation got its answer.
    mutating func finishFirst() -> PendingOperation? {
        guard isSending, !operations.isEmpty else { return nil }
        isSending = false
        isFirstTried = false
        return operations.removeFirst()
    }

    /// No answer came; it is sent again at that time.
    mutating func retry(at moment: Duration) {
        isSending = false
        notBefore = moment
    }

    /// Removes an answer that has not been sent at all.
    ///
    /// - Returns: false when it was sent or is unknown.
    mutating func cancelAnswer(_ reviewID: String) -> Bool {
        let untried = operations.indices.dropFirst(isFirstTried ? 1 : 0)
        guard let index = untried.first(where: { operations[$0].reviewID == reviewID }),
            case .answer = operations[index].action
        else { return false }
        operations.remove(at: index)
        return true
    }

    /// Removes what is still to be sent about a review.
    mutating func removeUndo(of reviewID: String) {
        operations.removeAll { operation in
            operation.action == .undo(reviewID: reviewID)
        }
    }
}

/// An answer that somebody gave elsewhere, about an item that this service may not know yet.
public struct PastAnswer: Hashable, Sendable {
    /// Who gave it.
    public enum Author: Hashable, Sendable {
        /// A person, by the name reviews are recorded under.
        case reviewer(String)
        /// Nobody in particular: a place in the item's list of answers, which says nothing about a
        /// person.
        case nobody(place: String)
    }

    /// The producer's key of the item, 1 to 512 bytes.
    public var externalID: String
    /// Who gave it; names and places have 1 to 200 bytes without control characters.
    public var author: Author
    /// What was said.
    public var verdict: Verdict
    /// The id it is recorded under, 1 to 128 bytes; nil for one made of item and author.
    public var reviewID: String?
    /// When it was given; nil for the moment of the import.
    public var reviewedAt: Timestamp?
    /// Active seconds spent on the item, 0...``Answer/mostSeconds``.
    public var seconds: Double?
    /// Whether a prediction was in sight.
    public var isShown: Bool
    /// Error tags; at most 32 of at most 64 bytes.
    public var tags: [String]
    /// A remark; at most 4,096 bytes.
    public var comment: String?
    /// What was labelled, as JSON, for an item that is not known; nil for a mere reference.
    public var payload: [UInt8]?
    /// Flat facts about an item that is not known, as a JSON object.
    public var metadata: [UInt8]?

    /// Makes an answer.
    public init(
        externalID: String, author: Author, verdict: Verdict, reviewID: String? = nil,
        reviewedAt: Timestamp? = nil, seconds: Double? = nil, isShown: Bool = false,
        tags: [String] = [], comment: String? = nil, payload: [UInt8]? = nil,
        metadata: [UInt8]? = nil
    ) {
        self.externalID = externalID
        self.author = author
        self.verdict = verdict
        self.reviewID = reviewID
        self.reviewedAt = reviewedAt
        self.seconds = seconds
        self.isShown = isShown
        self.tags = tags
        self.comment = comment
        self.payload = payload
        self.metadata = metadata
    }
}

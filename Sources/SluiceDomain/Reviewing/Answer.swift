/// One reviewer's answer about one item.
public struct Answer: Hashable, Sendable {
    /// The client-made id of 1 to 128 bytes; the same answer sent again under it counts once.
    public var reviewID: String
    /// What the reviewer says.
    public var verdict: Verdict
    /// Error tags; at most 32 of at most 64 bytes.
    public var tags: [String]
    /// A remark; at most 4,096 bytes.
    public var comment: String?
    /// The most seconds an answer may have taken: what nobody spent would spoil every mean.
    public static let mostSeconds = 1e9

    /// Active seconds spent on the item, 0...``mostSeconds``.
    public var seconds: Double?
    /// A change of the guidelines the item calls for, at most 4,096 bytes; an adjudicator's only.
    public var guidelineNote: String?

    /// Makes an answer.
    public init(
        reviewID: String, verdict: Verdict, tags: [String] = [], comment: String? = nil,
        seconds: Double? = nil, guidelineNote: String? = nil
    ) {
        self.reviewID = reviewID
        self.verdict = verdict
        self.tags = tags
        self.comment = comment
        self.seconds = seconds
        self.guidelineNote = guidelineNote
    }
}

/// How long an item has to be on a reviewer's screen before a key answers it.
///
/// A key pressed sooner was meant for the item before, or repeats by itself: nobody reads that fast.
public struct AnswerDwell: Sendable, Hashable {
    /// The longest a project may ask for.
    public static let maximumMilliseconds = 5_000
    /// What a project asks for that says nothing.
    public static let standard = AnswerDwell(unchecked: 150)

    /// In milliseconds, in 0...5000.
    public let milliseconds: Int

    /// Makes a dwell; nil when it is out of range.
    public init?(milliseconds: Int) {
        guard (0...Self.maximumMilliseconds).contains(milliseconds) else { return nil }
        self.init(unchecked: milliseconds)
    }

    private init(unchecked milliseconds: Int) { self.milliseconds = milliseconds }

    /// As a span of time.
    public var duration: Duration { .milliseconds(milliseconds) }
}

/// Bounds what a document may cost before any of it is looked at.
///
/// A document at a limit is accepted; one past it is refused.
public struct JSONLimits: Hashable, Sendable {
    /// The deepest nesting the module ever follows, whatever ``depth`` says: reading a value is
    /// recursive, and the stack must not be the limit.
    public static let deepest = 512

    /// How many arrays and objects may be open at once, 0...512.
    public var depth = 64

    /// How long a document may be, in bytes.
    public var bytes = 1 << 20

    /// Nesting of 64 and one MiB: what the service accepts for a prediction.
    public static let standard = JSONLimits()

    /// Sets both limits.
    public init(depth: Int = 64, bytes: Int = 1 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}

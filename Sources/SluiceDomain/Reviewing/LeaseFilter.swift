/// Which waiting items a reviewer wants; one that asks for nothing lets every item through.
///
/// The parts are joined by "and", the values of one part by "or". The label is the predicted one: a
/// blind item never matches a filter by label, or the filter would tell its reviewer what the model
/// said. Metadata is matched on the text of a value as the producer sent it, so 1240.50 is not
/// 1240.5; a missing or null value matches nothing.
public struct LeaseFilter: Hashable, Sendable {
    /// The most labels, and the most values of one key.
    public static let maximumValues = 100
    /// The most metadata keys.
    public static let maximumKeys = 16
    /// The longest metadata key or value in UTF-8 bytes.
    public static let maximumBytes = 512

    /// The predicted labels wanted; empty for any.
    public var labels: [String]
    /// The values wanted of each metadata key, in order of the keys.
    public var metadata: [MetadataMatch]
    /// Whether only items that the caller escalated are wanted; for the adjudication queue.
    public var isMine: Bool

    /// A metadata key with the values it may have.
    public struct MetadataMatch: Hashable, Sendable {
        /// The key.
        public let key: String
        /// The values, at least one.
        public let values: [String]

        /// Makes a match.
        public init(key: String, values: [String]) {
            self.key = key
            self.values = values
        }
    }

    /// Makes a filter.
    public init(labels: [String] = [], metadata: [MetadataMatch] = [], isMine: Bool = false) {
        self.labels = labels
        self.metadata = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.isMine = isMine
    }

    /// Whether every item matches.
    public var isEmpty: Bool { labels.isEmpty && metadata.isEmpty && !isMine }
}

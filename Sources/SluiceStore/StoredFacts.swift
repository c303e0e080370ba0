/// What is stored of an item and one prediction of it that routing looks at.
public struct StoredFacts: Sendable {
    /// The producer's key, which the draws are keyed by.
    public let externalID: String
    /// The predicted label; nil for an item that came without a prediction.
    public let label: String?
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The model; empty without a prediction.
    public let model: String
    /// Its version; empty without a prediction.
    public let modelVersion: String
    /// The payload as received; nil once erased.
    public let payload: [UInt8]?
    /// The metadata as received.
    public let metadata: [UInt8]?
    /// Whether nobody can give the label any more.
    public var isLabelRetired = false

    /// Collects the facts.
    public init(
        externalID: String, label: String?, confidence: Double?, model: String,
        modelVersion: String, payload: [UInt8]?, metadata: [UInt8]?
    ) {
        self.externalID = externalID
        self.label = label
        self.confidence = confidence
        self.model = model
        self.modelVersion = modelVersion
        self.payload = payload
        self.metadata = metadata
    }
}

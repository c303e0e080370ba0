/// What is watched of the items of a window: enough to compare it with any other, however long ago.
public struct WatchedWindow: Hashable, Sendable {
    /// How many items there were.
    public var items = 0
    /// The confidences.
    public var confidences = ValueSample()
    /// The predicted labels.
    public var labels = CategoryCounts()
    /// How many items went which way for which reason, as `queued: below_threshold`.
    public var routes = CategoryCounts()
    /// How many the model decided.
    public var automated = 0
    /// How many predictions people had judged in the time of the window, audits left out.
    public var judged = 0
    /// How many of those they had corrected.
    public var corrected = 0
    /// The policies that routed the items, in order.
    public var policyVersions: [Int] = []
    /// What stood at the configured places, by path.
    public var inputs: [Category: WatchedInput] = [:]

    /// The fewest items that can be compared.
    public static let fewestItems = 200

    /// Begins without an item.
    public init() {}

    /// Adds an item.
    ///
    /// - Parameters:
    ///   - route: where it went and why.
    ///   - values: what stands at the configured places.
    public mutating func add(
        key: Int64, confidence: Double?, label: String, route: String, isAutomated: Bool,
        policyVersion: Int, values: [(path: String, value: WatchedInput.Value)]
    ) {
        items += 1
        if let confidence { confidences.add(confidence, key: key) }
        labels.add(label)
        routes.add(route)
        automated += isAutomated ? 1 : 0
        if !policyVersions.contains(policyVersion) { policyVersions.append(policyVersion) }
        for (path, value) in values {
            inputs[Category(path), default: WatchedInput()].add(value, key: key)
        }
    }
}

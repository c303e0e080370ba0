/// Orders a queue by urgency and age with a number that never changes, so one index serves it.
///
/// Ordering by urgency + age / window, which would have to be computed again at every claim, is the
/// same as ordering by enqueued + window * (1 - urgency), least first. Nothing that arrives more than
/// one window after an item can pass it.
public struct PriorityKey: Hashable, Sendable {
    /// How many seconds of waiting outweigh the whole range of urgency, at least 0.
    public let window: Double
    /// How many seconds before its deadline an item is due at the latest, at least 0.
    public let margin: Double

    /// Takes both in seconds; the default window is four hours.
    public init(window: Double = 14_400, margin: Double = 0) {
        self.window = window.held(in: 0...Double.greatestFiniteMagnitude)
        self.margin = margin.held(in: 0...Double.greatestFiniteMagnitude)
    }

    /// The key of an item in seconds on the clock of its arguments; least is first.
    ///
    /// Urgency is held within 0...1. An item is never due before it came. Enqueued at 300 with
    /// urgency 0.9 and a window of 3600 gives 660.
    public func key(enqueued: Double, urgency: Double, deadline: Double? = nil) -> Double {
        let urgency = urgency.held(in: 0...1)
        let aged = enqueued + window * (1 - urgency)
        guard let deadline else { return aged }
        return max(enqueued, min(aged, deadline - margin))
    }
}

/// The static key that orders the queue: smaller is reviewed sooner, and it never changes.
///
/// Ordering by `urgency + age / window` at any later moment is the same as ordering by
/// `enqueued + window * (1 - urgency)`, so ageing needs no re-sorting: with a window of four hours,
/// an item of urgency 0.9 enqueued at 10:00 has the key 10:24 and passes one of urgency 0.2 enqueued
/// at 08:00, whose key is 11:12. Nothing that arrives more than one window later can pass an item.
/// A deadline caps the key at deadline minus margin, but never before the moment of arrival.
public enum PriorityKey {
    /// How much earlier the most urgent item goes than the least urgent of the same age: 4 hours.
    public static let windowSeconds: Double = 4 * 3600

    /// The microseconds to add to the moment of arrival.
    ///
    /// - Parameters:
    ///   - urgency: 0...1; what lies outside is moved to the nearer end.
    ///   - slaSeconds: seconds from arrival to the deadline, nil for none.
    ///   - marginSeconds: how long before the deadline the item should be at the head.
    ///   - windowSeconds: how many seconds of waiting outweigh the whole range of urgency.
    public static func offsetMicroseconds(
        urgency: Double, slaSeconds: Int?, marginSeconds: Double = 240,
        windowSeconds: Double = PriorityKey.windowSeconds
    ) -> Int64 {
        let byUrgency = windowSeconds * 1_000_000 * (1 - min(max(urgency, 0), 1))
        guard let slaSeconds else { return Int64(byUrgency.rounded()) }
        let byDeadline = (Double(slaSeconds) - marginSeconds) * 1_000_000
        return Int64(max(0, min(byUrgency, byDeadline)).rounded())
    }

    /// How many seconds each further review of an item ranks behind the one before it.
    ///
    /// A whole window without a deadline: whatever arrived at the same time gets its first review
    /// before anything gets its second, and nothing that arrives more than two windows after an item
    /// can pass its second review, three its third, and so on. A deadline is kept by all the reviews
    /// asked for and one to break a tie: they share what is left of the time from their first place
    /// in the queue to the deadline.
    ///
    /// - Parameters:
    ///   - asked: how many reviews the item gets; there is no delay with one.
    ///   - slaSeconds: seconds from arrival to the deadline, nil for none.
    ///   - offsetMicroseconds: where the first review ranks, see the function of that name.
    public static func slotDelaySeconds(
        asked: Int, slaSeconds: Int?, offsetMicroseconds: Int64, marginSeconds: Double = 240,
        windowSeconds: Double = PriorityKey.windowSeconds
    ) -> Int {
        guard asked > 1 else { return 0 }
        guard let slaSeconds else { return Int(windowSeconds) }
        let left = Double(slaSeconds) - marginSeconds - Double(offsetMicroseconds) / 1_000_000
        return Int(min(windowSeconds, max(0, left / Double(asked))))
    }
}

/// The Page-Hinkley test: alarms when the running sum of what lies above the mean has risen far
/// above its lowest.
///
/// Page 1954, Biometrika 41:100-115; Hinkley 1971, Biometrika 58:509-523; with the forgetting of
/// Gama and others 2014, ACM Comput. Surv. 46(4). Here to compare with: with its usual threshold of 50
/// it does not find a change from 1 % to 4 % within two thousand audits; use ``ErrorRateDetector``.
public struct PageHinkley: Hashable, Sendable {
    /// Which changes of the mean raise an alarm.
    public enum Direction: Hashable, Sendable {
        /// A rise only.
        case up
        /// A rise or a fall.
        case both
    }

    /// How far the sum must rise above its lowest.
    public let threshold: Double
    /// Which changes raise an alarm.
    public let direction: Direction
    private static let warmUp = 30
    private static let tolerated = 0.005
    private static let kept = 0.9999
    private var n = 0
    private var mean = 0.0
    private var rise = 0.0
    private var fall = 0.0
    private var lowest = Double.infinity
    private var highest = -Double.infinity

    /// Begins without an outcome.
    public init(threshold: Double = 50, direction: Direction = .both) {
        self.threshold = threshold
        self.direction = direction
    }

    /// Takes the next outcome and tells whether it raises an alarm, after which all begins anew.
    public mutating func observe(isWrong: Bool) -> Bool {
        let value = isWrong ? 1.0 : 0.0
        n += 1
        mean += (value - mean) / Double(n)
        rise = Self.kept * rise + value - mean - Self.tolerated
        fall = Self.kept * fall + value - mean + Self.tolerated
        lowest = min(lowest, rise)
        highest = max(highest, fall)
        let isRise = rise - lowest > threshold
        let isFall = direction == .both && highest - fall > threshold
        guard n >= Self.warmUp, isRise || isFall else { return false }
        self = PageHinkley(threshold: threshold, direction: direction)
        return true
    }
}

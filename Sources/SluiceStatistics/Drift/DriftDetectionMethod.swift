/// The drift detection method: alarms when the error rate is three standard deviations above the
/// lowest it has been.
///
/// Gama, Medas, Castillo and Rodrigues 2004, SBIA, 286-295. Here to compare with: at an error rate of
/// 1 % it alarms within a thousand audits in four streams of five in which nothing changes; use
/// ``ErrorRateDetector``.
public struct DriftDetectionMethod: Hashable, Sendable {
    /// How many outcomes are seen before the first alarm may come.
    public let warmUp: Int
    /// How many standard deviations make an alarm.
    public let deviations: Double
    private var n = 0
    private var wrong = 0
    private var lowest = Level(rate: 0, deviation: .infinity)

    /// Begins without an outcome.
    public init(warmUp: Int = 30, deviations: Double = 3) {
        self.warmUp = warmUp
        self.deviations = deviations
    }

    /// Takes the next outcome and tells whether it raises an alarm, after which all begins anew.
    public mutating func observe(isWrong: Bool) -> Bool {
        n += 1
        wrong += isWrong ? 1 : 0
        let rate = Double(wrong) / Double(n)
        let deviation = (rate * (1 - rate) / Double(n)).squareRoot()
        guard n > warmUp else { return false }
        if rate + deviation <= lowest.rate + lowest.deviation {
            lowest = Level(rate: rate, deviation: deviation)
        }
        guard rate + deviation > lowest.rate + deviations * lowest.deviation else { return false }
        self = DriftDetectionMethod(warmUp: warmUp, deviations: deviations)
        return true
    }

    private struct Level: Hashable {
        let rate, deviation: Double
    }
}

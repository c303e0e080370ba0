/// The error rate that confidences promise, without any label.
///
/// The mean of 1 - calibrated probability over all predictions (confidence-based performance
/// estimation; Kivimäki and others 2025, J. Artif. Intell. Res. 82). It is right while the model is
/// as calibrated as it was when the map was fitted, also when easier or harder items come in, and
/// blind to a change in what the right labels are: the gap to the audited error is the sign of that.
public struct ExpectedErrorRate: Hashable, Sendable {
    /// How many predictions there are.
    public private(set) var n = 0
    private var errors = 0.0
    private var variance = 0.0
    private let map: CalibrationMap

    /// Begins without a prediction.
    public init(map: CalibrationMap) {
        self.map = map
    }

    /// Takes predictions of one confidence, or of so nearly one that the map does not tell them
    /// apart.
    public mutating func add(confidence: Double, count: Int = 1) {
        guard count > 0 else { return }
        let wrong = 1 - map.probability(of: confidence)
        n += count
        errors += Double(count) * wrong
        variance += Double(count) * wrong * (1 - wrong)
    }

    /// The expected share of wrong predictions, with the interval in which the share would fall by
    /// chance if the map is right: it does not cover a map that is wrong.
    ///
    /// Normal approximation of a sum of independent outcomes that differ in probability. A hundred
    /// predictions of 0.9 give 0.1 (0.0412...0.1588).
    ///
    /// - Throws: ``Unknown`` if there is no prediction.
    public func estimate(level: Double = 0.95) throws(Unknown) -> Estimate {
        let level = try checked(level)
        guard n > 0 else { throw Unknown(.noObservations) }
        let value = (errors / Double(n)).held(in: 0...1)
        let z = SpecialFunctions.normalQuantile(1 - (1 - level) / 2)
        let spread = z * variance.squareRoot() / Double(n)
        return Estimate(
            value: value, lo: max(value - spread, 0), hi: min(value + spread, 1), level: level,
            method: .expectedErrors, n: n)
    }
}

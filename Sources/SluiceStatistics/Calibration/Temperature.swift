import Glibc

/// A calibration map with one number, by which all log probabilities are divided.
///
/// Guo, Pleiss, Sun and Weinberger 2017, ICML, section 4.2. Above 1 it makes a model less sure.
/// The form for whole probability vectors is the right one wherever they are known: the one for a
/// single confidence treats all other labels as one.
public struct Temperature: Hashable, Sendable {
    /// What log probabilities are divided by, 0.01...100; 1 changes nothing.
    public let value: Double

    /// Takes a temperature, held to its range.
    public init(_ value: Double) {
        self.value = value.held(in: Self.range)
    }

    /// Fits the temperature of the greatest weighted likelihood to confidences.
    ///
    /// - Throws: ``Unknown`` if there is no outcome.
    public init(fitting outcomes: [ScoredOutcome]) throws(Unknown) {
        guard !outcomes.isEmpty else { throw Unknown(.noObservations) }
        let logOdds = outcomes.map(\.logOdds)
        self.init(
            solving: { inverse in
                zip(outcomes, logOdds).reduce(0) { sum, pair in
                    let (outcome, logOdds) = pair
                    let probability = ScoredOutcome.probability(ofLogOdds: inverse * logOdds)
                    return sum + outcome.weight * logOdds * (probability - outcome.rightness)
                }
            })
    }

    /// Fits the temperature of the greatest likelihood to whole probability vectors.
    ///
    /// Six vectors of three labels in the tests give 0.701862.
    ///
    /// - Parameters:
    ///   - vectors: probabilities of all labels; held to at least 1e-15.
    ///   - labels: the index of the right label of each.
    /// - Throws: ``Unknown`` if there is none, or an index is outside its vector.
    public init(fitting vectors: [[Double]], labels: [Int]) throws(Unknown) {
        guard !vectors.isEmpty else { throw Unknown(.noObservations) }
        guard
            vectors.count == labels.count,
            zip(vectors, labels).allSatisfy({ $0.indices.contains($1) })
        else { throw Unknown(.impossibleCounts) }
        let logs = vectors.map { $0.map { log($0.held(in: 1e-15...1)) } }
        self.init(
            solving: { inverse in
                zip(logs, labels).reduce(0) { sum, pair in
                    let (logs, label) = pair
                    let shares = Self.softmax(logs, inverse: inverse)
                    let mean = zip(logs, shares).reduce(0) { $0 + $1.0 * $1.1 }
                    return sum + mean - logs[label]
                }
            })
    }

    /// How often predictions of this confidence are right, 0...1.
    public func probability(of confidence: Double) -> Double {
        ScoredOutcome.probability(ofLogOdds: ScoredOutcome.logOdds(of: confidence) / value)
    }

    /// The probabilities of all labels; they sum to 1.
    public func probabilities(of vector: [Double]) -> [Double] {
        Self.softmax(vector.map { log($0.held(in: 1e-15...1)) }, inverse: 1 / value)
    }

    /// The mean negative log probability of the right labels at this temperature.
    public func logLoss(of vectors: [[Double]], labels: [Int]) throws(Unknown) -> Double {
        guard !vectors.isEmpty else { throw Unknown(.noObservations) }
        guard
            vectors.count == labels.count,
            zip(vectors, labels).allSatisfy({ $0.indices.contains($1) })
        else { throw Unknown(.impossibleCounts) }
        let sum = zip(vectors, labels).reduce(0.0) { sum, pair in
            sum - log(probabilities(of: pair.0)[pair.1].held(in: 1e-300...1))
        }
        return sum / Double(vectors.count)
    }

    private static let range = 0.01...100.0

    /// Finds where the slope of the loss in the inverse temperature, which only rises, is zero.
    private init(solving slope: (Double) -> Double) {
        var low = log(1 / Self.range.upperBound)
        var high = log(1 / Self.range.lowerBound)
        // Halving fifty times leaves a relative error of 1e-14.
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if slope(exp(middle)) < 0 { low = middle } else { high = middle }
        }
        self.init(exp(-(low + high) / 2))
    }

    private static func softmax(_ logs: [Double], inverse: Double) -> [Double] {
        let top = logs.max() ?? 0
        let terms = logs.map { exp(inverse * ($0 - top)) }
        let sum = terms.reduce(0, +)
        return terms.map { $0 / sum }
    }
}

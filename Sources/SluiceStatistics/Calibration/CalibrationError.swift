/// How far probabilities are from what comes true.
public struct CalibrationError: Hashable, Sendable {
    /// The expected error of equally wide bins, as ``ReliabilityDiagram/expectedError``.
    public let expected: Double
    /// The largest difference of any bin, 0...1.
    public let largest: Double
    /// How many outcomes there are.
    public let n: Int

    /// Takes the probabilities, 0...1, and whether what they were given to came true.
    ///
    /// - Throws: ``Unknown`` if there is none.
    public init(
        _ outcomes: [(probability: Double, isTrue: Bool)], bins: Int = 15
    ) throws(Unknown) {
        let diagram = try ReliabilityDiagram(
            outcomes.map { ScoredOutcome(confidence: $0.probability, isRight: $0.isTrue) },
            binning: .equalWidth(bins))
        expected = diagram.expectedError
        largest = diagram.largestError
        n = diagram.n
    }
}

import SluiceStatistics

/// Sixty predictions with outcomes and weights; the reference values stand in the tests.
enum CalibrationVectors {
    static let confidences: [Double] = [
        0.663, 0.994, 0.659, 0.894, 0.935, 0.696, 0.719, 0.686, 0.553, 0.739, 0.621, 0.629,
        0.592, 0.597, 0.907, 0.711, 0.628, 0.795, 0.802, 0.823, 0.956, 0.575, 0.686, 0.642,
        0.508, 0.591, 0.697, 0.697, 0.808, 0.726, 0.804, 0.612, 0.567, 0.665, 0.548, 0.683, 0.73,
        0.859, 0.934, 0.526, 0.978, 0.86, 0.994, 0.559, 0.688, 0.751, 0.874, 0.656, 0.725, 0.638,
        0.725, 0.755, 0.783, 0.852, 0.621, 0.815, 0.545, 0.806, 0.73, 0.567,
    ]

    static let isRight: [Int] = [
        1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1,
        0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1,
    ]

    static let weights: [Double] = [
        1, 10, 1, 10, 10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 10, 1, 1, 1, 10, 10, 10, 1, 1, 1, 1, 1, 1,
        1, 10, 1, 10, 1, 1, 1, 1, 1, 1, 10, 10, 1, 10, 10, 10, 1, 1, 1, 10, 1, 1, 1, 1, 1, 1, 10,
        1, 10, 1, 10, 1, 1,
    ]

    /// The predictions, each standing for itself alone.
    static let plain = outcomes(weighted: false)
    /// The predictions with their weights.
    static let weighted = outcomes(weighted: true)

    private static func outcomes(weighted: Bool) -> [ScoredOutcome] {
        confidences.indices.map {
            ScoredOutcome(
                confidence: confidences[$0], isRight: isRight[$0] == 1,
                weight: weighted ? weights[$0] : 1)
        }
    }
}

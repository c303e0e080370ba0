/// What turns a model's confidence into how often such predictions are right.
///
/// For display, priority, costs and the expected error. Routing goes by the model's own confidence:
/// a threshold that was certified must not move because a map was fitted anew.
public enum CalibrationMap: Hashable, Sendable {
    /// The confidence as it is.
    case identity
    /// A line in log odds.
    case platt(PlattMap)
    /// A rising step function.
    case isotonic(IsotonicMap)
    /// A temperature.
    case temperature(Temperature)

    /// How many outcomes a map is fitted to at least.
    public static let fewestOutcomes = 100
    /// How many outcomes of the rarer kind, wrong ones mostly, a map is fitted to at least.
    public static let fewestOfEachKind = 5
    /// From how many outcomes on a step function is fitted instead of a line.
    public static let fewestForIsotonic = 1000

    /// Fits the kind of map that suits the number of outcomes: a line below a thousand, a step
    /// function from there on.
    ///
    /// - Throws: ``Unknown`` (`tooFew`) below ``fewestOutcomes`` outcomes, or ``fewestOfEachKind``
    ///   right or wrong ones.
    public init(fitting outcomes: [ScoredOutcome]) throws(Unknown) {
        let right = outcomes.count { $0.isRight }
        guard
            outcomes.count >= Self.fewestOutcomes,
            min(right, outcomes.count - right) >= Self.fewestOfEachKind
        else { throw Unknown(.tooFew) }
        self =
            outcomes.count < Self.fewestForIsotonic
            ? .platt(try PlattMap(fitting: outcomes))
            : .isotonic(try IsotonicMap(fitting: outcomes))
    }

    /// How often predictions of this confidence are right, 0...1.
    public func probability(of confidence: Double) -> Double {
        switch self {
        case .identity: confidence.held(in: 0...1)
        case .platt(let map): map.probability(of: confidence)
        case .isotonic(let map): map.probability(of: confidence)
        case .temperature(let map): map.probability(of: confidence)
        }
    }

    /// The outcomes with the map's probabilities in place of the confidences.
    public func applied(to outcomes: [ScoredOutcome]) -> [ScoredOutcome] {
        outcomes.map {
            ScoredOutcome(
                confidence: probability(of: $0.confidence), isRight: $0.isRight, weight: $0.weight)
        }
    }
}

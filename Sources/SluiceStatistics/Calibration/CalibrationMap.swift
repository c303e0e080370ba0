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

    /// A kind of map that can be fitted.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A line in log odds: two numbers.
        case platt
        /// A rising step function, for many outcomes.
        case isotonic
        /// One number, which makes the model surer or less sure and moves nothing from one half.
        case temperature
    }

    /// How many outcomes a map is fitted to at least.
    public static let fewestOutcomes = 100
    /// How many outcomes of the rarer kind, wrong ones mostly, a map is fitted to at least.
    public static let fewestOfEachKind = 5
    /// From how many outcomes on a step function is fitted instead of a line.
    public static let fewestForIsotonic = 1000

    /// Fits a map.
    ///
    /// - Parameter kind: nil for the one that suits the number of outcomes: a line below a thousand, a
    ///   step function from there on.
    /// - Throws: ``Unknown`` (`tooFew`) below ``fewestOutcomes`` outcomes, or ``fewestOfEachKind``
    ///   right or wrong ones.
    public init(fitting outcomes: [ScoredOutcome], kind: Kind? = nil) throws(Unknown) {
        let right = outcomes.count { $0.isRight }
        guard
            outcomes.count >= Self.fewestOutcomes,
            min(right, outcomes.count - right) >= Self.fewestOfEachKind
        else { throw Unknown(.tooFew) }
        switch kind ?? (outcomes.count < Self.fewestForIsotonic ? .platt : .isotonic) {
        case .platt: self = .platt(try PlattMap(fitting: outcomes))
        case .isotonic: self = .isotonic(try IsotonicMap(fitting: outcomes))
        case .temperature: self = .temperature(try Temperature(fitting: outcomes))
        }
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

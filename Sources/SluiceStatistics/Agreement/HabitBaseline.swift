/// What people and a model reach without looking, where labels are given by habit.
///
/// Ng's warning beside any claim that a model beats people: if people give two labels to 70 % and
/// 30 % of items at random, two of them agree on 58 %, and a model that always says the commoner
/// one agrees with a person on 70 %: 12 points "better", and no use.
public struct HabitBaseline: Hashable, Sendable {
    /// How often two people who answer by habit agree, 0...1.
    public let twoPeople: Double
    /// How often a model that always gives the commonest label agrees with one of them, 0...1.
    public let constantModel: Double

    /// Takes how common labels are, as shares or as counts.
    ///
    /// - Throws: ``Unknown`` if they sum to nothing, or one of them cannot be.
    public init(labels: [Double]) throws(Unknown) {
        guard labels.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw Unknown(.impossibleCounts)
        }
        let all = labels.reduce(0, +)
        guard all > 0, let most = labels.max() else { throw Unknown(.noObservations) }
        twoPeople = labels.reduce(0) { $0 + ($1 / all) * ($1 / all) }
        constantModel = most / all
    }
}

import SluiceDomain

/// What audits are to show.
public struct AuditPlanQuestion: Sendable, Hashable {
    /// The aim.
    public enum Goal: Sendable, Hashable {
        /// A 95 % interval that reaches so far to each side, above 0 and below 0.5.
        case halfWidth(Double)
        /// That at most this share is wrong, with 95 % confidence; above 0 and below 1.
        case certify(Double)
    }

    /// The aim.
    public var goal: Goal
    /// The error rate to expect, above 0 and below 1; nil for what the audits so far say.
    public var error: Double?
    /// Within how many days, 1...365.
    public var days: Int
    /// How many items a day the model is to accept; nil for what it has.
    public var perDay: Int?

    /// The days when nobody says.
    public static let standardDays = 7

    /// Collects the parts.
    ///
    /// - Throws: `invalidParameter` for what is out of range.
    public init(
        goal: Goal, error: Double? = nil, days: Int = standardDays, perDay: Int? = nil
    ) throws(ReviewError) {
        let (name, value, most) =
            switch goal {
            case .halfWidth(let half): ("half_width", half, 0.5)
            case .certify(let limit): ("certify", limit, 1)
            }
        guard value > 1e-6, value < most else {
            throw .invalidParameter(
                name: name, found: "\(value)", accepted: "a number above 0 and below \(most)")
        }
        if let error, !(error > 1e-6 && error < 1) {
            throw .invalidParameter(
                name: "error", found: "\(error)", accepted: "a number above 0 and below 1")
        }
        self.goal = goal
        self.error = error
        self.days = days
        self.perDay = perDay
    }
}

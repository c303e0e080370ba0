/// One reason for which an item came to a human, and what is known of its probability.
public enum SelectionReason: Hashable, Sendable {
    /// A draw of its own that comes out with this probability, 0...1: an audit, a random share.
    case random(Double)
    /// A rule that always sends such an item: too uncertain, a label under review.
    case certain
    /// Something with no known probability: a complaint, a reopened decision.
    case unknown
}

/// The probability that an item reaches a human.
public enum Propensity {
    /// The probability that at least one of several independent reasons sends an item to a human.
    ///
    /// 1 - product of (1 - p); a rule makes it 1. Reasons without a known probability are left out,
    /// and if there are no others the result is nil: such an item is excluded from estimates. Draws
    /// of 0.02 and 0.1 give 0.118.
    public static func union(_ reasons: [SelectionReason]) -> Double? {
        var missed = 1.0
        var isKnown = false
        for reason in reasons {
            switch reason {
            case .random(let probability):
                missed *= 1 - probability.held(in: 0...1)
                isKnown = true
            case .certain:
                missed = 0
                isKnown = true
            case .unknown: break
            }
        }
        return isKnown ? 1 - missed : nil
    }
}

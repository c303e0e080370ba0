/// The rules that route predictions; immutable once stored under a version number.
public struct Policy: Hashable, Sendable {
    /// Who decides.
    public var degree: AutomationDegree
    /// The thresholds; a confidence equal to its threshold is accepted.
    public var accept: Thresholds
    /// The stable-hashed share of traffic the model may decide, in 0...1.
    public var automationShare: Double
    /// The share of accepted items that people review blindly as well, in 0...1.
    public var auditRate: Double
    /// The share of queued items shown to reviewers without the prediction, in 0...1.
    public var blindShare: Double
    /// How many reviews a queued item gets, in 1...`maximumReviewers`.
    public var reviewers: Int
    /// When reviews become a decision.
    public var consensus: ConsensusRule
    /// How long a lease lasts before it expires, in seconds, 5...86,400.
    public var leaseSeconds: Int
    /// The time from arrival within which an item should be decided, in seconds; nil for none.
    public var slaSeconds: Int?

    /// The largest number of reviewers a task can ask for, ties included.
    public static let maximumReviewers = 15

    /// The document `{}`: people decide everything, one reviewer an item, 2 % audits.
    public static let standard = Policy(
        degree: .assist, accept: Thresholds(standard: 0.95), automationShare: 1, auditRate: 0.02,
        blindShare: 0, reviewers: 1, consensus: ConsensusRule(agree: 1, atMost: 1),
        leaseSeconds: 600, slaSeconds: nil)

    /// Accept thresholds: one for each label that has its own, and one for the others.
    public struct Thresholds: Hashable, Sendable {
        /// The threshold of labels without their own, in 0...1.
        public var standard: Double
        /// Thresholds by label, each in 0...1.
        public var labels: [ExactText: Double]

        /// Makes thresholds.
        public init(standard: Double, labels: [ExactText: Double] = [:]) {
            self.standard = standard
            self.labels = labels
        }

        /// The threshold that `label` must reach.
        public func threshold(for label: String) -> Double {
            labels.isEmpty ? standard : labels[ExactText(label)] ?? standard
        }
    }
}

extension Policy {
    /// Routes one prediction; a pure function of the policy, the prediction and the draws.
    ///
    /// In doubt a person decides: a missing confidence is queued. The propensity of a confident
    /// item is `1 - share * (1 - audit)`, the probability that it falls outside the automated
    /// share or is audited; with share 1 and audits at 0.02 it is 0.02. Everything else that is
    /// queued has propensity 1.
    public func route(label: String, confidence: Confidence?, draws: RoutingDraws) -> Routing {
        let urgency = confidence.map { 1 - $0.value } ?? 1
        switch degree {
        case .humanOnly:
            return queued(.degree, isBlind: true, urgency: 0.5)
        case .assist:
            return queued(.degree, isBlind: draws.blind < blindShare, urgency: urgency)
        case .full:
            return automated(.degree, propensity: auditRate, draws)
        case .partial:
            guard let confidence else {
                return queued(.missingConfidence, isBlind: draws.blind < blindShare, urgency: 1)
            }
            guard confidence.value >= accept.threshold(for: label) else {
                return queued(
                    .belowThreshold, isBlind: draws.blind < blindShare, urgency: urgency)
            }
            let propensity = 1 - automationShare * (1 - auditRate)
            guard draws.share < automationShare else {
                return Routing(
                    route: .queued, reason: .automationShare, propensity: propensity,
                    isBlind: draws.blind < blindShare, urgency: urgency)
            }
            return automated(.confident, propensity: propensity, draws)
        }
    }

    private func queued(_ reason: RouteReason, isBlind: Bool, urgency: Double) -> Routing {
        Routing(route: .queued, reason: reason, propensity: 1, isBlind: isBlind, urgency: urgency)
    }

    /// Accepted, and audited when the draw says so.
    ///
    /// An audit gets the middle urgency, so that its
    /// place in the queue does not give it away.
    private func automated(
        _ reason: RouteReason, propensity: Double, _ draws: RoutingDraws
    ) -> Routing {
        Routing(
            route: draws.audit < auditRate ? .audited : .accepted, reason: reason,
            propensity: propensity, isBlind: true, urgency: 0.5)
    }
}

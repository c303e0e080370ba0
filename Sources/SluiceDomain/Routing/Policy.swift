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
    /// The share of reviews that gold items take, where the project has some, in 0...1.
    public var goldRate: Double = 0
    /// How audits are brought to an end.
    public var audits: AuditTerms = .standard
    /// What gold items are used for besides counting.
    public var gold: GoldTerms = .standard
    /// The share of accepted answers that may be wrong, above 0 and below 1: what certificates, the
    /// autopilot and alarms go by; nil while nobody has said.
    public var errorLimit: Double?
    /// What the service does about the thresholds by itself.
    public var autopilot: AutopilotTerms = .standard
    /// What the service does when audits show that the limit is broken, or the serving version falls
    /// silent.
    public var onAlarm = AlarmAction.assist
    /// What the service does when the certificate in force has expired and the grace is over.
    public var onExpiry = AlarmAction.assist
    /// How long an expired certificate goes on with warnings only, in seconds, 0...31,536,000.
    public var expiryGraceSeconds = Policy.standardExpiryGrace
    /// What alarms have taken from the model and nobody has given back yet.
    public var fallbacks: [Fallback] = []
    /// What work and mistakes cost; nil when nobody says.
    ///
    /// Nothing is routed by it.
    public var costs: PolicyCosts?
    /// What differs for some predictions.
    public var rules: RuleSet = .none
    /// How many reviews a queued item gets, in 1...`maximumReviewers`.
    public var reviewers: Int
    /// When reviews become a decision; nil for the majority of those asked, see `consensusRule`.
    public var consensus: ConsensusRule?
    /// How long a lease lasts before it expires, in seconds, 5...86,400.
    public var leaseSeconds: Int
    /// The time from arrival within which an item should be decided, in seconds; nil for none.
    public var slaSeconds: Int?

    /// The largest number of reviewers a task can ask for, ties included.
    public static let maximumReviewers = 15

    /// Seven days.
    public static let standardExpiryGrace = 604_800

    /// The document `{}`: people decide everything, one reviewer an item, 2 % audits.
    public static let standard = Policy(
        degree: .assist, accept: Thresholds(standard: 0.95), automationShare: 1, auditRate: 0.02,
        blindShare: 0, reviewers: 1, consensus: nil, leaseSeconds: 600, slaSeconds: nil)

    /// The rule for an item that `asked` reviewers are asked about.
    public func consensusRule(asked: Int) -> ConsensusRule {
        consensus ?? .majority(of: asked)
    }

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
        public func threshold(for label: ExactText) -> Double {
            labels.isEmpty ? standard : labels[label] ?? standard
        }
    }
}

extension Policy {
    /// Routes one prediction; a pure function of the policy, the facts and the draws.
    ///
    /// The first rule that applies changes what the policy says for this prediction; where it names
    /// no route, degree and threshold decide as ever. In doubt a person decides: a missing
    /// confidence is queued, and so is a label that was retired, in every degree. The propensity of an item the model may decide is
    /// `(1 - share) + share * audit`, the probability that it falls outside the automated share or is
    /// audited; with share 1 and audits at 0.02 it is 0.02. Everything else that is queued has
    /// propensity 1, also what the model would decide and a fallback gives to people. A calibrated
    /// probability changes the urgency of what is queued and nothing else.
    public func route(_ facts: RoutingFacts, draws: RoutingDraws) -> Routing {
        let rule = rules.first(for: facts)
        let terms = PolicyTerms(policy: self, rule: rule, facts: facts, draws: draws)
        // Nobody is shown a label they could not give.
        if facts.isLabelRetired {
            return terms.queued(
                .labelRetired, isBlind: true, wouldBe: degree == .shadow ? .queued : nil)
        }
        switch degree {
        case .humanOnly: return terms.queued(.degree, isBlind: true, urgency: 0.5)
        case .shadow: return terms.shadowed(by: terms.partial())
        case .assist: return terms.queued(.degree)
        case .full:
            if rule?.then.decider == .review { return terms.queued(.rule) }
            return terms.heldBack() ?? terms.automated(.degree, propensity: terms.auditRate)
        case .partial: return terms.partial()
        }
    }
}

extension Policy {
    /// Routes an item that came without any prediction: to people, who decide by themselves.
    ///
    /// Rules apply by what they ask of the item; no condition on label, model or confidence holds but
    /// that there is no confidence.
    ///
    /// - Parameters:
    ///   - fields: the values at the paths of the rules.
    ///   - item: a later line about an item that has a route adds nothing to it.
    /// - Returns: nil unless people decide everything without seeing a prediction, `human_only`: in
    ///   every other degree a missing prediction is a mistake of the producer.
    public func routeWithoutPrediction(
        _ fields: [FieldValue], item: ItemStanding = .new
    ) -> Routing? {
        guard degree == .humanOnly else { return nil }
        guard item == .new else {
            return Routing(
                route: .shadowed, reason: .itemAlreadyRouted, propensity: 0, isBlind: false,
                urgency: 0)
        }
        let facts = RoutingFacts(label: "", confidence: nil, fields: fields)
        let terms = PolicyTerms(
            policy: self, rule: rules.first(for: facts), facts: facts,
            draws: RoutingDraws(audit: 0, share: 0, blind: 0))
        return terms.queued(.noPrediction, isBlind: true, urgency: 0.5)
    }

    /// Whether a route may depend on the audit draw.
    public var drawsAudits: Bool {
        auditRate > 0 || audits.strata.contains { $0.rate > 0 }
            || rules.rules.contains { ($0.then.auditRate ?? 0) > 0 }
    }

    /// Whether a route may depend on the blindness draw.
    public var drawsBlindness: Bool {
        blindShare > 0 || rules.rules.contains { ($0.then.blindShare ?? 0) > 0 }
    }
}

/// What the policy and the rule say for one prediction.
struct PolicyTerms {
    let policy: Policy
    let rule: Rule?
    let facts: RoutingFacts
    let draws: RoutingDraws

    /// The probability of an audit, if the model decides: the rule's, else the stratum's, else the
    /// policy's.
    var auditRate: Double {
        rule?.then.auditRate ?? stratum.map { policy.audits.strata[$0 - 1].rate }
            ?? policy.auditRate
    }
    /// The stratum the audit rate comes from, counted from 1.
    private var stratum: Int? {
        guard !policy.audits.strata.isEmpty, rule?.then.auditRate == nil else { return nil }
        let index = policy.audits.strata.firstIndex {
            $0.holds(label: facts.label, confidence: facts.confidence)
        }
        return index.map { $0 + 1 }
    }
    private var isBlind: Bool { draws.blind < (rule?.then.blindShare ?? policy.blindShare) }
    /// How likely the prediction is wrong: by its calibrated probability where there is a map, else by
    /// the model's own confidence; 1 without a confidence.
    private var doubt: Double {
        facts.confidence.map { 1 - (facts.calibrated ?? $0.value) } ?? 1
    }

    /// Who decides where a model may decide what it is sure of.
    func partial() -> Routing {
        switch rule?.then.decider {
        case .review: return queued(.rule)
        case .accept: return heldBack() ?? shared(.rule)
        case nil: break
        }
        guard let confidence = facts.confidence else { return queued(.missingConfidence) }
        let threshold = rule?.then.accept ?? policy.accept.threshold(for: facts.label)
        guard confidence.value >= threshold else { return queued(.belowThreshold) }
        return heldBack() ?? shared(.confident)
    }

    /// A person's, where a fallback keeps the model from deciding; nil where none does.
    func heldBack() -> Routing? {
        guard !policy.fallbacks.isEmpty else { return nil }
        let isRules = rule?.then.decider == .accept || rule?.then.accept != nil
        let standing = policy.fallbacks.filter { $0.holds(facts, byRule: isRules) }
        guard !standing.isEmpty else { return nil }
        return queued(.alarm, isUrgent: standing.contains { $0.action == .hold })
    }

    /// The model's to decide, inside its share of the traffic.
    private func shared(_ reason: RouteReason) -> Routing {
        let share = policy.automationShare
        // Written so that a share of 1 gives the audit rate to the last bit.
        let propensity = (1 - share) + share * auditRate
        guard draws.share < policy.automationShare else {
            return queued(.automationShare, propensity: propensity, stratum: stratum)
        }
        return automated(reason, propensity: propensity)
    }

    /// A person's; blindly, with what would have become of it on record.
    func shadowed(by would: Routing) -> Routing {
        queued(.degree, isBlind: true, urgency: 0.5, wouldBe: would.route)
    }

    func queued(
        _ reason: RouteReason, propensity: Double = 1, stratum: Int? = nil, isBlind: Bool? = nil,
        urgency: Double? = nil, isUrgent: Bool = false, wouldBe: Route? = nil
    ) -> Routing {
        Routing(
            route: .queued, reason: reason, rule: rule?.name, propensity: propensity,
            stratum: stratum, isBlind: isBlind ?? self.isBlind,
            urgency: isUrgent ? 1 : rule?.then.priority?.urgency ?? urgency ?? doubt,
            reviewers: rule?.then.reviewers ?? policy.reviewers,
            slaSeconds: rule?.then.slaSeconds ?? policy.slaSeconds, wouldBe: wouldBe)
    }

    /// Accepted, and audited when the draw says so.
    ///
    /// An audit gets the middle urgency, so that its place in the queue does not give it away, and a
    /// deadline, so that it is done. It asks one reviewer where a second look follows if need be,
    /// else as many as every item.
    func automated(_ reason: RouteReason, propensity: Double) -> Routing {
        Routing(
            route: draws.audit < auditRate ? .audited : .accepted, reason: reason,
            rule: rule?.name, propensity: propensity, stratum: stratum, isBlind: true, urgency: 0.5,
            reviewers: policy.audits.asksSecondLook ? 1 : policy.reviewers,
            slaSeconds: min(policy.slaSeconds ?? .max, policy.audits.deadlineSeconds))
    }
}

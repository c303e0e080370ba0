/// What the policy did with a prediction.
public enum Route: String, Sendable, CaseIterable {
    /// The model's label is the decision.
    case accepted
    /// A person decides.
    case queued
    /// The model's label is the decision and a person reviews the item blindly as well.
    case audited
    /// Recorded; decided nothing.
    case shadowed
    /// The version that must decide has not answered yet.
    case waiting

    /// Whether the reply to the producer carries the model's label as the answer.
    public var answersWithLabel: Bool {
        switch self {
        case .accepted, .audited: true
        case .queued, .shadowed, .waiting: false
        }
    }
}

/// Why a prediction took its route; stable words that reports group by.
public enum RouteReason: String, Sendable, CaseIterable {
    /// Confidence at or above the threshold of its label.
    case confident
    /// Confidence below the threshold of its label.
    case belowThreshold = "below_threshold"
    /// The producer sent no confidence.
    case missingConfidence = "missing_confidence"
    /// The degree of automation gives every item to people, or every item to the model.
    case degree
    /// Confident, but outside the share of traffic the model may decide.
    case automationShare = "automation_share"
    /// The model would decide, and an alarm has it that a person does until somebody lifts that.
    case alarm
    /// A rule of the policy says who decides.
    case rule
    /// The item came without a prediction, which only the degree `human_only` takes.
    case noPrediction = "no_prediction"
    /// The item had been routed before, and has been decided or is being reviewed.
    case itemAlreadyRouted = "item_already_routed"
    /// Of the two versions of the rollout, the other decides this item.
    case otherVersionDecides = "other_version_decides"
    /// The version was put out of service by a switch or a rollback.
    case lateVersion = "late_version"
    /// The rollout does not name the version.
    case unknownVersion = "unknown_version"
    /// The label the model names may not be given any more.
    case labelRetired = "label_retired"
    /// The version that decides stayed silent for too long, and a person is to decide instead.
    case noAnswerInTime = "no_answer_in_time"
}

/// The numbers in 0..<1 a routing decision depends on, drawn from keyed hashes of the item.
///
/// They come in as an argument so that routing is a pure function: the same facts and the same
/// draws give the same route, and any past route can be recomputed.
public struct RoutingDraws: Hashable, Sendable {
    /// Below the audit rate: the accepted item is audited.
    public var audit: Double
    /// Below the automation share: the model may decide.
    public var share: Double
    /// Below the blind share: the reviewer does not see the prediction.
    public var blind: Double
    /// Below the candidate's share of a rollout: the candidate decides.
    public var rollout: Double

    /// Makes the draws of one item.
    public init(audit: Double, share: Double, blind: Double, rollout: Double = 0) {
        self.audit = audit
        self.share = share
        self.blind = blind
        self.rollout = rollout
    }
}

/// A route with everything that is recorded about it.
public struct Routing: Hashable, Sendable {
    /// Where the prediction went.
    public let route: Route
    /// Why.
    public let reason: RouteReason
    /// The rule that applied, whether or not it named the route; nil when none did.
    public let rule: String?
    /// The probability, known when routed, that a person labels this item; in 0...1.
    public let propensity: Double
    /// The stratum of the policy that the audit rate comes from, counted from 1; nil where the rate is
    /// the policy's or a rule's, and where chance had no say.
    public let stratum: Int?
    /// Whether the reviewer, if any, works without seeing the prediction.
    public let isBlind: Bool
    /// How urgent the review is, in 0...1; 1 is the most urgent.
    public let urgency: Double
    /// How many reviews the item gets, if any.
    public let reviewers: Int
    /// Seconds from arrival to the deadline of the review; nil for none.
    public let slaSeconds: Int?
    /// Where it would have gone if the model decided what it is sure of; only of what decides
    /// nothing.
    public let wouldBe: Route?

    /// Makes a routing.
    public init(
        route: Route, reason: RouteReason, rule: String? = nil, propensity: Double,
        stratum: Int? = nil, isBlind: Bool, urgency: Double, reviewers: Int = 1,
        slaSeconds: Int? = nil, wouldBe: Route? = nil
    ) {
        self.route = route
        self.reason = reason
        self.rule = rule
        self.propensity = propensity
        self.stratum = stratum
        self.isBlind = isBlind
        self.urgency = urgency
        self.reviewers = reviewers
        self.slaSeconds = slaSeconds
        self.wouldBe = wouldBe
    }
}

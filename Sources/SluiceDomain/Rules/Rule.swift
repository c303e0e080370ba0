import SluiceJSON

/// One rule of a policy: what it asks of a prediction, and what then differs from the policy.
public struct Rule: Hashable, Sendable {
    /// How reasons name it: 1 to 64 bytes, told apart byte by byte within a policy.
    public let name: String
    /// When it applies.
    public let when: Condition
    /// `when` as it was written.
    public let document: JSONValue
    /// What differs.
    public let then: RuleEffect

    /// Makes a rule.
    public init(name: String, when: Condition, document: JSONValue, then: RuleEffect) {
        self.name = name
        self.when = when
        self.document = document
        self.then = then
    }
}

/// What a rule that applies changes; nil leaves what the policy says.
public struct RuleEffect: Hashable, Sendable {
    /// Who decides, whatever the thresholds say.
    public enum Decider: String, Sendable, CaseIterable {
        /// People.
        case review
        /// The model, where the degree lets a model decide at all; its share and audits apply.
        case accept
    }

    /// How soon people see the item.
    public enum Priority: String, Sendable, CaseIterable {
        /// Before everything that has not waited long.
        case urgent
        /// Before most.
        case high
        /// By the model's doubt, as without a rule.
        case normal
        /// After the others.
        case low

        /// The urgency in 0...1; nil for the model's doubt.
        public var urgency: Double? {
            switch self {
            case .urgent: 1
            case .high: 0.9
            case .normal: nil
            case .low: 0
            }
        }
    }

    /// Who decides.
    public var decider: Decider?
    /// The threshold, in 0...1.
    public var accept: Double?
    /// How many reviews, in 1...`Policy.maximumReviewers`.
    public var reviewers: Int?
    /// How soon.
    public var priority: Priority?
    /// Seconds from arrival to the deadline.
    public var slaSeconds: Int?
    /// The share of accepted items audited, in 0...1.
    public var auditRate: Double?
    /// The share of queued items shown without the prediction, in 0...1.
    public var blindShare: Double?

    /// Changes nothing.
    public init() {}
}

/// The rules of a policy in order; the first that applies counts, and no other.
public struct RuleSet: Hashable, Sendable {
    /// The rules.
    public let rules: [Rule]
    /// Reads what they look at.
    public let fields: FieldReader
    /// When each applies: all that is looked at of the rules that do not.
    private let conditions: [Condition]

    /// No rule.
    public static let none = RuleSet([], fields: FieldReader([]))

    /// Makes a set; conditions count their paths as `fields` does.
    public init(_ rules: [Rule], fields: FieldReader) {
        self.rules = rules
        self.fields = fields
        conditions = rules.map(\.when)
    }

    /// The most reviews a rule asks for; 0 when none says.
    public var mostReviewers: Int { rules.compactMap(\.then.reviewers).max() ?? 0 }

    /// The rule of that exact name; nil when there is none.
    public func rule(named name: String) -> Rule? {
        rules.first { ExactText($0.name) == ExactText(name) }
    }

    /// The rule for a prediction.
    public func first(for facts: RoutingFacts) -> Rule? {
        conditions.firstIndex { $0.holds(of: facts) }.map { rules[$0] }
    }
}

/// What routing looks at, of one prediction.
public struct RoutingFacts: Hashable, Sendable {
    /// The predicted label.
    public var label: ExactText
    /// The confidence; nil when the producer said there is none.
    public var confidence: Confidence?
    /// How often predictions of this confidence are right, 0...1, by a calibration map; nil without
    /// one.
    ///
    /// It orders the queue and decides nothing: thresholds, rules and audits go by the confidence.
    public var calibrated: Double?
    /// Whether the label may not be given any more: then a person decides.
    public var isLabelRetired = false
    /// The model.
    public var model: ExactText
    /// Its version.
    public var modelVersion: ExactText
    /// The values at the paths of the policy's rules, in their order.
    public var fields: [FieldValue]

    /// Collects the facts.
    public init(
        label: String, confidence: Confidence?, calibrated: Double? = nil, model: String = "",
        modelVersion: String = "", fields: [FieldValue] = []
    ) {
        self.label = ExactText(label)
        self.confidence = confidence
        self.calibrated = calibrated
        self.model = ExactText(model)
        self.modelVersion = ExactText(modelVersion)
        self.fields = fields
    }
}

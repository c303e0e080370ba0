import SluiceDomain
import SluiceJSON

/// What is to be tried on recorded traffic.
public struct WhatIfQuestion: Sendable {
    /// A policy document to try; nil for none.
    public var document: JSONValue?
    /// Thresholds to try, each in 0...1; nil for the usual ones.
    public var thresholds: [Double]?
    /// The label whose own threshold is tried; nil for the threshold of labels without their own.
    public var label: String?
    /// Start of the window; nil for the project's creation.
    public var from: Timestamp?
    /// End of the window; nil for now.
    public var to: Timestamp?

    /// The thresholds tried when nobody says: closer where models put most of their confidences.
    public static let usualThresholds = [
        0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985,
        0.99, 0.995, 0.999,
    ]

    /// The most thresholds that can be tried at once.
    public static let mostThresholds = 60

    /// Asks a question.
    public init(
        document: JSONValue? = nil, thresholds: [Double]? = nil, label: String? = nil,
        from: Timestamp? = nil, to: Timestamp? = nil
    ) {
        self.document = document
        self.thresholds = thresholds
        self.label = label
        self.from = from
        self.to = to
    }

    /// The policies to try: the one in force, the document, then the thresholds in rising order.
    ///
    /// Thresholds are tried in the document if there is one, else in what is in force, and always in
    /// degree `partial` and without fallbacks: under those they decide nothing. With a document alone, no others are.
    ///
    /// - Throws: `invalidPolicy`; `unknownLabel`.
    func candidates(for project: ProjectContext) throws(ReviewError) -> [WhatIfCandidate] {
        try NameCheck.label(label, of: project)
        let label = try label.map { (name) throws(ReviewError) -> ExactText in
            ExactText(try project.labels.sought(name))
        }
        func threshold(_ policy: Policy) -> Double {
            label.map(policy.accept.threshold) ?? policy.accept.standard
        }
        var candidates = [
            WhatIfCandidate(
                kind: .inForce, threshold: threshold(project.policy), policy: project.policy)
        ]
        var base = project.policy
        if let document {
            base = try Policy(document, for: project)
            candidates.append(
                WhatIfCandidate(kind: .document, threshold: threshold(base), policy: base))
            if thresholds == nil, label == nil { return candidates }
        }
        for threshold in Set(thresholds ?? Self.usualThresholds).sorted() {
            var policy = base
            policy.degree = .partial
            policy.fallbacks = []
            if let label {
                policy.accept.labels[label] = threshold
            } else {
                policy.accept.standard = threshold
            }
            candidates.append(
                WhatIfCandidate(kind: .threshold, threshold: threshold, policy: policy))
        }
        return candidates
    }
}

/// One policy that is tried.
struct WhatIfCandidate: Sendable {
    enum Kind: String, Sendable {
        case inForce = "in_force"
        case document
        case threshold
    }

    let kind: Kind
    /// The threshold that is varied, as this policy has it.
    let threshold: Double
    let policy: Policy
}

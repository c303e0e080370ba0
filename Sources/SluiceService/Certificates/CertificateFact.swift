import SluiceDomain
import SluiceStore

/// What a certificate looks at, of one item.
///
/// Some 32 bytes, so that those of a million items are held at once.
struct CertificateFact: Sendable {
    /// What people say of the prediction by now.
    enum Standing: UInt8, Sendable {
        /// Nobody has to say anything, or nobody has yet whose place chance could not have taken.
        case unlabelled
        case right
        case wrong
        /// Nobody has answered, and that itself may have to do with the answer: it is taken for wrong.
        case doubtful
        /// The answer says nothing of the label: unusable input, or nobody can tell.
        case saysNothing

        /// Whether it counts as a label.
        var isLabel: Bool { self == .right || self == .wrong || self == .doubtful }
        /// Whether it counts against the model.
        var isError: Bool { self == .wrong || self == .doubtful }
    }

    /// The model's confidence; below 0 where it gave none, which no threshold accepts.
    let confidence: Double
    /// The probability, known when routed, that a person labels it.
    let propensity: Double
    /// The largest 1/propensity under the policy that routed it, over its own: 0...1.
    let weightShare: Double
    /// The place of the predicted label in the project's set.
    let label: Int32
    let standing: Standing
    /// Whether people have still to answer, in time.
    let isPending: Bool

    /// What a row tells; nil of an item that a threshold does not decide about.
    ///
    /// Queued items that wait are taken for wrong: the doubtful ones are reviewed first, so those left
    /// over are no sample. Audits that wait are drawn by chance and done in the order they came, so
    /// those done stand for those that wait, until they are disputed or overdue.
    init?(
        _ row: EvidenceRow, policy: Policy, labels: LabelPlaces, now: Timestamp
    ) {
        guard let label = row.label, policy.thresholdDecides(row) else { return nil }
        confidence = row.confidence ?? -1
        propensity = row.propensity
        weightShare = row.propensity > 0 ? min(policy.leastPropensity / row.propensity, 1) : 0
        self.label = labels.place(of: label)
        guard row.isAsked else {
            standing = .unlabelled
            isPending = false
            return
        }
        if let isWrong = row.isWrong {
            standing = isWrong ? .wrong : .right
            isPending = false
        } else if row.decidedAt != nil {
            standing = .saysNothing
            isPending = false
        } else {
            let age = now.seconds(since: row.receivedAt)
            let isOverdue = age > Double(policy.audits.deadlineSeconds)
            standing = !row.isAudit || row.isDisputed || isOverdue ? .doubtful : .unlabelled
            isPending = !isOverdue
        }
    }
}

/// The places of a project's labels.
struct LabelPlaces: Sendable {
    private let places: [ExactText: Int32]
    /// The ids of the labels by place.
    let names: [String]

    init(_ labels: LabelSet) {
        names = labels.all.map(\.id)
        places = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { (ExactText($1), Int32($0)) })
    }

    /// The place of a label; one beyond the last for a label the project no longer has.
    func place(of label: String) -> Int32 {
        places[ExactText(label)] ?? Int32(names.count)
    }
}

extension Policy {
    /// Whether a threshold of the policy decides about an item that it routed: not where a rule says
    /// who decides or has a threshold of its own, nor where the model had no say.
    func thresholdDecides(_ row: EvidenceRow) -> Bool {
        switch RouteReason(rawValue: row.reason) {
        case .confident, .belowThreshold, .missingConfidence, .automationShare, .degree, .alarm:
            break
        default: return false
        }
        guard let effect = row.rule.flatMap({ rules.rule(named: $0)?.then }) else { return true }
        return effect.decider == nil && effect.accept == nil
    }

    /// The smallest probability above 0 with which an item may be labelled under this policy.
    ///
    /// A bound on the weights that is known before any item is.
    var leastPropensity: Double {
        let rates =
            [auditRate] + audits.strata.map(\.rate) + rules.rules.compactMap(\.then.auditRate)
        let share = degree == .partial ? automationShare : degree == .full ? 1 : 0
        return rates.map { 1 - share * (1 - $0) }.filter { $0 > 0 }.min() ?? 1
    }
}

import SluiceDomain

/// Which predictions belong to the strata that items were audited by.
///
/// Items know the number of their stratum and their propensity, and several policies may have been in
/// force: a stratum has a name only if all of them that give that number that propensity agree on it.
struct AuditStrataNames: Sendable {
    private let strata: [AutoAcceptError.Key: AuditStratum?]

    /// No names.
    static let none = AuditStrataNames([])

    /// Collects the names of the policies that were in force.
    init(_ policies: [Policy]) {
        var strata: [AutoAcceptError.Key: AuditStratum?] = [:]
        for policy in policies {
            for (index, stratum) in policy.audits.strata.enumerated() {
                let share = policy.degree == .full ? 1 : policy.automationShare
                let key = AutoAcceptError.Key(
                    propensity: (1 - share) + share * stratum.rate, stratum: index + 1)
                if let other = strata[key], other != stratum {
                    strata.updateValue(nil, forKey: key)
                } else {
                    strata[key] = stratum
                }
            }
        }
        self.strata = strata
    }

    /// What belongs to a stratum; nil if that is not known, or not one thing.
    func stratum(_ key: AutoAcceptError.Key) -> AuditStratum? { strata[key] ?? nil }
}

/// How often reviewers find a wrong prediction, and leave a right one, on items whose label is known.
struct ReviewerSkill: Sendable, Hashable {
    /// How many wrong predictions they saw.
    var wrong = 0
    /// How many of those they gave another label.
    var found = 0
    /// How many right predictions they saw.
    var right = 0
    /// How many of those they gave the predicted label.
    var left = 0
}

extension Policy {
    /// Whether a route may depend on which version predicted.
    public var looksAtVersions: Bool { !rules.rules.isEmpty || !fallbacks.isEmpty }

    /// What stands of what alarms did, for those who may lift it; nil when nothing does.
    public func alert(in labels: LabelSet) -> String? {
        guard let last = fallbacks.last else { return nil }
        let more = fallbacks.count > 1 ? " (and \(fallbacks.count - 1) more)" : ""
        return "\(last.summary(in: labels))\(more); sluice policy resume gives it back"
    }

    /// Whether a model may decide anything at all.
    public var isAutomating: Bool { degree == .partial || degree == .full }

    /// Whether it accepts nothing that `other` does not accept, as far as that can be told.
    ///
    /// Rules that differ can accept anything, so a policy with other rules counts as laxer; so does
    /// one that audits nothing, or that watches another or no limit.
    public func isNoLaxer(than other: Policy, labels: LabelSet) -> Bool {
        guard isAutomating else { return true }
        guard other.isAutomating, degree == other.degree || other.degree == .full else {
            return false
        }
        let rate = { (policy: Policy) in policy.degree == .full ? 1 : policy.automationShare }
        return rules == other.rules && drawsAudits && errorLimit == other.errorLimit
            && rate(self) <= rate(other)
            && (other.degree == .full
                || labels.labels.allSatisfy {
                    let id = ExactText($0.id)
                    return accept.threshold(for: id) >= other.accept.threshold(for: id)
                })
    }
}

/// What an alarm makes of the policy in force.
public struct AlarmResponse: Hashable, Sendable {
    /// The policy to put in force; nil where nothing is to be changed.
    public let policy: Policy?
    /// What is done, which may be other than what was asked for.
    public let taken: AlarmAction
    /// Why that is other than what was asked for; nil when it is not.
    public let note: String?

    /// Collects the parts.
    public init(policy: Policy?, taken: AlarmAction, note: String?) {
        self.policy = policy
        self.taken = taken
        self.note = note
    }
}

extension Policy {
    /// What the alarm does, a pure function of the policies and the alarm.
    ///
    /// What cannot be done as asked becomes `assist`: without a stricter policy before, `previous`
    /// does. `raise` begins as `assist` and stays so unless ``raised(_:to:)`` follows, because what the
    /// evidence still certifies takes a while to find. Nothing is done where nothing is automated, or
    /// where a fallback that stands covers it.
    ///
    /// - Parameters:
    ///   - alarm: what is to be laid over the policy; its action and threshold are set here.
    ///   - previous: what was in force before this policy; nil when nothing was.
    public func response(
        to alarm: Fallback, previous: Policy?, labels: LabelSet
    ) -> AlarmResponse {
        var fallback = alarm
        fallback.accept = nil
        fallback.action = .assist
        guard action(on: alarm.cause) != .notify else {
            return AlarmResponse(policy: nil, taken: .notify, note: nil)
        }
        guard isAutomating else {
            return AlarmResponse(policy: nil, taken: .notify, note: "people decide everything")
        }
        if let standing = fallbacks.first(where: { $0.covers(fallback) }) {
            return AlarmResponse(
                policy: nil, taken: .notify,
                note: "fallback \(standing.number) covers it already")
        }
        switch action(on: alarm.cause) {
        case .hold: fallback.action = .hold
        case .assist, .raise, .notify: break
        case .previous:
            let note: String
            switch previous {
            case nil: note = "no policy was in force before"
            case let before? where !before.isNoLaxer(than: self, labels: labels):
                note = "the policy before may accept more"
            case let before? where isNoLaxer(than: before, labels: labels):
                note = "the policy before accepts as much"
            case var before?:
                fallback.action = .previous
                before.fallbacks = fallbacks + [fallback]
                return AlarmResponse(policy: before, taken: .previous, note: nil)
            }
            return AlarmResponse(policy: adding(fallback), taken: .assist, note: note)
        }
        return AlarmResponse(policy: adding(fallback), taken: fallback.action, note: nil)
    }

    private func adding(_ fallback: Fallback) -> Policy {
        var policy = self
        policy.fallbacks.append(fallback)
        return policy
    }

    /// The policy whose fallback of that number leaves to the model what is at least as sure.
    ///
    /// - Returns: nil when no `assist` of that number stands.
    public func raised(_ number: Int, to accept: Double) -> Policy? {
        guard
            let index = fallbacks.firstIndex(where: {
                $0.number == number && $0.action == .assist
            })
        else { return nil }
        var policy = self
        policy.fallbacks[index].action = .raise
        policy.fallbacks[index].accept = accept
        return policy
    }
}

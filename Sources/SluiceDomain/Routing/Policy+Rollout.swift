/// Where an item stands when a prediction is routed.
public enum ItemStanding: String, Sendable, CaseIterable {
    /// Nothing of it has been routed.
    case new
    /// It waits for the version that decides it, or for a reviewer who has not begun.
    case open
    /// It is decided or being reviewed.
    case settled
    /// The version that decides it did not answer in time; the prediction is the one that waited.
    case unanswered
}

extension Policy {
    /// Routes one prediction of a version that a rollout gives, or does not give, a say in the item; a
    /// pure function of the policy, the rollout, the facts, the draws and the item's standing.
    ///
    /// The version that decides is routed by the policy, unless the item is settled. Another one of
    /// the rollout waits for it when it comes first, and is only recorded when it comes later; once it
    /// has waited for too long it is routed itself, if the rollout falls back on it. A version the
    /// rollout does not name decides nothing: a person does. What decides nothing records where the
    /// policy alone would have sent it.
    ///
    /// - Parameter rollout: nil when there is none; then every version decides.
    public func route(
        _ facts: RoutingFacts, draws: RoutingDraws, rollout: Rollout?, item: ItemStanding
    ) -> Routing {
        let routing = route(facts, draws: draws)
        let version = ModelVersion(model: facts.model, version: facts.modelVersion)
        switch (rollout?.standing(of: version, draw: draws.rollout) ?? .decides, item) {
        case (.decides, .new), (.decides, .open), (.decides, .unanswered): return routing
        case (.decides, .settled): return recorded(.shadowed, .itemAlreadyRouted, instead: routing)
        // What nobody can give any more waits for no other version.
        case (_, .unanswered) where facts.isLabelRetired: return routing
        case (.awaitsOther, .unanswered) where rollout?.letsOtherDecide == true: return routing
        case (_, .unanswered): return forPeople(.noAnswerInTime, facts, instead: routing)
        case (.awaitsOther, .new): return recorded(.waiting, .otherVersionDecides, instead: routing)
        case (.late, .new): return recorded(.waiting, .lateVersion, instead: routing)
        case (.unknown, .new): return forPeople(.unknownVersion, facts, instead: routing)
        case (.awaitsOther, _): return recorded(.shadowed, .otherVersionDecides, instead: routing)
        case (.late, _): return recorded(.shadowed, .lateVersion, instead: routing)
        case (.unknown, _): return recorded(.shadowed, .unknownVersion, instead: routing)
        }
    }

    /// Where the policy alone would have sent a prediction; nil where people decide everything.
    private func wouldBe(_ routing: Routing) -> Route? {
        switch degree {
        case .humanOnly: nil
        case .shadow: routing.wouldBe
        case .assist, .partial, .full: routing.route
        }
    }

    /// Decides nothing, and selects nothing: the propensity is 0.
    private func recorded(
        _ route: Route, _ reason: RouteReason, instead routing: Routing
    ) -> Routing {
        Routing(
            route: route, reason: reason, rule: routing.rule, propensity: 0, isBlind: false,
            urgency: 0, wouldBe: wouldBe(routing))
    }

    /// Routes to people what cannot be looked at any more.
    public func routeToPeople(_ reason: RouteReason) -> Routing {
        Routing(
            route: .queued, reason: reason, propensity: 1, isBlind: true, urgency: 0.5,
            reviewers: reviewers, slaSeconds: slaSeconds)
    }

    /// Routes to people what a rollout gave no version a say in, as the rules have it.
    public func routeToPeople(_ reason: RouteReason, _ facts: RoutingFacts) -> Routing {
        PolicyTerms(
            policy: self, rule: rules.first(for: facts), facts: facts,
            draws: RoutingDraws(audit: 0, share: 0, blind: 0)
        ).queued(reason, isBlind: true, urgency: 0.5)
    }

    /// A person decides, without being shown what had no say.
    private func forPeople(
        _ reason: RouteReason, _ facts: RoutingFacts, instead routing: Routing
    ) -> Routing {
        PolicyTerms(
            policy: self, rule: rules.first(for: facts), facts: facts,
            draws: RoutingDraws(audit: 0, share: 0, blind: 0)
        ).queued(reason, isBlind: true, urgency: 0.5, wouldBe: wouldBe(routing))
    }
}

extension Rollout {
    /// Whether the version that does not decide an item does so after all when the other stays silent.
    ///
    /// A candidate in shadow never decides, so there is nobody to fall back on.
    public var letsOtherDecide: Bool { fallback == .other && mode != .shadow }
}

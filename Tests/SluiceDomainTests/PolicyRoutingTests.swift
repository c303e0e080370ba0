import SluiceDomain
import Testing

@Suite("Routing by policy")
struct PolicyRoutingTests {
    private let low = RoutingDraws(audit: 0, share: 0, blind: 0)
    private let high = RoutingDraws(audit: 0.999, share: 0.999, blind: 0.999)

    private func partial(_ change: (inout Policy) -> Void = { _ in }) -> Policy {
        var policy = Policy.standard
        policy.degree = .partial
        policy.accept = Policy.Thresholds(standard: 0.95)
        change(&policy)
        return policy
    }

    private func confidence(_ value: Double) throws -> Confidence {
        try #require(Confidence(value))
    }

    @Test(
        "a degree that gives every item to people queues even the most confident prediction",
        arguments: [AutomationDegree.humanOnly, .assist])
    func peopleDecide(_ degree: AutomationDegree) throws {
        var policy = Policy.standard
        policy.degree = degree
        for value in [0, 0.5, 1] {
            for draws in [low, high] {
                let routing = policy.route(
                    RoutingFacts(label: "ok", confidence: try confidence(value)), draws: draws)
                #expect(routing.route == .queued)
                #expect(routing.reason == .degree)
                #expect(routing.propensity == 1)
            }
        }
    }

    @Test("with no suggestion to be shown, human_only is always blind and assist by its share")
    func blindness() throws {
        var policy = Policy.standard
        policy.degree = .humanOnly
        let sure = try confidence(1)
        #expect(policy.route(RoutingFacts(label: "ok", confidence: sure), draws: high).isBlind)
        policy.degree = .assist
        policy.blindShare = 0.25
        for (draw, isBlind) in [(0.2499, true), (0.25, false)] {
            let draws = RoutingDraws(audit: 0, share: 0, blind: draw)
            #expect(
                policy.route(RoutingFacts(label: "ok", confidence: sure), draws: draws).isBlind
                    == isBlind)
        }
    }

    @Test(
        "a calibrated probability moves the urgency of what the doubt ranks, and nothing else",
        arguments: AutomationDegree.allCases)
    func calibrated(_ degree: AutomationDegree) throws {
        var policy = partial()
        policy.degree = degree
        policy.automationShare = 0.5
        for value in [0, 0.3, 0.9499, 0.95, 1] {
            for draws in [low, high] {
                let plain = RoutingFacts(label: "ok", confidence: try confidence(value))
                var mapped = plain
                mapped.calibrated = 0.25
                let (before, after) = (
                    policy.route(plain, draws: draws), policy.route(mapped, draws: draws)
                )
                let isRanked = before.urgency == 1 - value && before.route == .queued
                #expect(after.urgency == (isRanked ? 0.75 : before.urgency))
                #expect(
                    Routing(
                        route: after.route, reason: after.reason, rule: after.rule,
                        propensity: after.propensity, stratum: after.stratum,
                        isBlind: after.isBlind, urgency: before.urgency,
                        reviewers: after.reviewers, slaSeconds: after.slaSeconds,
                        wouldBe: after.wouldBe) == before)
            }
        }
        // Without a confidence there is nothing to map.
        let unknown = RoutingFacts(label: "ok", confidence: nil, calibrated: 0.9)
        #expect(
            policy.route(unknown, draws: high)
                == policy.route(RoutingFacts(label: "ok", confidence: nil), draws: high))
    }

    @Test("full automation accepts the least confident prediction, and still audits")
    func full() {
        var policy = Policy.standard
        policy.degree = .full
        policy.auditRate = 0.1
        let accepted = policy.route(RoutingFacts(label: "ok", confidence: nil), draws: high)
        #expect(accepted.route == .accepted)
        #expect(accepted.propensity == 0.1)
        let audited = policy.route(RoutingFacts(label: "ok", confidence: Confidence(0)), draws: low)
        #expect(audited.route == .audited)
        #expect(audited.isBlind)
    }

    @Test(
        "a confidence equal to its threshold is accepted, one step less is not",
        arguments: [0.0, 0.3, 0.5, 0.95, 0.999, 1.0])
    func threshold(_ threshold: Double) throws {
        let policy = partial { $0.accept = Policy.Thresholds(standard: threshold) }
        let at = policy.route(
            RoutingFacts(label: "ok", confidence: try confidence(threshold)), draws: high)
        #expect(at.route == .accepted)
        #expect(at.reason == .confident)
        guard threshold > 0 else { return }
        let below = policy.route(
            RoutingFacts(label: "ok", confidence: try confidence(threshold.nextDown)), draws: high)
        #expect(below.route == .queued)
        #expect(below.reason == .belowThreshold)
        #expect(below.propensity == 1)
    }

    @Test("a label with a threshold of its own ignores the default, told apart byte by byte")
    func perLabel() throws {
        let composed = "caf\u{e9}"
        let policy = partial {
            $0.accept.labels = [ExactText("fraud"): 0.99, ExactText(composed): 0.5]
        }
        func route(_ label: String, _ value: Double) throws -> Route {
            policy.route(RoutingFacts(label: label, confidence: try confidence(value)), draws: high)
                .route
        }
        #expect(try route("fraud", 0.98) == .queued)
        #expect(try route("fraud", 0.99) == .accepted)
        #expect(try route("ok", 0.95) == .accepted)
        #expect(try route(composed, 0.6) == .accepted)
        #expect(try route("cafe\u{301}", 0.6) == .queued)
    }

    @Test("without a confidence a person decides, before everything else in the queue")
    func missingConfidence() {
        let routing = partial().route(RoutingFacts(label: "ok", confidence: nil), draws: low)
        #expect(routing.route == .queued)
        #expect(routing.reason == .missingConfidence)
        #expect(routing.urgency == 1)
        #expect(routing.propensity == 1)
    }

    @Test("outside the automated share a confident prediction is queued with its propensity")
    func share() throws {
        let policy = partial {
            $0.automationShare = 0.25
            $0.auditRate = 0.02
        }
        let sure = try confidence(1)
        let at = RoutingDraws(audit: 0.5, share: 0.25, blind: 0)
        let outside = policy.route(RoutingFacts(label: "ok", confidence: sure), draws: at)
        #expect(outside.route == .queued)
        #expect(outside.reason == .automationShare)
        let below = RoutingDraws(audit: 0.5, share: 0.25.nextDown, blind: 0)
        let inside = policy.route(RoutingFacts(label: "ok", confidence: sure), draws: below)
        #expect(inside.route == .accepted)
        #expect(abs(inside.propensity - 0.755) < 1e-12)
        #expect(outside.propensity == inside.propensity)
    }

    @Test("the propensity is the share of draws that lead to a person")
    func propensityIsTheShareOfDraws() throws {
        for (share, audit) in [(1.0, 0.02), (0.5, 0.2), (0.25, 0), (0, 0.3), (0.8, 1)] {
            let policy = partial {
                $0.automationShare = share
                $0.auditRate = audit
            }
            var people = 0
            let steps = 200
            var propensity = 0.0
            for one in 0..<steps {
                for other in 0..<steps {
                    let draws = RoutingDraws(
                        audit: (Double(one) + 0.5) / Double(steps),
                        share: (Double(other) + 0.5) / Double(steps), blind: 0)
                    let routing = policy.route(
                        RoutingFacts(label: "ok", confidence: Confidence(1)), draws: draws)
                    if routing.route != .accepted { people += 1 }
                    propensity = routing.propensity
                }
            }
            #expect(abs(Double(people) / Double(steps * steps) - propensity) < 1e-9)
        }
    }

    @Test("an audit is blind and its urgency does not give it away")
    func audit() throws {
        let policy = partial { $0.auditRate = 0.02 }
        for value in [0.95, 0.99, 1] {
            let draws = RoutingDraws(audit: 0.0199, share: 0, blind: 0.9)
            let routing = policy.route(
                RoutingFacts(label: "ok", confidence: try confidence(value)), draws: draws)
            #expect(routing.route == .audited)
            #expect(routing.isBlind)
            #expect(routing.urgency == 0.5)
        }
        let draws = RoutingDraws(audit: 0.02, share: 0, blind: 0)
        #expect(
            policy.route(RoutingFacts(label: "ok", confidence: try confidence(1)), draws: draws)
                .route
                == .accepted)
    }

    @Test("the less confident a queued prediction, the more urgent")
    func urgency() throws {
        let policy = partial()
        let urgencies = try [0.9, 0.5, 0.1].map {
            policy.route(RoutingFacts(label: "ok", confidence: try confidence($0)), draws: high)
                .urgency
        }
        #expect(urgencies == urgencies.sorted())
    }

    @Test("only accepted and audited answer the producer with a label")
    func answers() {
        #expect(Route.allCases.filter(\.answersWithLabel) == [.accepted, .audited])
    }

    @Test("a confidence is a number from 0 to 1, and minus zero is zero")
    func confidenceRange() throws {
        for value in [-0.1, 1.1, 1.0.nextUp, -Double.leastNonzeroMagnitude, .nan, .infinity] {
            #expect(Confidence(value) == nil)
        }
        #expect(try confidence(-0.0).value.sign == .plus)
        #expect(try confidence(0.1) < confidence(0.2))
    }
}

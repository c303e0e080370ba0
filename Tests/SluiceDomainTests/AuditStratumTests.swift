import SluiceDomain
import SluiceJSON
import Testing

@Suite("Audit rates by stratum")
struct AuditStratumTests {
    private func policy(_ strata: [AuditStratum], rate: Double = 0.1, share: Double = 1) -> Policy {
        var policy = Policy.standard
        policy.degree = .partial
        policy.accept = .init(standard: 0.5)
        policy.auditRate = rate
        policy.automationShare = share
        policy.audits.strata = strata
        return policy
    }

    private func route(
        _ policy: Policy, _ label: String, _ confidence: Double?, audit: Double = 0,
        share: Double = 0
    ) -> Routing {
        policy.route(
            RoutingFacts(label: label, confidence: confidence.flatMap(Confidence.init)),
            draws: RoutingDraws(audit: audit, share: share, blind: 0))
    }

    @Test("the first stratum that fits gives the rate; what fits none has the policy's")
    func first() {
        let policy = policy([
            .init(labels: [ExactText("b")], rate: 0.5), .init(from: 0.9, below: 0.95, rate: 0.25),
            .init(labels: ["a", "b"].map(ExactText.init), from: 0.95, rate: 0),
        ])
        for (label, confidence, stratum, rate) in [
            ("b", 0.6, 1, 0.5), ("b", 0.99, 1, 0.5), ("a", 0.9, 2, 0.25), ("c", 0.9499, 2, 0.25),
            ("a", 0.95, 3, 0), ("c", 0.95, nil, 0.1), ("a", 0.89, nil, 0.1),
        ] as [(String, Double, Int?, Double)] {
            let routing = route(policy, label, confidence)
            #expect(routing.propensity == rate, "\(label) \(confidence)")
            #expect(routing.stratum == stratum, "\(label) \(confidence)")
            // A draw at the rate is not below it.
            #expect(route(policy, label, confidence, audit: rate).route == .accepted)
            #expect(routing.route == (rate > 0 ? .audited : .accepted))
        }
    }

    @Test("what people decide is in no stratum, unless chance kept it from the model")
    func people() {
        let policy = policy([.init(rate: 0.5)], share: 0.8)
        let below = route(policy, "a", 0.4)
        #expect(below.route == .queued && below.propensity == 1 && below.stratum == nil)
        let kept = route(policy, "a", 0.9, share: 0.8)
        #expect(kept.route == .queued && kept.stratum == 1)
        #expect(abs(kept.propensity - 0.6) < 1e-15)
        #expect(route(policy, "a", 0.9).propensity == kept.propensity)
    }

    @Test("a rule's rate comes before every stratum's")
    func rule() throws {
        var policy = policy([.init(rate: 0.5)])
        policy.degree = .full
        #expect(route(policy, "a", nil).propensity == 0.5)
        policy.rules = try Policy(
            document: .init(
                parsing: #"{"rules":[{"name":"x","when":{"label":"a"},"then":{"audit_rate":1}}]}"#),
            labels: LabelSet([Label(name: "a")])
        ).rules
        let routing = route(policy, "a", nil)
        #expect(routing.propensity == 1 && routing.stratum == nil)
        #expect(route(policy, "b", nil).stratum == 1)
    }

    @Test("without a confidence only strata fit that ask for none")
    func noConfidence() {
        #expect(!AuditStratum(from: 0, rate: 1).holds(label: ExactText("a"), confidence: nil))
        #expect(!AuditStratum(below: 1, rate: 1).holds(label: ExactText("a"), confidence: nil))
        #expect(
            AuditStratum(labels: [ExactText("a")], rate: 1).holds(
                label: ExactText("a"), confidence: nil))
    }

    @Test("a stratum alone makes the audit draw necessary")
    func draws() {
        #expect(!policy([], rate: 0).drawsAudits)
        #expect(!policy([.init(rate: 0)], rate: 0).drawsAudits)
        #expect(policy([.init(rate: 0.1)], rate: 0).drawsAudits)
    }
}

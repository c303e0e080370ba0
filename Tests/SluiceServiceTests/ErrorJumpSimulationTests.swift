import SluiceDomain
import SluiceStatistics
import Testing

/// A model whose error rate jumps from 2 % to 30 %, at a limit of 2 %, and how much wrong work leaves
/// without a person until the alarm stops it.
///
/// Pure: the routes, the watch and what is done about its alarm are those of the service, the rest is
/// a seed.
@Suite("An error that jumps")
struct ErrorJumpSimulationTests {
    private static let limit = 0.02
    private static let items = 2000
    private static let runs = 400

    /// SplitMix64; Steele, Lea and Flood 2014, OOPSLA, figure 17.
    private struct Dice {
        var state: UInt64

        mutating func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((mixed ^ (mixed >> 31)) >> 11) / 0x1p53
        }
    }

    /// What came of the items behind the jump.
    private struct Outcome {
        /// How many got a wrong label that no person decided.
        var wrong = 0
        /// How many the model decided.
        var automated = 0
    }

    /// One run: a thousand items at the limit, then the jump.
    ///
    /// - Parameter lag: how many items arrive until an audit is answered.
    private static func run(seed: UInt64, auditRate: Double, lag: Int) -> Outcome {
        var dice = Dice(state: seed)
        var policy = Policy.standard
        (policy.degree, policy.auditRate, policy.errorLimit) = (.partial, auditRate, limit)
        policy.accept.standard = 0.9
        let version = ModelVersion(model: ExactText("m"), version: ExactText("1"))
        let facts = RoutingFacts(
            label: "a", confidence: Confidence(0.95), model: "m", modelVersion: "1")
        var watch = AuditWatch(ErrorRateDetector(limit: limit), smallestPropensity: auditRate)
        var asked: [(at: Int, isWrong: Bool)] = []
        var next = 0
        var outcome = Outcome()
        for item in -1000..<items {
            while next < asked.count, asked[next].at + lag <= item {
                watch.take(asked[next].isWrong ? .wrong : .right, propensity: auditRate)
                next += 1
                guard watch.alarms else { continue }
                watch.restart()
                // An alarm before the jump is somebody's to lift; it is not what is asked here.
                guard item >= 0 else { continue }
                let alarm = Fallback(
                    number: policy.fallbacks.count + 1, action: .assist, cause: .concept,
                    since: Timestamp(microseconds: 0), version: version)
                policy = response(policy, alarm) ?? policy
            }
            let isWrong = dice.uniform() < (item < 0 ? limit : 0.3)
            let routing = policy.route(
                facts, draws: RoutingDraws(audit: dice.uniform(), share: 0, blind: 0))
            if routing.route == .audited { asked.append((item, isWrong)) }
            guard item >= 0, routing.route.answersWithLabel else { continue }
            outcome.automated += 1
            outcome.wrong += isWrong ? 1 : 0
        }
        return outcome
    }

    private static func response(_ policy: Policy, _ alarm: Fallback) -> Policy? {
        guard let labels = try? LabelSet([Label(name: "a"), Label(name: "b")]) else { return nil }
        return policy.response(to: alarm, previous: nil, labels: labels).policy
    }

    @Test(
        "wrong automatic answers stay under twice the limit in 95 % of 400 runs, given the audits")
    func jump() {
        var lines: [String] = []
        for (auditRate, lag) in [(0.2, 0), (0.2, 50), (0.2, 100), (0.1, 50), (0.02, 50)] {
            let outcomes = (0..<Self.runs).map {
                Self.run(seed: UInt64($0 + 1), auditRate: auditRate, lag: lag)
            }
            let kept = outcomes.count {
                Double($0.wrong) / Double(Self.items) < 2 * Self.limit
            }
            let automated = outcomes.map(\.automated).sorted()
            lines.append(
                "audits \(auditRate), answered \(lag) items later: kept in \(kept) of \(Self.runs); "
                    + "automated behind the jump \(automated[Self.runs / 2]) (median), "
                    + "\(automated[Self.runs * 95 / 100]) (95 %)")
            if auditRate == 0.2 {
                #expect(kept >= Self.runs * 95 / 100, "\(lines.last ?? "")")
            }
            // With few audits it cannot be kept, and the test would notice if it were not counted.
            if auditRate == 0.02 { #expect(kept < Self.runs / 2) }
        }
        print("error jump 2 % -> 30 %, limit 2 %:\n" + lines.joined(separator: "\n"))
    }
}

import SluiceDomain
import SluicePostgres
import SluiceStore
import TestSupport
import Testing

@testable import SluiceService

/// The share of a canary: what is realised, and who changes side when it grows.
@Suite("The share of a canary")
struct CanaryShareTests {
    private static func rollout(_ share: Double) throws -> Rollout {
        let serving = try #require(ModelVersion("demo/1"))
        var rollout = Rollout(serving: serving)
        rollout.candidate = ModelVersion("demo/2")
        rollout.mode = .canary
        rollout.share = share
        return rollout
    }

    /// Half the width of the 99.9 % interval of a binomial count, by the normal approximation: at
    /// 100,000 items and 5 % that is 3.2905 standard deviations of 68.9, 227 items.
    ///
    /// Five deviations where the salt is another in each run, so that one in a million is outside.
    private static func halfWidth(
        _ share: Double, of count: Int, deviations: Double = 3.2905
    ) -> Double {
        deviations * (Double(count) * share * (1 - share)).squareRoot()
    }

    @Test(
        "over 100,000 items it is within the binomial 99.9 % interval, and none changes side as it grows",
        arguments: ["item-", "customer:", "2026-11-21/"])
    func share(_ prefix: String) throws {
        let salt = Array("a salt that never changes, 32 byte".utf8)
        let shares = [0.05, 0.1, 0.25, 0.5, 1]
        var counts = [Int](repeating: 0, count: shares.count)
        let rollouts = try shares.map(Self.rollout)
        for number in 0..<100_000 {
            let draw = RoutingDraws.side(salt: salt, externalID: "\(prefix)\(number)".utf8)
            let sides = rollouts.map { $0.side(draw: draw) == .candidate }
            for (index, isCandidate) in sides.enumerated() where isCandidate { counts[index] += 1 }
            // Once the candidate's, for ever the candidate's.
            let first = sides.firstIndex(of: true) ?? sides.count
            #expect(sides[first...].allSatisfy { $0 })
        }
        for (share, count) in zip(shares, counts) {
            let expected = 100_000 * share
            #expect(abs(Double(count) - expected) <= Self.halfWidth(share, of: 100_000), "\(share)")
        }
    }

    @Test(
        "through the service, the version that decides an item is the one the share says", .database
    )
    func service() async throws {
        let policy = #"{"degree":"full","audit_rate":0}"#
        try await TestService.run(policy: policy) { service in
            func rollout(_ share: Double) -> String {
                #"{"serving":"demo/1","candidate":"demo/2","mode":"canary","share":\#(share)}"#
            }
            /// Both versions score everything; the external ids the candidate decided.
            func candidates(_ share: Double, _ block: String) async throws -> Set<String> {
                try await service.setRollout(rollout(share))
                for start in stride(from: 0, to: 4000, by: 1000) {
                    for version in ["2", "1"] {
                        try await service.ingest(
                            (start..<start + 1000).map {
                                SentPrediction("\(block)-\($0)", version: version)
                            })
                    }
                }
                let decided = try await service.sql(
                    """
                    SELECT i.external_id FROM item i JOIN prediction p ON p.item_id = i.id AND p.stands
                    JOIN model_version m ON m.id = p.model_version_id AND m.version = '2'
                    JOIN decision d ON d.item_id = i.id AND d.model_version_id = m.id
                    WHERE i.external_id LIKE '\(block)-%'
                    """)
                return Set(decided.split(separator: "\n").map(String.init))
            }
            let small = try await candidates(0.05, "a")
            #expect(abs(Double(small.count) - 200) <= Self.halfWidth(0.05, of: 4000, deviations: 5))
            // The same external ids in the same project, asked what they would be at 25 %.
            try await service.setRollout(rollout(0.25))
            let project = try await service.project()
            let grown = try #require(project.rollout)
            let large = (0..<4000).map { "a-\($0)" }.filter { id in
                grown.side(
                    draw: RoutingDraws.side(
                        salt: project.routingSalt.secret, externalID: id.utf8)) == .candidate
            }
            #expect(small.isSubset(of: large))
            #expect(
                abs(Double(large.count) - 1000) <= Self.halfWidth(0.25, of: 4000, deviations: 5))
            let next = try await candidates(0.25, "b")
            #expect(abs(Double(next.count) - 1000) <= Self.halfWidth(0.25, of: 4000, deviations: 5))
            #expect(
                try await service.sql(
                    "SELECT count(*) FILTER (WHERE stands), count(*) FROM prediction")
                    == "8000|16000")
        }
    }
}

import SluiceDomain
import SluiceJSON
import SluiceStatistics
import Testing

@testable import SluiceService
@testable import SluiceStore

/// The arithmetic of what-if, on traffic small enough to do it by hand.
@Suite("Traffic replayed under other policies")
struct ReplayTests {
    private let labels: LabelSet

    init() throws { labels = try LabelSet([Label(name: "a"), Label(name: "b")]) }

    private func policy(_ document: String) throws -> Policy {
        try Policy(document: JSONValue(parsing: document), labels: labels)
    }

    private func threshold(_ value: Double) throws -> Policy {
        try policy(#"{"degree":"partial","accept":{"default":\#(value)},"audit_rate":0}"#)
    }

    /// Items that are alike but for what people did with them.
    private struct Batch {
        var count: Int
        var confidence: Double?
        var propensity: Double
        var asked: Int
        var labelled: Int
        var wrong: Int
    }

    private func rows(_ batches: [Batch]) -> [ReplayRow] {
        var rows: [ReplayRow] = []
        for batch in batches {
            for number in 0..<batch.count {
                rows.append(
                    ReplayRow(
                        item: Int64(rows.count), externalID: "i\(rows.count)", label: "a",
                        confidence: batch.confidence, saltID: 1, isAsked: number < batch.asked,
                        propensity: batch.propensity, model: "m", modelVersion: "1", payload: nil,
                        metadata: nil, isLabelled: number < batch.labelled,
                        isWrong: number < batch.wrong))
            }
        }
        return rows
    }

    private func replay(_ policies: [Policy], _ rows: [ReplayRow]) throws -> Replay {
        var replay = Replay(policies)
        for row in rows { try replay.add(row, salt: [1, 2, 3]) }
        return replay
    }

    /// 80 sure items of which half were audited, 60 less sure of which 20 still wait, 20 doubtful.
    private static let traffic = [
        Batch(count: 80, confidence: 0.95, propensity: 0.5, asked: 40, labelled: 40, wrong: 4),
        Batch(count: 60, confidence: 0.7, propensity: 1, asked: 60, labelled: 40, wrong: 12),
        Batch(count: 20, confidence: 0.3, propensity: 1, asked: 20, labelled: 20, wrong: 20),
    ]

    private func estimate(_ error: ReplayError) throws -> Estimate {
        guard case .known(let estimate) = error else {
            throw Unknown(.noObservations)
        }
        return estimate
    }

    @Test("the counts are those of routing every item again")
    func counts() throws {
        let replay = try replay(
            [try threshold(0.9), try threshold(0.6), try threshold(0.99)], rows(Self.traffic))
        #expect(replay.items == 160)
        #expect(
            replay.tallies == [
                Replay.Tally(accepted: 80, queued: 80, reviews: 80),
                Replay.Tally(accepted: 140, queued: 20, reviews: 20, toModel: 60),
                Replay.Tally(accepted: 0, queued: 160, reviews: 160, toPeople: 80),
            ])
    }

    @Test("one stratum, all answered: Wilson's interval of the labels")
    func oneStratum() throws {
        let replay = try replay([try threshold(0.9)], rows(Self.traffic))
        let error = try estimate(replay.error(ofPolicy: 0))
        #expect(error.value == 0.1 && error.n == 40 && error.method == .wilson)
        #expect(abs(error.lo - 0.0395795) < 1e-6 && abs(error.hi - 0.2305178) < 1e-6)
    }

    @Test("each label counts for as many items as it stands for")
    func weighted() throws {
        let replay = try replay([try threshold(0.9), try threshold(0.6)], rows(Self.traffic))
        // 40 labels for 80 items weigh 2 each, 40 labels for 60 items 1.5: (4*2 + 12*1.5) / 140,
        // worth 140^2 / (40*4 + 40*2.25) = 78.4 labels.
        let error = try estimate(replay.error(ofPolicy: 1))
        #expect(abs(error.value - 26.0 / 140) < 1e-12)
        #expect(abs((error.nEffective ?? 0) - 78.4) < 1e-9)
        #expect(error.n == 80 && error.method == .weightedWilson)
        let new = try estimate(replay.errorOfNewlyAccepted(byPolicy: 1))
        #expect(new.value == 0.3 && new.n == 40 && new.method == .wilson)
        #expect(replay.errorOfNewlyAccepted(byPolicy: 0) == .nothingAccepted)
    }

    @Test("doubtful items that are reviewed first do not stand for the sure ones that wait")
    func reviewedFirst() throws {
        // Of the items just below the threshold only the more doubtful half was reached so far.
        let replay = try replay(
            [try threshold(0.9), try threshold(0.8), try threshold(0.7)],
            rows([
                Batch(
                    count: 100, confidence: 0.95, propensity: 1, asked: 100, labelled: 100,
                    wrong: 1),
                Batch(
                    count: 100, confidence: 0.85, propensity: 1, asked: 100, labelled: 10, wrong: 1),
                Batch(
                    count: 100, confidence: 0.75, propensity: 1, asked: 100, labelled: 100,
                    wrong: 40),
            ]))
        // 1 of 100, 10 of 100 and 40 of 100; pooled labels would say 42 of 210.
        #expect(abs(try estimate(replay.error(ofPolicy: 2)).value - 51.0 / 300) < 1e-12)
        #expect(abs(try estimate(replay.error(ofPolicy: 1)).value - 11.0 / 200) < 1e-12)
    }

    @Test("what cannot be known says why")
    func unknown() throws {
        let policies = [try threshold(0.9), try threshold(0.5), try threshold(0.99)]
        var traffic = Self.traffic
        traffic[0].propensity = 0
        traffic[0].asked = 0
        traffic[0].labelled = 0
        let unaudited = try replay(policies, rows(traffic))
        #expect(unaudited.error(ofPolicy: 0) == .neverAsked(80, of: 80))
        #expect(unaudited.error(ofPolicy: 1) == .neverAsked(80, of: 140))
        #expect(unaudited.error(ofPolicy: 2) == .nothingAccepted)
        // Still known: how wrong the model is where it would newly decide.
        #expect(try estimate(unaudited.errorOfNewlyAccepted(byPolicy: 1)).value == 0.3)

        traffic = Self.traffic
        traffic[0].labelled = 29
        #expect(
            try replay(policies, rows(traffic)).error(ofPolicy: 0) == .tooFewLabels(29, of: 80))
        traffic = Self.traffic
        traffic[1].labelled = 0
        guard case .notCovered(let share) = try replay(policies, rows(traffic)).error(ofPolicy: 1)
        else { throw Unknown(.noObservations) }
        #expect(abs(share - 60.0 / 140) < 1e-12)
        for error in [
            ReplayError.nothingAccepted, .neverAsked(1, of: 2), .tooFewLabels(0, of: 2),
            .tooFewLabels(3, of: 9), .notCovered(share: 0.4),
        ] {
            #expect(error.reason?.isEmpty == false)
        }
    }

    @Test("a label given to what was accepted unaudited, after a complaint, is no estimate's")
    func complaints() throws {
        var row = rows([
            Batch(count: 1, confidence: 0.95, propensity: 0.5, asked: 0, labelled: 1, wrong: 1)
        ])
        row += rows(Self.traffic)
        let replay = try replay([try threshold(0.9)], row)
        #expect(try estimate(replay.error(ofPolicy: 0)).n == 40)
    }

    @Test(
        "every route is the one that the recorded facts lead to, rules, shares and audits included")
    func sameRoutes() throws {
        let policies = [
            try policy(
                #"{"degree":"partial","accept":{"default":0.5},"audit_rate":0.3,"automation_share":0.6,"rules":[{"name":"large","when":{"payload.amount":{"above":50}},"then":{"route":"review","reviewers":2}}]}"#
            ),
            try policy(#"{"degree":"full","audit_rate":0.1}"#), try policy("{}"),
            try policy(#"{"degree":"human_only"}"#),
            try policy(
                #"{"degree":"partial","rules":[{"name":"x","when":{"metadata.k":["v"]},"then":{"accept":0.1}}]}"#
            ),
        ]
        let salt = Array("salt".utf8)
        var expected = policies.map { _ in Replay.Tally() }
        var replay = Replay(policies)
        for number in 0..<500 {
            let payload = Array(#"{"amount":\#(number % 100)}"#.utf8)
            let metadata = number % 3 == 0 ? Array(#"{"k":"v"}"#.utf8) : nil
            let confidence = number % 7 == 0 ? nil : Double(number % 50) / 50
            try replay.add(
                ReplayRow(
                    item: Int64(number), externalID: "i\(number)", label: "a",
                    confidence: confidence, saltID: 1, isAsked: false, propensity: 0.1, model: "m",
                    modelVersion: "1", payload: payload, metadata: metadata, isLabelled: false,
                    isWrong: false), salt: salt)
            let facts = RoutedFacts(
                item: 0, externalID: "i\(number)", label: "a", confidence: confidence,
                policyVersion: 1, saltID: 1, route: "", reason: "", propensity: 0, stratum: nil,
                isBlind: false,
                rule: nil, wouldBe: nil, model: "m", modelVersion: "1", payload: payload,
                metadata: metadata)
            let routings = try policies.map { try facts.routing(under: $0, salt: salt) }
            for (index, routing) in routings.enumerated() {
                guard let routing else { continue }
                expected[index].accepted += routing.route.answersWithLabel ? 1 : 0
                expected[index].queued += routing.route == .queued ? 1 : 0
                expected[index].audited += routing.route == .audited ? 1 : 0
                expected[index].reviews += routing.route == .accepted ? 0 : routing.reviewers
            }
        }
        for index in policies.indices {
            #expect(replay.tallies[index].accepted == expected[index].accepted)
            #expect(replay.tallies[index].queued == expected[index].queued)
            #expect(replay.tallies[index].audited == expected[index].audited)
            #expect(replay.tallies[index].reviews == expected[index].reviews)
        }
        #expect(expected[0].audited > 0 && expected[0].queued > 0)
        #expect(expected[0].reviews > expected[0].queued + expected[0].audited)
    }

    @Test("an erased payload that a rule looks at leaves the item out for all, and is counted")
    func erased() throws {
        let ruled = try policy(
            #"{"rules":[{"name":"x","when":{"missing":"payload.y"},"then":{"route":"review"}}]}"#)
        let (without, with) = (
            try replay([try threshold(0.9)], rows(Self.traffic)),
            try replay([try threshold(0.9), ruled], rows(Self.traffic))
        )
        #expect(without.erased == 0 && without.items == 160)
        #expect(with.erased == 160 && with.items == 0 && with.cells.isEmpty)
    }

    @Test("an item without a prediction is people's under every policy")
    func unpredicted() throws {
        var row = rows([
            Batch(count: 1, confidence: nil, propensity: 1, asked: 1, labelled: 0, wrong: 0)
        ])[0]
        row = ReplayRow(
            item: row.item, externalID: row.externalID, label: nil, confidence: nil, saltID: 1,
            isAsked: true, propensity: 1, model: "", modelVersion: "", payload: nil, metadata: nil,
            isLabelled: false, isWrong: false)
        let replay = try replay(
            [try policy(#"{"degree":"human_only"}"#), try policy(#"{"degree":"full"}"#)], [row])
        #expect(replay.unpredicted == 1 && replay.tallies.allSatisfy { $0.queued == 1 })
    }
}

import SluiceStatistics
import Testing

@Suite("Where the errors are")
struct ErrorTableTests {
    private struct Item {
        let tags: Set<String>
        let isWrong: Bool
        let weight: Double
    }

    /// Closed form: two tags and eight items, five of them of the uncertain queue (weight 1).
    private let items = [
        Item(tags: ["noise"], isWrong: true, weight: 1),
        Item(tags: ["noise", "short"], isWrong: false, weight: 1),
        Item(tags: [], isWrong: false, weight: 50),
        Item(tags: ["short"], isWrong: true, weight: 50),
        Item(tags: ["noise"], isWrong: true, weight: 1),
        Item(tags: [], isWrong: false, weight: 50),
        Item(tags: ["short"], isWrong: false, weight: 50),
        Item(tags: [], isWrong: true, weight: 1),
    ]

    private func table(isWeighted: Bool) -> ErrorTable<String> {
        items.reduce(into: ErrorTable()) { table, item in
            table.add(
                item.tags, isWrong: item.isWrong, propensity: isWeighted ? 1 / item.weight : 1)
        }
    }

    @Test("weighted, a tag of the uncertain queue has few of the errors")
    func weighted() throws {
        let rows = try table(isWeighted: true).rows()
        #expect(rows.map(\.slice) == ["short", "noise"], "the largest share of the errors first")
        let expected: [String: [Double]] = [
            "noise": [
                0.03773584905660377, 0.6666666666666666, 0.014705882352941176, 2.5660377358490565,
            ],
            "short": [
                0.9433962264150944, 0.49504950495049505, 0.4950980392156863, 1.905473566224547,
            ],
        ]
        try compare(rows, expected)
    }

    @Test("unweighted, the same tag has half of them: the table that misleads")
    func unweighted() throws {
        let rows = try table(isWeighted: false).rows()
        try compare(
            rows,
            [
                "noise": [0.5, 0.6666666666666666, 0.375, 4.0 / 3],
                "short": [0.25, 0.3333333333333333, 0.375, 2.0 / 3],
            ])
    }

    private func compare(
        _ rows: [ErrorTable<String>.Row], _ expected: [String: [Double]]
    ) throws {
        #expect(rows.count == expected.count)
        for row in rows {
            let values = try #require(expected[row.slice])
            expectClose(try #require(row.shareOfErrors).value, values[0], within: 1e-12)
            expectClose(row.errorRate.value, values[1], within: 1e-12)
            expectClose(row.shareOfData.value, values[2], within: 1e-12)
            expectClose(try #require(row.lift), values[3], within: 1e-12)
            #expect(row.isFew && !row.isWorse && row.worsePAdjusted == nil)
        }
    }

    @Test("the gap to people times the share of the data is what there is to gain")
    func priority() {
        // Andrew Ng's example: accuracy, human level, share of the data, and the gain.
        let rows: [(Double, Double, Double, Double)] = [
            (0.94, 0.95, 0.6, 0.006), (0.89, 0.93, 0.04, 0.0016), (0.87, 0.89, 0.3, 0.006),
            (0.7, 0.7, 0.06, 0),
        ]
        var overall = 0.0
        for (accuracy, human, share, gain) in rows {
            let room = RoomForImprovement(
                errorRate: estimate(1 - accuracy), humanLevel: estimate(human), shareOfData: share)
            expectClose(room.priority.value, gain)
            expectClose(room.gap.value, max(0, human - accuracy), within: 1e-9)
            #expect(room.gap.lo >= 0 && room.gap.hi >= room.gap.value)
            overall += accuracy * share
        }
        expectClose(overall, 0.9026)
    }

    private func estimate(_ value: Double) -> Estimate {
        Estimate(
            value: value, lo: value - 0.02, hi: value + 0.02, level: 0.95, method: .wilson, n: 400)
    }

    @Test("a slice is called worse only with enough items, and for all slices at once")
    func worse() throws {
        var table = ErrorTable<String>()
        func add(_ slice: String, errors: Int, of n: Int) {
            for index in 0..<n { table.add([slice], isWrong: index < errors, propensity: 1) }
        }
        add("bad", errors: 42, of: 300)
        add("fine", errors: 21, of: 300)
        add("few", errors: 5, of: 8)
        let rows = try table.rows()
        let bad = try #require(rows.first { $0.slice == "bad" })
        #expect(bad.isWorse && !bad.isFew)
        // Tested against 26 of 308, twice because of the two slices that can be.
        let alone = try ProportionDifference(
            Proportion(42, of: 300), minus: Proportion(26, of: 308))
        let rest = try #require(bad.againstRest)
        expectClose(rest.value, alone.value)
        expectClose(rest.lo, try alone.newcombe().lo)
        #expect(try #require(bad.worsePAdjusted) <= 2 * alone.fisherP)
        let few = try #require(rows.first { $0.slice == "few" })
        #expect(few.isFew && few.worsePAdjusted == nil && !few.isWorse)
        #expect(rows.first { $0.slice == "fine" }?.isWorse == false)
    }

    @Test("of slices that do not differ, one is called worse in at most one table of twenty")
    func falseFindings() throws {
        var generator = SeededGenerator(seed: 8)
        var found = 0
        for _ in 0..<200 {
            var table = ErrorTable<Int>()
            for index in 0..<600 {
                // A third of the items comes from audits and weighs twenty times as much.
                table.add(
                    [index % 10], isWrong: generator.flip(0.05),
                    propensity: index % 3 == 0 ? 0.05 : 1)
            }
            if try table.rows().contains(where: \.isWorse) { found += 1 }
        }
        // 5 % of 200 and three standard errors.
        #expect(found <= 19, "\(found) of 200")
    }

    @Test("every two of the largest slices are compared, for all pairs at once")
    func pairs() throws {
        var table = ErrorTable<String>()
        func add(_ slice: String, errors: Int, of n: Int) {
            for index in 0..<n { table.add([slice], isWrong: index < errors, propensity: 1) }
        }
        add("a", errors: 42, of: 300)
        add("b", errors: 21, of: 300)
        add("c", errors: 20, of: 300)
        add("few", errors: 9, of: 20)
        let pairs = try table.pairs()
        #expect(pairs.count == 3 && pairs.allSatisfy { $0.one != "few" && $0.other != "few" })
        let first = try #require(pairs.first)
        #expect(first.one == "a" && first.other == "c" && first.isDifferent)
        let alone = try ProportionDifference(
            Proportion(42, of: 300), minus: Proportion(20, of: 300))
        #expect(try first.difference == alone.newcombe())
        // Twice the smaller tail, times three questions.
        let tail = try Hypergeometric(population: 600, marked: 62, drawn: 300)
            .probability(ofAtLeast: 42)
        expectClose(first.pAdjusted, 6 * tail)
        #expect(pairs.last?.isDifferent == false)
        #expect(try table.pairs(atMost: 2).count == 1)
    }

    @Test("merged parts are the whole, and no item is no table")
    func merged() throws {
        var part = ErrorTable<String>()
        var other = ErrorTable<String>()
        for (index, item) in items.enumerated() {
            if index < 3 {
                part.add(item.tags, isWrong: item.isWrong, propensity: 1 / item.weight)
            } else {
                other.add(item.tags, isWrong: item.isWrong, propensity: 1 / item.weight)
            }
        }
        part.merge(other)
        let whole = table(isWeighted: true)
        #expect(part.all == whole.all && part.slices == whole.slices)
        #expect(throws: Unknown(.noObservations)) { try ErrorTable<String>().rows() }
    }

    @Test("without an error there are shares of the data and nothing of the errors")
    func noErrors() throws {
        var table = ErrorTable<String>()
        for _ in 0..<40 { table.add(["a"], isWrong: false, propensity: 1) }
        let row = try #require(try table.rows().first)
        #expect(row.shareOfErrors == nil && row.lift == nil && row.againstRest == nil)
        #expect(row.errorRate.value == 0 && row.shareOfData.value == 1 && !row.isWorse)
    }
}

@Suite("Differences of weighted shares")
struct WeightedDifferenceTests {
    @Test("chosen alike, it is Newcombe's and Fisher's of the counts")
    func alike() throws {
        let difference = WeightedDifference(
            try GroupedSample([.init(propensity: 0.1, n: 300, x: 42)]),
            minus: try GroupedSample([.init(propensity: 0.1, n: 300, x: 21)]))
        let estimate = try difference.estimate()
        expectClose(estimate.value, 0.07)
        expectClose(estimate.lo, 0.020952, within: 1e-4)
        expectClose(estimate.hi, 0.119859, within: 1e-5)
        #expect(estimate.method == .newcombe && estimate.n == 600)
        // Exact sum over the hypergeometric distribution.
        expectClose(difference.fisherP, 0.0036667005593776065, within: 1e-9)
    }

    @Test("unequal weights widen the interval and weaken the finding")
    func unequal() throws {
        let mixed = try GroupedSample([
            .init(propensity: 1, n: 150, x: 21), .init(propensity: 0.1, n: 150, x: 21),
        ])
        let plain = try GroupedSample([.init(propensity: 1, n: 300, x: 42)])
        let other = try GroupedSample([.init(propensity: 1, n: 300, x: 21)])
        let weighted = WeightedDifference(mixed, minus: other)
        let alike = WeightedDifference(plain, minus: other)
        expectClose(try weighted.estimate().value, try alike.estimate().value)
        #expect(try weighted.estimate().lo < alike.estimate().lo)
        #expect(try weighted.estimate().method == .weightedNewcombe)
        #expect(weighted.fisherP > alike.fisherP)
    }
}

import SluiceStatistics
import Testing

@Suite("Human-level performance")
struct HumanLevelTests {
    @Test("the level is measured against the others, and is lower than the flattering one")
    func leaveOneOut() throws {
        // Closed form on the 30 items.
        let level = HumanLevel.counting(ConsensusVectors.fiveEach)
        let agreeing = try level.agreeing()
        #expect(agreeing.x == 64 && agreeing.n == 117 && level.ties == 33 && level.alone == 0)
        expectClose(agreeing.value, 0.5470085470085471, within: 1e-12)
        expectClose(try level.inSample().value, 0.6962962962962963, within: 1e-12)
        let agreement = Agreement.counting(
            ConsensusVectors.fiveEach.map { $0.map { $0[1] } }, labels: 3)
        expectClose(try agreement.percent(), 0.45666666666666667, within: 1e-12)
    }

    @Test("by label, and by what was given instead")
    func byLabel() throws {
        var level = HumanLevel(labels: 3)
        level.add([0, 0, 0, 1])
        level.add([2])
        level.add([1, 2])
        #expect(level.alone == 1 && level.ties == 0)
        #expect(level.count(given: 1, others: 0) == 1 && level.count(given: 0, others: 0) == 3)
        #expect(try level.agreeing(others: 0) == Proportion(3, of: 4))
        #expect(try level.agreeing(others: 2) == Proportion(0, of: 1))
        level.remove([0, 1, 0, 0])
        #expect(throws: Unknown(.noObservations)) { try level.agreeing(others: 0) }
    }

    @Test("taking out undoes adding, and merged parts are the whole")
    func incremental() {
        let items = ConsensusVectors.fiveEach
        var part = HumanLevel.counting(Array(items[..<11]))
        part.merge(.counting(Array(items[11...])))
        part.add([0, 1, 2])
        part.remove([2, 1, 0])
        #expect(part == .counting(items))
    }

    @Test("a tie is no reference, whatever the order of the answers")
    func plurality() {
        #expect(Plurality(of: [0, 1]) == .tie && Plurality(of: [1, 0, 2, 1, 0]) == .tie)
        #expect(Plurality(of: [2, 1, 2]) == .label(2) && Plurality(of: [Int]()) == .none)
        #expect(Plurality(of: [2, 1, 2], leavingOutOne: 2) == .tie)
        #expect(Plurality(of: [2, 1, 2], leavingOutOne: 1) == .label(2))
        #expect(Plurality(of: [2], leavingOutOne: 2) == .none)
    }

    @Test("people who answer by habit are beaten by a model that always says the same")
    func habit() throws {
        let habit = try HabitBaseline(labels: [0.7, 0.3])
        expectClose(habit.twoPeople, 0.58, within: 1e-12)
        expectClose(habit.constantModel, 0.7, within: 1e-12)
        #expect(try HabitBaseline(labels: [7, 3]) == HabitBaseline(labels: [70, 30]))
        #expect(throws: Unknown(.noObservations)) { try HabitBaseline(labels: [0, 0]) }
        #expect(throws: Unknown(.impossibleCounts)) { try HabitBaseline(labels: [1, -1]) }
    }

    @Test("rates of few answers are drawn towards that of all")
    func shrinkage() throws {
        // The mean of the Beta posterior.
        let expected = [0.032, 0.045, 0.076, 0.039999999999999994]
        for (index, (x, n)) in [(0, 5), (1, 20), (3, 30), (40, 1000)].enumerated() {
            expectClose(
                try ShrunkRate(x, of: n, all: 0.04).value, expected[index], within: 1e-12)
        }
        #expect(try ShrunkRate(0, of: 0, all: 0.04).value == 0.04)
        #expect(throws: Unknown(.impossibleCounts)) { try ShrunkRate(3, of: 2, all: 0.04) }
        #expect(throws: Unknown(.noObservations)) {
            try ShrunkRate(0, of: 0, all: 0.04, strength: 0)
        }
    }
}

extension HumanLevel {
    static func counting(_ items: [[[Int]]]) -> HumanLevel {
        items.reduce(into: HumanLevel(labels: 3)) { level, answers in
            level.add(answers.map { $0[1] })
        }
    }
}

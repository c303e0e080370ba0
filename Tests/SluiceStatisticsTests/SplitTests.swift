import SluiceStatistics
import Testing

@Suite("Balanced splits")
struct SplitTests {
    @Test("quotas are the shares in whole items, by largest remainder")
    func quotas() {
        // Andrew Ng's 18, 6, 6 of 30; closed forms.
        #expect(Quota.parts(of: 30, shares: [0.6, 0.2, 0.2]) == [18, 6, 6])
        #expect(Quota.parts(of: 70, shares: [0.6, 0.2, 0.2]) == [42, 14, 14])
        #expect(Quota.parts(of: 7, shares: [0.8, 0.1, 0.1]) == [5, 1, 1])
        #expect(Quota.parts(of: 11, shares: [0.8, 0.1, 0.1]) == [9, 1, 1])
        #expect(Quota.parts(of: 1, shares: [0.8, 0.1, 0.1]) == [1, 0, 0])
        #expect(Quota.parts(of: 0, shares: [1, 1]) == [0, 0])
        #expect(Quota.parts(of: 5, shares: [8, 1, 1]) == [4, 1, 0], "ties to the earlier")
        #expect(Quota.parts(of: 100, shares: [0.29, 0.71]) == [29, 71])
    }

    @Test("parts sum to the whole and are never off by an item or more")
    func sums() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<500 {
            let n = Int.random(in: 0...5000, using: &generator)
            let shares = (0..<4).map { _ in Double.random(in: 0.01...1, using: &generator) }
            let parts = Quota.parts(of: n, shares: shares)
            #expect(parts.reduce(0, +) == n)
            for (part, share) in zip(parts, shares) {
                let exact = Double(n) * share / shares.reduce(0, +)
                #expect(abs(Double(part) - exact) < 1 + 1e-6)
            }
        }
    }

    private let shares = [0.6, 0.2, 0.2]

    private func singles(_ label: Int, _ n: Int, _ generator: inout SeededGenerator)
        -> [BalancedSplits.Group]
    {
        (0..<n).map { _ in
            .init(
                draw: Double.random(in: 0..<1, using: &generator),
                items: (0..<2).map { $0 == label ? 1 : 0 })
        }
    }

    @Test("items alone fill the quotas exactly, whatever their draws")
    func exact() {
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var splits = BalancedSplits(shares: shares, labels: 2)
            let placed = splits.place(
                singles(0, 30, &generator) + singles(1, 70, &generator))
            #expect(splits.table == [[18, 6, 6], [42, 14, 14]])
            #expect(placed.count == 100 && splits.largestDeviation == 0)
        }
    }

    @Test("the draw decides who goes where, and the order they are given in does not")
    func stable() {
        var generator = SeededGenerator(seed: 5)
        let groups = singles(0, 30, &generator) + singles(1, 70, &generator)
        var one = BalancedSplits(shares: shares, labels: 2)
        var other = BalancedSplits(shares: shares, labels: 2)
        let placed = one.place(groups)
        #expect(other.place(groups.reversed()) == placed.reversed())
    }

    @Test("what arrives later fills up what is missing, and nothing moves")
    func later() {
        var generator = SeededGenerator(seed: 6)
        var splits = BalancedSplits(shares: shares, labels: 2)
        _ = splits.place(singles(0, 8, &generator) + singles(1, 15, &generator))
        let before = splits.table
        _ = splits.place(singles(0, 22, &generator) + singles(1, 55, &generator))
        #expect(splits.table == [[18, 6, 6], [42, 14, 14]])
        #expect(
            zip(before, splits.table).allSatisfy { zip($0, $1).allSatisfy { $0 <= $1 } })
        var again = BalancedSplits(shares: shares, labels: 2, placed: before)
        _ = again.place([.init(draw: 0.5, items: [0, 1])])
        #expect(again.table[1].reduce(0, +) == 16)
    }

    @Test("groups are never cut, and the worst count is close to its quota")
    func groups() {
        var generator = SeededGenerator(seed: 7)
        let groups = (0..<200).map { _ in
            BalancedSplits.Group(
                draw: Double.random(in: 0..<1, using: &generator),
                items: (0..<3).map { _ in Int.random(in: 0...3, using: &generator) })
        }
        var splits = BalancedSplits(shares: [0.8, 0.1, 0.1], labels: 3)
        let placed = splits.place(groups)
        var table = Array(repeating: [0, 0, 0], count: 3)
        for (group, split) in zip(groups, placed) {
            for label in 0..<3 { table[label][split] += group.items[label] }
        }
        #expect(table == splits.table)
        #expect(splits.largestDeviation <= 3)
    }

    @Test("drawing each group by itself leaves small sets unbalanced")
    func spread() throws {
        // scipy 1.17.1 hypergeom: 20 of 100 items of which 30 are positive, six wanted.
        let test = try Hypergeometric(population: 100, marked: 30, drawn: 20)
        expectClose(test.probability(ofAtMost: 2), 0.022681166330656893, within: 1e-12)
        expectClose(
            test.probability(ofAtMost: 3) + test.probability(ofAtLeast: 9), 0.17081189316288287,
            within: 1e-12)
        expectClose(test.standardDeviation, 1.8422647458873531, within: 1e-12)
        #expect(test.probability(ofAtMost: -1) == 0 && test.probability(ofAtMost: 20) == 1)
        #expect(test.probability(ofAtLeast: 0) == 1 && test.probability(ofAtLeast: 21) == 0)
        #expect(throws: Unknown(.impossibleCounts)) {
            try Hypergeometric(population: 5, marked: 6, drawn: 1)
        }
    }

    @Test("a split is checked for having its share, and each label its own in it")
    func balance() throws {
        // scipy: 7,999, 982 and 1,019 of the 10,000 keys g0 to g9999.
        let keys = try SplitBalance([[7999, 982, 1019]])
        expectClose(keys.sharesP([0.8, 0.1, 0.1]), 0.709948746202266, within: 1e-9)
        #expect(keys.independenceP == 1)
        let two = try SplitBalance([[10, 20, 30], [20, 20, 20], [0, 0, 0]])
        expectClose(two.independenceP, 0.06948345122280154, within: 1e-9)
        // Without a third split: Pearson's chi-square of 2x2, 10 of 30 against 20 of 40: x = 1.944444.
        let pair = try SplitBalance([[10, 20, 0], [20, 20, 0]])
        expectClose(pair.independenceP, 0.16318677476266985, within: 1e-9)
        #expect(throws: Unknown(.noObservations)) { try SplitBalance([]) }
        #expect(throws: Unknown(.impossibleCounts)) { try SplitBalance([[1, 2]]) }
    }
}

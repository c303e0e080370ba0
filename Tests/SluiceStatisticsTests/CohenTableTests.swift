import SluiceStatistics
import Testing

@Suite("Two reviewers")
struct CohenTableTests {
    @Test("Cohen's kappa agrees with scikit-learn, weighted or not")
    func kappa() throws {
        // scikit-learn 1.9.1.
        var table = CohenTable(labels: 3)
        for (first, second) in AgreementVectors.pair { table.add(first, second) }
        expectClose(try table.kappa(), 0.6235294117647059, within: 1e-12)
        expectClose(try table.kappa(.linear), 0.6428571428571428, within: 1e-12)
        expectClose(try table.kappa(.quadratic), 0.6626506024096386, within: 1e-12)
        #expect(try table.agreeing().value == 0.75)
    }

    @Test("two who give one label only agree fully, and their kappa is undefined")
    func degenerate() throws {
        var table = CohenTable(labels: 2)
        #expect(throws: Unknown(.noObservations)) { try table.kappa() }
        table.add(0, 0, times: 5)
        #expect(try table.agreeing().value == 1)
        for weights in CohenTable.Weights.allCases {
            #expect(throws: Unknown(.singleLabel)) { try table.kappa(weights) }
        }
    }

    @Test("taking out undoes adding, and merged tables are one table")
    func incremental() {
        var parts = [CohenTable(labels: 3), CohenTable(labels: 3)]
        var whole = CohenTable(labels: 3)
        for (index, pair) in AgreementVectors.pair.enumerated() {
            parts[index % 2].add(pair.0, pair.1)
            whole.add(pair.0, pair.1)
        }
        parts[0].add(2, 1)
        parts[0].remove(2, 1)
        parts[0].merge(parts[1])
        #expect(parts[0] == whole)
    }

    @Test("the bootstrap holds the kappa of the whole, and is the same for the same seed")
    func interval() throws {
        var table = CohenTable(labels: 3)
        for (first, second) in AgreementVectors.pair { table.add(first, second, times: 20) }
        var generator = SeededGenerator(seed: 3)
        let estimate = try table.estimate(using: &generator)
        generator = SeededGenerator(seed: 3)
        #expect(try table.estimate(using: &generator) == estimate)
        #expect(estimate.method == .bootstrap && estimate.n == 320)
        // Fleiss, Cohen and Everitt's standard error of this table is 0.036.
        #expect(abs((estimate.hi - estimate.lo) / 3.92 - 0.036) < 0.004)
    }

    @Test("Fisher's exact test agrees with scipy")
    func fisher() throws {
        // scipy 1.17.1 fisher_exact.
        let difference = ProportionDifference(
            try Proportion(42, of: 300), minus: try Proportion(21, of: 300))
        expectClose(difference.fisherP, 0.007333401118755216, within: 1e-9)
        let same = ProportionDifference(try Proportion(2, of: 20), minus: try Proportion(1, of: 10))
        expectClose(same.fisherP, 1, within: 1e-12)
        let newcombe = try difference.newcombe()
        expectClose(newcombe.value, 0.07)
        expectClose(newcombe.lo, 0.020951718160795836)
        expectClose(newcombe.hi, 0.1198587307543075)
    }
}

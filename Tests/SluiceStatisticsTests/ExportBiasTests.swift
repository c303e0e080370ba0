import SluiceStatistics
import Testing

@Suite("What an export is worth")
struct ExportBiasTests {
    private func sample() -> ExportBias {
        var export = ExportBias()
        export.add(selectedBy: "uncertain", label: "yes", propensity: 1, times: 6)
        export.add(selectedBy: "uncertain", label: "no", propensity: 1, times: 4)
        export.add(selectedBy: "audit", label: "no", propensity: 0.02, times: 3)
        export.add(selectedBy: "audit", label: "yes", propensity: 0.02)
        return export
    }

    @Test("the numbers of its manifest are those of the closed forms")
    func manifest() throws {
        let export = sample()
        #expect(export.countsBySelection == ["uncertain": 10, "audit": 4])
        expectClose(export.kishSize, 4.405594405594406, within: 1e-12)
        #expect(export.largestWeight == 50 && export.rows == 14)
        let yes = try #require(export.prevalences.last)
        #expect(yes.label == "yes" && yes.unweighted == 0.5)
        expectClose(yes.weighted, 0.26666666666666666, within: 1e-12)
    }

    @Test("it warns of weights that leave little, and of shares that they move")
    func warnings() throws {
        let warnings = sample().warnings
        #expect(warnings.count == 3)
        guard case .fewEffective(_, of: 14) = warnings[0], case .skewed = warnings[1] else {
            Issue.record("\(warnings)")
            return
        }
        var even = ExportBias()
        even.add(selectedBy: "audit", label: "yes", propensity: 0.5, times: 30)
        even.add(selectedBy: "uncertain", label: "no", propensity: 1, times: 1)
        #expect(even.warnings.isEmpty)
    }

    @Test("without anything drawn at random it says that it describes the uncertain alone")
    func onlyUncertain() {
        var export = ExportBias()
        export.add(selectedBy: "uncertain", label: "yes", propensity: 1, times: 30)
        #expect(export.warnings == [.onlyUncertain])
        #expect(ExportBias().warnings.isEmpty && ExportBias().kishSize == 0)
        #expect(ExportBias().largestWeight == nil)
    }

    @Test("what was reopened has no weight and moves no share")
    func reopened() {
        var export = sample()
        export.add(selectedBy: "reopen", label: "yes", propensity: nil, times: 7)
        #expect(export.rowsWithoutWeight == 7 && export.rows == 21)
        expectClose(export.kishSize, 4.405594405594406, within: 1e-12)
        #expect(export.prevalences == sample().prevalences)
    }
}

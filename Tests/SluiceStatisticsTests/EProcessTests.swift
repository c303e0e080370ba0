import SluiceStatistics
import Testing

@Suite("Evidence that may be looked at at any time")
struct EProcessTests {
    @Test("the capital is the mean of the stakes' products")
    func workedNumbers() {
        var process = PairedEProcess()
        #expect(process.evidence == 1 && process.peak == 1 && process.n == 0)
        for _ in 0..<10 { process.observe(servingIsWrong: false, candidateIsWrong: true) }
        expectClose(process.evidence, 79.2773123338555)
        #expect(!process.alarms(at: 0.01))
        process.observe(servingIsWrong: true, candidateIsWrong: true)
        expectClose(process.evidence, 79.2773123338555)
        process.observe(servingIsWrong: false, candidateIsWrong: true)
        expectClose(process.evidence, 139.03465845201328)
        #expect(process.alarms(at: 0.01) && process.n == 12)
        for _ in 0..<20 { process.observe(servingIsWrong: true, candidateIsWrong: false) }
        #expect(process.evidence < 100 && process.alarms(at: 0.01), "an alarm stays raised")
        var limit = ErrorLimitEProcess(limit: 0.02)
        limit.observe(isWrong: true)
        limit.observe(isWrong: true)
        expectClose(limit.evidence, 372.9324)
    }

    @Test("an item of small weight counts for little, and weights outside 0...1 are held to it")
    func weights() {
        var light = PairedEProcess()
        light.observe(servingIsWrong: false, candidateIsWrong: true, weightShare: 0.02)
        expectClose(light.evidence, 1 + 0.02 * 0.31)
        var heavy = PairedEProcess()
        heavy.observe(servingIsWrong: false, candidateIsWrong: true, weightShare: 50)
        expectClose(heavy.evidence, 1.31)
        heavy.observe(servingIsWrong: true, candidateIsWrong: false, weightShare: .nan)
        expectClose(heavy.evidence, 1.31)
    }

    @Test("a candidate that is no worse is accused at most as often as promised, at any time")
    func falseAlarms() {
        var generator = SeededGenerator(seed: 20_261_121)
        let runs = 1000
        for (alpha, differing) in [(0.05, 0.3), (0.01, 0.05), (0.1, 1.0)] {
            var alarms = 0
            for _ in 0..<runs {
                var process = PairedEProcess()
                // Looked at after each of 3,000 items: the alarm is the highest evidence ever.
                for _ in 0..<3000 {
                    guard generator.flip(differing) else { continue }
                    let candidateIsWrong = generator.flip(0.5)
                    process.observe(
                        servingIsWrong: !candidateIsWrong, candidateIsWrong: candidateIsWrong)
                }
                if process.alarms(at: alpha) { alarms += 1 }
            }
            // Three standard errors above the promise would be a broken one.
            let margin = 3 * (alpha * (1 - alpha) / Double(runs)).squareRoot()
            #expect(Double(alarms) / Double(runs) <= alpha + margin, "\(alarms) at \(alpha)")
            #expect(alarms > 0, "a test that never alarms would pass this too")
        }
    }

    @Test("weights keep the promise where the queue shows only what one version is unsure of")
    func falseAlarmsWithSelection() {
        var generator = SeededGenerator(seed: 5)
        let runs = 1000
        var alarms = (weighted: 0, plain: 0)
        for _ in 0..<runs {
            var weighted = PairedEProcess()
            var plain = PairedEProcess()
            for _ in 0..<2000 {
                // The candidate decides: queued items are those it is unsure of and often wrong on,
                // audited ones those it is sure of. In all, both are wrong on 3.4 % of the items.
                let isQueued = generator.flip(0.1)
                guard isQueued || generator.flip(0.1) else { continue }
                let serving = generator.flip(0.034)
                let candidate = generator.flip(isQueued ? 0.25 : 0.01)
                weighted.observe(
                    servingIsWrong: serving, candidateIsWrong: candidate,
                    weightShare: isQueued ? 0.1 : 1)
                plain.observe(servingIsWrong: serving, candidateIsWrong: candidate)
            }
            if weighted.alarms(at: 0.05) { alarms.weighted += 1 }
            if plain.alarms(at: 0.05) { alarms.plain += 1 }
        }
        #expect(alarms.weighted <= 70, "\(alarms.weighted) of \(runs)")
        #expect(alarms.plain > 900, "unweighted, \(alarms.plain) of \(runs)")
    }

    @Test("a regression is found, and the sooner the larger it is")
    func detection() {
        var generator = SeededGenerator(seed: 9)
        func median(candidateError: Double) -> Int {
            var delays: [Int] = []
            for _ in 0..<200 {
                var process = PairedEProcess()
                while !process.alarms(at: 0.01), process.n < 20_000 {
                    process.observe(
                        servingIsWrong: generator.flip(0.04),
                        candidateIsWrong: generator.flip(candidateError))
                }
                delays.append(process.n)
            }
            return delays.sorted()[100]
        }
        let large = median(candidateError: 0.2)
        let small = median(candidateError: 0.08)
        #expect(large < 150 && small < 1200 && large < small, "\(large) and \(small)")
    }

    @Test("an error rate at its limit is accused as rarely as promised, one above it soon")
    func errorLimit() {
        var generator = SeededGenerator(seed: 13)
        var alarms = 0
        for _ in 0..<1000 {
            var process = ErrorLimitEProcess(limit: 0.05)
            for _ in 0..<2000 { process.observe(isWrong: generator.flip(0.05)) }
            if process.alarms(at: 0.05) { alarms += 1 }
        }
        #expect(alarms <= 70 && alarms > 0, "\(alarms) of 1000")
        var found = 0
        for _ in 0..<200 {
            var process = ErrorLimitEProcess(limit: 0.05)
            for _ in 0..<500 { process.observe(isWrong: generator.flip(0.12)) }
            if process.alarms(at: 0.01) { found += 1 }
        }
        #expect(found > 190, "\(found) of 200")
    }
}

import SluiceStatistics
import Testing

@Suite("Watching a stream of errors")
struct ErrorStreamTests {
    private struct Stream: Sendable {
        let seed: UInt64
        let before, after: Double
        let errors: Int
        let method, pageHinkley, lowPageHinkley, window: [Int]
        let firstAlarm: Int
        let evidence: [Double]
    }

    /// river 0.26.1 with its defaults, positions from 0, at most the first eight alarms.
    private static let streams = [
        Stream(
            seed: 1, before: 0.1, after: 0.3, errors: 609,
            method: [88, 147, 254, 294, 371, 1595], pageHinkley: [1718],
            lowPageHinkley: [88, 253, 425, 644, 1164, 1464, 1541, 1962], window: [1599],
            firstAlarm: 65,
            evidence: [
                14533698.879949022, 3.8659110337687085e+17, 2.7646794497502285e+42,
                2.4283348044225644e+64,
            ]),
        Stream(
            seed: 2, before: 0.05, after: 0.05, errors: 150, method: [], pageHinkley: [],
            lowPageHinkley: [1031, 1936, 2595], window: [], firstAlarm: 86,
            evidence: [
                3576.5817451270805, 4834.868598236993, 1747043.5912497453, 148595898.23015597,
            ]),
        Stream(
            seed: 3, before: 0.01, after: 0.08, errors: 121, method: [242, 1652],
            pageHinkley: [2855], lowPageHinkley: [1645, 2843], window: [1727],
            firstAlarm: 1652,
            evidence: [
                12.328905193240887, 19.399617116403753, 13.718092220169568, 14.566010478627387,
            ]),
    ]

    @Test("the usual detectors alarm where river's do", arguments: [0, 1, 2])
    func usualDetectors(index: Int) {
        let stream = Self.streams[index]
        let errors = DriftVectors.errors(
            seed: stream.seed, before: stream.before, after: stream.after)
        #expect(errors.count { $0 } == stream.errors)
        func alarms(_ observe: (Bool) -> Bool) -> [Int] {
            var alarms: [Int] = []
            for (position, isWrong) in errors.enumerated() where observe(isWrong) {
                alarms.append(position)
            }
            return Array(alarms.prefix(8))
        }
        var method = DriftDetectionMethod()
        #expect(alarms { method.observe(isWrong: $0) } == stream.method)
        var both = PageHinkley()
        #expect(alarms { both.observe(isWrong: $0) } == stream.pageHinkley)
        var up = PageHinkley(threshold: 5, direction: .up)
        #expect(alarms { up.observe(isWrong: $0) } == stream.lowPageHinkley)
        var window = AdaptiveWindow()
        #expect(alarms { window.observe(isWrong: $0) } == stream.window)
    }

    @Test(
        "the detector of an error limit has the evidence and the alarms computed apart",
        arguments: [0, 1, 2])
    func limitDetector(index: Int) {
        let stream = Self.streams[index]
        let errors = DriftVectors.errors(
            seed: stream.seed, before: stream.before, after: stream.after)
        var detector = ErrorRateDetector(limit: 0.02)
        var evidence: [Double] = []
        var firstAlarm: Int?
        for (position, isWrong) in errors.enumerated() {
            detector.observe(isWrong: isWrong)
            if firstAlarm == nil, detector.alarms { firstAlarm = position }
            if [99, 499, 999, 1499].contains(position) { evidence.append(detector.evidence) }
        }
        #expect(firstAlarm == stream.firstAlarm)
        for (value, expected) in zip(evidence, stream.evidence) {
            expectClose(value, expected, within: 1e-6)
        }
        #expect(evidence.count == 4)
    }

    @Test("a stored detector goes on as if it had never stopped")
    func stored() throws {
        var whole = ErrorRateDetector(limit: 0.02)
        whole.observe(isWrong: true)
        whole.observe(isWrong: true)
        expectClose(whole.evidence, 387.2324)
        #expect(!whole.alarms && whole.n == 2)
        var stored = try #require(
            ErrorRateDetector(
                limit: whole.limit, meanAuditsToFalseAlarm: whole.meanAuditsToFalseAlarm,
                n: whole.n, statistics: whole.statistics))
        whole.observe(isWrong: true)
        stored.observe(isWrong: true)
        #expect(stored == whole && stored.alarms)
        expectClose(stored.evidence, 12557.42188)
        stored.restart()
        #expect(stored.n == 0 && stored.evidence == 0)
        #expect(
            ErrorRateDetector(
                limit: 0.02, meanAuditsToFalseAlarm: 5000, n: 1, statistics: [1, 2]) == nil)
        var endless = ErrorRateDetector(limit: 0.02)
        for _ in 0..<5000 { endless.observe(isWrong: true) }
        #expect(endless.evidence.isFinite && endless.alarms)
    }

    @Test("false alarms come at most once in as many audits as promised")
    func falseAlarms() {
        var generator = SeededGenerator(seed: 20_261_122)
        for (limit, promised) in [(0.02, 5000.0), (0.05, 1000), (0.01, 500)] {
            var alarms = 0
            let audits = 1_000_000
            var detector = ErrorRateDetector(limit: limit, meanAuditsToFalseAlarm: promised)
            for audit in 0..<audits {
                // At the limit on average, and never above it given the past: in bad spells the rate
                // is the limit itself, in good ones a tenth of it.
                let isGood = audit / 5000 % 4 == 3
                detector.observe(isWrong: generator.flip(isGood ? limit / 10 : limit))
                if detector.alarms {
                    alarms += 1
                    detector.restart()
                }
            }
            let allowed = Double(audits) / promised
            #expect(
                Double(alarms) <= allowed + 3 * allowed.squareRoot(),
                "\(alarms) where \(allowed) are allowed")
            #expect(alarms > 0, "a detector that never alarms would pass this too")
        }
    }

    @Test("weights keep the promise where audits are drawn at different rates")
    func weightedFalseAlarms() {
        var generator = SeededGenerator(seed: 43)
        var alarms = (weighted: 0, plain: 0)
        let audits = 400_000
        var weighted = ErrorRateDetector(limit: 0.02, meanAuditsToFalseAlarm: 1000)
        var plain = weighted
        for _ in 0..<audits {
            // Nine of ten items are easy (1 % wrong) and audited at 2 %; the others (11 % wrong) at
            // 10 %: of all audits 36 % are of those, though the error rate of the whole is 2 %.
            let isHard = generator.flip(0.1 * 0.1 / (0.9 * 0.02 + 0.1 * 0.1))
            let isWrong = generator.flip(isHard ? 0.11 : 0.01)
            weighted.observe(isWrong: isWrong, weightShare: isHard ? 0.2 : 1)
            plain.observe(isWrong: isWrong)
            if weighted.alarms {
                alarms.weighted += 1
                weighted.restart()
            }
            if plain.alarms {
                alarms.plain += 1
                plain.restart()
            }
        }
        #expect(alarms.weighted <= 400 + 60 && alarms.weighted > 0, "\(alarms)")
        #expect(alarms.plain > 1500, "\(alarms)")
    }

    @Test("a change is found about as soon as was measured, the sooner the larger it is")
    func detection() {
        var generator = SeededGenerator(seed: 47)
        func delays(after changed: Double) -> (median: Int, early: Int) {
            var delays: [Int] = []
            var early = 0
            for _ in 0..<300 {
                var detector = ErrorRateDetector(limit: 0.02)
                for _ in 0..<1000 where !detector.alarms {
                    detector.observe(isWrong: generator.flip(0.01))
                }
                if detector.alarms {
                    early += 1
                    continue
                }
                var delay = 0
                while !detector.alarms, delay < 5000 {
                    detector.observe(isWrong: generator.flip(changed))
                    delay += 1
                }
                delays.append(delay)
            }
            return (delays.sorted()[delays.count / 2], early)
        }
        let (small, large) = (delays(after: 0.04), delays(after: 0.08))
        #expect((300...410).contains(small.median) && small.early <= 6, "\(small)")
        #expect((60...100).contains(large.median) && large.early <= 6, "\(large)")
    }
}

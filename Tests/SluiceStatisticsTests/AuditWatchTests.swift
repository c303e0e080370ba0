import SluiceStatistics
import Testing

@Suite("Watching audits by arrival")
struct AuditWatchTests {
    fileprivate typealias Finding = AuditWatch.Finding

    fileprivate static func watch(_ limit: Double, level: Double = 5000) -> AuditWatch {
        AuditWatch(
            ErrorRateDetector(limit: limit, meanAuditsToFalseAlarm: level), smallestPropensity: 1)
    }

    /// The place of the first alarm in a stream; nil for none.
    private static func firstAlarm(_ findings: [Finding], limit: Double) -> Int? {
        var watch = watch(limit)
        return findings.firstIndex { finding in
            watch.take(finding, propensity: 1)
            return watch.alarms
        }
    }

    @Test("bets count by their shares to the power of -1.5, and the rest is the detector")
    func weights() {
        var watch = Self.watch(0.02)
        var detector = ErrorRateDetector(limit: 0.02)
        for isWrong in [false, true, true, false, true] {
            watch.take(isWrong ? .wrong : .right, propensity: 1)
            detector.observe(isWrong: isWrong)
        }
        #expect(watch.detector == detector && watch.detector.n == 5)
        #expect(watch.evidence < detector.evidence)
        let weights = ErrorRateDetector.shares.map { 1 / ($0 * $0.squareRoot()) }
        let sum = zip(weights, detector.statistics).reduce(0) { $0 + $1.0 * $1.1 }
        expectClose(watch.evidence, sum / weights.reduce(0, +), within: 1e-12)
    }

    @Test("whatever is answered when, a path read early is never above the complete one")
    func waiting() {
        var dice = SeededGenerator(seed: 14)
        var early = 0
        for _ in 0..<300 {
            let rate = Double.random(in: 0...0.6, using: &dice)
            let findings = (0..<120).map { _ -> Finding in
                dice.flip(0.05) ? .silent : dice.flip(rate) ? .wrong : .right
            }
            // Wrong ones wait longer, as they do.
            let seen = findings.map { finding -> Finding in
                guard dice.flip(finding == .wrong ? 0.4 : 0.1) else { return finding }
                return .waiting(isContradicted: finding == .wrong, isOverdue: false)
            }
            var (whole, part) = (Self.watch(0.05), Self.watch(0.05))
            for (finding, known) in zip(findings, seen) {
                whole.take(finding, propensity: 1)
                part.take(known, propensity: 1)
                #expect(
                    zip(part.detector.statistics, whole.detector.statistics)
                        .allSatisfy { $0 <= $1 * (1 + 1e-12) })
            }
            guard let alarm = Self.firstAlarm(seen, limit: 0.05) else { continue }
            early += 1
            #expect(Self.firstAlarm(findings, limit: 0.05).map { $0 <= alarm } == true)
        }
        #expect(early > 20, "wrong ones that are confirmed alarm though others wait")
    }

    @Test("overdue, what is contradicted counts as wrong, and what nobody answered not at all")
    func overdue() {
        var (watch, same) = (Self.watch(0.05), Self.watch(0.05))
        for finding in [
            Finding.right, .waiting(isContradicted: true, isOverdue: true),
            .waiting(isContradicted: false, isOverdue: true), .silent,
        ] {
            watch.take(finding, propensity: 1)
        }
        same.take(.right, propensity: 1)
        same.take(.wrong, propensity: 1)
        #expect(watch == same)
        watch.take(.wrong, propensity: 0)
        #expect(watch == same, "what had no chance to be drawn says nothing")
    }

    @Test("how many audits the present rate and the end of an episode take follows from the limit")
    func sizes() {
        #expect([0.5, 0.05, 0.02, 0.001].map(AuditWatch.presentAudits) == [100, 100, 250, 1000])
        #expect([0.5, 0.05, 0.02, 0.001].map(AuditWatch.recoveryAudits) == [200, 200, 500, 2000])
    }

    /// One project of a team that works in blocks: first looks by day, which decide what agrees with
    /// the model; second looks at what was contradicted in the evening.
    private struct Project {
        static let perDay = 200
        let isWrong: [Bool]
        /// First looks that take a right answer for wrong; the second one settles it.
        let isMistaken: [Bool]
        let limit: Double

        init(_ dice: inout SeededGenerator, days: Int, limit: Double, rate: (Int) -> Double) {
            self.limit = limit
            isWrong = (0..<days * Self.perDay).map { dice.flip(rate($0)) }
            isMistaken = isWrong.map { _ in dice.flip(0.01) }
        }

        /// What is known of an audit by day `day`: second looks of the days before are done.
        private func finding(_ index: Int, by day: Int) -> Finding {
            if index >= day * Self.perDay, isWrong[index] || isMistaken[index] {
                return .waiting(isContradicted: true, isOverdue: false)
            }
            return isWrong[index] ? .wrong : .right
        }

        /// How many audits had been asked for when the watch by arrival alarms; nil for never.
        ///
        /// It is read four times a day, behind the last final audit.
        func alarm() -> Int? {
            var final = AuditWatchTests.watch(limit)
            var settled = 0
            for quarter in 0...4 * isWrong.count / Self.perDay {
                let asked = quarter * Self.perDay / 4
                var (watch, isFinal) = (final, true)
                for index in settled..<asked {
                    let finding = finding(index, by: quarter / 4)
                    watch.take(finding, propensity: 1)
                    if watch.alarms { return asked }
                    if finding.isWaiting { isFinal = false }
                    if isFinal { (final, settled) = (watch, index + 1) }
                }
            }
            return nil
        }

        /// The same of a watch that reads decisions in their order, with bets weighed alike.
        func alarmByDecision() -> Int? {
            var detector = ErrorRateDetector(limit: limit)
            for day in 0..<isWrong.count / Self.perDay {
                let audits = Array(day * Self.perDay..<(day + 1) * Self.perDay)
                let byDay = audits.filter { !isWrong[$0] && !isMistaken[$0] }
                for index in byDay + audits.filter({ isWrong[$0] || isMistaken[$0] }) {
                    detector.observe(isWrong: isWrong[index])
                    if detector.alarms { return (day + 1) * Self.perDay }
                }
            }
            return nil
        }
    }

    @Test("200 projects with second looks in a block, at half of the limit, for 20 days: no alarm")
    func blockWork() {
        var dice = SeededGenerator(seed: 20)
        var (alarmed, before) = (0, 0)
        for _ in 0..<200 {
            let project = Project(&dice, days: 20, limit: 0.02) { _ in 0.01 }
            if project.alarm() != nil { alarmed += 1 }
            if project.alarmByDecision() != nil { before += 1 }
        }
        print("false alarms of 200 projects: \(alarmed) by arrival, \(before) by decision")
        #expect(alarmed == 0)
        #expect(before > 150, "in the order of the decisions nearly all of them alarm")
    }

    @Test(
        "a true drift is found under block work within a day of the detector that knows everything",
        arguments: [(0.04, 355), (0.08, 78)])
    func drift(after: Double, reference: Int) {
        var dice = SeededGenerator(seed: 21)
        var (delays, complete, even): ([Int], [Int], [Int]) = ([], [], [])
        let change = 1000
        while delays.count < 300 {
            let project = Project(&dice, days: 20, limit: 0.02) { $0 < change ? 0.01 : after }
            let whole = Self.firstAlarm(
                project.isWrong.map { $0 ? .wrong : .right }, limit: 0.02)
            if let whole, whole < change { continue }
            complete.append((whole ?? 4000) + 1 - change)
            delays.append((project.alarm() ?? 4000) - change)
            var detector = ErrorRateDetector(limit: 0.02)
            let first = project.isWrong.firstIndex {
                detector.observe(isWrong: $0)
                return detector.alarms
            }
            if let first, first >= change { even.append(first + 1 - change) }
        }
        func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }
        let (blocks, known) = (median(delays), median(complete))
        print(
            "1 % to \(after): \(known) audits if all are answered (bets weighed alike "
                + "\(median(even))), \(blocks) under block work")
        #expect(known <= median(even) + 20 && known <= reference + 20)
        #expect(blocks <= known + Project.perDay)
        #expect(delays.allSatisfy { $0 < 3000 }, "every drift is found")
    }
}

import Logging
import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore
import Synchronization
import TestSupport
import Testing

@testable import SluiceService

/// A guard that says what it is told to, and counts how often it is asked.
private final class ToldGuard: RolloutGuard {
    private let state: Mutex<(judgement: RampGuard.Judgement, asked: Int)>

    init(_ judgement: RampGuard.Judgement) { state = Mutex((judgement, 0)) }

    var asked: Int { state.withLock { $0.asked } }

    func say(_ judgement: RampGuard.Judgement) { state.withLock { $0.judgement = judgement } }

    func judge(
        _ rollout: Rollout, project: Int64, _ store: Store
    ) throws -> RampGuard.Judgement {
        state.withLock { state in
            state.asked += 1
            return state.judgement
        }
    }
}

@Suite("Ramps that go by themselves", .database)
struct RampUpkeepTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let six: ModelVersion
    private let seven: ModelVersion
    private let moment = Timestamp(microseconds: 1_000_000_000)

    init() throws {
        six = try #require(ModelVersion("fraud/6"))
        seven = try #require(ModelVersion("fraud/7"))
    }

    private func ramp(_ steps: [Double] = [0.05, 1]) throws -> Rollout {
        try Rollout(serving: six).startingShadow(seven)
            .ramping(steps: steps, everySeconds: 60, at: moment)
    }

    @Test("a step is taken when its time is over and the guard consents, not a microsecond before")
    func advances() throws {
        let ramp = try ramp()
        let due = try #require(ramp.ramp?.dueAt)
        let early = Timestamp(microseconds: due.microseconds - 1)
        let next = try ramp.advanced(at: due)
        #expect(
            try RampDecision(ramp, judgement: .advance("good"), now: due)
                == .advance(next, "good"))
        guard
            case .hold(let reason) = try RampDecision(
                ramp, judgement: .advance("good"), now: early)
        else {
            Issue.record("too early")
            return
        }
        #expect(reason.contains(due.rfc3339))
        #expect(
            try RampDecision(ramp, judgement: .hold("wait"), now: due) == .hold("wait"))
        // After the step of 1 comes the switch.
        let last = try #require(next.ramp?.dueAt)
        #expect(
            try RampDecision(next, judgement: .advance("good"), now: last)
                == .advance(next.switched(), "good"))
    }

    @Test("an alarm takes the candidate out at any time, and a ramp below 1 stays at its end")
    func alarms() throws {
        let ramp = try ramp([0.05, 0.5])
        #expect(
            try RampDecision(ramp, judgement: .rollBack("bad"), now: moment)
                == .rollBack(ramp.rolledBack(), "bad"))
        let end = try ramp.advanced(at: moment)
        let late = Timestamp(microseconds: moment.microseconds + 3_600_000_000)
        guard case .hold = try RampDecision(end, judgement: .advance("good"), now: late) else {
            Issue.record("there is no further step")
            return
        }
        let canary = try Rollout(serving: six).startingShadow(seven).canary(share: 0.1)
        guard case .hold = try RampDecision(canary, judgement: .rollBack("bad"), now: late) else {
            Issue.record("a canary is taken back by people")
            return
        }
    }

    private func changes(_ service: TestService) -> RolloutChanges {
        RolloutChanges(pool: service.pool, directory: service.directory)
    }

    private func upkeep(_ service: TestService, _ judge: ToldGuard) -> RampUpkeep {
        RampUpkeep(
            pool: service.pool, directory: service.directory, judge: judge, logger: quiet)
    }

    @discardableResult
    private func change(
        _ service: TestService, _ step: RolloutChange.Step, base: RolloutBase = .any,
        reason: String = "test"
    ) async throws -> RolloutRecord {
        try await changes(service).apply(
            RolloutChange(step), base: base, reason: reason, to: service.project(),
            by: service.admin)
    }

    /// Makes the step in force one that began an hour ago.
    private func age(_ service: TestService) async throws {
        try await service.sql(
            """
            UPDATE rollout SET document = replace(document::text, document #>> '{ramp,stepped_at}',
                to_char((now() - interval '1 hour') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::json
            WHERE revision = (SELECT max(revision) FROM rollout)
            """)
    }

    @Test("a ramp goes to its end by itself, and the audit log says who, when and why")
    func wholeWay() async throws {
        try await TestService.run { service in
            try await change(service, .start(seven, serving: six, share: nil))
            try await change(service, .ramp(steps: [0.05, 1], everySeconds: 600))
            let judge = ToldGuard(.advance("all is well"))
            let upkeep = upkeep(service, judge)
            #expect(try await upkeep.step().isEmpty, "the first step has just begun")
            var shares: [Double] = []
            for _ in 0..<2 {
                try await age(service)
                #expect(try await upkeep.step().count == 1)
                shares.append(try #require(try await service.project().rollout).share)
                #expect(try await upkeep.step().isEmpty, "each step lasts its time")
            }
            #expect(shares == [1, 0])
            let rollout = try #require(try await service.project().rollout)
            #expect(rollout.serving == seven && rollout.previous == six)
            let asked = judge.asked
            #expect(try await upkeep.step().isEmpty && judge.asked == asked, "nothing is on a ramp")
            #expect(
                try await service.sql(
                    """
                    SELECT string_agg(action || ' ' || a.name || ' ' || reason, ', ' ORDER BY l.id)
                    FROM audit_log l JOIN actor a ON a.id = l.actor_id WHERE action LIKE 'rollout.%'
                    """)
                    == "rollout.started admin test, rollout.ramp admin test, "
                    + "rollout.advanced sluice all is well, rollout.switched sluice all is well")
        }
    }

    @Test("the alarm takes the candidate out at once, with the guard's sentence as the reason")
    func alarm() async throws {
        try await TestService.run { service in
            try await change(service, .start(seven, serving: six, share: nil))
            try await change(service, .ramp(steps: [0.05, 1], everySeconds: 600))
            let judge = ToldGuard(.hold("nothing can be said yet"))
            let upkeep = upkeep(service, judge)
            #expect(try await upkeep.step().isEmpty)
            judge.say(.rollBack("the candidate is wrong on 12"))
            let changed = try await upkeep.step()
            #expect(changed.map(\.decision.reason) == ["the candidate is wrong on 12"])
            let project = try await service.project()
            #expect(project.rollout?.candidate == nil && project.rollout?.previous == seven)
            #expect(project.record.rollout?.createdBy == "sluice")
            #expect(project.record.rollout?.reason == "the candidate is wrong on 12")
            #expect(try await upkeep.step().isEmpty)
        }
    }

    @Test("ten instances that look at once take one step")
    func once() async throws {
        try await TestService.run(connections: 12) { service in
            try await change(service, .start(seven, serving: six, share: nil))
            try await change(
                service, .ramp(steps: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1], everySeconds: 600))
            let upkeep = upkeep(service, ToldGuard(.advance("good")))
            for round in 1...4 {
                try await age(service)
                let steps = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<10 { group.addTask { try await upkeep.step().count } }
                    return try await group.reduce(0, +)
                }
                #expect(steps == 1)
                #expect(try await service.project().rollout?.ramp?.step == round)
            }
        }
    }

    @Test("of many changes at once that name one base a single one is made, the others are told")
    func optimistic() async throws {
        try await TestService.run(connections: 12) { service in
            for _ in 0..<3 {
                let base = try await service.project().rolloutRevision
                let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 1...10 {
                        group.addTask {
                            let step: RolloutChange.Step =
                                base == nil
                                ? .start(seven, serving: six, share: Double(number) / 20)
                                : .canary(share: Double(number) / 20)
                            do {
                                try await change(service, step, base: .revision(base))
                                return true
                            } catch ReviewError.rolloutChanged(let said, let inForce) {
                                #expect(said == base && inForce == (base ?? 0) + 1)
                                return false
                            }
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wins == 1)
            }
            #expect(try await service.sql("SELECT count(*), max(revision) FROM rollout") == "3|3")
        }
    }

    @Test("changes that name no base are all made, one after the other, each logged with the last")
    func serial() async throws {
        try await TestService.run(connections: 12) { service in
            try await change(service, .start(seven, serving: six, share: nil))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...20 {
                    group.addTask {
                        try await change(service, .canary(share: Double(number) / 20))
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await service.sql(
                    """
                    SELECT count(*), bool_and(l.before::text = b.document::text),
                        bool_and(l.after::text = r.document::text)
                    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM audit_log
                        WHERE action LIKE 'rollout.%') l
                    JOIN rollout r ON r.revision = l.n JOIN rollout b ON b.revision = l.n - 1
                    """) == "20|t|t")
        }
    }

    @Test("a person's rollback does not wait for a guard that takes its time, and wins over it")
    func personWins() async throws {
        try await TestService.run { service in
            try await change(service, .start(seven, serving: six, share: nil))
            try await change(service, .ramp(steps: [0.05, 1], everySeconds: 600))
            try await age(service)
            let slow = SlowGuard()
            let upkeep = RampUpkeep(
                pool: service.pool, directory: service.directory, judge: slow, logger: quiet)
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await upkeep.step().count }
                try await eventually("the guard judges") { slow.isJudging }
                try await change(service, .rollback, reason: "pager")
                slow.finish()
                #expect(try await group.next() == 0)
            }
            let project = try await service.project()
            #expect(project.rollout?.candidate == nil && project.record.rollout?.reason == "pager")
        }
    }
}

/// A guard that judges until it is told to finish.
private final class SlowGuard: RolloutGuard {
    private let state = Mutex((isJudging: false, isFinished: false))

    var isJudging: Bool { state.withLock { $0.isJudging } }

    func finish() { state.withLock { $0.isFinished = true } }

    func judge(
        _ rollout: Rollout, project: Int64, _ store: Store
    ) throws -> RampGuard.Judgement {
        state.withLock { $0.isJudging = true }
        // The thread is a connection's own, and nothing else runs on it.
        while !state.withLock({ $0.isFinished }) { try store.probe() }
        return .advance("good")
    }
}

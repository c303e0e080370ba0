import SluiceDomain
import Testing

@Suite("What is asked of a rollout")
struct RolloutChangeTests {
    private let six: ModelVersion
    private let seven: ModelVersion
    private let eight: ModelVersion
    private let now = Timestamp(microseconds: 1_000_000)

    init() throws {
        six = try #require(ModelVersion("fraud/6"))
        seven = try #require(ModelVersion("fraud/7"))
        eight = try #require(ModelVersion("fraud/8"))
    }

    private func apply(
        _ step: RolloutChange.Step, to before: Rollout?, seen: [ModelVersion] = [],
        settings: RolloutChange.Settings = RolloutChange.Settings()
    ) throws -> (after: Rollout?, action: AuditAction) {
        try RolloutChange(step, settings: settings).applied(to: before, seen: seen, at: now)
    }

    @Test("the version that serves is the only other one that sent predictions, or is said")
    func serving() throws {
        let start = RolloutChange.Step.start(seven, serving: nil, share: nil)
        for seen in [[six], [six, seven], [seven, six]] {
            let first = try apply(start, to: nil, seen: seen)
            #expect(first.after?.serving == six && first.after?.candidate == seven)
            #expect(first.after?.mode == .shadow && first.action == .rolloutStarted)
        }
        for seen in [[], [seven], [six, eight], [six, seven, eight]] {
            #expect(throws: RolloutError.servingUnclear(found: seen.filter { $0 != seven })) {
                try apply(start, to: nil, seen: seen)
            }
        }
        let said = try apply(.start(seven, serving: eight, share: 0.1), to: nil, seen: [six])
        #expect(said.after?.serving == eight && said.after?.mode == .canary)
        #expect(throws: RolloutError.otherServes(eight, asked: six)) {
            try apply(.start(seven, serving: six, share: nil), to: said.after)
        }
        #expect(throws: RolloutError.candidateServes(seven)) {
            try apply(.start(seven, serving: seven, share: nil), to: nil)
        }
    }

    @Test("without a rollout only a start can be asked for")
    func nothing() throws {
        let steps: [RolloutChange.Step] = [
            .canary(share: 0.1), .ramp(steps: [1], everySeconds: 1), .switch, .rollback, .end,
        ]
        for step in steps {
            #expect(throws: RolloutError.noRollout(step.action)) { try apply(step, to: nil) }
        }
    }

    @Test("each change has its word in the audit log")
    func actions() throws {
        var rollout = try apply(.start(seven, serving: six, share: nil), to: nil).after
        let steps: [(RolloutChange.Step, AuditAction)] = [
            (.canary(share: 0.05), .rolloutCanary),
            (.start(seven, serving: nil, share: nil), .rolloutShadowed),
            (.start(seven, serving: six, share: 0.1), .rolloutCanary),
            (.ramp(steps: [0.2, 1], everySeconds: 60), .rolloutRamp), (.switch, .rolloutSwitched),
            (.rollback, .rolloutRolledBack),
            (.start(eight, serving: nil, share: 0.5), .rolloutStarted), (.end, .rolloutEnded),
        ]
        for (step, action) in steps {
            let change = try apply(step, to: rollout)
            #expect(change.action == action)
            rollout = change.after
        }
        #expect(rollout?.serving == six && rollout?.candidate == nil)
        let over = try apply(.end, to: rollout)
        #expect(over.after == nil && over.action == .rolloutEnded)
    }

    @Test("settings that are not given stay as they are, whatever else is changed")
    func settings() throws {
        var settings = RolloutChange.Settings()
        settings.minimumLabels = 50
        settings.errorLimit = .some(0.05)
        settings.answerWithinSeconds = 5
        settings.fallback = .review
        let start = try apply(
            .start(seven, serving: six, share: nil), to: nil, settings: settings)
        var later = RolloutChange.Settings()
        later.falseAlarm = 0.02
        let canary = try #require(
            try apply(.canary(share: 0.1), to: start.after, settings: later).after)
        #expect(
            canary.guardrails
                == Rollout.Guardrails(minimumLabels: 50, errorLimit: 0.05, falseAlarm: 0.02))
        #expect(canary.answerWithinSeconds == 5 && canary.fallback == .review)
        var none = RolloutChange.Settings()
        none.errorLimit = .some(nil)
        let ramp = try apply(
            .ramp(steps: [1], everySeconds: 9), to: canary, settings: none
        ).after
        #expect(ramp?.guardrails.errorLimit == nil && ramp?.guardrails.minimumLabels == 50)
        #expect(ramp?.ramp?.steppedAt == now && ramp?.ramp?.everySeconds == 9)
    }

    @Test("a shadow can get other settings, but is not started twice for nothing")
    func settledShadow() throws {
        let shadow = try apply(.start(seven, serving: six, share: nil), to: nil).after
        #expect(throws: RolloutError.alreadyShadowed(seven)) {
            try apply(.start(seven, serving: nil, share: nil), to: shadow)
        }
        var settings = RolloutChange.Settings()
        settings.answerWithinSeconds = 7
        let settled = try apply(
            .start(seven, serving: nil, share: nil), to: shadow, settings: settings
        ).after
        #expect(settled?.mode == .shadow && settled?.answerWithinSeconds == 7)
    }
}

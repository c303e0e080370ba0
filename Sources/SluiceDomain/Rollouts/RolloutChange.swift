/// What somebody asks to be done to a rollout.
public struct RolloutChange: Hashable, Sendable {
    /// What is to be done.
    public var step: Step
    /// What is to be set on the way.
    public var settings: Settings

    /// Asks for `step`, setting nothing else.
    public init(_ step: Step, settings: Settings = Settings()) {
        self.step = step
        self.settings = settings
    }

    /// What is to be done.
    public enum Step: Hashable, Sendable {
        /// Puts a candidate beside the serving version, with a share or, without one, as a shadow;
        /// `serving` is needed when it cannot be told.
        case start(ModelVersion, serving: ModelVersion?, share: Double?)
        /// Gives the candidate a fixed share.
        case canary(share: Double)
        /// Gives the candidate a share that grows.
        case ramp(steps: [Double], everySeconds: Int)
        /// Makes the candidate the serving version.
        case `switch`
        /// Takes the newest change of who decides back.
        case rollback
        /// Takes the candidate away, or the whole rollout when there is none.
        case end

        /// The word for it.
        public var action: RolloutAction {
            switch self {
            case .start: .start
            case .canary: .canary
            case .ramp: .ramp
            case .switch: .switch
            case .rollback: .rollback
            case .end: .end
            }
        }
    }

    /// What is to be set on the way; nil leaves as it is.
    public struct Settings: Hashable, Sendable {
        /// How many labelled items a step of a ramp takes.
        public var minimumLabels: Int?
        /// The error rate a ramp must not exceed; a nil inside takes the limit away.
        public var errorLimit: Double??
        /// The probability that a candidate which is no worse raises the alarm.
        public var falseAlarm: Double?
        /// How long the other version's prediction waits, in seconds.
        public var answerWithinSeconds: Int?
        /// Who decides after that.
        public var fallback: Rollout.Fallback?

        /// Sets nothing.
        public init() {}

        fileprivate func applied(to rollout: Rollout) -> Rollout {
            var next = rollout
            next.guardrails.minimumLabels = minimumLabels ?? next.guardrails.minimumLabels
            next.guardrails.errorLimit = errorLimit ?? next.guardrails.errorLimit
            next.guardrails.falseAlarm = falseAlarm ?? next.guardrails.falseAlarm
            next.answerWithinSeconds = answerWithinSeconds ?? next.answerWithinSeconds
            next.fallback = fallback ?? next.fallback
            return next
        }
    }

    /// What the change makes of the rollout in force.
    ///
    /// - Parameters:
    ///   - before: the rollout in force; nil when there is none.
    ///   - seen: the versions that have sent predictions, to tell which one serves.
    /// - Returns: the rollout from then on, nil for none, and what the audit log calls the change.
    public func applied(
        to before: Rollout?, seen: [ModelVersion], at now: Timestamp
    ) throws(RolloutError) -> (after: Rollout?, action: AuditAction) {
        guard let before else {
            guard case .start(let candidate, let serving, let share) = step else {
                throw .noRollout(step.action)
            }
            let first: ModelVersion
            if let serving {
                first = serving
            } else {
                first = try Self.serving(among: seen, beside: candidate)
            }
            return (
                settings.applied(to: try Rollout(serving: first).starting(candidate, share: share)),
                .rolloutStarted
            )
        }
        switch step {
        case .start(let candidate, let serving, let share):
            if let serving, serving != before.serving {
                throw .otherServes(before.serving, asked: serving)
            }
            guard before.candidate == candidate else {
                return (
                    settings.applied(to: try before.starting(candidate, share: share)),
                    .rolloutStarted
                )
            }
            if let share {
                return (settings.applied(to: try before.canary(share: share)), .rolloutCanary)
            }
            // A shadow that gets other settings stays one.
            let isSettled = before.mode == .shadow && settings != Settings()
            let shadow = isSettled ? before : try before.startingShadow(candidate)
            return (settings.applied(to: shadow), .rolloutShadowed)
        case .canary(let share):
            return (settings.applied(to: try before.canary(share: share)), .rolloutCanary)
        case .ramp(let steps, let seconds):
            let ramp = try before.ramping(steps: steps, everySeconds: seconds, at: now)
            return (settings.applied(to: ramp), .rolloutRamp)
        case .switch: return (try before.switched(), .rolloutSwitched)
        case .rollback: return (try before.rolledBack(), .rolloutRolledBack)
        case .end:
            return (before.candidate == nil ? nil : try before.ended(), .rolloutEnded)
        }
    }

    /// The one version that was there before the candidate.
    private static func serving(
        among seen: [ModelVersion], beside candidate: ModelVersion
    ) throws(RolloutError) -> ModelVersion {
        let others = seen.filter { $0 != candidate }
        guard others.count == 1 else { throw .servingUnclear(found: others) }
        return others[0]
    }
}

extension Rollout {
    /// Puts a candidate beside the serving version: with a share, or as a shadow without one.
    fileprivate func starting(
        _ version: ModelVersion, share: Double?
    ) throws(RolloutError) -> Rollout {
        let shadow = try startingShadow(version)
        guard let share else { return shadow }
        return try shadow.canary(share: share)
    }
}

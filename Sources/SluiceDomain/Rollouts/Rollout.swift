/// Which model version decides for which share of a project's traffic; immutable once stored under
/// a revision.
///
/// There is a candidate in every mode but `serving`, and never in that. The candidate's share is 0
/// in `serving` and `shadow` and above 0 in `canary` and `ramp`.
public struct Rollout: Hashable, Sendable {
    /// The version that decides what the candidate does not.
    public var serving: ModelVersion
    /// The version on trial; nil when there is none.
    public var candidate: ModelVersion?
    /// The version a switch or a rollback put out of service; its predictions are late.
    public var previous: ModelVersion?
    /// Whether `previous` left by a rollback: then a rollback does not bring it back.
    public var isPreviousRolledBack = false
    /// How the candidate takes part.
    public var mode: Mode
    /// The share of items that the candidate decides, in 0...1.
    public var share: Double = 0
    /// How the share grows by itself; nil in every mode but `ramp`.
    public var ramp: Ramp?
    /// What a ramp must keep to.
    public var guardrails = Guardrails()
    /// How long the other version's prediction waits for the one that decides, in seconds,
    /// 1...604,800.
    public var answerWithinSeconds = 60
    /// Who decides when the version that should stays silent for that long.
    public var fallback = Fallback.other

    /// How the candidate takes part.
    public enum Mode: String, Sendable, CaseIterable {
        /// There is no candidate.
        case serving
        /// The candidate is recorded and compared, and decides nothing.
        case shadow
        /// The candidate decides a fixed share.
        case canary
        /// The candidate decides a share that grows while the guard holds.
        case ramp
    }

    /// Who decides an item whose version stays silent.
    public enum Fallback: String, Sendable, CaseIterable {
        /// The policy, by the other version's prediction.
        case other
        /// A person.
        case review
    }

    /// A share that grows by itself.
    public struct Ramp: Hashable, Sendable {
        /// The shares, each above the one before it, in 0...1 without the 0; 1 to 100 of them.
        public var steps: [Double]
        /// How long each lasts at least, in seconds, 1...31,536,000.
        public var everySeconds: Int
        /// The place in `steps` of the share in force.
        public var step: Int
        /// When that step began.
        public var steppedAt: Timestamp

        /// Makes a ramp that stands at one of its steps.
        public init(steps: [Double], everySeconds: Int, step: Int = 0, steppedAt: Timestamp) {
            self.steps = steps
            self.everySeconds = everySeconds
            self.step = step
            self.steppedAt = steppedAt
        }

        /// The earliest moment the next step may begin.
        public var dueAt: Timestamp {
            steppedAt.adding(seconds: Int64(everySeconds))
        }

        /// The share of the next step; nil at the last.
        public var nextShare: Double? { step + 1 < steps.count ? steps[step + 1] : nil }
    }

    /// What a ramp must keep to.
    public struct Guardrails: Hashable, Sendable {
        /// How many labelled items are needed before a ramp advances, 1...1,000,000.
        public var minimumLabels: Int
        /// The error rate of the candidate that a ramp must not exceed, in 0...1; nil for none.
        public var errorLimit: Double?
        /// The probability that a candidate which is no worse raises the alarm, in 0...0.5 without
        /// the 0, for the whole life of the ramp.
        public var falseAlarm: Double

        /// Makes guardrails; without arguments, the standard ones.
        public init(
            minimumLabels: Int = 100, errorLimit: Double? = nil, falseAlarm: Double = 0.01
        ) {
            self.minimumLabels = minimumLabels
            self.errorLimit = errorLimit
            self.falseAlarm = falseAlarm
        }
    }

    /// One version decides, and there is no candidate.
    public init(serving: ModelVersion) {
        self.serving = serving
        mode = .serving
    }
}

extension Rollout {
    /// Whether who decides depends on the draw: a draw costs a hash an item.
    public var drawsSides: Bool { share > 0 && share < 1 }

    /// The side an item is on: a draw below the share makes it the candidate's.
    ///
    /// The draw of an item is fixed, so it keeps its side while the share grows.
    public func side(draw: Double) -> Side {
        candidate != nil && draw < share ? .candidate : .serving
    }

    /// The version that decides the item of that draw.
    public func decider(draw: Double) -> ModelVersion {
        side(draw: draw) == .candidate ? candidate ?? serving : serving
    }

    /// What a prediction of `version` is to the item of that draw.
    public func standing(of version: ModelVersion, draw: Double) -> Standing {
        if version == decider(draw: draw) { return .decides }
        if version == serving || version == candidate { return .awaitsOther }
        return version == previous ? .late : .unknown
    }

    /// Who decides an item.
    public enum Side: String, Sendable, CaseIterable {
        /// The serving version.
        case serving
        /// The candidate.
        case candidate
    }

    /// What a version is to an item.
    public enum Standing: String, Sendable, CaseIterable {
        /// Its prediction is routed by the policy.
        case decides
        /// It is serving or candidate, and the other one decides this item.
        case awaitsOther = "awaits_other"
        /// It was put out of service.
        case late
        /// The rollout does not name it.
        case unknown
    }
}

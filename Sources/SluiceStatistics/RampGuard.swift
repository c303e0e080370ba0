/// What a ramp goes by: the items labelled since the candidate came in service.
public struct RampEvidence: Hashable, Sendable {
    /// One item that a person labelled and the candidate scored.
    public struct Label: Hashable, Sendable {
        /// The probability with which a person labels such an item, 0 < p <= 1, known when routed.
        public var propensity: Double
        /// Whether the candidate was wrong.
        public var candidateIsWrong: Bool
        /// Whether the serving version was wrong; nil if it did not score the item.
        public var servingIsWrong: Bool?
        /// Whether it was given since the present step of the ramp began.
        public var isOfThisStep: Bool

        /// Collects the parts.
        public init(
            propensity: Double, candidateIsWrong: Bool, servingIsWrong: Bool?,
            isOfThisStep: Bool = true
        ) {
            self.propensity = propensity
            self.candidateIsWrong = candidateIsWrong
            self.servingIsWrong = servingIsWrong
            self.isOfThisStep = isOfThisStep
        }
    }

    /// The labels in the order in which they were given; others than that break the guarantee.
    public var labels: [Label]
    /// Disputed audits, as if the model that decided were right in all of them.
    public var disputedRight: [Label] = []
    /// The same, as if whoever contradicted it were.
    public var disputedWrong: [Label] = []
    /// The smallest propensity above zero that an item was routed with in the meantime, labelled or
    /// not: its reciprocal bounds the weights.
    public var smallestPropensity: Double
    /// The share, 0...1, of the items routed in the meantime that no person can get to see: accepted
    /// at an audit rate of zero.
    public var unseenShare: Double

    /// Collects the parts.
    public init(labels: [Label], smallestPropensity: Double, unseenShare: Double) {
        self.labels = labels
        self.smallestPropensity = smallestPropensity
        self.unseenShare = unseenShare
    }
}

/// Decides whether a ramp may take its next step, waits, or is taken back.
///
/// A pure function of the evidence, to be asked as often as one likes: the alarms are valid at any
/// time (``PairedEProcess``), so a candidate that is no worse, and within the limit, is taken back
/// with a probability of at most ``falseAlarm`` however long the ramp lasts.
public struct RampGuard: Hashable, Sendable {
    /// How many labels a step takes at least.
    public var minimumLabels: Int
    /// The error rate the candidate may not exceed, 0..<1; nil for none.
    public var errorLimit: Double?
    /// The probability, 0..<1, with which a good candidate is taken back.
    public var falseAlarm: Double

    /// Collects the parts.
    public init(minimumLabels: Int, errorLimit: Double?, falseAlarm: Double) {
        self.minimumLabels = minimumLabels
        self.errorLimit = errorLimit
        self.falseAlarm = falseAlarm
    }

    /// What is to be done, and why, as a sentence for the audit log and for people.
    public enum Judgement: Hashable, Sendable {
        /// Stay at this step.
        case hold(String)
        /// The next step may be taken, once its time has come.
        case advance(String)
        /// The candidate goes, now.
        case rollBack(String)

        /// The reason.
        public var reason: String {
            switch self {
            case .hold(let reason), .advance(let reason), .rollBack(let reason): reason
            }
        }
    }

    /// The largest share of items no person can see with which labels still speak for all items.
    public static let toleratedUnseenShare = 0.01

    /// Judges the candidate by all labels since it came in service.
    ///
    /// 1. Where more than ``toleratedUnseenShare`` of the items are accepted without any audit, the
    ///    labels are of items that a version was unsure of, which is not how it does on all: hold.
    /// 2. Items that both versions scored feed a ``PairedEProcess``, and all an
    ///    ``ErrorLimitEProcess`` if there is a limit; with both, each has half of ``falseAlarm``. An
    ///    alarm rolls back.
    /// 3. Without pairs and without a limit there is nothing to compare with: hold.
    /// 4. Fewer than ``minimumLabels`` labels (pairs, without a limit) since this step began, an error estimated above the
    ///    limit, or evidence beyond the square root of what raises the alarm: hold. Otherwise
    ///    advance.
    ///
    /// Disputed audits count at both ends: what is done about the candidate has to be right whichever way
    /// they are settled. Only contradictions of what decided wait, and it may be either version.
    ///
    /// - Complexity: O(labels).
    public func judge(_ evidence: RampEvidence) -> Judgement {
        let (low, high) = (evidence.disputedRight, evidence.disputedWrong)
        guard !low.isEmpty || !high.isEmpty else { return judgeLabels(evidence) }
        let ends = [low, high].map { disputed in
            var settled = evidence
            settled.labels += disputed
            return judgeLabels(settled)
        }
        switch (ends[0], ends[1]) {
        case (.advance, .advance), (.rollBack, .rollBack): return ends[0]
        case (.hold, _): return ends[0]
        case (_, .hold): return ends[1]
        case (.advance, .rollBack), (.rollBack, .advance):
            return .hold(
                "\(max(low.count, high.count)) audits are disputed, and how they are settled decides "
                    + "whether the candidate stays: give them their second look")
        }
    }

    private func judgeLabels(_ evidence: RampEvidence) -> Judgement {
        if evidence.unseenShare > Self.toleratedUnseenShare {
            return .hold(
                "\(Self.percent(evidence.unseenShare)) of the items are accepted without audits, so "
                    + "nobody sees how often the candidate is wrong there: set an audit rate")
        }
        let labels = evidence.labels.filter { $0.propensity > 0 }
        let pairs = labels.reduce(0) { $0 + ($1.servingIsWrong == nil ? 0 : 1) }
        if labels.isEmpty {
            return .hold("no item that the candidate scored has been labelled yet")
        }
        if pairs == 0, errorLimit == nil {
            return .hold(
                "no labelled item was scored by both versions and there is no error limit: there "
                    + "is nothing to judge the candidate by")
        }
        let processes = watch(labels, smallestPropensity: evidence.smallestPropensity)
        let alpha = pairs > 0 && errorLimit != nil ? falseAlarm / 2 : falseAlarm
        if processes.pair.alarms(at: alpha) {
            let counts = processes.counts
            return .rollBack(
                "the candidate is wrong on \(counts.broken) labelled items where the serving version "
                    + "is right, and right on \(counts.fixed) where it is wrong (evidence "
                    + "\(Int(processes.pair.peak)), alarm at \(Int((1 / alpha).rounded())))")
        }
        if let limit = processes.limit, limit.alarms(at: alpha) {
            return .rollBack(
                "the candidate is wrong on \(processes.wrong) of \(labels.count) labelled items, more "
                    + "than the limit of \(Self.percent(limit.limit)) allows (evidence "
                    + "\(Int(limit.peak)), alarm at \(Int((1 / alpha).rounded())))")
        }
        return hold(processes, labels: labels, alpha: alpha)
            ?? .advance(
                pairs > 0
                    ? "\(pairs) labelled items scored by both versions show no regression"
                        + (pairs < labels.count || errorLimit != nil
                            ? "; the candidate is wrong on \(processes.wrong) of \(labels.count)"
                            : "")
                    : "the candidate is wrong on \(processes.wrong) of \(labels.count) labelled items, "
                        + "within its limit; no item was scored by both versions")
    }

    /// The reason to wait, nil for none.
    private func hold(
        _ processes: Processes, labels: [RampEvidence.Label], alpha: Double
    ) -> Judgement? {
        let counted = labels.reduce(0) { count, label in
            let counts = label.isOfThisStep && (errorLimit != nil || label.servingIsWrong != nil)
            return counts ? count + 1 : count
        }
        if counted < minimumLabels {
            let what = errorLimit == nil ? "scored by both versions and labelled" : "labelled"
            let isFirstStep = labels.allSatisfy(\.isOfThisStep)
            return .hold(
                "\(counted) of \(minimumLabels) items have been \(what)"
                    + (isFirstStep ? "" : " since this step began"))
        }
        if let errorLimit, processes.error > errorLimit {
            return .hold(
                "the candidate's error is estimated at \(Self.percent(processes.error)), above the "
                    + "limit of \(Self.percent(errorLimit))")
        }
        let suspicion = (1 / alpha).squareRoot()
        if max(processes.pair.evidence, processes.limit?.evidence ?? 0) >= suspicion {
            return .hold("the labels speak against the candidate, not yet enough to take it back")
        }
        return nil
    }

    private struct Processes {
        var pair = PairedEProcess()
        var limit: ErrorLimitEProcess?
        var counts = (broken: 0, fixed: 0)
        var wrong = 0
        /// The candidate's error rate, weighted.
        var error = 0.0
    }

    private func watch(
        _ labels: [RampEvidence.Label], smallestPropensity: Double
    ) -> Processes {
        let smallest = labels.reduce(smallestPropensity.held(in: .leastNormalMagnitude...1)) {
            min($0, $1.propensity)
        }
        var processes = Processes()
        processes.limit = errorLimit.map { ErrorLimitEProcess(limit: $0) }
        var weights = (all: 0.0, wrong: 0.0)
        for label in labels {
            let share = smallest / label.propensity
            processes.limit?.observe(isWrong: label.candidateIsWrong, weightShare: share)
            weights.all += share
            if label.candidateIsWrong {
                weights.wrong += share
                processes.wrong += 1
            }
            guard let servingIsWrong = label.servingIsWrong else { continue }
            processes.pair.observe(
                servingIsWrong: servingIsWrong, candidateIsWrong: label.candidateIsWrong,
                weightShare: share)
            if label.candidateIsWrong, !servingIsWrong { processes.counts.broken += 1 }
            if servingIsWrong, !label.candidateIsWrong { processes.counts.fixed += 1 }
        }
        processes.error = weights.wrong / weights.all
        return processes
    }

    /// A share in per cent with one decimal.
    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

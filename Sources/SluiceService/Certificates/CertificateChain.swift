import SluiceStatistics

/// The walk of one certificate over one group of labels.
struct CertificateChain: Sendable {
    /// Places of the labels it is about; nil for all.
    let labels: [Int32]?
    /// Whether it is about the labels that have too few items for a walk of their own.
    let isRest: Bool
    /// What it promises: the certificate's limit at this chain's part of the probability.
    let promise: ErrorPromise
    /// The thresholds.
    let grid: ConfidenceGrid
    /// Where the walks began.
    let starts: [Int]
    /// The counts at every threshold.
    let steps: [ThresholdStep]
    /// The steps walked, as they are written.
    let tests: [Test]
    /// The step certified; nil for none.
    let certified: Int?
    /// The least labels with which a walk can begin.
    let least: Int
    /// Items with a confidence of 1 exactly, which every threshold accepts.
    let certain: Int

    /// One step walked.
    struct Test: Sendable {
        let step: Int
        /// The upper bound of the error; nil where evidence was weighed.
        let bound: Double?
        /// The highest evidence; nil where a bound was computed.
        let peak: Double?
        let isKept: Bool
    }

    /// The certified threshold; nil for none.
    var threshold: Double? { certified.map { grid.steps[$0].threshold } }

    /// The first step tested that failed beyond what is certified.
    var firstFailed: Int? {
        tests.filter { !$0.isKept && $0.step > (certified ?? -1) }.map(\.step).min()
    }

    /// The audits among the labels at the first step, where any are drawn.
    var audits: Int? {
        let audited = (steps.last?.strata ?? []).filter { $0.propensity < 1 }
        return audited.isEmpty ? nil : audited.reduce(0) { $0 + $1.labelled }
    }
}

/// Makes chains from facts.
struct ChainMaker: Sendable {
    let evidence: CertificateEvidence
    let method: CertificateMethod

    /// Groups of labels for walks of their own.
    ///
    /// Those with enough labels for one at their part of the probability, and the others together. How many labels there are is known without looking at
    /// what they say.
    static func groups(
        _ facts: [CertificateFact], labels: Int, promise: ErrorPromise
    ) -> [(labels: [Int32], isRest: Bool)] {
        var counts = Array(repeating: 0, count: labels + 1)
        for fact in facts where fact.standing.isLabel && fact.confidence >= 0 {
            counts[Int(fact.label)] += 1
        }
        let least = 3 * promise.divided(by: labels).leastLabels
        let own = counts.indices.filter { counts[$0] >= least && $0 < labels }
        let rest = counts.indices.filter { !own.contains($0) }
        return own.map { (labels: [Int32($0)], isRest: false) }
            + (rest.isEmpty ? [] : [(labels: rest.map(Int32.init), isRest: true)])
    }

    /// The chain over some labels; nil for all.
    ///
    /// - Parameter frozen: the grid and the start of earlier looks; nil to make them now.
    func chain(
        _ labels: [Int32]?, isRest: Bool = false, promise: ErrorPromise,
        frozen: (grid: ConfidenceGrid, start: Int)? = nil, present: Double? = nil
    ) -> CertificateChain {
        let chosen = labels.map(Set.init)
        func isIn(_ label: Int32) -> Bool { chosen?.contains(label) ?? true }
        let reference = evidence.reference.filter { isIn($0.label) }
        let grid =
            frozen?.grid
            ?? (reference.count >= CertificateEvidence.leastReference
                ? ConfidenceGrid(
                    confidences: reference.map(\.confidence).filter { $0 >= 0 },
                    items: reference.count)
                : ConfidenceGrid(steps: []))
        let facts = evidence.facts.filter { isIn($0.label) && $0.confidence >= 0 }
        let steps = Self.steps(facts, grid)
        let starts: [Int]
        let tests: [CertificateChain.Test]
        let certified: Int?
        switch method {
        case .fixedSequence, .robust:
            starts = Self.starts(steps, promise: promise, method: method)
            let walk = ThresholdWalk(steps, promise: promise, starts: starts)
            tests = walk.tests.map {
                .init(step: $0.step, bound: $0.bound, peak: nil, isKept: $0.isKept)
            }
            certified = walk.certified
        case .eProcess:
            let start = frozen?.start ?? Self.startOfEvidence(grid, present: present)
            starts = start.map { [$0] } ?? []
            let observable = steps.prefix { $0.form != .unobservable }.count
            // What still waits stops the stream: what comes behind it is known too early.
            let settled = facts.prefix { !$0.isPending }.filter(\.standing.isLabel)
            let walk = EvidenceWalk(
                settled.map {
                    WeightedLabel(
                        confidence: $0.confidence, isWrong: $0.standing.isError,
                        weightShare: $0.weightShare)
                },
                thresholds: grid.steps.prefix(observable).map(\.threshold), promise: promise,
                start: start ?? grid.steps.count)
            tests = walk.tests.map {
                .init(step: $0.step, bound: nil, peak: $0.peak, isKept: $0.isKept)
            }
            certified = walk.certified
        }
        return CertificateChain(
            labels: labels, isRest: isRest, promise: promise, grid: grid, starts: starts,
            steps: steps, tests: tests, certified: certified,
            least: (method == .robust ? promise.divided(by: 4) : promise).leastLabels,
            certain: facts.count { $0.confidence >= 1 })
    }

    /// The counts at or above every threshold.
    private static func steps(
        _ facts: [CertificateFact], _ grid: ConfidenceGrid
    ) -> [ThresholdStep] {
        var bins: [[Double: ThresholdStep.Stratum]] = Array(
            repeating: [:], count: grid.steps.count)
        for fact in facts {
            // Where everybody is asked, an answer that says nothing takes the item out altogether.
            guard let step = grid.firstStep(accepting: fact.confidence),
                fact.standing != .saysNothing || fact.propensity < 1
            else { continue }
            var stratum =
                bins[step][fact.propensity]
                ?? ThresholdStep.Stratum(propensity: fact.propensity)
            stratum.items += 1
            if fact.standing.isLabel {
                stratum.labelled += 1
                stratum.errors += fact.standing.isError ? 1 : 0
            }
            bins[step][fact.propensity] = stratum
        }
        var sum: [Double: ThresholdStep.Stratum] = [:]
        return grid.steps.indices.map { step in
            for (propensity, found) in bins[step] {
                var stratum = sum[propensity] ?? ThresholdStep.Stratum(propensity: propensity)
                stratum.items += found.items
                stratum.labelled += found.labelled
                stratum.errors += found.errors
                sum[propensity] = stratum
            }
            return ThresholdStep(
                threshold: grid.steps[step].threshold,
                strata: sum.values.sorted { $0.propensity < $1.propensity })
        }
    }

    /// Where the walks begin: by how many labels there are, and not by what they say.
    ///
    /// Where items are audited, audits count: a threshold among the audited ones rests on nothing else.
    private static func starts(
        _ steps: [ThresholdStep], promise: ErrorPromise, method: CertificateMethod
    ) -> [Int] {
        let labels = steps.map { step in
            let audited = step.strata.filter { $0.propensity < 1 }
            return Double((audited.isEmpty ? step.strata : audited).reduce(0) { $0 + $1.labelled })
        }
        switch method {
        case .robust:
            let part = promise.divided(by: 4)
            return [2.0, 4, 8, 16].compactMap {
                ConfidenceGrid.start(expected: labels, promise: part, multiple: $0)
            }
        case .fixedSequence, .eProcess:
            return ConfidenceGrid.start(expected: labels, promise: promise).map { [$0] } ?? []
        }
    }

    /// Where a walk by evidence begins: at half of what is accepted now, or a quarter of everything.
    private static func startOfEvidence(_ grid: ConfidenceGrid, present: Double?) -> Int? {
        let share = present.map { $0 / 2 } ?? 0.25
        return grid.steps.firstIndex { $0.share >= share } ?? grid.steps.indices.last
    }
}

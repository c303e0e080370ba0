import SluiceStatistics

/// How often what a policy would accept is wrong, or why that cannot be known.
enum ReplayError: Sendable, Equatable {
    case known(Estimate)
    case nothingAccepted
    /// So many of the accepted items had no chance of being reviewed.
    case neverAsked(Int, of: Int)
    /// Too few of the accepted items have been labelled.
    case tooFewLabels(Int, of: Int)
    /// So large a share of the accepted items is of kinds that nobody has labelled.
    case notCovered(share: Double)

    /// The least number of labels that an error rate is said from.
    static let leastLabels = 30
    /// The largest share of the accepted items that may be of kinds that nobody has labelled.
    static let largestGap = 0.02

    /// Why there is no number; nil when there is.
    var reason: String? {
        switch self {
        case .known: nil
        case .nothingAccepted: "nothing would be accepted"
        case .neverAsked(let count, let all):
            "\(count) of \(all) had no chance of being reviewed: they were accepted without audits"
        case .tooFewLabels(0, _): "nobody has labelled any of what would be accepted"
        case .tooFewLabels(let count, _):
            "only \(count) labels by people; \(Self.leastLabels) are needed"
        case .notCovered(let share):
            "nobody has labelled any of the items that are \(Int((share * 100).rounded())) % of it"
        }
    }
}

extension Replay {
    /// The error of everything policy `index` accepts.
    func error(ofPolicy index: Int) -> ReplayError {
        error { $0.accepting & (1 << index) != 0 }
    }

    /// The error of everything policy `index` accepts, by what a wrong one costs, with how many items
    /// there are of each.
    func errorsByCost(
        ofPolicy index: Int
    ) -> [(errorCost: Double, items: Int, error: ReplayError)] {
        let accepted = cells.filter { $0.key.accepting & (1 << index) != 0 }
        return Set(accepted.keys.map(\.errorCost)).sorted().map { cost in
            (
                cost,
                accepted.reduce(0) { $0 + ($1.key.errorCost == cost ? $1.value.items : 0) },
                error { $0.accepting & (1 << index) != 0 && $0.errorCost == cost }
            )
        }
    }

    /// The error of what policy `index` accepts and the first does not.
    func errorOfNewlyAccepted(byPolicy index: Int) -> ReplayError {
        error { $0.accepting & (1 << index) != 0 && $0.accepting & 1 == 0 }
    }

    /// Estimated from items that people labelled, each weighted by one over the share of its stratum
    /// that they are: a stratum are the items with one recorded probability of being asked about.
    ///
    /// The share counted is taken and not the probability, so that the weights of a stratum add up to
    /// its items. Of items drawn by chance, those reviewed so far stand for those that still wait.
    /// Of items that were all asked about they do so only within their cell, where all are of like
    /// confidence: over the whole queue the doubtful ones are reviewed first. Disputed audits are right
    /// at the lower end and wrong at the upper one: see ``DisputedAudits``.
    private func error(where isIncluded: (Cell) -> Bool) -> ReplayError {
        let chosen = cells.filter { isIncluded($0.key) }
        var strata: [Double: Counts] = [:]
        for (cell, counts) in chosen { strata[cell.propensity, default: Counts()] += counts }
        let all = strata.values.reduce(0) { $0 + $1.items }
        guard all > 0 else { return .nothingAccepted }
        let never = strata.filter { $0.key <= 0 }.values.reduce(0) { $0 + $1.items }
        guard never == 0 else { return .neverAsked(never, of: all) }
        let labelled = strata.values.reduce(0) { $0 + $1.labelled }
        guard labelled >= ReplayError.leastLabels else { return .tooFewLabels(labelled, of: all) }
        // In an order of their own, so that the same counts give the same last digit.
        let groups =
            (strata.filter { $0.key < 1 }.map(\.value)
            + chosen.filter { $0.key.propensity >= 1 }.map(\.value))
            .sorted { ($0.labelled, $0.items, $0.wrong) < ($1.labelled, $1.items, $1.wrong) }
        // Items that no label stands for.
        let gap = groups.reduce(0) { $0 + ($1.seen == 0 ? $1.items : 0) }
        let missing = Double(gap) / Double(all)
        guard missing <= ReplayError.largestGap else { return .notCovered(share: missing) }
        var disputes = disputes
        disputes.waiting = groups.reduce(0) { $0 + $1.disputed }
        do {
            return .known(
                try disputes.estimate { (areWrong) throws(Unknown) -> Estimate in
                    try GroupedSample(
                        groups.filter { $0.seen > 0 }.map {
                            GroupedSample.Group(
                                propensity: Double($0.seen) / Double($0.items), n: $0.seen,
                                x: $0.wrong + (areWrong ? $0.disputed : 0))
                        }
                    ).estimate()
                })
        } catch {
            return .tooFewLabels(labelled, of: all)
        }
    }
}

extension Replay.Counts {
    /// Those that somebody has answered: labelled, or disputed.
    fileprivate var seen: Int { labelled + disputed }

    fileprivate static func += (sum: inout Self, counts: Self) {
        sum.items += counts.items
        sum.asked += counts.asked
        sum.labelled += counts.labelled
        sum.wrong += counts.wrong
        sum.disputed += counts.disputed
    }
}

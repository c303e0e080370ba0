/// How far two labels are apart.
public enum LabelScale: String, Hashable, Sendable, CaseIterable {
    /// Labels are the same or not.
    case nominal
    /// Labels have an order, that of their numbers; how far apart they are is told by how many answers
    /// lie between.
    case ordinal
    /// Labels are evenly spaced values in the order of their numbers.
    case interval
}

extension Agreement {
    /// Krippendorff's alpha: 1 is perfect agreement, 0 what chance gives; for any number of reviewers
    /// and missing answers.
    ///
    /// The headline figure.
    ///
    /// Krippendorff 2019, Content Analysis, 4th ed., chapter 12: from 0.8 labels are fit for use, from
    /// 0.667 for tentative conclusions. Items with one answer are left out. [0, 0, 0], [0, 1] and
    /// [1, 1] give 0.5.
    ///
    /// - Throws: ``Unknown`` if no item has two answers, or all answers are one label.
    public func krippendorff(_ scale: LabelScale = .nominal) throws(Unknown) -> Double {
        let totals = totals.map(Double.init)
        let n = totals.reduce(0, +)
        guard n > 0 else { throw Unknown(.noObservations) }
        let coincidences = coincidences
        let differences = scale.differences(totals: totals)
        var observed = 0.0
        var expected = 0.0
        for one in 0..<labels {
            for other in 0..<labels where other != one {
                let difference = differences(one, other)
                observed += coincidences[one * labels + other] * difference
                expected += totals[one] * totals[other] * difference
            }
        }
        guard expected > 0 else { throw Unknown(.singleLabel) }
        return 1 - (n - 1) * observed / expected
    }

    /// Fleiss' kappa, for items that all have the same number of answers.
    ///
    /// Fleiss 1971, Psychol. Bull. 76:378-382.
    ///
    /// - Throws: ``Unknown`` if numbers of answers differ, none has two, or all are one label.
    public func fleiss() throws(Unknown) -> Double {
        let all = Double(items * (try answersOfEach()))
        let chance = totals.reduce(0.0) { $0 + (Double($1) / all) * (Double($1) / all) }
        guard chance < 1 else { throw Unknown(.singleLabel) }
        return (try percent() - chance) / (1 - chance)
    }

    /// Randolph's kappa: as Fleiss', but chance takes every label as likely.
    ///
    /// Randolph 2005, Joensuu Learning and Instruction Symposium.
    ///
    /// - Throws: ``Unknown`` if numbers of answers differ, none has two, or there is one label only.
    public func randolph() throws(Unknown) -> Double {
        _ = try answersOfEach()
        guard labels > 1 else { throw Unknown(.singleLabel) }
        let chance = 1 / Double(labels)
        return (try percent() - chance) / (1 - chance)
    }

    /// Gwet's AC1, which does not collapse where one label is given nearly always.
    ///
    /// Gwet 2008, Br. J. Math. Stat. Psychol. 61:29-48. Chance disagreement is spread over all labels
    /// there are, used or not; items with one answer count for how common labels are.
    ///
    /// - Throws: ``Unknown`` if no item has two answers, or all answers are one label.
    public func gwet() throws(Unknown) -> Double {
        let observed = try percent()
        let shares = averageShares
        guard shares.count(where: { $0 > 0 }) > 1 else { throw Unknown(.singleLabel) }
        let chance = shares.reduce(0) { $0 + $1 * (1 - $1) } / Double(labels - 1)
        return (observed - chance) / (1 - chance)
    }
}

extension LabelScale {
    /// The squared difference of two labels, given how often each was used.
    fileprivate func differences(totals: [Double]) -> (Int, Int) -> Double {
        switch self {
        case .nominal: return { _, _ in 1 }
        case .interval: return { Double(($0 - $1) * ($0 - $1)) }
        case .ordinal:
            // Prefix sums: the answers from one label to another, their ends by half.
            var below = [0.0]
            for total in totals { below.append(below[below.count - 1] + total) }
            let middle = totals.indices.map { below[$0] + totals[$0] / 2 }
            return { (middle[$0] - middle[$1]) * (middle[$0] - middle[$1]) }
        }
    }
}

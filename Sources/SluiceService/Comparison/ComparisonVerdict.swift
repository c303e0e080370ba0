import SluiceStatistics
import SluiceStore

/// Says in plain words whether a candidate may advance, and what evidence is missing if not.
struct ComparisonVerdict: Hashable, Sendable {
    /// Whether the labels show that the candidate is better, or at most a little worse.
    let mayAdvance: Bool
    /// The reason, in one or two sentences.
    let sentence: String
    /// What would have to be known; empty when nothing is missing.
    let missing: [String]

    /// The verdict as one that so many disputed audits decide.
    func pending(_ disputed: Int) -> ComparisonVerdict {
        ComparisonVerdict(
            mayAdvance: false, sentence: sentence,
            missing: ["the second looks at \(disputed) disputed audits"] + missing)
    }

    /// How much worse, as a share of all items, a candidate may be to be called no worse.
    static let margin = 0.01

    /// What a verdict rests on.
    struct Evidence: Sendable {
        var serving: String
        var candidate: String
        /// The labelled items; nil without any.
        var pairs: WeightedPairs?
        var traffic: ComparedTraffic
        var minimumLabels: Int
        /// The error rate the candidate may not exceed; nil for none.
        var errorLimit: Double?
    }

    /// Judges in this order: enough labels, labels of all traffic, worse, above the limit, better, no
    /// worse, unclear.
    ///
    /// Better and worse are decided by McNemar's exact test at 5 % where every item was as likely to be
    /// labelled, and by the weighted interval of the difference at 95 % where not: then the test
    /// counts the wrong things. No worse is an interval that ends below ``margin``.
    init(_ evidence: Evidence) throws(Unknown) {
        let labelled = evidence.pairs?.counts.n ?? 0
        guard let pairs = evidence.pairs, labelled >= evidence.minimumLabels else {
            self = .tooFew(labelled, evidence)
            return
        }
        let difference = try pairs.errorDifference()
        let candidateError = try pairs.candidateError()
        let unseen = Double(evidence.traffic.unseen) / Double(max(evidence.traffic.items, 1))
        let found = Self.found(evidence, pairs, difference)
        if unseen > RampGuard.toleratedUnseenShare {
            let whose = evidence.traffic.unseenByServing * 2 >= evidence.traffic.unseen
            let version = whose ? evidence.serving : evidence.candidate
            self.init(
                mayAdvance: false,
                sentence:
                    "\(found), but these items were labelled because \(version) was unsure: of "
                    + "the \(Words.percent(unseen)) it was sure of nothing can be said without audits.",
                missing: [
                    "audits: \(Words.percent(unseen)) of the items both scored were accepted where "
                        + "nothing is audited"
                ])
            return
        }
        if Self.isWorse(pairs, difference) {
            self.init(
                mayAdvance: false, sentence: "\(found): it should not advance.", missing: [])
        } else if let limit = evidence.errorLimit, candidateError.value > limit {
            self.init(
                mayAdvance: false,
                sentence:
                    "\(found), but its error of \(Words.percent(candidateError.value)) is above "
                    + "the limit of \(Words.percent(limit)): it should not advance.", missing: [])
        } else if Self.isBetter(pairs, difference) {
            self.init(mayAdvance: true, sentence: "\(found): it may advance.", missing: [])
        } else if difference.hi <= Self.margin {
            self.init(
                mayAdvance: true,
                sentence: "\(found): no difference is shown, and it is wrong on at most "
                    + "\(Words.points(max(difference.hi, 0))) in 100 items more: it may advance.",
                missing: [])
        } else {
            self = .unclear(found, difference, labelled)
        }
    }

    private init(mayAdvance: Bool, sentence: String, missing: [String]) {
        self.mayAdvance = mayAdvance
        self.sentence = sentence
        self.missing = missing
    }

    private static func tooFew(_ labelled: Int, _ evidence: Evidence) -> ComparisonVerdict {
        let what: String
        switch (evidence.traffic.items, labelled) {
        case (0, _): what = "no item has been scored by both"
        case (_, 0): what = "no item has been scored by both and labelled"
        case (_, 1): what = "1 item has been scored by both and labelled"
        default: what = "\(labelled) items have been scored by both and labelled"
        }
        return ComparisonVerdict(
            mayAdvance: false,
            sentence:
                "Nothing can be said yet: \(what); about \(evidence.minimumLabels) are needed.",
            missing: ["\(evidence.minimumLabels - labelled) more items scored by both and labelled"]
        )
    }

    /// What was seen, without a conclusion.
    private static func found(
        _ evidence: Evidence, _ pairs: WeightedPairs, _ difference: Estimate
    ) -> String {
        let counts = pairs.counts
        var text =
            "\(evidence.candidate) is right on \(Words.items(counts.fixed)) where \(evidence.serving) "
            + "is wrong and wrong on \(counts.broken) where it is right "
            + "(\(Words.probability(counts.exactP)))"
        if pairs.isWeighted {
            text +=
                "; weighted to all traffic, its error is \(Words.points(abs(difference.value))) points "
                + (difference.value > 0 ? "higher" : "lower")
                + " (\(Words.points(difference.lo)) to \(Words.points(difference.hi)))"
        }
        return text
    }

    private static func isBetter(_ pairs: WeightedPairs, _ difference: Estimate) -> Bool {
        pairs.isWeighted
            ? difference.hi < 0
            : pairs.counts.fixed > pairs.counts.broken && pairs.counts.exactP <= 0.05
    }

    private static func isWorse(_ pairs: WeightedPairs, _ difference: Estimate) -> Bool {
        pairs.isWeighted
            ? difference.lo > 0
            : pairs.counts.broken > pairs.counts.fixed && pairs.counts.exactP <= 0.05
    }

    private static func unclear(
        _ found: String, _ difference: Estimate, _ labelled: Int
    ) -> ComparisonVerdict {
        var missing = "a difference too small to see with \(labelled) labels, or more labels"
        if difference.value < margin {
            // An interval shrinks with the square root of the number of items.
            let ratio = (difference.hi - difference.value) / (margin - difference.value)
            let more = Double(labelled) * (ratio * ratio - 1)
            // Two leading digits are all an estimate like this is worth.
            let step = more >= 1000 ? 100.0 : 10.0
            let rounded = Int((min(more, 1e9) / step).rounded(.up) * step)
            missing = "about \(rounded) more labelled items, if what is seen so far is what is true"
        }
        return ComparisonVerdict(
            mayAdvance: false,
            sentence: "\(found): which is better cannot be said yet; it may be wrong on "
                + "\(Words.points(difference.hi)) in 100 items more.",
            missing: [missing])
    }
}

/// Numbers as sentences have them.
enum Words {
    /// A share in per cent with one decimal: 0.041 is "4.1 %".
    static func percent(_ share: Double) -> String { "\(points(share)) %" }

    /// A share times 100 with one decimal: 0.041 is "4.1", -0.0004 is "0.0".
    static func points(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// "1 item", "32 items".
    static func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

    /// "p = 0.0004", and "p < 0.0001" below that.
    static func probability(_ p: Double) -> String {
        let digits = Int((p * 10_000).rounded())
        guard digits > 0 else { return "p < 0.0001" }
        guard digits < 10_000 else { return "p = 1" }
        var decimals = String(digits)
        decimals = String(repeating: "0", count: 4 - decimals.count) + decimals
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "p = 0.\(decimals)"
    }
}

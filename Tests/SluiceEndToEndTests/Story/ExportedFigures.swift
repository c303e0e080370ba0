import SluiceJSON
import Testing

/// The figures of a report as somebody computes them who has nothing but the exported lines.
///
/// None of the product's own statistics are used.
struct ExportedFigures {
    /// What an exported line says that matters here.
    struct Line {
        let item: String
        let label: String?
        let source: String
        let outcome: String
        let predicted: String?
        let version: String?
        let route: String?
        let reason: String?
        let policy: Int?
        let propensity: Double?
        let weight: Double?
        let answers: Int
        let agreement: Double?
        let isBlind: Bool

        init(_ line: JSONValue) throws {
            item = try #require(line["external_id"]?.string)
            label = line["label"]?.string
            source = try #require(line["label_source"]?.string)
            outcome = try #require(line["outcome"]?.string)
            predicted = line["predicted"]?.string
            version = line["model_version"]?.string
            route = line["route"]?.string
            reason = line["reason"]?.string
            policy = line["policy_version"]?.int
            propensity = line["propensity"]?.double
            weight = line["weight"]?.double
            answers = line["n_labels"]?.int ?? 0
            agreement = line["agreement"]?.double
            isBlind = line["blind"]?.bool ?? false
        }

        /// Whether the model's label was the item's when it came.
        var isAutomated: Bool { route == "accepted" || route == "audited" }
        var isAudited: Bool { route == "audited" }
        /// Whether nobody audits the item and a person decided it all the same.
        var isTakenUp: Bool { route == "accepted" && source != "model" }
        /// Whether a person said which label it is, and that can be compared.
        var isCompared: Bool {
            source != "model" && (outcome == "accepted" || outcome == "corrected")
        }

        /// How many reviewers gave a label that counts, and how many of them another than the model.
        var given: (labels: Int, others: Int) {
            guard isCompared, source != "adjudicated", predicted != nil else { return (0, 0) }
            let agreeing = Int((Double(answers) * (agreement ?? 1)).rounded())
            return (answers, outcome == "corrected" ? agreeing : answers - agreeing)
        }
    }

    let lines: [Line]
    /// The probability of an audit under each policy.
    ///
    /// What was taken up for another reason than an audit is exported without one, since nothing is
    /// known of the chance of that; but it had one when it was routed, like all others of its policy.
    private let rates: [Int: Double]

    private init(_ lines: [Line], rates: [Int: Double]) {
        self.lines = lines
        self.rates = rates
    }

    /// Reads an export.
    init(export: String) throws {
        let lines = try export.split(separator: "\n").map {
            try Line(JSONValue(parsing: Array($0.utf8)))
        }
        var rates: [Int: Double] = [:]
        for line in lines where line.isAutomated {
            guard let policy = line.policy, let propensity = line.propensity else { continue }
            try #require(rates[policy, default: propensity] == propensity)
            rates[policy] = propensity
        }
        self.init(lines, rates: rates)
    }

    func only(_ isIncluded: (Line) -> Bool) -> ExportedFigures {
        ExportedFigures(lines.filter(isIncluded), rates: rates)
    }

    private func count(_ isIncluded: (Line) -> Bool) -> Int { lines.count(where: isIncluded) }

    /// Each share of the report by its name: of how many items, how many.
    var shares: [(name: String, part: Int, whole: Int)] {
        let automated = count(\.isAutomated)
        return [
            ("automation_rate", automated, lines.count),
            ("deferral_rate", lines.count - automated, lines.count),
            (
                "straight_through_rate", count { $0.route == "accepted" && $0.source == "model" },
                lines.count
            ),
            (
                "straight_through_rate_nonblocking", automated - count(\.isTakenUp),
                lines.count
            ),
            ("audit_rate", count(\.isAudited), automated),
        ] + overrides
    }

    /// How often people gave another label than the model, by what they were shown.
    private var overrides: [(name: String, part: Int, whole: Int)] {
        func rate(_ name: String, _ isIncluded: (Line) -> Bool) -> (String, Int, Int) {
            let given = lines.filter(isIncluded).map(\.given)
            return (
                name, given.reduce(0) { $0 + $1.others }, given.reduce(0) { $0 + $1.labels }
            )
        }
        return [
            rate("override_rate") { _ in true },
            rate("override_rate_queue_shown") { !$0.isAudited && !$0.isBlind },
            rate("override_rate_queue_blind") { !$0.isAudited && $0.isBlind },
            rate("override_rate_audit", \.isAudited),
        ]
    }

    /// How many were left to people for each reason.
    var reasons: [String: Int] {
        Dictionary(grouping: lines.filter { !$0.isAutomated }) { $0.reason ?? "" }
            .mapValues(\.count)
    }

    /// How many of what the model decided alone were found wrong by chance.
    var knownErrors: Int { count { $0.isTakenUp && $0.outcome == "corrected" } }

    /// Items that were audited at one rate.
    struct Stratum {
        let items: Int
        let audits: Int
        let errors: Int
    }

    /// What the model decided, by the probability of an audit.
    var strata: [Stratum] {
        Dictionary(grouping: lines.filter(\.isAutomated)) { $0.policy.flatMap { rates[$0] } }.values
            .map { part in
                let audited = part.filter { $0.isAudited && $0.isCompared }
                return Stratum(
                    items: part.count, audits: audited.count,
                    errors: audited.count { $0.outcome == "corrected" })
            }
    }

    /// The error rate of what the model decided: each stratum's own, by its share of the items.
    ///
    /// - Returns: nil where more than a tenth of the items are of a rate with fewer than two audits.
    var error: Double? {
        let strata = strata
        guard strata.count > 1 else {
            guard let one = strata.first, one.audits > 0 else { return nil }
            return Double(one.errors) / Double(one.audits)
        }
        let seen = strata.filter { $0.audits >= min(2, $0.items) }
        let (all, known) = (
            strata.reduce(0) { $0 + $1.items }, seen.reduce(0) { $0 + $1.items }
        )
        guard known > 0, (all - known) * 10 <= all else { return nil }
        return seen.reduce(0) {
            $0 + Double($1.items) / Double(known) * Double($1.errors) / Double($1.audits)
        }
    }

    /// The same by the exported weights alone, which is the same number where there is one rate.
    var weightedError: Double {
        let audited = lines.filter { $0.isAudited && $0.isCompared }
        let wrong = audited.reduce(0) {
            $0 + ($1.outcome == "corrected" ? $1.weight ?? 0 : 0)
        }
        return wrong / audited.reduce(0) { $0 + ($1.weight ?? 0) }
    }

    /// The interval of a share by the formula of Wilson 1927 at 95 %.
    static func wilson(_ part: Int, of whole: Int) -> (lo: Double, hi: Double) {
        let (p, n, z) = (Double(part) / Double(whole), Double(whole), 1.959963984540054)
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return (max(middle - half, 0), min(middle + half, 1))
    }
}

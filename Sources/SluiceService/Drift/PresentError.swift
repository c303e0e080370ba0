import SluiceDomain
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// The error rate of the last audits of a version, with its interval.
///
/// Disputed audits count as in ``AuditedError``: by the share that was confirmed so far in the value,
/// as right at the lower end and as wrong at the upper one. How many audits it is of does not depend on
/// their outcomes.
struct PresentError: Sendable {
    /// The rate; unknown while no audit is settled.
    let figure: Figure
    /// How many audits it is of, disputed ones included.
    let audits: Int
    /// How many of them are disputed.
    let disputed: Int
    /// In how many of them the model was wrong, disputed ones left out.
    let errors: Int
    /// When the first of them was asked for; nil for none.
    let firstAt: Timestamp?

    /// The share that is wrong if the model was wrong in all that is disputed; 0 of no audit.
    var worst: Double { audits > 0 ? Double(errors + disputed) / Double(audits) : 0 }

    /// Takes the last audits, by the rate they were drawn at.
    init(_ rates: [LatestAudits]) {
        let strata = rates.filter { $0.propensity > 0 }.map { rate in
            var stratum = AuditedError.Stratum(propensity: rate.propensity)
            let drawn = rate.audits + rate.disputed
            stratum.items = max(Int((Double(drawn) / rate.propensity).rounded()), drawn)
            stratum.drawn = drawn
            stratum.open = rate.disputed
            stratum.disputed = rate.disputed
            stratum.audits = rate.audits
            stratum.errors = rate.errors
            return stratum
        }
        let confirmed = rates.reduce(0) { $0 + $1.confirmed }
        let settled = rates.reduce(0) { $0 + $1.settled }
        disputed = strata.reduce(0) { $0 + $1.disputed }
        errors = strata.reduce(0) { $0 + $1.errors }
        audits = strata.reduce(0) { $0 + $1.drawn }
        firstAt = rates.map(\.firstAt).min()
        do {
            figure = .estimate(
                try AuditedError(
                    strata, wrongShare: Double(confirmed + 1) / Double(settled + 1)
                ).estimate())
        } catch {
            figure = .unknown("no audits with a label yet")
        }
    }

    /// Reads the last audits of a version.
    ///
    /// - Parameters:
    ///   - moment: the last one that counts was asked for then, with `item`.
    ///   - limit: how many of them are read.
    init(
        project: Int64, modelVersion: Int64, from start: Timestamp, until moment: Timestamp,
        item: Int64 = .max, limit: Int, _ store: Store
    ) throws(PostgresError) {
        self.init(
            try store.latestAudits(
                project: project, modelVersion: modelVersion, from: start, until: moment,
                item: item, limit: limit))
    }

    /// The rate with its interval, and of how many audits, as a sentence has it.
    var words: String {
        var words = "\(audits) audits"
        if case .estimate(let rate) = figure {
            words =
                "\(Words.percent(rate.value)) (\(Words.points(rate.lo)) to "
                + "\(Words.points(rate.hi))) of its last \(audits) audits"
        }
        if disputed > 0 { words += ", \(disputed) of them disputed" }
        return words
    }
}

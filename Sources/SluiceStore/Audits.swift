import SluicePostgres
import SluiceSQL

/// Audits of one model version, predicted label, propensity and stratum that somebody has answered
/// otherwise than the model, or that are overdue.
public struct AuditCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// The probability, known when routed, that a person labels them; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// Those that are not settled: an answer differs from the model, and nobody has said so again.
    public let disputed: Int
    /// Those that were disputed and are settled now, with a label.
    public let settled: Int
    /// Those of `settled` where the model was wrong.
    public let confirmed: Int
    /// Open ones past their deadline, disputed or not.
    public let overdue: Int

    /// Collects the parts.
    public init(
        cell: ReportCell, propensity: Double, stratum: Int?, disputed: Int, settled: Int,
        confirmed: Int, overdue: Int
    ) {
        self.cell = cell
        self.propensity = propensity
        self.stratum = stratum
        self.disputed = disputed
        self.settled = settled
        self.confirmed = confirmed
        self.overdue = overdue
    }
}

/// How reviewers did on blind items whose label is known.
public struct GoldSkill: Sendable, Hashable {
    /// How many answers were to wrong predictions.
    public let wrong: Int
    /// How many of those gave another label.
    public let found: Int
    /// How many answers were to right predictions.
    public let right: Int
    /// How many of those gave the predicted label.
    public let left: Int
}

extension Store {
    /// How reviewers did on blind items whose label is known, all that count.
    public func goldSkill(project: Int64) throws(PostgresError) -> GoldSkill? {
        try session.queryOne(SQLCatalog.goldSkill, [.int64(project)]) {
            (row) throws(PostgresError) -> GoldSkill in
            GoldSkill(
                wrong: try row.int(0), found: try row.int(1), right: try row.int(2),
                left: try row.int(3))
        }
    }
}

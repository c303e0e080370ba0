import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Audits of one model version, predicted label and propensity, received at one moment, that somebody
/// has answered otherwise than the model, or that are overdue.
public struct AuditCount: Sendable {
    /// The model version and the predicted label.
    public let cell: ReportCell
    /// The probability, known when routed, that a person labels them; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// When the items arrived.
    public let receivedAt: Timestamp
    /// Those that are not settled: an answer differs from the model, and nobody has said so again.
    public let disputed: Int
    /// Those that were disputed and are settled now, with a label.
    public let settled: Int
    /// Those of `settled` where the model was wrong.
    public let confirmed: Int
    /// Open ones past their deadline, disputed or not.
    public let overdue: Int
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
    /// The disputed, the settled and the overdue audits among the arrivals of `[from, to)`.
    public func auditCounts(
        project: Int64, from: Timestamp, to: Timestamp, deadlineSeconds: Int
    ) throws(PostgresError) -> [AuditCount] {
        try session.query(
            SQLCatalog.reportAudits,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int32(Int32(deadlineSeconds)),
            ]
        ) { (row) throws(PostgresError) -> AuditCount in
            AuditCount(
                cell: ReportCell(
                    model: try row.text(0), version: try row.text(1), label: try row.text(2)),
                propensity: try row.double(3), stratum: try row.intIfPresent(9),
                receivedAt: Timestamp(microseconds: try row.timestamp(4)),
                disputed: try row.int(5), settled: try row.int(6), confirmed: try row.int(7),
                overdue: try row.int(8))
        }
    }

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

import SluicePostgres
import SluiceSQL

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

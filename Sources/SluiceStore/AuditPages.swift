import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An audit of a version, as people have answered it by now.
public struct AuditRow: Hashable, Sendable {
    /// When it was asked for: the prediction came, or the item was routed anew.
    public let askedAt: Timestamp
    /// The item's key.
    public let item: Int64
    /// The probability, known when routed, that it is audited; in 0...1.
    public let propensity: Double
    /// Whether people have decided, and have not taken it back.
    public let isDecided: Bool
    /// Whether the model was wrong; nil while nobody has decided, and where the decision says nothing
    /// of the label.
    public let isWrong: Bool?
    /// Whether somebody has answered otherwise than the model, and a second look is waited for.
    public let isDisputed: Bool

    init(_ row: Row) throws(PostgresError) {
        askedAt = Timestamp(microseconds: try row.timestamp(0))
        item = try row.int64(1)
        propensity = try row.double(2)
        isDecided = try row.bool(3)
        isWrong = try row.boolIfPresent(4)
        isDisputed = try row.bool(5)
    }
}

/// What the last audits drawn at one rate came to.
public struct LatestAudits: Hashable, Sendable {
    /// The probability with which each was drawn, 0...1.
    public let propensity: Double
    /// How many have a label.
    public let audits: Int
    /// In how many of those the model was wrong.
    public let errors: Int
    /// How many more are disputed.
    public let disputed: Int
    /// How many of `audits` somebody had contradicted.
    public let settled: Int
    /// In how many of those the model was wrong.
    public let confirmed: Int
    /// When the first of them was asked for.
    public let firstAt: Timestamp
}

extension Store {
    /// The next audits of a version that were asked for before a moment, in the order in which they
    /// were asked for.
    ///
    /// The moment and the item together are unique. A page shorter than `limit` is the last one.
    public func auditPage(
        project: Int64, modelVersion: Int64, after moment: Timestamp, item: Int64,
        before end: Timestamp, limit: Int
    ) throws(PostgresError) -> [AuditRow] {
        try session.query(
            SQLCatalog.auditPage,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: moment.microseconds), .int64(item),
                .timestamp(microseconds: end.microseconds), .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> AuditRow in try AuditRow(row) }
    }

    /// The last audits of a version that have a label or are disputed, up to one of them, by the rate
    /// they were drawn at.
    public func latestAudits(
        project: Int64, modelVersion: Int64, from start: Timestamp, until moment: Timestamp,
        item: Int64 = .max, limit: Int
    ) throws(PostgresError) -> [LatestAudits] {
        try session.query(
            SQLCatalog.latestAudits,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: start.microseconds),
                .timestamp(microseconds: moment.microseconds), .int64(item),
                .int32(Int32(limit)),
            ]
        ) { (row) throws(PostgresError) -> LatestAudits in
            LatestAudits(
                propensity: try row.double(0), audits: try row.int(1), errors: try row.int(2),
                disputed: try row.int(3), settled: try row.int(4), confirmed: try row.int(5),
                firstAt: Timestamp(microseconds: try row.timestamp(6)))
        }
    }

    /// Until when everything is stored that carries its transaction's time.
    ///
    /// `settling` seconds ago, or before the oldest transaction that has written and goes on, whichever
    /// is earlier; at most an hour earlier than the first.
    public func settledTime(settling: Double) throws(PostgresError) -> Timestamp {
        let settled = try session.queryOne(SQLCatalog.settledTime, [.double(settling)]) {
            (row) throws(PostgresError) -> Timestamp in
            Timestamp(microseconds: try row.timestamp(0))
        }
        return settled ?? Timestamp(microseconds: 0)
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// Two versions to be compared, by their keys, and the time in which it counts.
public struct ComparedVersions: Sendable, Hashable {
    /// The version in service.
    public var serving: Int64
    /// The version on trial.
    public var candidate: Int64
    /// The first moment that counts; nil for all time.
    public var from: Timestamp?
    /// The first moment that does not count any more; nil for no end.
    public var to: Timestamp?

    /// Names the versions by key.
    public init(serving: Int64, candidate: Int64, from: Timestamp? = nil, to: Timestamp? = nil) {
        self.serving = serving
        self.candidate = candidate
        self.from = from
        self.to = to
    }

    fileprivate func parameters(_ project: Int64) -> [Parameter] {
        func moment(_ moment: Timestamp?) -> Parameter {
            moment.map { .timestamp(microseconds: $0.microseconds) } ?? .null
        }
        return [.int64(project), .int64(serving), .int64(candidate), moment(from), moment(to)]
    }
}

/// One item that both versions scored and a person labelled.
public struct ComparedRow: Sendable {
    /// The item.
    public let item: Int64
    /// What the person said.
    public let label: String
    /// What the serving version said.
    public let servingLabel: String
    /// How sure it was, 0...1; nil when it did not say.
    public let servingConfidence: Double?
    /// What the candidate said.
    public let candidateLabel: String
    /// How sure it was, 0...1; nil when it did not say.
    public let candidateConfidence: Double?
    /// The probability, known when routed, that a person labels the item; 0 < p <= 1.
    public let propensity: Double
    /// Whether it was accepted and drawn for an audit, and not queued.
    public let isAudit: Bool
    /// The version whose prediction the reviewers saw; nil when they saw none.
    public let shownVersion: Int64?
    /// What stands at the place the items are sliced by; nil when nothing does, or there is none.
    public let slice: String?
}

/// How the items both versions scored were routed, labelled or not.
public struct ComparedTraffic: Sendable, Hashable {
    /// How many there are.
    public let items: Int
    /// On how many both versions say the same.
    public let agreeing: Int
    /// How many were drawn for an audit.
    public let audited: Int
    /// How many were accepted where nothing is audited: no person can get to see them.
    public let unseen: Int
    /// How many of those were the serving version's to decide; the others were the candidate's.
    public let unseenByServing: Int
}

/// One label of an item that the candidate of a ramp scored.
public struct RampLabel: Sendable, Hashable {
    /// The probability, known when routed, that a person labels the item; 0 < p <= 1.
    public let propensity: Double
    /// Whether the candidate was wrong.
    public let candidateIsWrong: Bool
    /// Whether the serving version was wrong; nil when it did not score the item.
    public let servingIsWrong: Bool?
    /// When it was given.
    public let decidedAt: Timestamp
}

/// How the latest items were routed.
public struct RampTraffic: Sendable, Hashable {
    /// How many items.
    public let items: Int
    /// How many of them were accepted where nothing is audited.
    public let unseen: Int
    /// The smallest probability above zero of being labelled; nil without an item.
    public let smallestPropensity: Double?
}

extension Store {
    /// The key of a version that has sent predictions; nil when none did.
    public func knownModelVersion(
        _ version: ModelVersion, project: Int64
    ) throws(PostgresError) -> Int64? {
        try session.queryOne(
            SQLCatalog.knownModelVersion,
            [.int64(project), .text(version.model.text), .text(version.version.text)],
            firstInt64)
    }

    /// The next `limit` items after `item` that both versions scored and a person labelled in the
    /// window, in order of item.
    ///
    /// An item whose current decision is borderline, unusable or the model's is left out.
    ///
    /// - Parameter path: what to slice by; nil for nothing.
    public func comparedRows(
        _ versions: ComparedVersions, slicedBy path: FieldPath?, after item: Int64, limit: Int,
        project: Int64
    ) throws(PostgresError) -> [ComparedRow] {
        try session.query(
            SQLCatalog.comparisonPairs,
            versions.parameters(project) + [
                .int64(item), .int32(Int32(limit)), .optional(path?.root.rawValue),
                path.map { .array(ParameterArray($0.keys.map(\.text))) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> ComparedRow in
            ComparedRow(
                item: try row.int64(0), label: try row.text(1), servingLabel: try row.text(2),
                servingConfidence: try row.doubleIfPresent(3), candidateLabel: try row.text(4),
                candidateConfidence: try row.doubleIfPresent(5), propensity: try row.double(6),
                isAudit: try row.text(7) == Route.audited.rawValue,
                shownVersion: try row.int64IfPresent(8), slice: try row.textIfPresent(9))
        }
    }

    /// How the items both versions scored in the window were routed.
    public func comparedTraffic(
        _ versions: ComparedVersions, project: Int64
    ) throws(PostgresError) -> ComparedTraffic {
        let traffic = try session.queryOne(
            SQLCatalog.comparisonTraffic, versions.parameters(project)
        ) { (row) throws(PostgresError) -> ComparedTraffic in
            ComparedTraffic(
                items: try row.int(0), agreeing: try row.int(1), audited: try row.int(2),
                unseen: try row.int(3), unseenByServing: try row.int(4))
        }
        guard let traffic else { throw PostgresError.noRow(SQLCatalog.comparisonTraffic) }
        return traffic
    }

    /// What people said since `since` of the items the candidate scored, in the order in which they
    /// said it.
    ///
    /// - Parameter serving: nil when the serving version never sent a prediction.
    public func rampLabels(
        serving: Int64?, candidate: Int64, since: Timestamp, project: Int64
    ) throws(PostgresError) -> [RampLabel] {
        try session.query(
            SQLCatalog.rampLabels,
            [
                .int64(project), .optional(serving), .int64(candidate),
                .timestamp(microseconds: since.microseconds),
            ]
        ) { (row) throws(PostgresError) -> RampLabel in
            RampLabel(
                propensity: try row.double(0), candidateIsWrong: try row.bool(1),
                servingIsWrong: try row.boolIfPresent(2),
                decidedAt: Timestamp(microseconds: try row.timestamp(3)))
        }
    }

    /// How items were routed since `since`, by the latest `predictions` predictions.
    public func rampTraffic(
        since: Timestamp, predictions: Int, project: Int64
    ) throws(PostgresError) -> RampTraffic {
        let traffic = try session.queryOne(
            SQLCatalog.rampTraffic,
            [
                .int64(project), .timestamp(microseconds: since.microseconds),
                .int32(Int32(predictions)),
            ]
        ) { (row) throws(PostgresError) -> RampTraffic in
            RampTraffic(
                items: try row.int(0), unseen: try row.int(1),
                smallestPropensity: try row.doubleIfPresent(2))
        }
        guard let traffic else { throw PostgresError.noRow(SQLCatalog.rampTraffic) }
        return traffic
    }

    /// The audits of the items the candidate scored that arrived in the window, and that somebody
    /// contradicted and nobody has looked at again.
    ///
    /// - Parameters:
    ///   - serving: nil when the serving version never sent a prediction.
    ///   - path: what to slice by; nil for nothing.
    public func disputedRows(
        serving: Int64?, candidate: Int64, from: Timestamp?, to: Timestamp?,
        slicedBy path: FieldPath? = nil, project: Int64
    ) throws(PostgresError) -> [DisputedRow] {
        try session.query(
            SQLCatalog.disputedPairs,
            [
                .int64(project), .optional(serving), .int64(candidate),
                from.map { .timestamp(microseconds: $0.microseconds) } ?? .null,
                to.map { .timestamp(microseconds: $0.microseconds) } ?? .null,
                .optional(path?.root.rawValue),
                path.map { .array(ParameterArray($0.keys.map(\.text))) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> DisputedRow in
            DisputedRow(
                item: try row.int64(0), label: try row.text(1),
                contradiction: try row.textIfPresent(2), servingLabel: try row.textIfPresent(3),
                servingConfidence: try row.doubleIfPresent(4), candidateLabel: try row.text(5),
                candidateConfidence: try row.doubleIfPresent(6), propensity: try row.double(7),
                shownVersion: try row.int64IfPresent(9), slice: try row.textIfPresent(10),
                contradictedAt: Timestamp(microseconds: try row.timestamp(11)))
        }
    }
}

/// An audit that waits for a second look.
public struct DisputedRow: Sendable {
    /// The item.
    public let item: Int64
    /// What the model that decided said.
    public let label: String
    /// What the person said who contradicted it; nil for no label.
    public let contradiction: String?
    /// What the serving version said; nil when it did not score the item.
    public let servingLabel: String?
    /// How sure it was, 0...1; nil when it did not say.
    public let servingConfidence: Double?
    /// What the candidate said.
    public let candidateLabel: String
    /// How sure it was, 0...1; nil when it did not say.
    public let candidateConfidence: Double?
    /// The probability, known when routed, that a person labels the item; 0 < p <= 1.
    public let propensity: Double
    /// The version whose prediction the reviewers saw; nil when they saw none.
    public let shownVersion: Int64?
    /// What stands at the place the items are sliced by; nil when nothing does, or there is none.
    public let slice: String?
    /// When it was contradicted.
    public let contradictedAt: Timestamp

    /// The row as if it had been settled: as the model said, or as whoever contradicted it; nil if the
    /// serving version did not score it.
    ///
    /// An answer without a label is taken for a label that no version gave.
    public func settled(asContradicted isWrong: Bool) -> ComparedRow? {
        guard let servingLabel else { return nil }
        return ComparedRow(
            item: item, label: truth(asContradicted: isWrong), servingLabel: servingLabel,
            servingConfidence: servingConfidence, candidateLabel: candidateLabel,
            candidateConfidence: candidateConfidence, propensity: propensity, isAudit: true,
            shownVersion: shownVersion, slice: slice)
    }

    /// The label it would then have.
    public func truth(asContradicted isWrong: Bool) -> String {
        isWrong ? contradiction ?? "" : label
    }
}

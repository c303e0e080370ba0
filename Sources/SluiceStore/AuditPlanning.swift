import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What the model accepted in a window.
public struct AuditedTraffic: Sendable {
    /// How many items.
    public let items: Int
    /// How many of them came under rules that give them audit rates of their own.
    public let byRules: Int
    /// When the first came; nil when none did.
    public let firstAt: Timestamp?
    /// The quartiles of the confidences of the others, as a JSON array; nil without a confidence.
    public let quartiles: [UInt8]?
}

/// Accepted items of one predicted label, of one range of confidence, audited in one way.
public struct AuditedCell: Sendable, Hashable {
    /// The predicted label.
    public let label: String
    /// How many of the edges their confidence reaches; nil without a confidence.
    public let bin: Int?
    /// The probability, known when routed, that a person labels them; in 0...1.
    public let propensity: Double
    /// The policy's audit stratum that the audit rate is of, from 1; nil for none.
    public let stratum: Int?
    /// How many items.
    public let items: Int
    /// The sum of one minus their confidence, 1 for each without.
    public let doubt: Double
    /// How many audits said something about the label.
    public let audits: Int
    /// In how many of those the model was wrong.
    public let errors: Int
    /// How many more wait for a second look.
    public let disputed: Int
    /// How many of the audits were disputed before.
    public let settled: Int
    /// In how many of those the model was wrong.
    public let confirmed: Int

    /// Collects the parts.
    public init(
        label: String, bin: Int?, propensity: Double, stratum: Int?, items: Int, doubt: Double,
        audits: Int, errors: Int, disputed: Int = 0, settled: Int = 0, confirmed: Int = 0
    ) {
        self.label = label
        self.bin = bin
        self.propensity = propensity
        self.stratum = stratum
        self.items = items
        self.doubt = doubt
        self.audits = audits
        self.errors = errors
        self.disputed = disputed
        self.settled = settled
        self.confirmed = confirmed
    }
}

extension Store {
    /// What the model accepted of the arrivals of `[from, to)`.
    ///
    /// - Parameter rules: the names of the rules that give audit rates of their own.
    public func auditedTraffic(
        project: Int64, from: Timestamp, to: Timestamp, rules: [String]
    ) throws(PostgresError) -> AuditedTraffic {
        let found = try session.queryOne(
            SQLCatalog.auditedTraffic,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .array(ParameterArray(rules)),
            ]
        ) { (row) throws(PostgresError) -> AuditedTraffic in
            AuditedTraffic(
                items: try row.int(0), byRules: try row.int(1),
                firstAt: try row.timestampIfPresent(2).map(Timestamp.init(microseconds:)),
                quartiles: try row.bytesIfPresent(3))
        }
        return found ?? AuditedTraffic(items: 0, byRules: 0, firstAt: nil, quartiles: nil)
    }

    /// The same items without those of the rules, in cells; `edges` rise.
    public func auditedCells(
        project: Int64, from: Timestamp, to: Timestamp, rules: [String], edges: [Double]
    ) throws(PostgresError) -> [AuditedCell] {
        var array = ParameterArray(.double)
        for edge in edges { array.append(edge) }
        return try session.query(
            SQLCatalog.auditedCells,
            [
                .int64(project), .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .array(ParameterArray(rules)),
                .array(array),
            ]
        ) { (row) throws(PostgresError) -> AuditedCell in
            AuditedCell(
                label: try row.text(0), bin: try row.intIfPresent(1),
                propensity: try row.double(2), stratum: try row.intIfPresent(3),
                items: try row.int(4), doubt: try row.double(5), audits: try row.int(6),
                errors: try row.int(7), disputed: try row.int(8), settled: try row.int(9),
                confirmed: try row.int(10))
        }
    }
}

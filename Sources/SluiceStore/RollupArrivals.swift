import SluicePostgres
import SluiceSQL

/// How many items of a batch went which way, in columns; a row for each way.
public struct ArrivalColumns: Sendable {
    /// The model versions' ids; 0 for none.
    public var modelVersions = ParameterArray(.int64)
    /// Propensities.
    public var propensities = ParameterArray(.double)
    /// Strata of audits, or null.
    public var strata = ParameterArray(.int16)
    /// Predicted labels, or null.
    public var labels = ParameterArray(.text)
    /// Routes.
    public var routes = ParameterArray(.text)
    /// Reasons.
    public var reasons = ParameterArray(.text)
    /// The rules that applied, or null.
    public var rules = ParameterArray(.text)
    /// Where the items of each way begin in `items`, from 1.
    public var firsts = ParameterArray(.int32)
    /// How many items each way has.
    public var counts = ParameterArray(.int32)
    /// The items' ids, those of each way together.
    public var items = ParameterArray(.int64)

    /// Starts with no way.
    public init() {}
}

extension Store {
    /// Appends to the rollups which routes items got, from their arrival in this transaction on.
    public func appendArrivals(
        _ columns: ArrivalColumns, project: Int64, policyVersion: Int
    ) throws(PostgresError) {
        guard columns.items.count > 0 else { return }
        _ = try session.execute(
            SQLCatalog.appendArrivals,
            [
                .int64(project), .int32(Int32(policyVersion)), .array(columns.modelVersions),
                .array(columns.propensities), .array(columns.strata), .array(columns.labels),
                .array(columns.routes), .array(columns.reasons), .array(columns.rules),
                .array(columns.firsts), .array(columns.counts), .array(columns.items),
            ])
    }
}

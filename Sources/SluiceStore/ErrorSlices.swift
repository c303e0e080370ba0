import SluiceDomain
import SluicePostgres
import SluiceSQL

/// What an item belongs to in an error analysis.
public struct ItemSlices: Sendable, Hashable {
    /// The item.
    public let item: Int64
    /// The tags anybody gave it, as a JSON array; nil for none, or when they were not asked for.
    public let tags: [UInt8]?
    /// What stands at the place asked for; nil for nothing.
    public let slice: String?
}

extension Store {
    /// What slices these items, in any order.
    public func slices(
        of items: [Int64], by slicing: AnswerSlicing, project: Int64
    ) throws(PostgresError) -> [ItemSlices] {
        var path: FieldPath?
        if case .field(let field) = slicing { path = field }
        return try session.query(
            SQLCatalog.itemSlices,
            [
                .int64(project), .array(ParameterArray(items)), .bool(slicing == .tag),
                .optional(path?.root.rawValue),
                path.map { .array(ParameterArray($0.keys.map(\.text))) } ?? .null,
            ]
        ) { (row) throws(PostgresError) -> ItemSlices in
            ItemSlices(
                item: try row.int64(0), tags: try row.bytesIfPresent(1),
                slice: try row.textIfPresent(2))
        }
    }

    /// The keys of the versions of a model that have sent predictions, or of the one of that name.
    public func modelVersions(
        of model: String, version: String?, project: Int64
    ) throws(PostgresError) -> [Int64] {
        try session.query(
            SQLCatalog.modelVersionsOf, [.int64(project), .text(model), .optional(version)],
            firstInt64)
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A label map as stored.
public struct LabelMapRecord: Sendable {
    /// What it is called.
    public let name: String
    /// New names by label, as JSON.
    public var document: [UInt8]
    /// When it was stored.
    public let updatedAt: Timestamp
    /// By whom.
    public let updatedBy: String
}

extension Store {
    /// Stores a label map under a name, or replaces it.
    public func putLabelMap(
        _ document: [UInt8], named name: ProjectName, project: Int64, by actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.putLabelMap,
            [.int64(project), .text(name.text), .json(document), .int64(actor)])
    }

    /// The label map of that name; nil when there is none.
    public func labelMap(
        named name: String, project: Int64
    ) throws(PostgresError) -> [UInt8]? {
        try session.queryOne(SQLCatalog.findLabelMap, [.int64(project), .text(name)]) {
            (row) throws(PostgresError) -> [UInt8] in try row.bytes(0)
        }
    }

    /// Every label map of a project, by name.
    public func labelMaps(of project: Int64) throws(PostgresError) -> [LabelMapRecord] {
        try session.query(SQLCatalog.listLabelMaps, [.int64(project)]) {
            (row) throws(PostgresError) -> LabelMapRecord in
            LabelMapRecord(
                name: try row.text(0), document: try row.bytes(1),
                updatedAt: Timestamp(microseconds: try row.timestamp(2)),
                updatedBy: try row.text(3))
        }
    }

    /// Takes a label map away.
    ///
    /// - Returns: whether there was one of that name.
    public func deleteLabelMap(named name: String, project: Int64) throws(PostgresError) -> Bool {
        try session.execute(SQLCatalog.deleteLabelMap, [.int64(project), .text(name)]) > 0
    }
}

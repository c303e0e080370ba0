import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A calibration map as stored.
public struct CalibrationMapRecord: Sendable {
    /// Its number, counted from 1 for each version.
    public let number: Int
    /// When it was fitted.
    public let fittedAt: Timestamp
    /// The window whose labels it was fitted to, by when they were given.
    public let from: Timestamp
    /// The end of that window.
    public let to: Timestamp
    /// How many labels they were.
    public let labels: Int
    /// The map, as JSON.
    public let map: [UInt8]
}

/// The last calibration map of a version.
public struct VersionCalibration: Sendable {
    /// The version's key.
    public let modelVersion: Int64
    /// Its name.
    public let version: ModelVersion
    /// The map.
    public let map: CalibrationMapRecord
}

extension Store {
    /// Stores a map under the version's next number, and counts it in the project; the caller holds
    /// the project's row.
    public func insertCalibrationMap(
        _ map: [UInt8], labels: Int, from: Timestamp, to: Timestamp, project: Int64,
        modelVersion: Int64
    ) throws(PostgresError) -> CalibrationMapRecord {
        let stored = try session.queryOne(
            SQLCatalog.insertCalibrationMap,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: from.microseconds),
                .timestamp(microseconds: to.microseconds), .int32(Int32(labels)), .json(map),
            ]
        ) { (row) throws(PostgresError) -> CalibrationMapRecord in
            CalibrationMapRecord(
                number: try row.int(0), fittedAt: Timestamp(microseconds: try row.timestamp(1)),
                from: from, to: to, labels: labels, map: map)
        }
        guard let stored else { throw PostgresError.noRow(SQLCatalog.insertCalibrationMap) }
        return stored
    }

    /// The last map that was fitted to labels given before a moment; nil when there is none.
    public func newestCalibrationMap(
        before moment: Timestamp, project: Int64, modelVersion: Int64
    ) throws(PostgresError) -> CalibrationMapRecord? {
        try session.queryOne(
            SQLCatalog.newestCalibrationMap,
            [
                .int64(project), .int64(modelVersion),
                .timestamp(microseconds: moment.microseconds),
            ]
        ) { (row) throws(PostgresError) -> CalibrationMapRecord in
            try CalibrationMapRecord(row, at: 0)
        }
    }

    /// The last map of each of the newest versions that have one.
    public func newestCalibrationMaps(
        project: Int64, limit: Int
    ) throws(PostgresError) -> [VersionCalibration] {
        try session.query(
            SQLCatalog.newestCalibrationMaps, [.int64(project), .int32(Int32(limit))]
        ) { (row) throws(PostgresError) -> VersionCalibration in
            VersionCalibration(
                modelVersion: try row.int64(0),
                version: ModelVersion(
                    model: ExactText(try row.text(1)), version: ExactText(try row.text(2))),
                map: try CalibrationMapRecord(row, at: 3))
        }
    }

    /// The confidences of what a version decided of the arrivals of `[from, to)`, in steps of a
    /// thousandth.
    public func confidenceCounts(
        project: Int64, modelVersion: Int64, from: Timestamp, to: Timestamp
    ) throws(PostgresError) -> [(confidence: Double, count: Int)] {
        try session.query(
            SQLCatalog.confidenceCounts, arrivals(project, modelVersion, from, to)
        ) { (row) throws(PostgresError) -> (Double, Int) in
            (try row.double(0), try row.int(1))
        }
    }

    private func arrivals(
        _ project: Int64, _ modelVersion: Int64, _ from: Timestamp, _ to: Timestamp
    ) -> [Parameter] {
        [
            .int64(project), .int64(modelVersion), .timestamp(microseconds: from.microseconds),
            .timestamp(microseconds: to.microseconds),
        ]
    }
}

extension CalibrationMapRecord {
    /// Reads number, time, window, labels and map from a column on.
    fileprivate init(_ row: Row, at column: Int) throws(PostgresError) {
        self.init(
            number: try row.int(column),
            fittedAt: Timestamp(microseconds: try row.timestamp(column + 1)),
            from: Timestamp(microseconds: try row.timestamp(column + 2)),
            to: Timestamp(microseconds: try row.timestamp(column + 3)),
            labels: try row.int(column + 4), map: try row.bytes(column + 5))
    }
}

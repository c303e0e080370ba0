import SluiceDomain
import SluicePostgres
import SluiceSQL

/// An item that was there before.
public struct KnownItem: Sendable {
    /// Its id.
    public let id: Int64
    /// The producer's key as UTF-8.
    public let externalID: [UInt8]
    /// The hash of the payload it was stored with.
    public let payloadHash: ContentHash
    /// The group as UTF-8; nil for none.
    public let group: [UInt8]?
    /// The metadata as received; nil for none.
    public let metadata: [UInt8]?
    /// The parents as received, a JSON array; nil for none.
    public let parents: [UInt8]?
}

/// A prediction's key.
public struct PredictionKey: Hashable, Sendable {
    /// The item.
    public let item: Int64
    /// The model version.
    public let modelVersion: Int64

    /// Makes a key.
    public init(item: Int64, modelVersion: Int64) {
        self.item = item
        self.modelVersion = modelVersion
    }
}

/// A prediction that was there before.
public struct KnownPrediction: Sendable {
    /// Its key.
    public let key: PredictionKey
    /// The hash of everything sent with it.
    public let contentHash: ContentHash
    /// Its label; nil for an item that came without a prediction.
    public let label: String?
    /// Where it went.
    public let route: String
    /// Why.
    public let reason: String
    /// The policy that routed it.
    public let policyVersion: Int
}

/// What a stored prediction says.
public struct KnownSuggestion: Sendable {
    /// Its key.
    public let key: PredictionKey
    /// The label; nil for an item that came without a prediction.
    public let label: [UInt8]?
    /// The confidence in 0...1; nil when the model gave none.
    public let confidence: Double?
    /// The scores as received; nil for none.
    public let scores: [UInt8]?
    /// The highlights as received; nil for none.
    public let highlights: [UInt8]?
}

extension Store {
    /// The items with those external ids, in no order.
    public func findItems(
        externalIDs: ParameterArray, project: Int64
    ) throws(PostgresError) -> [KnownItem] {
        try session.query(SQLCatalog.findItems, [.int64(project), .array(externalIDs)]) {
            (row) throws(PostgresError) -> KnownItem in
            let hash = try row.uuid(2)
            return KnownItem(
                id: try row.int64(0), externalID: try row.bytes(1),
                payloadHash: ContentHash(high: hash.high, low: hash.low),
                group: try row.bytesIfPresent(3), metadata: try row.bytesIfPresent(4),
                parents: try row.bytesIfPresent(5))
        }
    }

    /// The payloads of some items, as received, in no order; nil of one that has been erased.
    public func findPayloads(
        items: [Int64], project: Int64
    ) throws(PostgresError) -> [(item: Int64, payload: [UInt8]?)] {
        try session.query(
            SQLCatalog.findPayloads, [.int64(project), .array(ParameterArray(items))]
        ) { (row) throws(PostgresError) -> (item: Int64, payload: [UInt8]?) in
            (item: try row.int64(0), payload: try row.bytesIfPresent(1))
        }
    }

    /// The stored predictions among those keys, in no order.
    public func findPredictions(
        _ keys: [PredictionKey], project: Int64
    ) throws(PostgresError) -> [KnownPrediction] {
        try session.query(
            SQLCatalog.findPredictions,
            [
                .int64(project), .array(ParameterArray(keys.map(\.item))),
                .array(ParameterArray(keys.map(\.modelVersion))),
            ]
        ) { (row) throws(PostgresError) -> KnownPrediction in
            let hash = try row.uuid(2)
            return KnownPrediction(
                key: PredictionKey(item: try row.int64(0), modelVersion: try row.int64(1)),
                contentHash: ContentHash(high: hash.high, low: hash.low),
                label: try row.textIfPresent(3), route: try row.text(4), reason: try row.text(5),
                policyVersion: try row.int(6))
        }
    }

    /// What the stored predictions among those keys say, in no order.
    public func findSuggestions(
        _ keys: [PredictionKey], project: Int64
    ) throws(PostgresError) -> [KnownSuggestion] {
        try session.query(
            SQLCatalog.findSuggestions,
            [
                .int64(project), .array(ParameterArray(keys.map(\.item))),
                .array(ParameterArray(keys.map(\.modelVersion))),
            ]
        ) { (row) throws(PostgresError) -> KnownSuggestion in
            KnownSuggestion(
                key: PredictionKey(item: try row.int64(0), modelVersion: try row.int64(1)),
                label: try row.bytesIfPresent(2), confidence: try row.doubleIfPresent(3),
                scores: try row.bytesIfPresent(4), highlights: try row.bytesIfPresent(5))
        }
    }
}

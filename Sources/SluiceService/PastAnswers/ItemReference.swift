import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What an item is stored with that was made without a payload: a reference to its external id.
///
/// It says nothing about the item, so the first payload that comes takes its place.
enum ItemReference {
    /// The payload as JSON.
    static func payload(externalID: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "ref")
        writer.member("ref", externalID)
        writer.endObject()
        return writer.bytes
    }

    /// The hash an item has as long as it has no payload of its own.
    static func hash(externalID: String) -> ContentHash {
        ContentHash(payload: payload(externalID: externalID))
    }
}

extension ContentHash {
    /// The hash of a payload.
    init(payload: [UInt8]) {
        let bits = payload.withUnsafeBufferPointer { KeyedHash.content([$0]) }
        self.init(high: bits.high, low: bits.low)
    }
}

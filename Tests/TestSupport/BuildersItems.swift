import SluiceJSON

/// An item as a producer sends it that has no prediction for it.
public struct SentItem: Sendable {
    /// The producer's key.
    public var externalID: String
    /// The payload as JSON.
    public var payload = #"{"text":"hello"}"#
    /// Further members as JSON, such as `"group":"g"`; empty for none.
    public var more = ""

    /// Makes an item.
    public init(
        _ externalID: String, payload: String = #"{"text":"hello"}"#, more: String = ""
    ) {
        self.externalID = externalID
        self.payload = payload
        self.more = more
    }

    /// The line that says it.
    public var line: String {
        var writer = JSONWriter()
        writer.string(externalID)
        let id = String(decoding: writer.bytes, as: UTF8.self)
        return #"{"external_id":\#(id),"payload":\#(payload)"# + (more.isEmpty ? "" : "," + more)
            + "}"
    }
}

import SluiceDomain
import SluiceJSON

/// The calls that try policies on recorded traffic.
extension Endpoints {
    /// What other thresholds would do; `threshold`, `label`, `from` and `to` in the query.
    public static let whatIf = Endpoint<Nothing, WhatIfReply>(
        "GET", "/v1/projects/{project}/what-if")
    /// What a document would do, and other thresholds in it if the query names some.
    public static let whatIfDocument = Endpoint<PolicyDocument, WhatIfReply>(
        "POST", "/v1/projects/{project}/what-if")
}

/// What each policy that was tried would have done: a document of its own shape.
public struct WhatIfReply: WireValue {
    /// The document.
    public var document: JSONValue

    /// Wraps a document.
    public init(document: JSONValue) { self.document = document }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) { document = wire.value }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) { writer.value(document) }
}

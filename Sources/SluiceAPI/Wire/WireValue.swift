import SluiceDomain
import SluiceJSON

/// A value that crosses the wire; both ends use the same type.
public protocol WireValue: Sendable {
    /// Reads the value, naming the exact place of whatever is wrong.
    init(wire: WireReader) throws(ReviewError)
    /// Writes the value as one JSON value.
    func write(to writer: inout JSONWriter)
}

extension WireValue {
    /// Reads the value from a whole JSON document.
    public init(
        parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(ReviewError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            throw .malformedJSON(error)
        }
        try self.init(wire: WireReader(value))
    }

    /// The value as JSON.
    public var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

/// No content: the input of calls that take none.
public struct Nothing: WireValue {
    /// Makes nothing.
    public init() {}
    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {}
    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.endObject()
    }
}

/// JSON kept as the bytes that were received.
public struct RawJSON: Hashable, Sendable {
    /// The bytes; one valid JSON value.
    public let bytes: [UInt8]

    /// Wraps bytes known to be one valid JSON value.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value the bytes stand for, nil when they are not valid JSON after all.
    public var value: JSONValue? {
        try? JSONValue(
            parsing: bytes, limits: JSONLimits(depth: 512, bytes: max(bytes.count, 1)))
    }
}

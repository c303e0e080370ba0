import Glibc
import Logging
import SluiceDomain
import SluiceJSON

/// Logs one JSON object a line to standard error: no value of a field can make a second line.
public struct LineLog: LogHandler {
    /// The lowest level that is written.
    public var logLevel: Logger.Level = .info
    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]
    private let label: String

    /// Makes the handler of a logger.
    public init(label: String) { self.label = label }

    /// One field of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let moment = Timestamp(
            microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
        var writer = JSONWriter(reservingCapacity: 256)
        writer.beginObject()
        writer.member("at", moment.rfc3339)
        writer.member("level", event.level.rawValue)
        writer.member("logger", label)
        writer.member("message", event.message.description)
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        for (key, value) in fields {
            writer.key(key)
            writer.string(value.description)
        }
        writer.endObject()
        let line = writer.bytes + [UInt8(ascii: "\n")]
        // A log that cannot be written has nowhere to say so.
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}

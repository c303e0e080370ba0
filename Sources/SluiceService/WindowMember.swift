import SluiceDomain
import SluiceJSON

extension JSONWriter {
    /// Writes the member `window`: the first moment that counts as `from`, the first that does not any
    /// more as `to`, and what else is to be said of it.
    mutating func window(
        from: Timestamp, to: Timestamp, _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        key("window")
        object { writer in
            writer.member("from", from.rfc3339)
            writer.member("to", to.rfc3339)
            more(&writer)
        }
    }
}

import SluiceDomain
import SluiceJSON

/// What asking anew about waiting items changed.
public struct ReaskReply: WireValue, Hashable {
    /// The policy whose number of reviewers and rule of consensus now hold.
    public var policyVersion: Int
    /// Items that came with another policy and are asked about by this one now.
    public var reasked: Int
    /// Items that came with another policy and keep it, because they are begun or are audits.
    public var left: Int

    /// Makes a reply.
    public init(policyVersion: Int, reasked: Int, left: Int) {
        self.policyVersion = policyVersion
        self.reasked = reasked
        self.left = left
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        policyVersion = try wire.required("policy_version").int()
        reasked = try wire.required("reasked").int()
        left = try wire.required("left").int()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("policy_version", policyVersion)
        writer.member("reasked", reasked)
        writer.member("left", left)
        writer.endObject()
    }
}

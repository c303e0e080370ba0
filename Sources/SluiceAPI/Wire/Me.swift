import SluiceDomain
import SluiceJSON

/// Whose token a call carries.
public struct MeReply: Hashable, WireValue {
    /// The name reviews are recorded under.
    public var name: String
    /// What the token allows: `admin`, `producer`, `reviewer` or `analyst`.
    public var role: String
    /// The one project the token is good for; nil for every project.
    public var project: String?

    /// Makes a reply.
    public init(name: String, role: String, project: String?) {
        self.name = name
        self.role = role
        self.project = project
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        name = try wire.required("name").string()
        role = try wire.required("role").string()
        project = try wire.optional("project")?.string()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("role", role)
        writer.member("project", project)
        writer.endObject()
    }
}

import SluiceDomain
import SluiceJSON

extension Endpoints {
    /// Has a project take no predictions and give out no work.
    public static let archiveProject = Endpoint<Nothing, ProjectReply>(
        "POST", "/v1/projects/{project}/archive")
    /// Takes an archived project up again.
    public static let unarchiveProject = Endpoint<Nothing, ProjectReply>(
        "POST", "/v1/projects/{project}/unarchive")
    /// Deletes an archived project; the query repeats its name.
    public static let deleteProject = Endpoint<Nothing, Nothing>(
        "DELETE", "/v1/projects/{project}")
    /// The projects that were deleted, the newest first.
    public static let deletedProjects = Endpoint<Nothing, DeletedProjectList>(
        "GET", "/v1/deleted-projects")
}

/// A project that was deleted.
public struct DeletedProject: WireValue, Hashable {
    /// What it was called.
    public var name: String
    /// When it was deleted.
    public var deletedAt: Timestamp
    /// Who did it.
    public var deletedBy: String
    /// Why.
    public var reason: String
    /// How many rows of it have been removed.
    public var rowsRemoved: Int
    /// When nothing of it was left; nil while its rows are being removed.
    public var finishedAt: Timestamp?

    /// Collects the parts.
    public init(
        name: String, deletedAt: Timestamp, deletedBy: String, reason: String, rowsRemoved: Int,
        finishedAt: Timestamp?
    ) {
        self.name = name
        self.deletedAt = deletedAt
        self.deletedBy = deletedBy
        self.reason = reason
        self.rowsRemoved = rowsRemoved
        self.finishedAt = finishedAt
    }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        name = try wire.required("name").string()
        deletedAt = try wire.required("deleted_at").timestamp()
        deletedBy = try wire.required("deleted_by").string()
        reason = try wire.required("reason").string()
        rowsRemoved = try wire.required("rows_removed").int()
        finishedAt = try wire.optional("finished_at")?.timestamp()
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("deleted_at", deletedAt.rfc3339)
        writer.member("deleted_by", deletedBy)
        writer.member("reason", reason)
        writer.member("rows_removed", rowsRemoved)
        writer.memberIfPresent("finished_at", finishedAt?.rfc3339)
        writer.endObject()
    }
}

/// The projects that were deleted, the newest first.
public struct DeletedProjectList: WireValue, Hashable {
    /// How many a list has at most.
    public static let maximumCount = 1000

    /// Them.
    public var projects: [DeletedProject]

    /// Makes a list.
    public init(projects: [DeletedProject]) { self.projects = projects }

    /// Reads it; the errors name the place.
    public init(wire: WireReader) throws(ReviewError) {
        projects = try wire.required("projects").array {
            (entry) throws(ReviewError) -> DeletedProject in try DeletedProject(wire: entry)
        }
    }

    /// Writes it as one JSON value.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("projects")
        writer.array(projects) { writer, project in project.write(to: &writer) }
        writer.endObject()
    }
}

import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Projects that are archived and deleted.
struct RemovalHandlers {
    let services: Services

    /// The longest reason in bytes.
    private static let longestReason = 2000

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.archiveProject, .administer) { _, call in
            let query = try Query(call.request, allowing: ["reason"])
            return ProjectReply(
                try await services.administration.archive(
                    call.project(services), reason: Self.reason(query), by: call.caller))
        }
        router.answer(Endpoints.unarchiveProject, .administer) { _, call in
            let query = try Query(call.request, allowing: ["reason"])
            return ProjectReply(
                try await services.administration.unarchive(
                    call.project(services), reason: Self.reason(query), by: call.caller))
        }
        router.answer(Endpoints.deleteProject, .administer) { _, call in
            // Whoever is trusted with one project alone may not make it go away.
            try call.caller.require(.administer, project: nil)
            let query = try Query(call.request, allowing: ["name", "reason"])
            try await services.administration.delete(
                call.project(services), confirmedBy: query["name"] ?? "",
                reason: Self.reason(query), by: call.caller)
            return Nothing()
        }
        router.answer(Endpoints.deletedProjects, .administer) { _, _ in
            let records = try await services.administration.removals(
                limit: DeletedProjectList.maximumCount)
            return DeletedProjectList(projects: records.map(DeletedProject.init))
        }
    }

    private static func reason(_ query: Query) throws(ReviewError) -> String {
        let reason = query["reason"] ?? ""
        guard reason.utf8.count <= longestReason else {
            throw .invalidParameter(
                name: "reason", found: "\(reason.utf8.count) bytes",
                accepted: "at most \(longestReason) bytes")
        }
        return reason
    }
}

extension DeletedProject {
    fileprivate init(_ record: RemovalRecord) {
        self.init(
            name: record.name, deletedAt: record.deletedAt, deletedBy: record.deletedBy,
            reason: record.reason, rowsRemoved: Int(record.rowsRemoved),
            finishedAt: record.finishedAt)
    }
}

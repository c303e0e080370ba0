import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Rollouts, which version decides an item, and the audit log.
struct RolloutHandlers {
    let services: Services

    /// Ten thousand external ids of the longest kind, escaped.
    private static let largestBatchBytes = 16 << 20

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.rollout)) { request, context in
            let call = try Call(request: request, context: context, needs: .inspect)
            return Response.json(
                try await services.rolloutStatus.json(project: call.project(services)))
        }
        router.answer(Endpoints.changeRollout, .administer) { input, call in
            let record = try await services.rollouts.apply(
                input.change, base: input.base.map { .revision($0) } ?? .any,
                reason: input.reason, to: call.project(services), by: call.caller)
            return RolloutReply(record)
        }
        router.answer(Endpoints.rollouts, .inspect) { _, call in
            let records = try await services.rollouts.history(of: call.project(services))
            return RolloutHistory(rollouts: records.map(RolloutReply.init))
        }
        router.answer(Endpoints.router, .inspect) { _, call in
            let query = try Query(call.request, allowing: ["external_id"])
            guard let id = query["external_id"], (1...512).contains(id.utf8.count) else {
                throw ReviewError.invalidParameter(
                    name: "external_id",
                    found: query["external_id"].map { "\"\($0.prefix(40))\"" } ?? "missing",
                    accepted: "the external id of one item, 1 to 512 bytes")
            }
            return AssignmentReply(id, try await call.project(services))
        }
        router.answer(Endpoints.routerBatch, .inspect, limit: Self.largestBatchBytes) {
            input, call in
            let project = try await call.project(services)
            return RouterReply(
                assignments: input.externalIDs.map { AssignmentReply($0, project) })
        }
        router.answer(Endpoints.auditLog, .analyse) { _, call in
            let query = try Query(call.request, allowing: ["after", "limit"])
            let limit = try query.number(
                "limit", 1...AuditLogReply.maximumCount, standard: AuditLogReply.standardCount)
            let after = try query.cursor("after")
            let entries = try await services.audit.entries(
                of: call.project(services), after: after, limit: limit)
            return AuditLogReply(
                entries: entries.map(AuditEntry.init),
                next: (entries.last?.id ?? after).map(String.init))
        }
    }
}

extension RolloutReply {
    fileprivate init(_ record: RolloutRecord) {
        self.init(
            revision: record.revision, rollout: record.document.map { RawJSON($0) },
            reason: record.reason, createdAt: record.createdAt, createdBy: record.createdBy)
    }
}

extension AssignmentReply {
    fileprivate init(_ externalID: String, _ project: ProjectContext) {
        let assignment = project.assignment(of: externalID)
        self.init(
            externalID: externalID, decider: assignment.decider,
            side: assignment.side?.rawValue, share: project.rollout?.share,
            mode: project.rollout?.mode.rawValue, rolloutRevision: project.rolloutRevision)
    }
}

extension AuditEntry {
    fileprivate init(_ record: AuditRecord) {
        self.init(
            id: "\(record.id)", at: record.at, actor: record.actor, action: record.action,
            reason: record.reason, before: record.before.map { RawJSON($0) },
            after: record.after.map { RawJSON($0) })
    }
}

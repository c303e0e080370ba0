import Hummingbird
import Logging
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore

/// `/healthz` and `/readyz`: the calls without a token.
struct HealthHandlers {
    let services: Services

    func register(on router: Router<SluiceContext>) {
        // Alive: the process answers, whatever the database does.
        router.get("/healthz") { _, _ in Response.json(Array(#"{"status":"ok"}"#.utf8)) }
        router.get("/readyz") { [services] request, context in
            let problem = await services.readiness.problem()
            // Without the database no token can be checked, and this reply must not wait for it.
            let caller =
                problem == .noAnswer ? nil : await Self.admin(request, context, services)
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("status", problem == nil ? "ready" : "not ready")
            if let caller {
                writer.memberIfPresent("reason", problem?.description)
                writer.key("projects")
                writer.array(await Self.held(by: services, shownTo: caller)) { writer, project in
                    writer.beginObject()
                    writer.member("name", project.name)
                    writer.member("policy_version", project.policyVersion)
                    writer.member("rollout_revision", project.rolloutRevision)
                    if !project.fallbacks.isEmpty {
                        writer.key("fallbacks")
                        writer.array(project.fallbacks) { $0.string($1) }
                    }
                    writer.endObject()
                }
            }
            writer.endObject()
            return Response.json(
                writer.bytes, status: problem == nil ? .ok : .serviceUnavailable)
        }
    }

    /// The admin who asks; nil for everybody else, who hears no more than whether it is ready.
    ///
    /// A token that cannot be checked is like none.
    private static func admin(
        _ request: Request, _ context: SluiceContext, _ services: Services
    ) async -> Caller? {
        do {
            let caller = try await services.authentication.caller(of: request)
            return caller.role.allows(.administer) ? caller : nil
        } catch ReviewError.missingToken, ReviewError.invalidToken {
            return nil
        } catch {
            context.logger.debug("a token was not checked", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private static func held(
        by services: Services, shownTo caller: Caller
    ) async -> [ProjectDirectory.Held] {
        await services.directory.held().filter {
            caller.project == nil || caller.project == $0.name
        }
    }
}

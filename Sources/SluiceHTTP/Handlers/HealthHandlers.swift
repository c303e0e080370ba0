import Hummingbird
import SluiceJSON
import SluiceService

/// `/healthz` and `/readyz`: the calls without a token.
struct HealthHandlers {
    let services: Services

    func register(on router: Router<SluiceContext>) {
        // Alive: the process answers, whatever the database does.
        router.get("/healthz") { _, _ in Response.json(Array(#"{"status":"ok"}"#.utf8)) }
        router.get("/readyz") { [services] _, _ in
            let problem = await services.readiness.problem()
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("status", problem == nil ? "ready" : "not ready")
            writer.memberIfPresent("reason", problem)
            writer.key("projects")
            writer.array(await services.directory.held()) { writer, project in
                writer.beginObject()
                writer.member("name", project.name)
                writer.member("policy_version", project.policyVersion)
                writer.member("rollout_revision", project.rolloutRevision)
                writer.endObject()
            }
            writer.endObject()
            return Response.json(
                writer.bytes, status: problem == nil ? .ok : .serviceUnavailable)
        }
    }
}

import Hummingbird
import SluiceAPI

/// Runs what may compute for milliseconds on Swift's own threads, off the event loop of the
/// connection, whose other connections would wait meanwhile.
func offLoop<Value>(_ work: () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
}

/// Runs what only the client wants to know: off the event loop, and cancelled when the client leaves.
///
/// The statement that runs for it is cancelled as well, and its connection goes to others.
func longWork<Value>(_ work: () async throws -> Value) async throws -> Value {
    guard let presence = ClientPresence.current else { return try await offLoop(work) }
    return try await presence.interruptible { try await offLoop(work) }
}

extension ResponseBody {
    /// A body of any length, made off the event loop while it is sent.
    static func long(
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in try await offLoop { try await write(&writer) } }
    }

    /// A body of any length that only shows what is stored: it is not made any further when the client
    /// has left.
    static func longRead(
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in try await longWork { try await write(&writer) } }
    }
}

/// The calls that may read or compute for long, and store nothing that a client may not ask for
/// again.
enum LongCalls {
    /// Method and path of each.
    static let all: Set<String> = [
        "GET " + StreamingPath.labels, "GET " + StreamingPath.report,
        "GET " + StreamingPath.agreement, "GET " + StreamingPath.reviewer,
        "GET " + StreamingPath.reviewers, "GET " + StreamingPath.comparison,
        "GET " + StreamingPath.consensus, "GET " + StreamingPath.consensusItems,
        "GET " + StreamingPath.calibration, "POST " + StreamingPath.calibration,
        "GET " + StreamingPath.drift, "GET " + StreamingPath.errors,
        "GET " + StreamingPath.riskCoverage, "GET " + StreamingPath.auditPlan,
        "GET " + StreamingPath.corrections, "GET " + Endpoints.whatIf.path,
        "POST " + Endpoints.whatIfDocument.path, "POST " + Endpoints.certify.path,
    ]
}

/// Runs long calls as `longWork`.
struct LongCallMiddleware: RouterMiddleware {
    typealias Context = SluiceContext

    func handle(
        _ request: Request, context: SluiceContext,
        next: (Request, SluiceContext) async throws -> Response
    ) async throws -> Response {
        guard let path = context.endpointPath,
            LongCalls.all.contains("\(request.method.rawValue) \(path)")
        else { return try await next(request, context) }
        return try await longWork { try await next(request, context) }
    }
}

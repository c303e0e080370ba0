import Hummingbird
import Logging
import SluiceDomain
import SluicePostgres
import SluiceService
import SluiceStore

/// Turns every error into a problem document; what nobody foresaw is logged whole and shown not at
/// all.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = SluiceContext

    func handle(
        _ request: Request, context: SluiceContext,
        next: (Request, SluiceContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return .problem(Self.meaning(of: error, request, context.logger))
        }
    }

    private static func meaning(
        of error: any Error, _ request: Request, _ logger: Logger
    ) -> ReviewError {
        switch error {
        case let error as ReviewError: return error
        case let error as PostgresError:
            if error.isOverload { return .overloaded }
            if error.code == .cancelled {
                logger.debug("work was given up", metadata: ["path": "\(request.uri.path)"])
                return .databaseUnavailable
            }
            // A statement that was cancelled says nothing of what was asked: it may be asked again.
            if error.isConnectionFailure || error.isOutcomeUnknown || error.code == .poolClosed
                || error.sqlState == .queryCanceled
            {
                logger.warning(
                    "the database is unavailable", metadata: ["error": "\(error.debugDescription)"])
                return .databaseUnavailable
            }
            logger.error("a statement failed", metadata: ["error": "\(error.debugDescription)"])
            return .internalError
        case let error as HTTPError where error.status == .notFound:
            return .noSuchPath(String(request.uri.path.prefix(200)))
        case let error as HTTPError where error.status == .methodNotAllowed:
            return .methodNotAllowed(request.method.rawValue)
        case is CancellationError:
            logger.debug("work was given up", metadata: ["path": "\(request.uri.path)"])
            return .databaseUnavailable
        default:
            logger.error("a request failed", metadata: ["error": "\(error)"])
            return .internalError
        }
    }
}

/// Recognises the caller by the bearer token.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = SluiceContext

    let services: Services

    func handle(
        _ request: Request, context: SluiceContext,
        next: (Request, SluiceContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = try await services.authentication.caller(of: request)
        return try await next(request, context)
    }
}

extension Authentication {
    /// Whose request this is.
    ///
    /// - Throws: `missingToken`, `invalidToken`; `PostgresError`.
    func caller(of request: Request) async throws -> Caller {
        guard let header = request.headers[.authorization] else { throw ReviewError.missingToken }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw ReviewError.missingToken
        }
        return try await caller(token: String(parts[1]))
    }
}

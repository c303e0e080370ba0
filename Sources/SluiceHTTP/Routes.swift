import HTTPTypes
import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService
import SluiceStore

/// Every path the service answers on.
public enum Routes {
    /// The router: open calls first, then everything that needs a token.
    public static func router(_ services: Services) -> Router<SluiceContext> {
        let router = Router(context: SluiceContext.self)
        router.add(middleware: ErrorMiddleware())
        HealthHandlers(services: services).register(on: router)
        let calls = router.group().add(middleware: AuthenticationMiddleware(services: services))
            .add(middleware: LongCallMiddleware())
        ProjectHandlers(services: services).register(on: calls)
        RemovalHandlers(services: services).register(on: calls)
        PolicyHandlers(services: services).register(on: calls)
        CertificateHandlers(services: services).register(on: calls)
        RolloutHandlers(services: services).register(on: calls)
        WhatIfHandlers(services: services).register(on: calls)
        PredictionHandlers(services: services).register(on: calls)
        ReviewHandlers(services: services).register(on: calls)
        ReviewImportHandlers(services: services).register(on: calls)
        AgreementHandlers(services: services).register(on: calls)
        GuidelineHandlers(services: services).register(on: calls)
        LabelHandlers(services: services).register(on: calls)
        LabelSetHandlers(services: services).register(on: calls)
        ComparisonHandlers(services: services).register(on: calls)
        ConsensusHandlers(services: services).register(on: calls)
        DriftHandlers(services: services).register(on: calls)
        GoldHandlers(services: services).register(on: calls)
        ReviewerHandlers(services: services).register(on: calls)
        CorrectionHandlers(services: services).register(on: calls)
        ErrorHandlers(services: services).register(on: calls)
        ReopeningHandlers(services: services).register(on: calls)
        AuditPlanHandlers(services: services).register(on: calls)
        return router
    }
}

extension RouterMethods where Context == SluiceContext {
    /// Answers an endpoint: checks the permission, decodes the input, encodes the output.
    ///
    /// - Parameter limit: how many bytes the body may have.
    func answer<Input, Output>(
        _ endpoint: Endpoint<Input, Output>, _ permission: Role.Permission,
        status: HTTPResponse.Status = .ok, limit: Int = 1 << 20,
        _ handler: @escaping @Sendable (Input, Call) async throws -> Output
    ) {
        on(RouterPath(endpoint.path), method: HTTPRequest.Method(endpoint.method) ?? .get) {
            request, context in
            let call = try Call(request: request, context: context, needs: permission)
            let input = try await request.decode(Input.self, limit: limit)
            return Response.json(try await handler(input, call), status: status)
        }
    }
}

/// A request with its caller, who may make it.
struct Call: Sendable {
    let request: Request
    let context: SluiceContext
    let caller: Caller

    /// - Throws: `missingToken`, `notAllowed`, `unknownProject`.
    init(request: Request, context: SluiceContext, needs permission: Role.Permission) throws {
        self.request = request
        self.context = context
        caller = try context.requireCaller()
        let project =
            context.parameters.get("project") == nil
            ? nil : try context.parameter("project")
        try caller.require(permission, project: project)
    }

    /// The project of the path.
    func project(_ services: Services) async throws -> ProjectContext {
        try await services.directory.context(context.parameter("project"))
    }
}

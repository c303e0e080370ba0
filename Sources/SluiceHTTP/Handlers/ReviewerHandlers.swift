import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService

/// How reviewers stand, and who is paused.
struct ReviewerHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.reviewers)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            return Response.json(
                try await services.reviewers.json(of: call.project(services)))
        }
        router.get(RouterPath(StreamingPath.ownStanding)) { request, context in
            let call = try Call(request: request, context: context, needs: .review)
            return Response.json(
                try await services.reviewers.ownJSON(
                    of: call.project(services), for: call.caller))
        }
        router.answer(Endpoints.pauseReviewer, .administer) { input, call in
            try await services.reviewers.pause(
                call.context.parameter("name"), why: input.reason, of: call.project(services),
                by: call.caller)
            return Nothing()
        }
        router.answer(Endpoints.resumeReviewer, .administer) { input, call in
            try await services.reviewers.resume(
                call.context.parameter("name"), reason: input.reason, of: call.project(services),
                by: call.caller)
            return Nothing()
        }
    }
}

/// Decisions that took a model's place.
struct CorrectionHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.corrections)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(request, allowing: ["after", "limit", "wait"])
            return Response.json(
                try await services.corrections.json(
                    of: call.project(services), after: query["after"],
                    limit: query.number(
                        "limit", 1...Corrections.maximumCount, standard: Corrections.standardCount),
                    wait: query.number("wait", 0...Corrections.longestWait, standard: 0)))
        }
    }
}

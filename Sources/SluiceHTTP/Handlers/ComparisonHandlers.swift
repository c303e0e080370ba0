import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService

/// Two model versions on the same items.
struct ComparisonHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.comparison)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let question = try Self.question(request)
            return Response.json(
                try await services.comparing.json(
                    project: call.project(services), question))
        }
    }

    private static func question(_ request: Request) throws(ReviewError) -> ComparisonQuestion {
        let query = try Query(
            request, allowing: ["serving", "candidate", "by", "error", "from", "to"])
        var question = ComparisonQuestion()
        question.serving = try version("serving", query)
        question.candidate = try version("candidate", query)
        question.from = try query.timestamp("from")
        question.to = try query.timestamp("to")
        if let text = query["by"] {
            guard let path = FieldPath(text) else {
                throw .invalidParameter(
                    name: "by", found: "\"\(text)\"",
                    accepted: "a place such as metadata.site or payload.kind")
            }
            question.slicedBy = path
        }
        if let text = query["error"] {
            guard let error = Double(decimal: text), error >= 0, error < 1 else {
                throw .invalidParameter(
                    name: "error", found: "\"\(text)\"",
                    accepted: "an error rate from 0 to below 1, such as 0.02")
            }
            question.error = error
        }
        return question
    }

    private static func version(
        _ name: String, _ query: Query
    ) throws(ReviewError) -> ModelVersion? {
        guard let text = query[name] else { return nil }
        guard let version = ModelVersion(text) else {
            throw .invalidParameter(
                name: name, found: "\"\(text)\"", accepted: "a model version such as fraud/7")
        }
        return version
    }
}

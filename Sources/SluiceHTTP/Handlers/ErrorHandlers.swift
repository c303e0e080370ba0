import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService

/// Where the errors are, and how many there would be at another threshold.
struct ErrorHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.errors)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(request, allowing: ["by", "from", "to", "model", "version"])
            let by = query["by"] ?? "tag"
            guard let slicing = ErrorReport.Slicing(by) else {
                throw ReviewError.invalidParameter(
                    name: "by", found: "\"\(by.prefix(60))\"",
                    accepted: "tag, label, or a place such as metadata.site or payload.kind")
            }
            return Response.json(
                try await services.errors.json(
                    project: call.project(services), EvidenceQuestion(query), by: slicing,
                    named: by))
        }
        router.get(RouterPath(StreamingPath.riskCoverage)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let query = try Query(request, allowing: ["from", "to", "model", "version"])
            return Response.json(
                try await services.riskCoverage.json(
                    project: call.project(services), EvidenceQuestion(query)))
        }
    }
}

extension EvidenceQuestion {
    /// Reads `from`, `to`, `model` and `version`.
    init(_ query: Query) throws(ReviewError) {
        self.init()
        from = try query.timestamp("from")
        to = try query.timestamp("to")
        model = query["model"]
        version = query["version"]
    }
}

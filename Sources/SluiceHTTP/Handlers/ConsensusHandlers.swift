import Hummingbird
import NIOCore
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStatistics

/// What items are by all their reviewers' answers.
struct ConsensusHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.consensus)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let method = try Self.method(Query(request, allowing: ["method"]))
            let project = try await call.project(services)
            return Response.json(
                try await offLoop {
                    try await services.consensus.json(project: project, method: method)
                })
        }
        router.get(RouterPath(StreamingPath.consensusItems)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let method = try Self.method(Query(request, allowing: ["method"]))
            let project = try await call.project(services)
            let labels = try await offLoop {
                try await services.consensus.prepareItems(project: project, method: method)
            }
            return Response.rows(
                LabelExport.Format.jsonLines.contentType,
                "estimated labels of \(project.name.text)",
                context.logger
            ) { write in try await services.consensus.items(labels, write: write) }
        }
    }

    private static func method(_ query: Query) throws(ReviewError) -> ConsensusMethod? {
        guard let text = query["method"] else { return nil }
        return try ConsensusMethod(named: text, in: "method")
    }
}

extension ConsensusMethod {
    /// The method of that name.
    ///
    /// - Throws: `invalidParameter`, naming the parameter.
    init(named text: String, in parameter: String) throws(ReviewError) {
        guard let method = ConsensusMethod(rawValue: text) else {
            throw .invalidParameter(
                name: parameter, found: "\"\(text)\"",
                accepted: ConsensusMethod.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = method
    }
}

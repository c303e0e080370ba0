import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceJSON
import SluiceService

/// Policies tried on recorded traffic.
struct WhatIfHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.whatIf, .analyse) { _, call in
            try await Self.answer(call.whatIf(), call, services)
        }
        router.answer(Endpoints.whatIfDocument, .analyse) { input, call in
            var question = try call.whatIf()
            question.document = input.document
            return try await Self.answer(question, call, services)
        }
    }

    private static func answer(
        _ question: WhatIfQuestion, _ call: Call, _ services: Services
    ) async throws -> WhatIfReply {
        let bytes = try await services.whatIf.json(question, project: call.project(services))
        return WhatIfReply(document: try JSONValue(parsing: bytes))
    }
}

extension Call {
    /// What the query asks.
    fileprivate func whatIf() throws(ReviewError) -> WhatIfQuestion {
        let query = try Query(request, allowing: ["threshold", "label", "from", "to"])
        return WhatIfQuestion(
            thresholds: try query["threshold"].map { text throws(ReviewError) in
                try Self.thresholds(text)
            },
            label: query["label"], from: try query.timestamp("from"), to: try query.timestamp("to"))
    }

    private static func thresholds(_ text: String) throws(ReviewError) -> [Double] {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Double(decimal: $0.filter { $0 != " " }) }
        guard numbers.count == words.count, numbers.count <= WhatIfQuestion.mostThresholds,
            numbers.allSatisfy({ (0...1).contains($0) })
        else {
            throw .invalidParameter(
                name: "threshold", found: "\"\(text)\"",
                accepted: "1 to \(WhatIfQuestion.mostThresholds) numbers from 0 to 1, with commas")
        }
        return numbers
    }
}

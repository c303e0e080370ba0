import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService

/// How many audits it takes.
struct AuditPlanHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.get(RouterPath(StreamingPath.auditPlan)) { request, context in
            let call = try Call(request: request, context: context, needs: .analyse)
            let question = try Self.question(request)
            return Response.json(
                try await services.auditPlanning.json(
                    question, project: call.project(services)))
        }
    }

    private static func question(_ request: Request) throws(ReviewError) -> AuditPlanQuestion {
        let query = try Query(
            request, allowing: ["half_width", "certify", "error", "days", "per_day"])
        let goal: AuditPlanQuestion.Goal
        switch (try query.decimal("half_width"), try query.decimal("certify")) {
        case (let half?, nil): goal = .halfWidth(half)
        case (nil, let limit?): goal = .certify(limit)
        default:
            throw .invalidParameter(
                name: "half_width", found: query["half_width"].map { "\"\($0)\"" } ?? "missing",
                accepted: "one of half_width and certify")
        }
        return try AuditPlanQuestion(
            goal: goal, error: try query.decimal("error"),
            days: try query.number(
                "days", 1...365, standard: AuditPlanQuestion.standardDays),
            perDay: query["per_day"] == nil
                ? nil : try query.number("per_day", 1...1_000_000_000, standard: 1))
    }
}

extension Query {
    /// A finite number; nil when it was not given.
    fileprivate func decimal(_ name: String) throws(ReviewError) -> Double? {
        guard let text = self[name] else { return nil }
        guard let number = Double(decimal: text) else {
            throw .invalidParameter(
                name: name, found: "\"\(text)\"", accepted: "a number such as 0.005")
        }
        return number
    }
}

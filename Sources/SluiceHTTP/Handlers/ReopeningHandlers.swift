import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService

/// Complaints about decisions.
struct ReopeningHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.reopenItem, .ingest) { input, call in
            let reopened = try await services.reopening.reopen(
                call.context.parameter("external_id"), reason: input.reason,
                of: call.project(services), by: call.caller)
            return ReopenReply(
                externalID: reopened.externalID,
                status: reopened.isRepeated ? "open" : "reopened", asks: reopened.asks.rawValue,
                revision: reopened.revision)
        }
    }
}

import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

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
        let bulk = services.bulkReopening
        router.answer(Endpoints.reopenItems, .administer) { input, call in
            let project = try await call.project(services)
            guard !input.isTrial else {
                return ReopeningReply(count: try await bulk.count(input.filter, of: project))
            }
            return ReopeningReply(
                try await bulk.start(
                    input.filter, priority: input.priority, reason: input.reason, of: project,
                    by: call.caller))
        }
        router.answer(Endpoints.reopenings, .analyse) { _, call in
            ReopeningList(
                reopenings: try await bulk.list(of: call.project(services)).map(ReopeningReply.init)
            )
        }
        router.answer(Endpoints.reopening, .analyse) { _, call in
            ReopeningReply(
                try await bulk.show(call.reopeningNumber(), of: call.project(services)))
        }
        router.answer(Endpoints.undoReopening, .administer) { input, call in
            ReopeningReply(
                try await bulk.undo(
                    call.reopeningNumber(), reason: input.reason, of: call.project(services),
                    by: call.caller))
        }
    }
}

extension Call {
    /// The number of a reopening in the path.
    ///
    /// - Throws: `unknownReopening`.
    fileprivate func reopeningNumber() throws -> Int {
        let text = try context.parameter("reopening")
        guard let number = Int32(text), number > 0 else {
            throw ReviewError.unknownReopening(id: text)
        }
        return Int(number)
    }
}

extension ReopeningReply {
    /// What a trial came to.
    fileprivate init(count: ReopeningCount) {
        self.init(status: "counted")
        items = count.items
        settled = count.settled
        bySource = count.bySource.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            SourceCount(source: $0.key, items: $0.value)
        }
    }

    /// How far a reopening is.
    fileprivate init(_ record: ReopeningRecord) {
        self.init(status: record.status.rawValue)
        id = "\(record.id)"
        filter = record.filter
        priority = record.priority.rawValue
        reason = record.reason
        createdAt = record.createdAt
        createdBy = record.createdBy
        finishedAt = record.finishedAt
        items = record.reopened
        settled = record.settled
        restored = record.restored
        decidedSince = record.decidedSince
        inHand = record.inHand
    }
}

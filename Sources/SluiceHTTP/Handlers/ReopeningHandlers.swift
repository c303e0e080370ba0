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
                    by: call.caller), in: project.labels)
        }
        router.answer(Endpoints.reopenings, .analyse) { _, call in
            let project = try await call.project(services)
            return ReopeningList(
                reopenings: try await bulk.list(of: project).map {
                    ReopeningReply($0, in: project.labels)
                })
        }
        router.answer(Endpoints.reopening, .analyse) { _, call in
            let project = try await call.project(services)
            return ReopeningReply(
                try await bulk.show(call.reopeningNumber(), of: project), in: project.labels)
        }
        router.answer(Endpoints.undoReopening, .administer) { input, call in
            let project = try await call.project(services)
            return ReopeningReply(
                try await bulk.undo(
                    call.reopeningNumber(), reason: input.reason, of: project, by: call.caller),
                in: project.labels)
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

    /// How far a reopening is, with its label called what it is called now.
    fileprivate init(_ record: ReopeningRecord, in labels: LabelSet) {
        self.init(status: record.status.rawValue)
        id = "\(record.id)"
        filter = record.filter.named(in: labels)
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

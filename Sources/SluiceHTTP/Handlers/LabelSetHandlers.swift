import Hummingbird
import SluiceAPI
import SluiceDomain
import SluiceService
import SluiceStore

/// Label sets: what may be given, how that changes, and how it came to be.
struct LabelSetHandlers {
    let services: Services

    func register(on router: some RouterMethods<SluiceContext>) {
        let services = services
        router.answer(Endpoints.labelSet, .inspect) { _, call in
            LabelSetReply(try await call.project(services).labels)
        }
        router.answer(Endpoints.labelHistory, .inspect) { _, call in
            let project = try await call.project(services)
            let changes = try await services.labelSets.history(of: project)
            return LabelHistory(
                changes: try changes.map { try LabelChangeEntry($0) } + [
                    LabelChangeEntry(
                        version: 1, change: LabelChangeKind.created.rawValue, before: nil,
                        after: nil, reason: "", at: project.record.createdAt, by: nil)
                ])
        }
        router.answer(Endpoints.changeLabels, .administer) { input, call in
            let project = try await call.project(services)
            return LabelChangeReply(
                input.isDryRun
                    ? try await services.labelSets.preview(
                        input.change, base: input.base, of: project)
                    : try await services.labelSets.change(
                        input.change, base: input.base, reason: input.reason, of: project,
                        by: call.caller))
        }
    }
}

extension LabelChangeEntry {
    fileprivate init(_ record: LabelChangeRecord) throws(ReviewError) {
        self.init(
            version: record.version, change: record.kind.rawValue,
            before: try record.before.map { (bytes) throws(ReviewError) in
                try LabelEntry(parsing: bytes)
            }, after: try LabelEntry(parsing: record.after), reason: record.reason,
            at: record.changedAt, by: record.changedBy)
    }
}

extension LabelChangeReply {
    fileprivate init(_ result: LabelChangeResult) {
        let effects = result.effects
        self.init(
            version: result.labels.version, change: result.kind?.rawValue,
            label: result.label.map(LabelEntry.init), waiting: effects.waiting,
            decided: effects.decided, gold: effects.gold, policyVersion: effects.policyVersion,
            certificates: effects.certificates, labelMaps: effects.labelMaps)
    }
}

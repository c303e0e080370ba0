import SluiceDomain
import SluicePostgres
import SluiceStore

/// One batch of a reopening, in the transaction of its store, which holds the project.
struct BulkReopeningStep {
    let store: Store
    let project: ProjectContext
    let record: ReopeningRecord

    // MARK: Reopening

    /// Reopens the next items that match.
    func reopen() throws {
        let versions = try store.modelVersions(of: record.filter, project: project.id)
        let page = try store.reopeningPage(
            record.filter, labels: record.filter.labels(in: project.labels),
            modelVersions: versions, project: project.id, after: record.afterItem,
            limit: BulkReopening.page)
        let matches = page.filter(\.isMatch).prefix(BulkReopening.batch)
        let isWhole = matches.count < BulkReopening.batch
        let next = (isWhole ? page.last?.item : matches.last?.item) ?? record.afterItem
        var progress = ReopeningProgress()
        if !matches.isEmpty { try reopen(Array(matches), &progress) }
        try store.advanceReopening(
            record.id, project: project.id, after: next,
            status: isWhole && page.count < BulkReopening.page ? .reopened : nil, by: progress)
    }

    private func reopen(
        _ matches: [ReopeningCandidate], _ progress: inout ReopeningProgress
    ) throws(PostgresError) {
        let seen = Dictionary(matches.map { ($0.item, $0.revision) }) { first, _ in first }
        var opened: [(decision: DecisionRow, asks: String)] = []
        var corrections: [DecisionRow] = []
        var adjudications: [Int64] = []
        var fresh = TaskColumns()
        var again = TaskColumns()
        var restarted: [Int64] = []
        for item in try store.lockReopenable(matches.map(\.item), project: project.id) {
            // Decided by somebody else since the page was read: no longer what was asked for.
            guard let decision = item.decision, seen[item.item] == decision.revision else {
                continue
            }
            guard decision.source != DecisionSource.adjudicator.rawValue else {
                progress.settled += 1
                continue
            }
            let row = DecisionRow(
                item: item.item, revision: decision.revision + 1, reviews: 0,
                modelVersionID: item.modelVersionID, actor: record.actor, agreement: nil,
                label: nil, source: .reviewer, outcome: .reopened)
            opened.append((decision: row, asks: item.asks.rawValue))
            if item.route.answersWithLabel { corrections.append(row) }
            switch item.asks {
            case .audit: break
            case .adjudication: adjudications.append(item.item)
            case .review where item.hasTask:
                restarted.append(item.item)
                again.append(item, project, record.priority)
            case .review: fresh.append(item, project, record.priority)
            }
        }
        progress.reopened = opened.count
        try store.appendDecisions(opened.map(\.decision), project: project.id)
        try store.appendCorrections(corrections, project: project.id)
        try store.openAdjudications(adjudications, project: project.id)
        try store.restartTasks(restarted, project: project.id)
        try store.requeueTasks(again, project: project.id, policyVersion: project.policyVersion)
        try store.insertTasks(fresh, project: project.id, policyVersion: project.policyVersion)
        try store.insertReopenedItems(opened, of: record.id, project: project.id)
    }

    // MARK: Undoing

    /// Restores the next items that nobody has taken up.
    func restore() throws(PostgresError) {
        let items = try store.reopenedItems(
            of: record.id, project: project.id, after: record.afterItem,
            limit: BulkReopening.batch)
        var progress = ReopeningProgress()
        var closing: [DecisionRow] = []
        var going: [DecisionRow] = []
        for item in try store.lockRestorable(items, of: record.id, project: project.id) {
            if item.isDecided {
                progress.decidedSince += 1
            } else if item.isInHand {
                progress.inHand += 1
            } else if item.asks == Reopened.Asked.audit.rawValue {
                going.append(item.decision)
            } else {
                closing.append(item.decision)
            }
        }
        let restored = closing + going
        progress.restored = restored.count
        // Takes them out of the queue as well; an audit stays where it is.
        try store.insertImportedDecisions(closing, project: project.id)
        try store.appendDecisions(going, project: project.id)
        try store.followCorrections(restored, project: project.id)
        try store.deleteReopenedItems(restored.map(\.item), of: record.id, project: project.id)
        try store.advanceReopening(
            record.id, project: project.id, after: items.last ?? record.afterItem,
            status: items.count < BulkReopening.batch ? .undone : nil, by: progress)
    }
}

extension ReopenableItem {
    /// Who looks at it: those of an audit that is open, an adjudicator where people have answered,
    /// else reviewers.
    var asks: Reopened.Asked {
        guard hasTask else { return .review }
        if isAnswered { return .adjudication }
        return isAudit ? .audit : .review
    }
}

extension TaskColumns {
    /// The task of a reopened item, of which nobody sees what the model had said.
    mutating func append(
        _ item: ReopenableItem, _ project: ProjectContext, _ priority: RuleEffect.Priority
    ) {
        append(
            PredictionKey(item: item.item, modelVersion: item.modelVersionID),
            Routing(
                route: .queued, reason: .rule, propensity: 1, isBlind: true,
                urgency: priority.urgency ?? 0.5, reviewers: project.policy.reviewers,
                slaSeconds: priority == .low ? nil : project.policy.slaSeconds))
    }
}

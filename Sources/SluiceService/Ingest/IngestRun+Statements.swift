import SluiceDomain
import SluicePostgres
import SluiceStore

/// Storing a batch by statements that bear what is stored already.
extension IngestRun {
    /// Stores the items that are new and finds those that are not.
    ///
    /// - Returns: whether all were new.
    mutating func storeItems(
        _ store: Store, _ itemIDs: ItemIDs
    ) throws(PostgresError) -> Bool {
        guard !items.isEmpty else { return true }
        number(from: try itemIDs.take(items.count, store))
        var columns = ItemColumns()
        var untaken = ItemColumns()
        batch.bytes.withUnsafeBufferPointer { bytes in
            for item in items {
                guard case .prediction(let prediction) = plan.batch.lines[item.line] else {
                    continue
                }
                if item.isTaken {
                    columns.append(item.id, prediction, bytes)
                } else {
                    untaken.append(item.id, prediction, bytes)
                }
            }
        }
        let stored =
            columns.ids.count > 0 ? try store.insertItems(columns, project: plan.project.id) : 0
        guard stored < items.count else { return true }
        let project = plan.project.id
        var known: [KnownItem] = []
        for some in [columns, untaken] where some.ids.count > 0 {
            known += try store.findItems(externalIDs: some.externalIDs, project: project)
        }
        recognise(known)
        try fillItems(store)
        try compareSpellings(store)
        return false
    }

    /// Gives items that were made for answers from elsewhere, without a payload, the first that comes.
    ///
    /// One that nobody predicted, decided or was asked about is then routed like a new one: its row is held,
    /// so nobody else does the same.
    private mutating func fillItems(_ store: Store) throws(PostgresError) {
        var columns = ItemColumns()
        var references = ParameterArray(.uuid)
        var places: [Int64: Int] = [:]
        batch.bytes.withUnsafeBufferPointer { bytes in
            for place in items.indices where !items[place].isNew && items[place].isTaken {
                guard case .prediction(let prediction) = plan.batch.lines[items[place].line],
                    prediction.payloadHash != items[place].payloadHash
                else { continue }
                let reference = ItemReference.hash(
                    externalID: plan.batch.text(prediction.externalID))
                guard items[place].payloadHash == reference else { continue }
                columns.append(items[place].id, prediction, bytes)
                references.append(uuidHigh: reference.high, low: reference.low)
                places[items[place].id] = place
            }
        }
        guard !places.isEmpty else { return }
        let project = plan.project.id
        let filled = try store.fillItems(columns, references: references, project: project)
        for item in filled {
            guard let place = places[item.id], item.isUntouched else { continue }
            items[place].isNew = true
            items[place].standing = .unrouted
        }
        // Another transaction may have been faster with one of them: what is stored counts.
        for item in try store.findItems(externalIDs: columns.externalIDs, project: project) {
            guard let place = places[item.id] else { continue }
            items[place].payloadHash = item.payloadHash
            items[place].stored = StoredItem(
                group: item.group, metadata: item.metadata, parents: item.parents)
        }
    }

    /// Tells the items that were stored just now, by their ids, from those that were there before.
    private mutating func recognise(_ known: [KnownItem]) {
        var places: [[UInt8]: Int] = [:]
        for (line, place) in zip(batch.lines, itemOfLine) {
            guard case .prediction(let prediction) = line else { continue }
            places[Array(batch.bytes[prediction.externalID])] = place
        }
        for place in items.indices { items[place].isNew = false }
        for item in known {
            guard let place = places[item.externalID] else { continue }
            items[place].isNew = items[place].id == item.id
            items[place].id = item.id
            guard !items[place].isNew else { continue }
            items[place].payloadHash = item.payloadHash
            items[place].stored = StoredItem(
                group: item.group, metadata: item.metadata, parents: item.parents)
        }
        for place in items.indices where !items[place].isNew { items[place].standing = .settled }
    }

    /// Tells the lines that repeat what is stored.
    mutating func markRepeats(
        _ asked: [PredictionKey], _ store: Store
    ) throws(PostgresError) {
        guard !asked.isEmpty else { return }
        let found = try store.findPredictions(asked, project: plan.project.id)
        guard !found.isEmpty else { return }
        for prediction in found { known[prediction.key] = prediction }
        var others: [Int] = []
        for index in fates.indices {
            switch fates[index] {
            // A line that repeats another of the batch is judged by what is stored, like that one.
            case .open, .withoutPrediction, .routed, .sameAs:
                guard let known = known[keys[index]],
                    case .prediction(let line) = batch.lines[index]
                else { continue }
                fates[index] = .repeated(known)
                if line.contentHash != known.contentHash { others.append(index) }
            case .refused, .repeated: continue
            }
        }
        try refuseConflicts(among: others, store)
    }

    /// Decides the fate of new predictions of items that were there before.
    ///
    /// The items are locked first, in order, and what is stored is asked for once more: whoever
    /// stores a prediction that may route a waiting item holds its task, so from there on nothing
    /// changes. What another version decides is not locked: it is recorded wherever the item stands,
    /// and a candidate in shadow takes no lock that a reviewer would wait for.
    mutating func judgeKnown(_ store: Store) throws(PostgresError) {
        let open = openLines()
        guard !open.isEmpty else { return }
        let scored = open.filter { mayDecide($0) }
        let ids = Set(scored.map { keys[$0].item }).sorted()
        if !ids.isEmpty {
            let waiting = try store.lockWaitingTasks(ids, project: plan.project.id)
            let found = Dictionary(waiting.map { ($0.key.item, $0) }) { first, _ in first }
            for line in scored {
                guard let (key, awaits) = found[keys[line].item] else { continue }
                let holder = Holder(modelVersion: key.modelVersion, line: nil)
                items[itemOfLine[line]].standing = awaits ? .awaiting(holder) : .waiting(holder)
                items[itemOfLine[line]].isAwaited = awaits
            }
            try markRepeats(scored.map { keys[$0] }, store)
        }
        batch.bytes.withUnsafeBufferPointer { bytes in
            for index in openLines() {
                guard case .prediction(let prediction) = plan.batch.lines[index] else { continue }
                decide(index, prediction, bytes)
            }
        }
    }

    private func openLines() -> [Int] {
        fates.indices.filter { index in
            if case .open = fates[index] { true } else { false }
        }
    }

    /// Stores what is new: predictions, model decisions, tasks; and the routes that take the place of
    /// others.
    mutating func storePredictions(_ store: Store) throws(PostgresError) {
        var first = PredictionColumns()
        var later = PredictionColumns()
        var laterKeys: [PredictionKey] = []
        forEachStored { line, bytes in
            if line.isItemNew {
                first.append(line.prediction, line.key, line.routing, stands: line.stands, bytes)
            } else {
                later.append(line.prediction, line.key, line.routing, stands: line.stands, bytes)
                laterKeys.append(line.key)
            }
        }
        let project = plan.project
        if first.items.count > 0 {
            try store.insertFirstPredictions(first, project.routingBasis)
        }
        if later.items.count > 0 {
            let stored = try store.insertPredictions(later, project.routingBasis)
            if stored.count < later.items.count {
                // Another transaction stored the same predictions since we looked.
                let stored = Set(stored)
                try markRepeats(laterKeys.filter { !stored.contains($0) }, store)
            }
        }
        try storeEffects(store)
    }

    /// Stores what follows from the routes that stand.
    private func storeEffects(_ store: Store) throws(PostgresError) {
        var decisions = ModelDecisionColumns()
        var tasks = TaskColumns()
        var requeued = TaskColumns()
        var awaited = TaskColumns()
        var waits: [PredictionKey] = []
        var arrivals = ArrivalCounts()
        forEachStored { line, bytes in
            if line.stands { arrivals.count(line, bytes) }
            if let label = line.decidedLabel { decisions.append(label, line.key, bytes) }
            if line.isItemNew {
                if line.isTask { tasks.append(line.key, line.routing) }
                if line.isWait { waits.append(line.key) }
            } else if line.stands, items[itemOfLine[line.index]].isAwaited {
                awaited.append(line.key, line.routing)
            } else if line.stands {
                requeued.append(line.key, line.routing)
            }
        }
        var changes = RerouteColumns()
        for reroute in reroutes {
            guard case .routed = fates[reroute.line] else { continue }
            changes.items.append(keys[reroute.line].item)
            changes.from.append(reroute.from)
            changes.to.append(keys[reroute.line].modelVersion)
        }
        let project = plan.project
        try store.insertReroutes(changes, project: project.id)
        try store.requeueTasks(
            requeued, project: project.id, policyVersion: project.policyVersion)
        try store.endWaits(awaited, project: project.id, policyVersion: project.policyVersion)
        try store.insertModelDecisions(decisions, project: project.id)
        try store.insertTasks(tasks, project: project.id, policyVersion: project.policyVersion)
        try store.insertWaits(waits, project)
        try store.appendArrivals(
            arrivals.columns, project: project.id, policyVersion: project.policyVersion)
    }
}

extension Store {
    /// Has new items wait for the version that decides them, by the project's rollout.
    func insertWaits(
        _ keys: [PredictionKey], _ project: ProjectContext
    ) throws(PostgresError) {
        guard let rollout = project.rollout, let revision = project.rolloutRevision else { return }
        try insertWaits(
            keys, project: project.id, rolloutRevision: revision,
            answerWithinSeconds: rollout.answerWithinSeconds)
    }
}

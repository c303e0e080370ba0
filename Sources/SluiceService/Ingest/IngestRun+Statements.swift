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
        batch.bytes.withUnsafeBufferPointer { bytes in
            for item in items {
                guard case .prediction(let prediction) = plan.batch.lines[item.line] else {
                    continue
                }
                columns.append(item.id, prediction, bytes)
            }
        }
        let stored = try store.insertItems(columns, project: plan.project.id)
        guard stored < items.count else { return true }
        recognise(try store.findItems(externalIDs: columns.externalIDs, project: plan.project.id))
        return false
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
            items[place].payloadHash = item.payloadHash
        }
    }

    /// Tells the lines that repeat what is stored.
    mutating func markRepeats(
        _ asked: [PredictionKey], _ store: Store
    ) throws(PostgresError) {
        guard !asked.isEmpty else { return }
        let found = try store.findPredictions(asked, project: plan.project.id)
        guard !found.isEmpty else { return }
        for prediction in found { known[prediction.key] = prediction }
        for index in fates.indices {
            switch fates[index] {
            // A line that repeats another of the batch is judged by what is stored, like that one.
            case .recorded, .sameAs:
                guard let known = known[keys[index]] else { continue }
                fates[index] = fate(of: index, against: known)
            case .refused, .routed, .repeated: continue
            }
        }
    }

    private func fate(of index: Int, against known: KnownPrediction) -> Fate {
        guard case .prediction(let prediction) = batch.lines[index],
            prediction.contentHash != known.contentHash
        else { return .repeated(known) }
        return .refused(conflict(prediction))
    }

    /// Stores what is new: predictions, model decisions, tasks.
    mutating func storePredictions(_ store: Store) throws(PostgresError) {
        var first = PredictionColumns()
        var later = PredictionColumns()
        var decisions = ModelDecisionColumns()
        var tasks = TaskColumns()
        var recorded: [PredictionKey] = []
        forEachStored { prediction, key, routing, isItemNew, bytes in
            guard isItemNew else {
                recorded.append(key)
                later.append(prediction, key, routing, bytes)
                return
            }
            first.append(prediction, key, routing, bytes)
            if routing.isModelsDecision {
                decisions.items.append(key.item)
                decisions.modelVersions.append(key.modelVersion)
                decisions.labels.append(
                    bytes: UnsafeBufferPointer(rebasing: bytes[prediction.label]))
            }
            if routing.isTask { tasks.append(key, routing) }
        }
        if first.items.count > 0 {
            try store.insertFirstPredictions(
                first, project: plan.project.id, policyVersion: plan.project.policyVersion,
                saltID: plan.project.routingSalt.id)
        }
        if later.items.count > 0 {
            let stored = try store.insertPredictions(
                later, project: plan.project.id, policyVersion: plan.project.policyVersion,
                saltID: plan.project.routingSalt.id)
            if stored.count < later.items.count {
                // Another transaction stored the same predictions since we looked.
                let stored = Set(stored)
                try markRepeats(recorded.filter { !stored.contains($0) }, store)
            }
        }
        try store.insertModelDecisions(decisions, project: plan.project.id)
        try store.insertTasks(
            tasks, project: plan.project.id, policyVersion: plan.project.policyVersion)
    }
}

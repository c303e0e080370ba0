import SluiceDomain
import SluicePostgres
import SluiceStore

/// The storing of one batch: what goes where, decided before and between its statements.
///
/// The plan is a value and may run several times, when a transaction is retried.
struct IngestPlan: Sendable {
    let batch: IngestBatch
    let project: ProjectContext
    let modelVersions: [ModelVersionName: Int64]

    /// Runs in the transaction of `store`; one outcome a line.
    func run(_ store: Store, itemIDs: ItemIDs) throws(PostgresError) -> [LineOutcome] {
        var run = IngestRun(plan: self)
        try run.storeItems(store, itemIDs)
        try run.findRepeats(store)
        try run.storePredictions(store)
        return run.outcomes()
    }
}

/// One run of a plan.
private struct IngestRun {
    /// What is known of an external id of the batch.
    struct Item {
        var id: Int64
        var payloadHash: ContentHash
        var isNew: Bool
        var isRouted = false
    }

    /// What a line leads to.
    enum Fate {
        case refused(ReviewError)
        case routed(Routing)
        case recorded
        case repeated(KnownPrediction)
        case sameAs(line: Int)
    }

    let plan: IngestPlan
    var items: [ByteKey: Item] = [:]
    var keys: [PredictionKey] = []
    var fates: [Fate] = []
    /// What was stored before, of what the batch names.
    var known: [PredictionKey: KnownPrediction] = [:]

    init(plan: IngestPlan) {
        self.plan = plan
        items.reserveCapacity(plan.batch.count)
    }

    private var batch: IngestBatch { plan.batch }

    /// Stores the items that are new and finds those that are not.
    mutating func storeItems(_ store: Store, _ itemIDs: ItemIDs) throws(PostgresError) {
        var columns = ItemColumns()
        var order: [ByteKey] = []
        batch.bytes.withUnsafeBufferPointer { bytes in
            for case .prediction(let prediction) in plan.batch.lines {
                let key = ByteKey(bytes[prediction.externalID])
                guard items[key] == nil else { continue }
                items[key] = Item(id: 0, payloadHash: prediction.payloadHash, isNew: false)
                order.append(key)
                columns.append(prediction, bytes)
            }
        }
        guard !order.isEmpty else { return }
        let first = try itemIDs.take(order.count, store)
        for (index, key) in order.enumerated() {
            items[key]?.id = first + Int64(index)
            columns.ids.append(first + Int64(index))
        }
        let stored = try store.insertItems(columns, project: plan.project.id)
        if stored.count == order.count {
            for key in order { items[key]?.isNew = true }
            return
        }
        let new = Set(stored)
        var known = ParameterArray(.text)
        for key in order {
            guard let item = items[key] else { continue }
            if new.contains(item.id) {
                items[key]?.isNew = true
            } else {
                known.append(bytes: key.bytes)
            }
        }
        for item in try store.findItems(externalIDs: known, project: plan.project.id) {
            items[ByteKey(item.externalID)] = Item(
                id: item.id, payloadHash: item.payloadHash, isNew: false)
        }
    }

    /// Decides the fate of every line, looking up what was stored before.
    mutating func findRepeats(_ store: Store) throws(PostgresError) {
        let policy = plan.project.policy
        var first: [PredictionKey: Int] = [:]
        var asked: [PredictionKey] = []
        batch.bytes.withUnsafeBufferPointer { bytes in
            var lastName: ModelVersionName?
            var lastSpans: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>)?
            for (index, line) in plan.batch.lines.enumerated() {
                guard case .prediction(let prediction) = line else {
                    if case .refused(let error) = line { fates.append(.refused(error)) }
                    keys.append(PredictionKey(item: 0, modelVersion: 0))
                    continue
                }
                let externalID = ByteKey(bytes[prediction.externalID])
                let item =
                    items[externalID]
                    ?? Item(
                        id: 0, payloadHash: prediction.payloadHash, isNew: false)
                let model = UnsafeBufferPointer(rebasing: bytes[prediction.model])
                let version = UnsafeBufferPointer(rebasing: bytes[prediction.version])
                if let spans = lastSpans, spans.0.elementsEqual(model),
                    spans.1.elementsEqual(version)
                {
                } else {
                    lastSpans = (model, version)
                    lastName = ModelVersionName(
                        model: batch.text(prediction.model),
                        version: batch.text(prediction.version))
                }
                let key = PredictionKey(
                    item: item.id,
                    modelVersion: lastName.flatMap { plan.modelVersions[$0] } ?? 0)
                keys.append(key)
                if item.payloadHash != prediction.payloadHash {
                    fates.append(
                        .refused(.itemConflict(externalID: batch.text(prediction.externalID))))
                } else if let earlier = first[key] {
                    fates.append(.sameAs(line: earlier))
                } else if item.isNew, !item.isRouted {
                    first[key] = index
                    items[externalID]?.isRouted = true
                    let draws = RoutingDraws(
                        salt: plan.project.routingSalt.secret,
                        externalID: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]),
                        policy: policy)
                    fates.append(
                        .routed(
                            policy.route(
                                label: batch.text(prediction.label),
                                confidence: prediction.confidence, draws: draws)))
                } else {
                    first[key] = index
                    if !item.isNew { asked.append(key) }
                    fates.append(.recorded)
                }
            }
        }
        try markRepeats(asked, store)
    }

    private mutating func markRepeats(
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

    private func conflict(_ prediction: IncomingPrediction) -> ReviewError {
        .predictionConflict(
            externalID: batch.text(prediction.externalID), model: batch.text(prediction.model),
            version: batch.text(prediction.version))
    }

    /// Stores what is new: predictions, model decisions, tasks.
    mutating func storePredictions(_ store: Store) throws(PostgresError) {
        var predictions = PredictionColumns()
        var decisions = ModelDecisionColumns()
        var tasks = TaskColumns()
        var recorded: [PredictionKey] = []
        let policy = plan.project.policy
        batch.bytes.withUnsafeBufferPointer { bytes in
            for (index, fate) in fates.enumerated() {
                guard case .prediction(let prediction) = plan.batch.lines[index] else { continue }
                let key = keys[index]
                let label = UnsafeBufferPointer(rebasing: bytes[prediction.label])
                switch fate {
                case .routed(let routing):
                    predictions.append(prediction, key, routing, bytes)
                    if routing.route != .queued {
                        decisions.items.append(key.item)
                        decisions.modelVersions.append(key.modelVersion)
                        decisions.labels.append(bytes: label)
                    }
                    if routing.route != .accepted {
                        tasks.append(key, routing, slaSeconds: policy.slaSeconds)
                    }
                case .recorded:
                    recorded.append(key)
                    predictions.append(prediction, key, .recordedOnly, bytes)
                case .refused, .repeated, .sameAs: break
                }
            }
        }
        guard predictions.items.count > 0 else { return }
        let stored = try store.insertPredictions(
            predictions, project: plan.project.id, policyVersion: plan.project.policyVersion,
            saltID: plan.project.routingSalt.id)
        if stored.count < predictions.items.count {
            // Another transaction stored the same predictions since we looked.
            let stored = Set(stored)
            try markRepeats(recorded.filter { !stored.contains($0) }, store)
        }
        try store.insertModelDecisions(decisions, project: plan.project.id)
        try store.insertTasks(
            tasks, project: plan.project.id, policyVersion: plan.project.policyVersion,
            asked: policy.reviewers)
    }

    /// What each line's producer is told.
    func outcomes() -> [LineOutcome] {
        fates.indices.map { outcome(of: $0) }
    }

    private func outcome(of index: Int) -> LineOutcome {
        guard case .prediction(let prediction) = batch.lines[index] else {
            if case .refused(let error) = fates[index] { return .refused(error) }
            return .refused(.internalError)
        }
        let externalID = Array(batch.bytes[prediction.externalID])
        switch fates[index] {
        case .refused(let error): return .refused(error)
        case .routed(let routing):
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: routing.route, reason: routing.reason.rawValue,
                    label: routing.route.answersWithLabel
                        ? Array(batch.bytes[prediction.label]) : nil,
                    policyVersion: plan.project.policyVersion, isDuplicate: false))
        case .recorded:
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: .shadowed,
                    reason: RouteReason.itemAlreadyRouted.rawValue, label: nil,
                    policyVersion: plan.project.policyVersion, isDuplicate: false))
        case .repeated(let known):
            let route = Route(rawValue: known.route) ?? .queued
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: route, reason: known.reason,
                    label: route.answersWithLabel ? Array(known.label.utf8) : nil,
                    policyVersion: known.policyVersion, isDuplicate: true))
        case .sameAs(let line):
            guard case .prediction(let earlier) = batch.lines[line],
                earlier.contentHash == prediction.contentHash
            else { return .refused(conflict(prediction)) }
            guard case .stored(var stored) = outcome(of: line) else { return outcome(of: line) }
            stored.isDuplicate = true
            return .stored(stored)
        }
    }
}

/// Bytes as a dictionary key: external ids are told apart byte by byte.
private struct ByteKey: Hashable {
    let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension Routing {
    /// A prediction that came after its item had been routed.
    fileprivate static let recordedOnly = Routing(
        route: .shadowed, reason: .itemAlreadyRouted, propensity: 0, isBlind: false, urgency: 0)
}

extension ItemColumns {
    fileprivate mutating func append(
        _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        externalIDs.append(bytes: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]))
        payloadHashes.append(
            uuidHigh: prediction.payloadHash.high, low: prediction.payloadHash.low)
        groups.append(prediction.group, bytes)
        payloads.append(bytes: UnsafeBufferPointer(rebasing: bytes[prediction.payload]))
        metadata.append(prediction.metadata, bytes)
        parents.append(prediction.parents, bytes)
    }
}

extension PredictionColumns {
    fileprivate mutating func append(
        _ prediction: IncomingPrediction, _ key: PredictionKey, _ routing: Routing,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        contentHashes.append(
            uuidHigh: prediction.contentHash.high, low: prediction.contentHash.low)
        if let confidence = prediction.confidence {
            confidences.append(confidence.value)
        } else {
            confidences.appendNull()
        }
        propensities.append(routing.propensity)
        areBlind.append(routing.isBlind)
        labels.append(bytes: UnsafeBufferPointer(rebasing: bytes[prediction.label]))
        routes.append(routing.route.rawValue)
        reasons.append(routing.reason.rawValue)
        scores.append(prediction.scores, bytes)
        highlights.append(prediction.highlights, bytes)
    }
}

extension TaskColumns {
    fileprivate mutating func append(
        _ key: PredictionKey, _ routing: Routing, slaSeconds: Int?
    ) {
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        rankOffsets.append(
            PriorityKey.offsetMicroseconds(urgency: routing.urgency, slaSeconds: slaSeconds))
        areBlind.append(routing.isBlind)
        areAudits.append(routing.route == .audited)
    }
}

extension ParameterArray {
    fileprivate mutating func append(_ span: Span?, _ bytes: UnsafeBufferPointer<UInt8>) {
        if let span {
            append(bytes: UnsafeBufferPointer(rebasing: bytes[span]))
        } else {
            appendNull()
        }
    }
}

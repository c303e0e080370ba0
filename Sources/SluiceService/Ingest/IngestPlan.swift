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
        var id: Int64 = 0
        var payloadHash: ContentHash
        var isNew = true
        var isRouted = false
        /// Whether several lines are about it.
        var isShared = false
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
    var items: [Item] = []
    /// The place in `items` of each line's item; -1 for a line without.
    var itemOfLine: [Int] = []
    var keys: [PredictionKey] = []
    var fates: [Fate] = []
    /// What was stored before, of what the batch names.
    var known: [PredictionKey: KnownPrediction] = [:]

    init(plan: IngestPlan) {
        self.plan = plan
        items.reserveCapacity(plan.batch.count)
        itemOfLine.reserveCapacity(plan.batch.count)
        keys.reserveCapacity(plan.batch.count)
        fates.reserveCapacity(plan.batch.count)
    }

    private var batch: IngestBatch { plan.batch }

    /// Stores the items that are new and finds those that are not.
    mutating func storeItems(_ store: Store, _ itemIDs: ItemIDs) throws(PostgresError) {
        var columns = ItemColumns()
        batch.bytes.withUnsafeBufferPointer { bytes in
            var places: [ByteKey: Int] = [:]
            places.reserveCapacity(plan.batch.count)
            for line in plan.batch.lines {
                guard case .prediction(let prediction) = line else {
                    itemOfLine.append(-1)
                    continue
                }
                let next = items.count
                let key = ByteKey(UnsafeBufferPointer(rebasing: bytes[prediction.externalID]))
                let place = places.place(of: key, orNext: next)
                itemOfLine.append(place)
                if place < next {
                    items[place].isShared = true
                } else {
                    items.append(Item(payloadHash: prediction.payloadHash))
                    columns.append(prediction, bytes)
                }
            }
        }
        guard !items.isEmpty else { return }
        let first = try itemIDs.take(items.count, store)
        for place in items.indices {
            items[place].id = first + Int64(place)
            columns.ids.append(first + Int64(place))
        }
        let stored = try store.insertItems(columns, project: plan.project.id)
        guard stored < items.count else { return }
        try recognise(
            try store.findItems(externalIDs: columns.externalIDs, project: plan.project.id))
    }

    /// Tells the items that were stored just now, by their ids, from those that were there before.
    private mutating func recognise(_ known: [KnownItem]) throws(PostgresError) {
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

    /// Decides the fate of every line, looking up what was stored before.
    mutating func findRepeats(_ store: Store) throws(PostgresError) {
        var first: [PredictionKey: Int] = [:]
        var asked: [PredictionKey] = []
        batch.bytes.withUnsafeBufferPointer { bytes in
            var versions = ModelVersionReader(ids: plan.modelVersions)
            for (index, line) in plan.batch.lines.enumerated() {
                guard case .prediction(let prediction) = line else {
                    if case .refused(let error) = line { fates.append(.refused(error)) }
                    keys.append(PredictionKey(item: 0, modelVersion: 0))
                    continue
                }
                let place = itemOfLine[index]
                let item = items[place]
                let key = PredictionKey(
                    item: item.id,
                    modelVersion: versions.id(
                        model: bytes[prediction.model], version: bytes[prediction.version]))
                keys.append(key)
                if item.payloadHash != prediction.payloadHash {
                    fates.append(
                        .refused(.itemConflict(externalID: batch.text(prediction.externalID))))
                    continue
                }
                // Only an item of several lines can meet itself in the batch.
                if item.isShared {
                    if let earlier = first[key] {
                        fates.append(.sameAs(line: earlier))
                        continue
                    }
                    first[key] = index
                }
                if item.isNew, !item.isRouted {
                    items[place].isRouted = true
                    fates.append(.routed(route(prediction, bytes)))
                } else {
                    if !item.isNew { asked.append(key) }
                    fates.append(.recorded)
                }
            }
        }
        try markRepeats(asked, store)
    }

    private func route(
        _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Routing {
        let policy = plan.project.policy
        return policy.route(
            label: batch.text(prediction.label), confidence: prediction.confidence,
            draws: RoutingDraws(
                salt: plan.project.routingSalt.secret,
                externalID: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]),
                policy: policy))
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
        var first = PredictionColumns()
        var later = PredictionColumns()
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
                    first.append(prediction, key, routing, bytes)
                    if routing.route != .queued {
                        decisions.items.append(key.item)
                        decisions.modelVersions.append(key.modelVersion)
                        decisions.labels.append(bytes: label)
                    }
                    if routing.route != .accepted {
                        tasks.append(key, routing, slaSeconds: policy.slaSeconds)
                    }
                case .recorded where items[itemOfLine[index]].isNew:
                    first.append(prediction, key, .recordedOnly, bytes)
                case .recorded:
                    recorded.append(key)
                    later.append(prediction, key, .recordedOnly, bytes)
                case .refused, .repeated, .sameAs: break
                }
            }
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

/// Bytes as a dictionary key, where they stand: external ids are told apart byte by byte.
private struct ByteKey: Hashable {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    static func == (one: ByteKey, other: ByteKey) -> Bool {
        one.bytes.elementsEqual(other.bytes)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
}

extension [ByteKey: Int] {
    /// The value of a key, which gets `next` when it has none; one search.
    fileprivate mutating func place(of key: ByteKey, orNext next: Int) -> Int {
        func settle(_ place: inout Int) -> Int {
            if place < 0 { place = next }
            return place
        }
        return settle(&self[key, default: -1])
    }
}

/// The ids of model versions, remembering the last: most batches name one.
private struct ModelVersionReader {
    private let ids: [ModelVersionName: Int64]
    private var last:
        (
            model: Slice<UnsafeBufferPointer<UInt8>>,
            version: Slice<UnsafeBufferPointer<UInt8>>, id: Int64
        )?

    init(ids: [ModelVersionName: Int64]) { self.ids = ids }

    mutating func id(
        model: Slice<UnsafeBufferPointer<UInt8>>, version: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Int64 {
        if let last, last.model.elementsEqual(model), last.version.elementsEqual(version) {
            return last.id
        }
        let name = ModelVersionName(
            model: String(decoding: model, as: UTF8.self),
            version: String(decoding: version, as: UTF8.self))
        let id = ids[name] ?? 0
        last = (model: model, version: version, id: id)
        return id
    }
}

extension Routing {
    /// A prediction that came after its item had been routed.
    fileprivate static let recordedOnly = Routing(
        route: .shadowed, reason: .itemAlreadyRouted, propensity: 0, isBlind: false, urgency: 0)
}

import SluiceDomain
import SluiceStore

/// One run of a plan: what it finds in the batch, and what it decides about each line.
struct IngestRun {
    /// What is known of an external id of the batch.
    struct Item {
        var id: Int64 = 0
        var payloadHash: ContentHash
        var isNew = true
        var isRouted = false
        /// The first line about it.
        let line: Int
        /// Whether several lines are.
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

    var batch: IngestBatch { plan.batch }

    /// Finds the items the lines are about.
    mutating func scan() {
        batch.bytes.withUnsafeBufferPointer { bytes in
            var places: [ByteKey: Int] = [:]
            places.reserveCapacity(plan.batch.count)
            for (index, line) in plan.batch.lines.enumerated() {
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
                    items.append(Item(payloadHash: prediction.payloadHash, line: index))
                }
            }
        }
    }

    /// Gives the items ids of their own.
    mutating func number(from first: Int64) {
        for place in items.indices { items[place].id = first + Int64(place) }
    }

    /// Decides the fate of every line.
    ///
    /// - Returns: the keys of predictions that may have been stored before.
    mutating func judge() -> [PredictionKey] {
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
                    fates.append(fate(prediction, bytes))
                } else {
                    if !item.isNew { asked.append(key) }
                    fates.append(.recorded)
                }
            }
        }
        return asked
    }

    private func fate(
        _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Fate {
        let policy = plan.project.policy
        var facts = RoutingFacts(
            label: batch.text(prediction.label), confidence: prediction.confidence)
        if !policy.rules.rules.isEmpty {
            facts.model = ExactText(batch.text(prediction.model))
            facts.modelVersion = ExactText(batch.text(prediction.version))
            do {
                facts.fields = try policy.rules.fields.read(
                    payload: UnsafeBufferPointer(rebasing: bytes[prediction.payload]),
                    metadata: prediction.metadata.map {
                        UnsafeBufferPointer(rebasing: bytes[$0])
                    })
            } catch {
                // Both were checked when the line was read.
                return .refused(.internalError)
            }
        }
        return .routed(
            policy.route(
                facts,
                draws: RoutingDraws(
                    salt: plan.project.routingSalt.secret,
                    externalID: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]),
                    policy: policy)))
    }

    func conflict(_ prediction: IncomingPrediction) -> ReviewError {
        .predictionConflict(
            externalID: batch.text(prediction.externalID), model: batch.text(prediction.model),
            version: batch.text(prediction.version))
    }

    /// Calls `body` with every prediction to be stored, and whether its item is new.
    func forEachStored(
        _ body: (
            IncomingPrediction, PredictionKey, Routing, _ isItemNew: Bool,
            UnsafeBufferPointer<UInt8>
        ) -> Void
    ) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            for (index, fate) in fates.enumerated() {
                guard case .prediction(let prediction) = plan.batch.lines[index] else { continue }
                switch fate {
                case .routed(let routing): body(prediction, keys[index], routing, true, bytes)
                case .recorded:
                    body(
                        prediction, keys[index], .recordedOnly, items[itemOfLine[index]].isNew,
                        bytes)
                case .refused, .repeated, .sameAs: break
                }
            }
        }
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

import SluiceDomain
import SluiceStore

/// One run of a plan: what it finds in the batch, and what it decides about each line.
///
/// Lines are taken in order, as if each were a batch of its own: a later prediction of an item finds
/// it where the earlier left it.
struct IngestRun {
    /// What is known of an external id of the batch.
    struct Item {
        var id: Int64 = 0
        var payloadHash: ContentHash
        /// The first line about it that may store it.
        var line: Int
        /// Hashes of the same payload spelt otherwise.
        var otherSpellings: [ContentHash] = []
        /// What is stored; nil while that line is what the item will be.
        var stored: StoredItem?
        /// Whether a line may store it.
        ///
        /// An item by itself, where none is taken, is only looked for: what was stored when it was
        /// taken is answered as a repeat.
        var isTaken: Bool
        var isNew = true
        /// Whether several lines are about it.
        var isShared = false
        var standing = Standing.unrouted
        /// Whether it waited for a version when the batch came to it.
        var isAwaited = false
    }

    /// Whose route an item has.
    struct Holder {
        let modelVersion: Int64
        /// The line, if it is of this batch.
        let line: Int?
    }

    /// Where an item stands when a line comes to it.
    enum Standing {
        /// It has no route.
        case unrouted
        /// The version that decides has not answered.
        case awaiting(Holder)
        /// People are to decide, and nobody has begun.
        case waiting(Holder)
        /// It is decided or being reviewed.
        case settled
    }

    /// What a line leads to.
    enum Fate {
        case refused(ReviewError)
        /// Not said before the standing of its item is known.
        case open
        /// An item by itself where none is taken: refused, unless it repeats what is stored.
        case withoutPrediction
        case routed(Routing, stands: Bool)
        case repeated(KnownPrediction)
        case sameAs(line: Int)
    }

    /// A route that takes the place of another.
    struct Reroute {
        /// The line whose route it is.
        let line: Int
        /// The version whose route stood.
        let from: Int64
    }

    let plan: IngestPlan
    var items: [Item] = []
    /// The place in `items` of each line's item; -1 for a line without.
    var itemOfLine: [Int] = []
    var keys: [PredictionKey] = []
    var fates: [Fate] = []
    var reroutes: [Reroute] = []
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

    /// Whether storing the batch takes more than rows of new items.
    var needsTables: Bool { !reroutes.isEmpty || items.contains { !$0.isTaken } }

    /// Finds the items the lines are about.
    mutating func scan() {
        let takesItems = plan.project.policy.degree == .humanOnly
        batch.bytes.withUnsafeBufferPointer { bytes in
            var places: [ByteKey: Int] = [:]
            places.reserveCapacity(plan.batch.count)
            for (index, line) in plan.batch.lines.enumerated() {
                guard case .prediction(let prediction) = line else {
                    itemOfLine.append(-1)
                    continue
                }
                let isTaken = takesItems || prediction.suggestion != nil
                let next = items.count
                let key = ByteKey(UnsafeBufferPointer(rebasing: bytes[prediction.externalID]))
                let place = places.place(of: key, orNext: next)
                itemOfLine.append(place)
                guard place < next else {
                    items.append(
                        Item(payloadHash: prediction.payloadHash, line: index, isTaken: isTaken))
                    continue
                }
                items[place].isShared = true
                if isTaken, !items[place].isTaken {
                    items[place].isTaken = true
                    items[place].line = index
                    items[place].payloadHash = prediction.payloadHash
                }
            }
        }
    }

    /// Gives the items ids of their own.
    mutating func number(from first: Int64) {
        for place in items.indices { items[place].id = first + Int64(place) }
    }

    /// Decides the fate of every line whose item is new.
    ///
    /// - Returns: the keys of predictions that may have been stored before.
    mutating func judge() -> [PredictionKey] {
        var first: [PredictionKey: Int] = [:]
        var asked: [PredictionKey] = []
        let takesItems = plan.project.policy.degree == .humanOnly
        compareSpellings()
        batch.bytes.withUnsafeBufferPointer { bytes in
            var versions = ModelVersionReader(ids: plan.modelVersions)
            for (index, line) in plan.batch.lines.enumerated() {
                guard case .prediction(let prediction) = line else {
                    if case .refused(let error) = line { fates.append(.refused(error)) }
                    keys.append(PredictionKey(item: 0, modelVersion: 0))
                    continue
                }
                let item = items[itemOfLine[index]]
                let key = PredictionKey(
                    item: item.id,
                    modelVersion: prediction.suggestion.map {
                        versions.id(model: bytes[$0.model], version: bytes[$0.version])
                    } ?? 0)
                keys.append(key)
                // The line that stores the item is the item.
                if item.stored != nil || item.line != index,
                    let difference = difference(of: prediction, from: item, bytes)
                {
                    fates.append(
                        .refused(
                            .itemConflict(
                                externalID: batch.text(prediction.externalID),
                                difference: difference)))
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
                if !item.isNew { asked.append(key) }
                guard takesItems || prediction.suggestion != nil else {
                    fates.append(.withoutPrediction)
                    continue
                }
                fates.append(.open)
                if item.isNew { decide(index, prediction, bytes) }
            }
        }
        return asked
    }

    func conflict(_ prediction: IncomingPrediction) -> ReviewError {
        let externalID = batch.text(prediction.externalID)
        guard let suggestion = prediction.suggestion else {
            return .itemConflict(externalID: externalID)
        }
        return .predictionConflict(
            externalID: externalID, model: batch.text(suggestion.model),
            version: batch.text(suggestion.version))
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

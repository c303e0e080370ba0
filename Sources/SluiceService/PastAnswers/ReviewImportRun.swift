import Crypto
import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// One transaction of an import: finds or makes items and reviewers, and stores the answers.
struct ReviewImportRun {
    private var answers: [PastAnswer]
    private let project: ProjectContext
    private let createsItems: Bool
    private var outcomes: [PastAnswerOutcome?]
    /// The items that this run made.
    private var made: Set<Int64> = []
    private var items: [ExactText: (id: Int64, payloadHash: ContentHash)] = [:]
    private var actors: [ExactText: Int64] = [:]

    /// - Parameter createsItems: whether items that are not known are made without a payload.
    init(_ answers: [PastAnswer], project: ProjectContext, createsItems: Bool) {
        self.answers = answers
        self.project = project
        self.createsItems = createsItems
        outcomes = Array(repeating: nil, count: answers.count)
    }

    mutating func store(
        _ store: Store, itemIDs: ItemIDs
    ) throws(PostgresError) -> [PastAnswerOutcome] {
        for (index, answer) in answers.enumerated() {
            do {
                answers[index].verdict = try answer.verdict.mapLabel(project.labels.given)
            } catch {
                outcomes[index] = .refused(error)
            }
        }
        try findItems(store, itemIDs)
        try fillItems(store)
        try refuseOtherPayloads(store)
        actors = try store.ensureActors(
            Array(Set(open.map { ExactText(answers[$0].author.actorName) })).map(\.text))
        try store.lockReviewers(
            Set(open.compactMap { actor(of: answers[$0]) }), project: project.id)
        try storeReviews(store)
        return outcomes.map { $0 ?? .refused(.internalError) }
    }

    /// The answers nothing has been said about.
    private var open: [Int] { outcomes.indices.filter { outcomes[$0] == nil } }

    private func actor(of answer: PastAnswer) -> Int64? {
        actors[ExactText(answer.author.actorName)]
    }

    private mutating func findItems(
        _ store: Store, _ itemIDs: ItemIDs
    ) throws(PostgresError) {
        try recognise(Array(Set(open.map { ExactText(answers[$0].externalID) })), store)
        var missing: [ExactText] = []
        var firsts: [ExactText: PastAnswer] = [:]
        for index in open {
            let answer = answers[index]
            let key = ExactText(answer.externalID)
            guard items[key] == nil else { continue }
            if let first = firsts[key] {
                if first.payload == nil, answer.payload != nil { firsts[key] = answer }
            } else {
                missing.append(key)
                firsts[key] = answer
            }
        }
        if !createsItems { missing.removeAll { firsts[$0]?.payload == nil } }
        if !missing.isEmpty {
            var columns = ItemColumns()
            let first = try itemIDs.take(missing.count, store)
            for (id, key) in zip(first..., missing) {
                guard let answer = firsts[key] else { continue }
                columns.append(id, answer)
            }
            _ = try store.insertItems(columns, project: project.id)
            // Another transaction may have been faster with one of them.
            try recognise(missing, store)
            let own = first..<first + Int64(missing.count)
            made = Set(items.values.map(\.id).filter(own.contains))
        }
        for index in open where items[ExactText(answers[index].externalID)] == nil {
            outcomes[index] = .refused(.unknownItem(answers[index].externalID))
        }
    }

    /// Gives items that were made without a payload the first that comes with an answer.
    private mutating func fillItems(_ store: Store) throws(PostgresError) {
        var columns = ItemColumns()
        var references = ParameterArray(.uuid)
        var keys: [ExactText] = []
        for index in open {
            let answer = answers[index]
            let key = ExactText(answer.externalID)
            guard let payload = answer.payload, let item = items[key], !keys.contains(key) else {
                continue
            }
            let reference = ItemReference.hash(externalID: answer.externalID)
            guard item.payloadHash == reference, ContentHash(payload: payload) != reference else {
                continue
            }
            columns.append(item.id, answer)
            references.append(uuidHigh: reference.high, low: reference.low)
            keys.append(key)
        }
        guard !keys.isEmpty else { return }
        _ = try store.fillItems(columns, references: references, project: project.id)
        // Another transaction may have been faster with one of them.
        try recognise(keys, store)
    }

    private mutating func recognise(
        _ externalIDs: [ExactText], _ store: Store
    ) throws(PostgresError) {
        guard !externalIDs.isEmpty else { return }
        let found = try store.findItems(
            externalIDs: ParameterArray(externalIDs.map(\.text)), project: project.id)
        for item in found {
            let key = ExactText(String(decoding: item.externalID, as: UTF8.self))
            items[key] = (id: item.id, payloadHash: item.payloadHash)
        }
    }

    /// Refuses answers whose payload has another value than their item's.
    ///
    /// Another spelling of the value is the same payload. A few payloads are in memory at a time.
    private mutating func refuseOtherPayloads(_ store: Store) throws(PostgresError) {
        var differing: [Int64: [Int]] = [:]
        for index in open {
            let answer = answers[index]
            guard let payload = answer.payload,
                let item = items[ExactText(answer.externalID)],
                item.payloadHash != ContentHash(payload: payload)
            else { continue }
            differing[item.id, default: []].append(index)
        }
        let ids = differing.keys.sorted()
        for first in stride(from: 0, to: ids.count, by: IngestRun.payloadPage) {
            let page = Array(ids[first..<min(first + IngestRun.payloadPage, ids.count)])
            for stored in try store.findPayloads(items: page, project: project.id) {
                guard let payload = stored.payload else { continue }
                differing[stored.item]?.removeAll { index in
                    answers[index].payload.map { CanonicalJSON.areEqual($0, payload) } ?? true
                }
            }
        }
        for index in differing.values.joined() {
            outcomes[index] = .refused(.itemConflict(externalID: answers[index].externalID))
        }
    }

    private mutating func storeReviews(_ store: Store) throws(PostgresError) {
        var columns = ImportedReviewColumns()
        var ids: [Int: String] = [:]
        for index in open {
            let answer = answers[index]
            guard let item = items[ExactText(answer.externalID)], let actor = actor(of: answer)
            else { continue }
            let id = answer.reviewID ?? answer.defaultReviewID
            ids[index] = id
            columns.append(answer, id: id, item: item.id, actor: actor)
        }
        var fresh = Set(
            try store.insertImportedReviews(columns, project: project.id).map(ExactText.init))
        let known = try store.findReviews(Array(ids.values), project: project.id)
        let byID = Dictionary(known.map { (ExactText($0.id), $0) }) { first, _ in first }
        for (index, id) in ids.sorted(by: { $0.key < $1.key }) {
            let answer = answers[index]
            guard let item = items[ExactText(answer.externalID)]?.id else { continue }
            // The first of several lines with one id is the one that was stored.
            let isFresh = fresh.remove(ExactText(id)) != nil
            guard let review = byID[ExactText(id)] else {
                outcomes[index] = .refused(.alreadyAnswered(externalID: answer.externalID))
                continue
            }
            let isSame =
                review.item == item && review.actor == actor(of: answer) && !review.isUndone
                && review.verdict.word == answer.verdict.word
                && review.verdict.labelName.map(ExactText.init)
                    == answer.verdict.labelName.map(ExactText.init)
            outcomes[index] =
                isSame
                ? .stored(
                    StoredPastAnswer(
                        externalID: answer.externalID, reviewID: id, isDuplicate: !isFresh,
                        isSkip: answer.verdict == .skip, item: item,
                        madeItem: made.remove(item) != nil)) : .refused(.reviewConflict(id: id))
        }
    }
}

extension PastAnswer {
    /// An id that the same author's answer to the same item has again.
    fileprivate var defaultReviewID: String {
        var hash = SHA256()
        for part in [externalID, author.actorName] {
            hash.update(data: Array(part.utf8))
            hash.update(data: [0x1F])
        }
        let digits = hash.finalize().prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return "import-" + digits.joined()
    }

    /// What an item is stored with that came without a payload.
    fileprivate var storedPayload: [UInt8] {
        payload ?? ItemReference.payload(externalID: externalID)
    }
}

extension PastAnswer.Author {
    /// The actor the answer is recorded under.
    fileprivate var actorName: String {
        switch self {
        case .reviewer(let name): name
        case .nobody(let place): "anonymous:\(place)"
        }
    }

    fileprivate var isAnonymous: Bool {
        if case .nobody = self { true } else { false }
    }
}

extension ItemColumns {
    fileprivate mutating func append(_ id: Int64, _ answer: PastAnswer) {
        let payload = answer.storedPayload
        let hash = ContentHash(payload: payload)
        ids.append(id)
        externalIDs.append(answer.externalID)
        payloadHashes.append(uuidHigh: hash.high, low: hash.low)
        groups.appendNull()
        payloads.append(bytes: payload)
        if let metadata = answer.metadata {
            metadata.withUnsafeBufferPointer { self.metadata.append(bytes: $0) }
        } else {
            metadata.appendNull()
        }
        parents.appendNull()
    }
}

extension ImportedReviewColumns {
    fileprivate mutating func append(
        _ answer: PastAnswer, id: String, item: Int64, actor: Int64
    ) {
        ids.append(id)
        items.append(item)
        actors.append(actor)
        if let moment = answer.reviewedAt {
            reviewedAt.append(timestampMicroseconds: moment.microseconds)
        } else {
            reviewedAt.appendNull()
        }
        if let seconds = answer.seconds {
            self.seconds.append(seconds)
        } else {
            seconds.appendNull()
        }
        areShown.append(answer.isShown)
        areAnonymous.append(answer.author.isAnonymous)
        verdicts.append(answer.verdict.word)
        labels.append(optional: answer.verdict.labelName)
        if answer.tags.isEmpty {
            tags.appendNull()
        } else {
            var writer = JSONWriter()
            writer.array(answer.tags) { $0.string($1) }
            tags.append(bytes: writer.bytes)
        }
        comments.append(optional: answer.comment)
    }
}

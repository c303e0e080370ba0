import SluiceDomain
import SluiceStore

/// What one line makes of its item.
extension IngestRun {
    /// Decides the fate of a line by where its item stands, and moves the item on.
    ///
    /// An item that waits for a reviewer follows its latest prediction. One that is decided or being
    /// reviewed keeps its route.
    mutating func decide(
        _ index: Int, _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let place = itemOfLine[index]
        switch items[place].standing {
        case .unrouted: break
        case .waiting(let former, let line) where prediction.suggestion != nil:
            if let line, case .routed(let replaced, _) = fates[line] {
                fates[line] = .routed(replaced, stands: false)
            }
            reroutes.append(Reroute(line: index, from: former))
        case .waiting, .settled:
            fates[index] = .routed(.recordedOnly, stands: false)
            return
        }
        guard let routing = routing(of: prediction, bytes) else {
            // Both documents were checked when the line was read.
            fates[index] = .refused(.internalError)
            return
        }
        fates[index] = .routed(routing, stands: true)
        items[place].standing =
            routing.route == .queued
            ? .waiting(modelVersion: keys[index].modelVersion, line: index) : .settled
    }

    /// The route by the policy; nil when a document that was JSON is none.
    private func routing(
        of prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Routing? {
        let policy = plan.project.policy
        var fields: [FieldValue] = []
        if !policy.rules.rules.isEmpty {
            do {
                fields = try policy.rules.fields.read(
                    payload: UnsafeBufferPointer(rebasing: bytes[prediction.payload]),
                    metadata: prediction.metadata.map {
                        UnsafeBufferPointer(rebasing: bytes[$0])
                    })
            } catch {
                return nil
            }
        }
        guard let suggestion = prediction.suggestion else {
            return policy.routeWithoutPrediction(fields)
        }
        var facts = RoutingFacts(
            label: batch.text(suggestion.label), confidence: suggestion.confidence, fields: fields)
        if !policy.rules.rules.isEmpty {
            facts.model = ExactText(batch.text(suggestion.model))
            facts.modelVersion = ExactText(batch.text(suggestion.version))
        }
        return policy.route(
            facts,
            draws: RoutingDraws(
                salt: plan.project.routingSalt.secret,
                externalID: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]),
                policy: policy))
    }

    /// A line to be stored.
    struct StoredLine {
        let index: Int
        let prediction: IncomingPrediction
        let key: PredictionKey
        let routing: Routing
        /// Whether this route is the item's.
        let stands: Bool
        let isItemNew: Bool

        /// Whether people are to look at the item because of it.
        var isTask: Bool { stands && routing.isTask }
        /// The label, if it is the model's decision.
        var decidedLabel: Span? {
            stands && routing.isModelsDecision ? prediction.suggestion?.label : nil
        }
    }

    /// Calls `body` with every line to be stored, in order.
    func forEachStored(_ body: (StoredLine, UnsafeBufferPointer<UInt8>) -> Void) {
        batch.bytes.withUnsafeBufferPointer { bytes in
            for (index, fate) in fates.enumerated() {
                guard case .prediction(let prediction) = plan.batch.lines[index],
                    case .routed(let routing, let stands) = fate
                else { continue }
                body(
                    StoredLine(
                        index: index, prediction: prediction, key: keys[index], routing: routing,
                        stands: stands, isItemNew: items[itemOfLine[index]].isNew), bytes)
            }
        }
    }
}

extension Routing {
    /// A prediction that came after its item had been decided or taken into review.
    fileprivate static let recordedOnly = Routing(
        route: .shadowed, reason: .itemAlreadyRouted, propensity: 0, isBlind: false, urgency: 0)
}

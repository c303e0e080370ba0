import SluiceDomain
import SluiceStore

/// What one line makes of its item.
extension IngestRun {
    /// Decides the fate of a line by where its item stands, and moves the item on.
    ///
    /// An item that waits for a version or a reviewer follows the latest prediction of a version that
    /// decides it. One that is decided or being reviewed keeps its route.
    mutating func decide(
        _ index: Int, _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let place = itemOfLine[index]
        let item: ItemStanding
        var former: Holder?
        switch items[place].standing {
        case .unrouted: item = .new
        case .awaiting(let holder), .waiting(let holder):
            item = .open
            former = holder
        case .settled: item = .settled
        }
        let version = keys[index].modelVersion
        guard let routing = routing(of: prediction, version, place, item, bytes) else {
            // Both documents were checked when the line was read.
            fates[index] = .refused(.internalError)
            return
        }
        guard routing.route != .shadowed else {
            fates[index] = .routed(routing, stands: false)
            return
        }
        if let former {
            if let line = former.line, case .routed(let replaced, _) = fates[line] {
                fates[line] = .routed(replaced, stands: false)
            }
            reroutes.append(Reroute(line: index, from: former.modelVersion))
        }
        fates[index] = .routed(routing, stands: true)
        let holder = Holder(modelVersion: version, line: index)
        switch routing.route {
        case .queued: items[place].standing = .waiting(holder)
        case .waiting: items[place].standing = .awaiting(holder)
        case .accepted, .audited, .shadowed: items[place].standing = .settled
        }
    }

    /// The route by policy and rollout; nil when a document that was JSON is none.
    private func routing(
        of prediction: IncomingPrediction, _ modelVersion: Int64, _ place: Int,
        _ item: ItemStanding, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Routing? {
        let policy = plan.project.policy
        let rollout = plan.project.rollout
        var fields: [FieldValue] = []
        if !policy.rules.rules.isEmpty {
            do {
                fields = try self.fields(of: prediction, items[place], policy.rules.fields, bytes)
            } catch {
                return nil
            }
        }
        guard let suggestion = prediction.suggestion else {
            return policy.routeWithoutPrediction(fields, item: item)
        }
        var facts = RoutingFacts(
            label: batch.text(suggestion.label), confidence: suggestion.confidence,
            calibrated: plan.project.calibration.probability(
                of: suggestion.confidence, modelVersion: modelVersion), fields: fields)
        facts.isLabelRetired = suggestion.isLabelRetired
        // Their text is made only for those who look at it.
        if rollout != nil || policy.looksAtVersions {
            facts.model = ExactText(batch.text(suggestion.model))
            facts.modelVersion = ExactText(batch.text(suggestion.version))
        }
        let draws = RoutingDraws(
            salt: plan.project.routingSalt.secret,
            externalID: UnsafeBufferPointer(rebasing: bytes[prediction.externalID]),
            policy: policy, rollout: rollout)
        return policy.route(facts, draws: draws, rollout: rollout, item: item)
    }

    /// Whether a line can change the route of an item that has one.
    func mayDecide(_ index: Int) -> Bool {
        guard case .prediction(let prediction) = batch.lines[index],
            let suggestion = prediction.suggestion
        else { return false }
        guard let rollout = plan.project.rollout else { return true }
        let draw =
            rollout.drawsSides
            ? RoutingDraws.side(
                salt: plan.project.routingSalt.secret,
                externalID: batch.bytes[prediction.externalID]) : 0
        let version = ModelVersion(
            model: ExactText(batch.text(suggestion.model)),
            version: ExactText(batch.text(suggestion.version)))
        return rollout.standing(of: version, draw: draw) == .decides
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
        /// Whether the item waits for another version because of it.
        var isWait: Bool { stands && routing.route == .waiting }
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

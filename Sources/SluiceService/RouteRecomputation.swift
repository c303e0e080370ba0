import SluiceDomain
import SluiceJSON
import SluiceStore

extension RecordedRoute {
    /// The route these facts lead to.
    ///
    /// Under the policy and the rollout it was routed by, and with the salt it names, it is the
    /// recorded one: every route on record can be recomputed from what is stored. Its urgency is no
    /// part of the record: it goes by the confidence here, and went by the calibration map of its time
    /// when the item was queued.
    ///
    /// - Parameter rollout: nil when there was none.
    /// - Returns: nil when the policy has rules on fields and the payload has been erased.
    /// - Throws: the first fault of a stored document that is not JSON.
    public func routing(
        under policy: Policy, rollout: Rollout?, salt: [UInt8]
    ) throws(JSONError) -> Routing? {
        try facts.prediction.routing(under: policy, rollout: rollout, item: item, salt: salt)
    }
}

extension RoutedFacts {
    /// The route these facts lead to under a policy, with no rollout in force.
    ///
    /// Under the policy they were routed by it is the recorded one, unless a rollout had a say. Under
    /// another policy it is what that policy would have done.
    ///
    /// - Returns: nil when the policy has rules on fields and the payload has been erased.
    /// - Throws: the first fault of a stored document that is not JSON.
    public func routing(
        under policy: Policy, salt: [UInt8]
    ) throws(JSONError) -> Routing? {
        try prediction.routing(under: policy, rollout: nil, item: .new, salt: salt)
    }

    /// What was routed, without how.
    var prediction: StoredFacts {
        var facts = StoredFacts(
            externalID: externalID, label: label, confidence: confidence, model: model,
            modelVersion: modelVersion, payload: payload, metadata: metadata)
        facts.isLabelRetired = isLabelRetired
        return facts
    }
}

extension StoredFacts {
    /// The route under a policy and a rollout, of an item that stands as said.
    ///
    /// - Parameter calibrated: how often such predictions are right, for the urgency; nil: it goes by
    ///   the confidence.
    func routing(
        under policy: Policy, rollout: Rollout?, item: ItemStanding, salt: [UInt8],
        calibrated: Double? = nil
    ) throws(JSONError) -> Routing? {
        var fields: [FieldValue] = []
        if !policy.rules.fields.paths.isEmpty {
            guard let payload else { return nil }
            fields = try payload.withUnsafeBufferPointer {
                (payload) throws(JSONError) -> [FieldValue] in
                guard let metadata else {
                    return try policy.rules.fields.read(payload: payload, metadata: nil)
                }
                return try metadata.withUnsafeBufferPointer {
                    (metadata) throws(JSONError) -> [FieldValue] in
                    try policy.rules.fields.read(payload: payload, metadata: metadata)
                }
            }
        }
        guard let label else { return policy.routeWithoutPrediction(fields, item: item) }
        var facts = RoutingFacts(
            label: label, confidence: confidence.flatMap(Confidence.init), calibrated: calibrated,
            model: model, modelVersion: modelVersion, fields: fields)
        facts.isLabelRetired = isLabelRetired
        let draws = Array(externalID.utf8).withUnsafeBufferPointer {
            RoutingDraws(salt: salt, externalID: $0, policy: policy, rollout: rollout)
        }
        return policy.route(facts, draws: draws, rollout: rollout, item: item)
    }
}

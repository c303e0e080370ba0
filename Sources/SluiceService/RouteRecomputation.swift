import SluiceDomain
import SluiceJSON
import SluiceStore

extension RoutedFacts {
    /// The route these facts lead to under a policy.
    ///
    /// Under the policy they were routed by, and with the salt they name, it is the recorded one:
    /// every route can be recomputed from what is stored. Under another policy it is what that
    /// policy would have done.
    ///
    /// - Returns: nil when the policy has rules on fields and the payload has been erased.
    /// - Throws: the first fault of a stored document that is not JSON.
    public func routing(
        under policy: Policy, salt: [UInt8]
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
        guard let label else { return policy.routeWithoutPrediction(fields) }
        let facts = RoutingFacts(
            label: label, confidence: confidence.flatMap(Confidence.init), model: model,
            modelVersion: modelVersion, fields: fields)
        let draws = Array(externalID.utf8).withUnsafeBufferPointer {
            RoutingDraws(salt: salt, externalID: $0, policy: policy)
        }
        return policy.route(facts, draws: draws)
    }
}

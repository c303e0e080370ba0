import SluiceDomain
import SluicePostgres
import SluiceStore

extension ItemColumns {
    mutating func append(
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
    mutating func append(
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
    mutating func append(
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

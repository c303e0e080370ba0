import SluiceDomain
import SluicePostgres
import SluiceStore

extension Routing {
    /// Whether the model's label stands until people say otherwise.
    var isModelsDecision: Bool { reason != .itemAlreadyRouted && route != .queued }
    /// Whether people are to look at the item.
    var isTask: Bool { reason != .itemAlreadyRouted && route != .accepted }
}

extension ItemColumns {
    mutating func append(
        _ id: Int64, _ prediction: IncomingPrediction, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        ids.append(id)
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
        rules.append(optional: routing.rule)
        wouldBe.append(optional: routing.wouldBe?.rawValue)
        scores.append(prediction.scores, bytes)
        highlights.append(prediction.highlights, bytes)
    }
}

extension TaskColumns {
    mutating func append(_ key: PredictionKey, _ routing: Routing) {
        asked.append(Int16(routing.reviewers))
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        rankOffsets.append(
            PriorityKey.offsetMicroseconds(
                urgency: routing.urgency, slaSeconds: routing.slaSeconds))
        areBlind.append(routing.isBlind)
        areAudits.append(routing.route == .audited)
    }
}

extension ParameterArray {
    fileprivate mutating func append(optional text: String?) {
        if let text {
            append(text)
        } else {
            appendNull()
        }
    }

    fileprivate mutating func append(_ span: Span?, _ bytes: UnsafeBufferPointer<UInt8>) {
        if let span {
            append(bytes: UnsafeBufferPointer(rebasing: bytes[span]))
        } else {
            appendNull()
        }
    }
}

extension CopyRows {
    /// A row of `Store.copyItems`.
    mutating func append(
        _ id: Int64, _ prediction: IncomingPrediction, project: Int64,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        beginRow()
        append(project)
        append(id)
        append(uuidHigh: prediction.payloadHash.high, low: prediction.payloadHash.low)
        append(prediction.externalID, bytes)
        append(prediction.group, bytes)
        append(prediction.payload, bytes)
        append(prediction.metadata, bytes)
        append(prediction.parents, bytes)
    }

    /// A row of `Store.copyPredictions`.
    mutating func append(
        _ prediction: IncomingPrediction, _ key: PredictionKey, _ routing: Routing,
        project: ProjectContext, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        beginRow()
        append(project.id)
        append(key.item)
        append(key.modelVersion)
        append(uuidHigh: prediction.contentHash.high, low: prediction.contentHash.low)
        if let confidence = prediction.confidence {
            append(confidence.value)
        } else {
            appendNull()
        }
        append(routing.propensity)
        append(Int32(project.policyVersion))
        append(project.routingSalt.id)
        append(routing.isBlind)
        append(prediction.label, bytes)
        append(routing.route.rawValue)
        append(routing.reason.rawValue)
        append(optional: routing.rule)
        append(optional: routing.wouldBe?.rawValue)
        append(prediction.scores, bytes)
        append(prediction.highlights, bytes)
    }

    /// A row of `Store.copyModelDecisions`.
    mutating func append(
        decided prediction: IncomingPrediction, _ key: PredictionKey, project: Int64,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        beginRow()
        append(project)
        append(key.item)
        append(Int32(1))
        append(Int16(0))
        append(key.modelVersion)
        append(prediction.label, bytes)
        append(DecisionSource.model.rawValue)
        append(Outcome.autoAccepted.rawValue)
    }

    private mutating func append(optional text: String?) {
        if let text {
            append(text)
        } else {
            appendNull()
        }
    }

    private mutating func append(_ span: Span?, _ bytes: UnsafeBufferPointer<UInt8>) {
        if let span {
            append(bytes: UnsafeBufferPointer(rebasing: bytes[span]))
        } else {
            appendNull()
        }
    }
}

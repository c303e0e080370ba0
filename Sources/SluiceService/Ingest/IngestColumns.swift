import SluiceDomain
import SluicePostgres
import SluiceStore

extension Routing {
    /// Whether the model's label stands until people say otherwise.
    var isModelsDecision: Bool { route.answersWithLabel }
    /// Whether people are to look at the item.
    var isTask: Bool { route == .queued || route == .audited }
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
        _ prediction: IncomingPrediction, _ key: PredictionKey, _ routing: Routing, stands: Bool,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let suggestion = prediction.suggestion
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        contentHashes.append(
            uuidHigh: prediction.contentHash.high, low: prediction.contentHash.low)
        if let confidence = suggestion?.confidence {
            confidences.append(confidence.value)
        } else {
            confidences.appendNull()
        }
        propensities.append(routing.propensity)
        strata.append(optional: routing.stratum)
        areBlind.append(routing.isBlind)
        stand.append(stands)
        labels.append(suggestion?.label, bytes)
        saidLabels.append(suggestion?.saidLabel, bytes)
        routes.append(routing.route.rawValue)
        reasons.append(routing.reason.rawValue)
        rules.append(optional: routing.rule)
        wouldBe.append(optional: routing.wouldBe?.rawValue)
        scores.append(suggestion?.scores, bytes)
        highlights.append(suggestion?.highlights, bytes)
    }
}

extension ModelDecisionColumns {
    mutating func append(
        _ label: Span, _ key: PredictionKey, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        labels.append(bytes: UnsafeBufferPointer(rebasing: bytes[label]))
    }
}

extension TaskColumns {
    /// A task by its routing; one of no review where people are not to look at the item.
    mutating func append(_ key: PredictionKey, _ routing: Routing) {
        asked.append(routing.isTask ? Int16(routing.reviewers) : 0)
        items.append(key.item)
        modelVersions.append(key.modelVersion)
        let offset = PriorityKey.offsetMicroseconds(
            urgency: routing.urgency, slaSeconds: routing.slaSeconds)
        rankOffsets.append(offset)
        let delay = PriorityKey.slotDelaySeconds(
            asked: routing.reviewers, slaSeconds: routing.slaSeconds, offsetMicroseconds: offset)
        if delay > 0 {
            while slotDelays.count < items.count - 1 { slotDelays.append(Int32(0)) }
            slotDelays.append(Int32(delay))
        }
        areBlind.append(routing.isBlind)
        areAudits.append(routing.route == .audited)
    }
}

extension ParameterArray {
    mutating func append(optional text: String?) {
        if let text {
            append(text)
        } else {
            appendNull()
        }
    }

    /// Appends the number of a stratum.
    mutating func append(optional stratum: Int?) {
        if let stratum {
            append(Int16(stratum))
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
        _ prediction: IncomingPrediction, _ key: PredictionKey, _ routing: Routing, stands: Bool,
        project: ProjectContext, _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        let suggestion = prediction.suggestion
        beginRow()
        append(project.id)
        append(key.item)
        append(key.modelVersion)
        append(uuidHigh: prediction.contentHash.high, low: prediction.contentHash.low)
        if let confidence = suggestion?.confidence {
            append(confidence.value)
        } else {
            appendNull()
        }
        append(routing.propensity)
        append(Int32(project.policyVersion))
        if let revision = project.rolloutRevision {
            append(Int32(revision))
        } else {
            appendNull()
        }
        append(project.routingSalt.id)
        if let stratum = routing.stratum {
            append(Int16(stratum))
        } else {
            appendNull()
        }
        append(routing.isBlind)
        append(stands)
        append(suggestion?.label, bytes)
        append(routing.route.rawValue)
        append(routing.reason.rawValue)
        append(optional: routing.rule)
        append(optional: routing.wouldBe?.rawValue)
        append(suggestion?.scores, bytes)
        append(suggestion?.highlights, bytes)
        append(suggestion?.saidLabel, bytes)
    }

    /// A row of `Store.copyModelDecisions`.
    mutating func append(
        decided label: Span, _ key: PredictionKey, project: Int64,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        beginRow()
        append(project)
        append(key.item)
        append(Int32(1))
        append(Int16(0))
        append(key.modelVersion)
        append(label, bytes)
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

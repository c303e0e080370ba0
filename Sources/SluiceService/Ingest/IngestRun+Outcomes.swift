import SluiceDomain
import SluiceStore

extension IngestRun {
    /// What each line's producer is told.
    func outcomes() -> [LineOutcome] {
        fates.indices.map { outcome(of: $0) }
    }

    /// What the label whose id stands there is called now.
    private func name(_ id: Span) -> [UInt8] {
        let labels = plan.project.labels
        return labels.isAsMade
            ? Array(batch.bytes[id]) : Array(labels.name(of: batch.text(id)).utf8)
    }

    /// The name of now of a label that was sent under an earlier one, or that is another label now.
    private func labelNow(_ suggestion: IncomingPrediction.Suggestion) -> [UInt8]? {
        suggestion.isSentAsNow || suggestion.isLabelRetired ? nil : name(suggestion.label)
    }

    private func outcome(of index: Int) -> LineOutcome {
        guard case .prediction(let prediction) = batch.lines[index] else {
            if case .refused(let error) = fates[index] { return .refused(error) }
            return .refused(.internalError)
        }
        let externalID = Array(batch.bytes[prediction.externalID])
        switch fates[index] {
        case .refused(let error): return .refused(error)
        case .open: return .refused(.internalError)
        case .withoutPrediction:
            return .refused(.missingPrediction(degree: plan.project.policy.degree))
        case .routed(let routing, _):
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: routing.route, reason: routing.reason.rawValue,
                    label: routing.route.answersWithLabel
                        ? prediction.suggestion.map { name($0.label) } : nil,
                    labelNow: prediction.suggestion.flatMap(labelNow),
                    policyVersion: plan.project.policyVersion, isDuplicate: false))
        case .repeated(let known):
            let route = Route(rawValue: known.route) ?? .queued
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: route, reason: known.reason,
                    label: route.answersWithLabel
                        ? known.label.map { Array(plan.project.labels.name(of: $0).utf8) } : nil,
                    labelNow: prediction.suggestion.flatMap(labelNow),
                    policyVersion: known.policyVersion, isDuplicate: true))
        case .sameAs(let line):
            guard case .prediction(let earlier) = batch.lines[line],
                earlier.contentHash == prediction.contentHash || isSame(prediction, as: earlier)
            else { return .refused(conflict(prediction)) }
            guard case .stored(var stored) = outcome(of: line) else { return outcome(of: line) }
            stored.isDuplicate = true
            return .stored(stored)
        }
    }
}

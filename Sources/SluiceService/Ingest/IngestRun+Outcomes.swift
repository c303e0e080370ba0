import SluiceDomain
import SluiceStore

extension IngestRun {
    /// What each line's producer is told.
    func outcomes() -> [LineOutcome] {
        fates.indices.map { outcome(of: $0) }
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
                        ? prediction.suggestion.map { Array(batch.bytes[$0.label]) } : nil,
                    policyVersion: plan.project.policyVersion, isDuplicate: false))
        case .repeated(let known):
            let route = Route(rawValue: known.route) ?? .queued
            return .stored(
                StoredPrediction(
                    externalID: externalID, route: route, reason: known.reason,
                    label: route.answersWithLabel ? known.label.map { Array($0.utf8) } : nil,
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

import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Reads what the guard of a ramp goes by, and asks it.
public struct RampWatch: Sendable {
    /// How many of the latest predictions say whether there are audits.
    private static let recentPredictions = 20_000

    /// Reads in the caller's transaction.
    public init() {}

    /// Whether the rollout in force may take its next step, must wait, or must be taken back.
    ///
    /// The labels are those people gave since the candidate last came in service, that is since the
    /// earliest revision from which on this candidate has had a share above zero without a break; what
    /// it did in shadow before counts for comparisons, not here. A label that was changed since
    /// counts at the time of the change, as it stands.
    ///
    /// Reads by keys: the labels of the ramp so far and the latest predictions. It decides nothing
    /// and changes nothing.
    ///
    /// - Parameter rollout: the one in force, with a candidate.
    /// - Returns: hold with the reason if there is no candidate, or it has sent nothing yet.
    public func judge(
        _ rollout: Rollout, project: Int64, _ store: Store
    ) throws -> RampGuard.Judgement {
        guard let candidate = rollout.candidate, rollout.share > 0 else {
            return .hold("no candidate is in service")
        }
        guard let key = try store.knownModelVersion(candidate, project: project) else {
            return .hold("\(candidate) has not sent a prediction yet")
        }
        let since = try inServiceSince(candidate, project: project, store)
        let serving = try store.knownModelVersion(rollout.serving, project: project)
        let disputed = try store.disputedRows(
            serving: serving, candidate: key, from: since, to: nil, project: project)
        let evidence = RampEvidence(
            labels: try store.rampLabels(
                serving: serving, candidate: key, since: since, project: project),
            disputed: disputed,
            traffic: try store.rampTraffic(
                since: since, predictions: Self.recentPredictions, project: project),
            stepBegan: rollout.ramp?.steppedAt ?? since)
        return RampGuard(rollout.guardrails).judge(evidence)
    }

    /// The moment from which on the candidate has had a share without a break.
    private func inServiceSince(
        _ candidate: ModelVersion, project: Int64, _ store: Store
    ) throws -> Timestamp {
        var since: Timestamp?
        for record in try store.rollouts(of: project) {
            guard let document = record.document else { break }
            let rollout = try Rollout(document: JSONValue(parsing: document))
            guard rollout.candidate == candidate, rollout.share > 0 else { break }
            since = record.createdAt
        }
        return try since ?? store.currentTime()
    }
}

extension RampGuard {
    /// The guard that a rollout's guardrails describe.
    public init(_ guardrails: Rollout.Guardrails) {
        self.init(
            minimumLabels: guardrails.minimumLabels, errorLimit: guardrails.errorLimit,
            falseAlarm: guardrails.falseAlarm)
    }
}

extension RampEvidence {
    init(
        labels: [RampLabel], disputed: [DisputedRow], traffic: RampTraffic, stepBegan: Timestamp
    ) {
        self.init(
            labels: labels.map {
                Label(
                    propensity: $0.propensity, candidateIsWrong: $0.candidateIsWrong,
                    servingIsWrong: $0.servingIsWrong,
                    isOfThisStep: $0.decidedAt >= stepBegan)
            }, smallestPropensity: traffic.smallestPropensity ?? 1,
            unseenShare: traffic.items > 0 ? Double(traffic.unseen) / Double(traffic.items) : 0)
        func settled(_ isWrong: Bool) -> [Label] {
            disputed.map { row in
                let truth = ExactText(row.truth(asContradicted: isWrong))
                return Label(
                    propensity: row.propensity,
                    candidateIsWrong: ExactText(row.candidateLabel) != truth,
                    servingIsWrong: row.servingLabel.map { ExactText($0) != truth },
                    isOfThisStep: row.contradictedAt >= stepBegan)
            }
        }
        disputedRight = settled(false)
        disputedWrong = settled(true)
    }
}

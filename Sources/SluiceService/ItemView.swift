import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// An item with everything that happened to it.
public struct ItemView: Sendable {
    private let pool: ConnectionPool

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The item as one JSON object: what was sent, its predictions with their routes, the routes that
    /// others replaced, its reviews, its current decision and the history of decisions.
    ///
    /// - Throws: `unknownItem`.
    public func json(
        externalID: String, project: ProjectContext
    ) async throws -> [UInt8] {
        try await pool.transaction(.repeatableRead) { session in
            let store = Store(session)
            guard let item = try store.item(externalID: externalID, project: project.id) else {
                throw ReviewError.unknownItem(externalID)
            }
            let decisions = try store.decisions(item: item.id, project: project.id)
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("external_id", externalID)
            writer.member("payload", raw: item.payload)
            writer.member("metadata", raw: item.metadata)
            writer.member("group", item.group)
            writer.member("parents", raw: item.parents)
            writer.member("received_at", item.receivedAt.rfc3339)
            writer.key("predictions")
            writer.beginArray()
            for prediction in try store.predictions(item: item.id, project: project.id) {
                prediction.write(in: project.labels, to: &writer)
            }
            writer.endArray()
            try writeReroutes(of: item.id, project: project.id, store, to: &writer)
            writer.key("reviews")
            writer.beginArray()
            for review in try store.reviews(item: item.id, project: project.id) {
                review.write(in: project.labels, to: &writer)
            }
            writer.endArray()
            writer.key("decision")
            if let current = decisions.last, current.outcome != Outcome.reopened.rawValue {
                current.write(in: project.labels, to: &writer)
            } else {
                writer.null()
            }
            writer.key("history")
            writer.beginArray()
            for decision in decisions { decision.write(in: project.labels, to: &writer) }
            writer.endArray()
            writer.endObject()
            return writer.bytes
        }
    }
}

extension PredictionRecord {
    fileprivate func write(in labels: LabelSet, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("model", model)
        writer.member("model_version", version)
        writer.member("label", label.map(labels.name))
        writer.memberIfPresent("said_label", saidLabel.map(labels.ownName))
        writer.member("confidence", confidence)
        writer.memberIfPresent("scores", raw: scores.map { labels.callingScores($0) })
        writer.memberIfPresent("highlights", raw: highlights)
        writer.member("route", route)
        writer.member("reason", reason)
        writer.memberIfPresent("rule", rule)
        writer.memberIfPresent("would_be", wouldBe)
        writer.member("stands", stands)
        writer.member("policy_version", policyVersion)
        writer.memberIfPresent("rollout_revision", rolloutRevision)
        writer.member("propensity", propensity)
        writer.memberIfPresent("stratum", stratum)
        writer.member("blind", isBlind)
        writer.member("received_at", receivedAt.rfc3339)
        writer.endObject()
    }
}

extension ReviewRecord {
    fileprivate func write(in labels: LabelSet, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("review_id", id)
        writer.member("reviewer", reviewer)
        writer.member("verdict", verdict)
        writer.memberIfPresent("label", label.map(labels.name))
        writer.memberIfPresent("tags", raw: tags)
        writer.memberIfPresent("comment", comment)
        writer.memberIfPresent("seconds", seconds)
        writer.member("prediction_shown", isShown)
        writer.member("status", status)
        writer.member("queue", queue.word)
        writer.member("reviewed_at", reviewedAt.rfc3339)
        writer.member("undone_at", undoneAt?.rfc3339)
        writer.endObject()
    }
}

extension DecisionRecord {
    fileprivate func write(in labels: LabelSet, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("revision", revision)
        writer.member("label", label.map(labels.name))
        writer.member("source", source)
        writer.member("outcome", outcome)
        writer.member("reviewer", reviewer)
        writer.member("reviews", reviews)
        writer.member("agreement", agreement)
        writer.member("decided_at", decidedAt.rfc3339)
        writer.endObject()
    }
}

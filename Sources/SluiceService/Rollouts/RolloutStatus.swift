import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Where a rollout stands: who decides, what share that is in fact, and what comes next.
public struct RolloutStatus: Sendable {
    private let pool: ConnectionPool
    private let judge: any RolloutGuard

    /// Reads through `pool` and asks `judge` what it would say.
    public init(pool: ConnectionPool, judge: any RolloutGuard) {
        self.pool = pool
        self.judge = judge
    }

    /// What is read of one rollout in force.
    private struct Facts: Sendable {
        let record: RolloutRecord
        let rollout: Rollout
        let since: Timestamp
        let traffic: [VersionTraffic]
        let judgement: RampGuard.Judgement?
        let now: Timestamp
    }

    /// The status as a JSON document; `rollout` is null when there is none.
    ///
    /// Traffic is counted since the candidate has its present share.
    public func json(project: ProjectContext) async throws -> [UInt8] {
        let facts = try await pool.transaction(.readOnlySnapshot) { [judge] session in
            try Self.read(project.id, judge, Store(session))
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        guard let facts else {
            writer.member("revision", Int?.none)
            writer.member("rollout", JSONValue?.none)
            writer.endObject()
            return writer.bytes
        }
        writer.member("revision", facts.record.revision)
        writer.member("rollout", raw: facts.rollout.document)
        writer.member("reason", facts.record.reason)
        writer.member("created_at", facts.record.createdAt.rfc3339)
        writer.member("created_by", facts.record.createdBy)
        writer.member("since", facts.since.rfc3339)
        Self.writeShare(facts, to: &writer)
        Self.writeVersions(facts, to: &writer)
        try Self.writeNext(facts, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private static func read(
        _ project: Int64, _ judge: any RolloutGuard, _ store: Store
    ) throws -> Facts? {
        guard let record = try store.rolloutInForce(project: project),
            let document = record.document
        else { return nil }
        let rollout = try Rollout(document: JSONValue(parsing: document))
        let since = try sharesSince(rollout, record, project, store)
        return Facts(
            record: record, rollout: rollout, since: since,
            traffic: try store.versionTraffic(project: project, since: since),
            judgement: rollout.share > 0
                ? try judge.judge(rollout, project: project, store) : nil,
            now: try store.currentTime())
    }

    /// When the revision began since which the same versions have had the same shares.
    private static func sharesSince(
        _ rollout: Rollout, _ record: RolloutRecord, _ project: Int64, _ store: Store
    ) throws -> Timestamp {
        var since = record.createdAt
        for earlier in try store.rollouts(of: project).dropFirst() {
            guard let document = earlier.document else { break }
            let other = try Rollout(document: JSONValue(parsing: document))
            guard other.serving == rollout.serving, other.candidate == rollout.candidate,
                other.share == rollout.share
            else { break }
            since = earlier.createdAt
        }
        return since
    }

    /// The share of items routed by the candidate, of those routed by either version.
    private static func writeShare(_ facts: Facts, to writer: inout JSONWriter) {
        let routed = { (version: ModelVersion?) in
            facts.traffic.first { $0.version == version }?.routed ?? 0
        }
        let (candidate, serving) = (
            routed(facts.rollout.candidate), routed(facts.rollout.serving)
        )
        writer.key("share_realised")
        (facts.rollout.candidate == nil
            ? Figure.unknown("there is no candidate")
            : .rate(candidate, of: candidate + serving, unless: "no item has been routed yet"))
            .write(to: &writer)
    }

    private static func writeVersions(_ facts: Facts, to writer: inout JSONWriter) {
        let rollout = facts.rollout
        let named = [
            (rollout.serving, "serving"), (rollout.candidate, "candidate"),
            (rollout.previous, "late"),
        ].compactMap { version, role in version.map { ($0, role) } }
        let others = facts.traffic.map(\.version).filter { version in
            !named.contains { $0.0 == version }
        }
        writer.key("versions")
        writer.array(named + others.map { ($0, "unknown") }) { writer, entry in
            let traffic = facts.traffic.first { $0.version == entry.0 }
            writer.beginObject()
            writer.member("model", entry.0.model.text)
            writer.member("model_version", entry.0.version.text)
            writer.member("role", entry.1)
            writer.member("received", traffic?.received ?? 0)
            writer.member("routed", traffic?.routed ?? 0)
            writer.member("waiting", traffic?.waiting ?? 0)
            writer.member("last_received_at", traffic?.lastReceivedAt.rfc3339)
            writer.endObject()
        }
    }

    /// What the guard says, and on a ramp what becomes of that.
    private static func writeNext(_ facts: Facts, to writer: inout JSONWriter) throws {
        writer.key("guard")
        guard let judgement = facts.judgement else {
            writer.null()
            writer.member("next", JSONValue?.none)
            return
        }
        writer.object { writer in
            writer.member("says", judgement.word)
            writer.member("sentence", judgement.reason)
        }
        writer.key("next")
        guard let ramp = facts.rollout.ramp else { return writer.null() }
        let decision = try RampDecision(facts.rollout, judgement: judgement, now: facts.now)
        writer.object { writer in
            writer.member("share", ramp.nextShare)
            writer.member(
                "action",
                ramp.nextShare != nil ? "advance" : facts.rollout.share >= 1 ? "switch" : "none")
            writer.member("due_at", ramp.dueAt.rfc3339)
            writer.member("sentence", decision.reason)
        }
    }
}

extension RampGuard.Judgement {
    /// The word for it in documents.
    fileprivate var word: String {
        switch self {
        case .hold: "hold"
        case .advance: "advance"
        case .rollBack: "roll_back"
        }
    }
}

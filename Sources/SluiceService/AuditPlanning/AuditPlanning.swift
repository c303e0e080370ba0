import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStatistics
import SluiceStore

/// Says how many audits it takes to know an error rate so well, or to show that it is low enough.
///
/// Planned is with what the model accepted in the last four weeks, and with the audits of it. What comes
/// under rules with audit rates of their own is left out: the policy's rate does not reach it.
public struct AuditPlanning: Sendable {
    private let pool: ConnectionPool

    /// How far back it looks, in days.
    public static let windowDays = 28

    /// Reads through `pool`.
    public init(pool: ConnectionPool) { self.pool = pool }

    /// The plan as one JSON object: what is needed, the rate, what that costs, and the policies that would
    /// do it, with one rate and with strata.
    ///
    /// - Throws: `PostgresError`; `internalError` for a stored figure that cannot be.
    public func json(
        _ question: AuditPlanQuestion, project: ProjectContext
    ) async throws -> [UInt8] {
        let policy = project.policy
        let rules = policy.rules.rules.filter { $0.then.auditRate != nil }.map(\.name)
        let (plan, from, now) = try await pool.transaction(.readOnlySnapshot) { session in
            let store = Store(session)
            let now = try store.currentTime()
            let reach = Int64(Self.windowDays) * Timestamp.day
            let from = max(
                project.record.createdAt, Timestamp(microseconds: now.microseconds - reach))
            // What arrives in this microsecond belongs to the window.
            let to = Timestamp(microseconds: now.microseconds + 1)
            let traffic = try store.auditedTraffic(
                project: project.id, from: from, to: to, rules: rules)
            let edges = try Self.edges(traffic.quartiles)
            let plan = AuditPlan(
                question: question, policy: policy, traffic: traffic,
                cells: try store.auditedCells(
                    project: project.id, from: from, to: to, rules: rules, edges: edges),
                edges: edges, days: Self.days(traffic, until: now),
                handling: try store.handlingTime(project: project.id, from: from, to: to))
            return (plan, from, now)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("project", project.name.text)
        writer.member("policy_version", project.policyVersion)
        writer.member("as_of", now.rfc3339)
        writer.window(from: from, to: now)
        do {
            try AuditPlanAnswer(plan: plan, labels: project.labels).write(to: &writer)
        } catch {
            throw ReviewError.internalError
        }
        writer.endObject()
        return writer.bytes
    }

    /// How many days the traffic took; nil for less than an hour, which says nothing of a day.
    private static func days(_ traffic: AuditedTraffic, until now: Timestamp) -> Double? {
        guard let first = traffic.firstAt else { return nil }
        let seconds = now.seconds(since: first)
        return seconds >= WhatIfPace.leastSeconds ? seconds / 86_400 : nil
    }

    /// The quartiles that differ, rising; the least confidence is no edge, as nothing lies below it.
    private static func edges(_ quartiles: [UInt8]?) throws -> [Double] {
        guard let quartiles else { return [] }
        let values = try JSONValue(parsing: quartiles).array?.compactMap(\.double) ?? []
        return Set(values).sorted()
    }
}

import SluiceDomain
import SluicePostgres
import SluiceSQL

/// A stored policy version.
public struct PolicyRecord: Sendable {
    /// Its number, counted from 1 in each project.
    public let version: Int
    /// The document as stored.
    public let document: [UInt8]
    /// Why it was stored.
    public let reason: String
    /// When it was stored.
    public let createdAt: Timestamp
    /// Who stored it.
    public let createdBy: String
}

/// How a policy version came into force, as stored.
public struct PolicyActivationRecord: Sendable, Hashable {
    /// Its number among the project's activations, counted from 1.
    public let number: Int
    /// What came into force.
    public let version: Int
    /// How.
    public let change: PolicyChange
    /// Why.
    public let reason: String
    /// When.
    public let activatedAt: Timestamp
    /// By whom.
    public let activatedBy: String
}

extension Store {
    /// The number and the degree of the policy in force; nil while a project has none.
    public func policyInForce(
        project: Int64
    ) throws(PostgresError) -> (version: Int, degree: String)? {
        try session.queryOne(SQLCatalog.policyInForce, [.int64(project)]) {
            (row) throws(PostgresError) -> (Int, String) in (try row.int(0), try row.text(1))
        }
    }

    /// Stores the next policy version of a project, which the caller has locked.
    ///
    /// - Returns: its number.
    public func storePolicy(
        _ document: [UInt8], reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) -> Int {
        let version = try session.queryOne(
            SQLCatalog.insertPolicy,
            [.int64(project), .json(document), .text(reason), .int64(actor)]
        ) { (row) throws(PostgresError) -> Int in try row.int(0) }
        guard let version else { throw PostgresError.noRow(SQLCatalog.insertPolicy) }
        return version
    }

    /// Puts a version in force and records how; the caller has locked the project.
    public func activatePolicy(
        _ version: Int, change: PolicyChange, reason: String, project: Int64, by actor: Int64
    ) throws(PostgresError) {
        _ = try session.execute(
            SQLCatalog.activatePolicy, [.int64(project), .int32(Int32(version))])
        _ = try session.execute(
            SQLCatalog.insertPolicyActivation,
            [
                .int64(project), .int32(Int32(version)), .text(change.rawValue), .text(reason),
                .int64(actor),
            ])
    }

    /// A policy version; nil when there is none of that number.
    public func policy(
        version: Int, project: Int64
    ) throws(PostgresError) -> PolicyRecord? {
        guard let number = Int32(exactly: version) else { return nil }
        return try session.queryOne(
            SQLCatalog.findPolicy, [.int64(project), .int32(number)], policyRecord)
    }

    /// Every policy of a project, newest first.
    public func policies(of project: Int64) throws(PostgresError) -> [PolicyRecord] {
        try session.query(SQLCatalog.listPolicies, [.int64(project)], policyRecord)
    }

    /// What came into force in a project, oldest first.
    public func policyActivations(
        of project: Int64
    ) throws(PostgresError) -> [PolicyActivationRecord] {
        try session.query(
            SQLCatalog.listPolicyActivations, [.int64(project)], policyActivationRecord)
    }

    /// What is in force in a project, and how it came to be.
    public func lastPolicyActivation(
        of project: Int64
    ) throws(PostgresError) -> PolicyActivationRecord? {
        try session.queryOne(
            SQLCatalog.lastPolicyActivation, [.int64(project)], policyActivationRecord)
    }
}

private func policyRecord(_ row: Row) throws(PostgresError) -> PolicyRecord {
    PolicyRecord(
        version: try row.int(0), document: try row.bytes(1), reason: try row.text(2),
        createdAt: Timestamp(microseconds: try row.timestamp(3)), createdBy: try row.text(4))
}

private func policyActivationRecord(
    _ row: Row
) throws(PostgresError) -> PolicyActivationRecord {
    PolicyActivationRecord(
        number: try row.int(0), version: try row.int(1),
        change: PolicyChange(rawValue: try row.text(2)) ?? .set, reason: try row.text(3),
        activatedAt: Timestamp(microseconds: try row.timestamp(4)),
        activatedBy: try row.text(5))
}

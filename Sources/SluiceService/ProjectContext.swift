import SluiceDomain
import SluiceJSON
import SluiceStore
import Synchronization

/// A model version by name, told apart byte by byte.
struct ModelVersionName: Hashable, Sendable {
    let model: ExactText
    let version: ExactText

    init(model: String, version: String) {
        self.model = ExactText(model)
        self.version = ExactText(version)
    }
}

/// The ids of a project's model versions, remembered; an id never changes.
final class ModelVersionIDs: Sendable {
    private let ids = Mutex<[ModelVersionName: Int64]>([:])

    func id(of name: ModelVersionName) -> Int64? { ids.withLock { $0[name] } }

    func remember(_ id: Int64, for name: ModelVersionName) {
        ids.withLock { ids in
            // A producer that makes up a version for every request must not fill the memory.
            if ids.count >= 10_000 { ids.removeAll() }
            ids[name] = id
        }
    }
}

/// A project as requests see it: read once, kept until it changes.
public struct ProjectContext: Sendable {
    /// The project as stored.
    public let record: ProjectRecord
    /// The policy in force.
    public let policy: Policy
    /// The rollout in force; nil when there is none.
    public let rollout: Rollout?
    /// The salt that draws routes.
    let routingSalt: Salt
    /// The salt that draws splits.
    let splitSalt: Salt
    /// The key that signs leases.
    let leaseKey: [UInt8]
    let modelVersions: ModelVersionIDs
    let policyVersions: PolicyVersions
    /// The last calibration map of each version.
    let calibration: CalibrationMaps

    /// The key that everything of the project is stored under.
    public var id: Int64 { record.id }
    /// The name.
    public var name: ProjectName { record.name }
    /// The classes.
    public var labels: LabelSet { record.labels }
    /// The number of the policy in force.
    public var policyVersion: Int { record.policy.version }
    /// The revision of the rollout in force; nil when there is none.
    public var rolloutRevision: Int? { record.rollout?.revision }

    /// - Parameter known: the project as it was read before, with what was remembered of it.
    init(
        _ record: ProjectRecord, calibration: CalibrationMaps, after known: ProjectContext?
    ) throws {
        self.record = record
        self.calibration = calibration
        modelVersions = known?.modelVersions ?? ModelVersionIDs()
        policyVersions = known?.policyVersions ?? PolicyVersions()
        policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        policyVersions.remember(policy, version: record.policy.version)
        rollout = try record.rollout?.document.map {
            try Rollout(document: JSONValue(parsing: $0))
        }
        guard let routing = record.salts[.routing], let split = record.salts[.split],
            let lease = record.salts[.lease]
        else { throw ReviewError.internalError }
        routingSalt = routing
        splitSalt = split
        leaseKey = lease.secret
    }

    /// A policy of the project, read through `store` when it is not remembered.
    ///
    /// - Throws: `internalError` for a version that is not there; `PostgresError`.
    func policy(version: Int, through store: Store) throws -> Policy {
        try policyVersions.policy(version: version, labels: labels, project: id, store: store)
    }
}

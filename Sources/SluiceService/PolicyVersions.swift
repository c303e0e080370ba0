import SluiceDomain
import SluiceJSON
import SluiceStore
import Synchronization

/// The policies of a project by version, remembered as they are asked for; a version never changes.
final class PolicyVersions: Sendable {
    private let policies = Mutex<[Int: Policy]>([:])

    func remember(_ policy: Policy, version: Int) {
        policies.withLock { $0[version] = policy }
    }

    /// The policy of that version, read through `store` the first time.
    ///
    /// - Throws: `internalError` for a version that is not there; `PostgresError`.
    func policy(
        version: Int, labels: LabelSet, project: Int64, store: Store
    ) throws -> Policy {
        if let known = policies.withLock({ $0[version] }) { return known }
        guard let record = try store.policy(version: version, project: project) else {
            throw ReviewError.internalError
        }
        let policy = try Policy(document: JSONValue(parsing: record.document), labels: labels)
        remember(policy, version: version)
        return policy
    }
}

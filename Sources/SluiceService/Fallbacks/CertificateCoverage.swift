import SluiceDomain
import SluiceJSON
import SluiceStore

extension StoredCertificate {
    /// The ids of the labels whose threshold in force is the one it certifies, in byte order.
    ///
    /// - Returns: nil for every label of the project; empty when no threshold of it is in force.
    func labelsInForce(_ policy: Policy, _ labels: LabelSet) -> [ExactText]? {
        guard policy.degree == .partial, isSound else { return [] }
        let ids = labels.labels.map { ExactText($0.id) }
        let covered = ids.filter { id in
            threshold(of: id).map { $0 == policy.accept.threshold(for: id) } ?? false
        }
        return covered.count == ids.count ? nil : covered.sorted()
    }

    /// The certified threshold of a label; nil when it has none.
    private func threshold(of label: ExactText) -> Double? {
        guard isPerLabel else { return chains.first?.threshold }
        let own = chains.first { chain in
            !chain.isRest && (chain.labels ?? []).contains { ExactText($0) == label }
        }
        return own == nil ? chains.first(where: \.isRest)?.threshold : own?.threshold
    }
}

/// What a project was promised about a version's answers.
struct Promise: Sendable {
    /// The share of accepted answers that may be wrong.
    let errorLimit: Double
    /// The ids of the labels it is about, in byte order; nil for every label.
    let labels: [ExactText]?

    init(errorLimit: Double, labels: [ExactText]?) {
        self.errorLimit = errorLimit
        self.labels = labels
    }

    /// The limit of the policy, which is about everything; without one that of the certificate whose
    /// thresholds are in force, if it is this version's.
    ///
    /// It counts also when it was revoked or has expired: as long as the model decides under its
    /// thresholds, its limit is watched.
    ///
    /// - Returns: nil when nothing was promised.
    init?(
        _ policy: Policy, of version: ModelVersion, labels: LabelSet, project: Int64,
        _ store: Store
    ) throws {
        if let limit = policy.errorLimit {
            errorLimit = limit
            self.labels = nil
            return
        }
        guard let record = try store.lastAppliedCertificate(project: project),
            record.version == version
        else { return nil }
        let covered = try StoredCertificate(record).labelsInForce(policy, labels)
        guard covered?.isEmpty != true else { return nil }
        errorLimit = record.errorLimit
        self.labels = covered
    }

    /// What the policy in force and its certificate promise, as stored now.
    static func inForce(
        of version: ModelVersion, project: Int64, _ store: Store
    ) throws -> Promise? {
        guard let record = try store.projectName(of: project).flatMap(store.project(named:)) else {
            return nil
        }
        let policy = try Policy(
            document: JSONValue(parsing: record.policy.document), labels: record.labels)
        return try Promise(
            policy, of: version, labels: record.labels, project: project, store)
    }
}

import SluiceDomain
import SluiceJSON
import SluicePostgres
import SluiceStore

/// What a change of a label set touches beside the set.
public struct LabelEffects: Sendable, Hashable {
    /// How many items wait for reviewers that were predicted to be the label.
    public var waiting = 0
    /// How many items are decided to be it.
    public var decided = 0
    /// How many gold items in use are known to be it.
    public var gold = 0
    /// Whether the policy in force names it; its number then.
    public var policyVersion: Int?
    /// The certificates that hold now and will not with the change.
    public var certificates: [Int] = []
    /// The label maps that name it.
    public var labelMaps: [String] = []
}

/// A change of a label set as it was made, or would be.
public struct LabelChangeResult: Sendable {
    /// The label set, with the change.
    public let labels: LabelSet
    /// What it was; nil when the set was so already, and nothing changed.
    public let kind: LabelChangeKind?
    /// The label that the change is of; nil as `kind`.
    public let label: Label?
    /// What it touches.
    public let effects: LabelEffects
}

/// The label sets of projects: how they change, and how they came to be.
public struct LabelSets: Sendable {
    private let pool: ConnectionPool
    private let directory: ProjectDirectory

    /// Works through `pool` and keeps `directory` fresh.
    public init(pool: ConnectionPool, directory: ProjectDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Changes the label set of a project, in one transaction with everything that follows from it.
    ///
    /// A set that is so already is not changed, so that a change can be tried again. What is stored of
    /// labels stays. Gold items of a label that nobody can give any more go out of use, and certificates
    /// that rest on what a label meant are revoked; both are said in the audit log.
    ///
    /// - Parameters:
    ///   - base: the version of the set the caller believes to be in force; nil for whatever is.
    /// - Throws: `labelsChanged` when another than `base` is in force; `unknownLabel`,
    ///   `invalidLabelSet`. Nothing changes then.
    public func change(
        _ change: LabelChange, base: Int?, reason: String, of project: ProjectContext,
        by caller: Caller
    ) async throws -> LabelChangeResult {
        let result = try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let made = try LabelStepRun(store: store, name: project.name).look(change, base: base)
            if let step = made.step {
                try Self.apply(step, made.effects, reason, store, project, caller.actor)
            }
            return made.result
        }
        await directory.forget(project.name)
        return result
    }

    /// Changes the label set until the labels that may be given are those of a list, in one transaction;
    /// each change is a version of its own.
    ///
    /// - Throws: as ``change(_:base:reason:of:by:)``; what `LabelSet.changes(to:)` throws.
    public func change(
        to list: [ListedLabel], base: Int?, reason: String, of project: ProjectContext,
        by caller: Caller
    ) async throws {
        try await pool.transaction { session in
            let store = Store(session)
            try store.lockProject(project.id)
            let run = LabelStepRun(store: store, name: project.name)
            var pending = try run.project(base: base).labels.changes(to: list)
            // What another change is in the way of comes behind that.
            while !pending.isEmpty {
                var left: [ListedChange] = []
                var obstacle: ReviewError?
                for change in pending {
                    do {
                        let made = try run.look(base: nil, change.change)
                        guard let step = made.step else { continue }
                        try Self.apply(step, made.effects, reason, store, project, caller.actor)
                    } catch let error as ReviewError {
                        obstacle = obstacle ?? error
                        left.append(change)
                    }
                }
                if left.count == pending.count, let obstacle { throw obstacle }
                pending = left
            }
        }
        await directory.forget(project.name)
    }

    /// What a change would touch; nothing is changed.
    ///
    /// - Throws: as ``change(_:base:reason:of:by:)``.
    public func preview(
        _ change: LabelChange, base: Int?, of project: ProjectContext
    ) async throws -> LabelChangeResult {
        try await pool.transaction(.readOnlySnapshot) { session in
            try LabelStepRun(store: Store(session), name: project.name).look(change, base: base)
                .result
        }
    }

    /// The changes of a label set, the newest first; version 1 is what the project was created with.
    public func history(of project: ProjectContext) async throws -> [LabelChangeRecord] {
        try await pool.withSession { session in try Store(session).labelChanges(of: project.id) }
    }

    private static func apply(
        _ step: LabelStep, _ effects: LabelEffects, _ reason: String, _ store: Store,
        _ project: ProjectContext, _ actor: Int64
    ) throws {
        try store.storeLabelStep(step, reason: reason, project: project.id, by: actor)
        try store.appendAuditEntry(
            step.auditAction, reason: reason,
            before: step.before.map { AuditFacts.label($0, version: step.labels.version - 1) },
            after: AuditFacts.label(step.after, version: step.labels.version),
            project: project.id, by: actor)
        if step.kind == .retired {
            try store.retireGold(
                ofLabels: [step.after.id] + step.labels.merged(into: step.after.id),
                project: project.id)
        }
        for number in effects.certificates {
            let why =
                "the label \(step.after.name) was \(step.kind.rawValue) (label set \(step.labels.version))"
            guard
                try store.revokeCertificate(number, reason: why, project: project.id, by: actor)
            else { continue }
            try store.appendAuditEntry(
                .certificateRevoked, reason: why,
                before: Store.facts(ofCertificate: number), after: nil, project: project.id,
                by: actor)
        }
        if step.kind.changesMeaning {
            try withdrawPromise(of: step, store, project)
        }
        try store.announceChange(of: project.name)
    }

    /// Does what the policy says about alarms to the label that means something else now, where the
    /// certificate in force covered it; what may not be given any more goes to people anyway.
    private static func withdrawPromise(
        of step: LabelStep, _ store: Store, _ project: ProjectContext
    ) throws {
        var touched = ExactText(step.after.id)
        if case .merged(let target) = step.after.status { touched = ExactText(target) }
        guard step.labels.labels.contains(where: { ExactText($0.id) == touched }),
            let certificate = try store.lastAppliedCertificate(project: project.id)
        else { return }
        _ = try FallbackStep(store: store).withdraw(
            certificate, .labelChange, subject: Int64(step.labels.version), touching: [touched],
            "the label \(step.after.name) was \(step.kind.rawValue), and certificate "
                + "\(certificate.number) covered \(step.labels.name(of: touched.text))",
            project: project.id)
    }
}

/// Looks at what a change makes of a label set, in the transaction of its store.
private struct LabelStepRun {
    struct Look: Sendable {
        let step: LabelStep?
        let effects: LabelEffects
        let result: LabelChangeResult
    }

    let store: Store
    let name: ProjectName

    /// The project with the label set in force.
    func project(base: Int?) throws -> ProjectRecord {
        guard let project = try store.project(named: name) else {
            throw ReviewError.unknownProject(name.text)
        }
        if let base, base != project.labels.version {
            throw ReviewError.labelsChanged(base: base, inForce: project.labels.version)
        }
        return project
    }

    func look(_ change: LabelChange, base: Int?) throws -> Look {
        try look(base: base) { _ in change }
    }

    func look(base: Int?, _ change: (LabelSet) -> LabelChange) throws -> Look {
        let project = try project(base: base)
        guard let step = try project.labels.step(change(project.labels)) else {
            return Look(
                step: nil, effects: LabelEffects(),
                result: LabelChangeResult(
                    labels: project.labels, kind: nil, label: nil, effects: LabelEffects()))
        }
        let effects = try effects(of: step, project)
        return Look(
            step: step, effects: effects,
            result: LabelChangeResult(
                labels: step.labels, kind: step.kind, label: step.after, effects: effects))
    }

    private func effects(of step: LabelStep, _ project: ProjectRecord) throws -> LabelEffects {
        var effects = LabelEffects()
        // Nothing can name what was not there.
        guard let before = step.before else { return effects }
        let ids = [before.id] + project.labels.merged(into: before.id)
        effects.waiting = try store.waiting(ofLabels: ids, project: project.id)
        effects.decided = try store.decided(ofLabels: ids, project: project.id)
        effects.gold = try store.gold(ofLabels: ids, project: project.id)
        var isNamed = false
        _ = try JSONValue(parsing: project.policy.document).callingPolicyLabels {
            if ExactText($0) == ExactText(before.id) { isNamed = true }
            return $0
        }
        effects.policyVersion = isNamed ? project.policy.version : nil
        effects.labelMaps = try store.labelMaps(of: project.id).filter { map in
            try JSONValue(parsing: map.document).object?.keys
                .contains { ExactText($0) == ExactText(before.id) } ?? false
        }.map(\.name)
        if step.kind.changesMeaning {
            var touched = [before.id]
            if case .merged(let target) = step.after.status { touched.append(target) }
            if case .merged(let target) = before.status { touched.append(target) }
            let now = try store.currentTime()
            effects.certificates = try store.certificates(of: project.id).filter { record in
                try record.isCertified && record.revocation == nil && now < record.expiresAt
                    && StoredCertificate(record).covers(touched)
            }.map(\.number).sorted()
        }
        return effects
    }
}

extension StoredCertificate {
    /// Whether it promises anything of one of the labels: of each by itself, or of those without a
    /// threshold of their own.
    func covers(_ ids: [String]) -> Bool {
        chains.contains { chain in
            guard chain.threshold != nil else { return false }
            guard let labels = chain.labels, !chain.isRest else { return true }
            return labels.contains { label in
                ids.contains { ExactText($0) == ExactText(label) }
            }
        }
    }
}

extension LabelStep {
    /// What the audit log calls it.
    fileprivate var auditAction: AuditAction {
        switch kind {
        case .created: .projectCreated
        case .added: .labelAdded
        case .restored: .labelRestored
        case .renamed: .labelRenamed
        case .retitled: .labelRetitled
        case .rekeyed: .labelRekeyed
        case .retired: .labelRetired
        case .merged: .labelMerged
        }
    }
}

import SluiceDomain
import SluiceStatistics
import SluiceStore

/// What the error of accepted items needs besides the counts.
struct AuditBackground: Sendable {
    /// Which predictions belong to the strata.
    var names = AuditStrataNames.none
    /// How well reviewers do on blind items whose label is known; nil where one person's mistake is no
    /// error.
    var skill: ReviewerSkill?

    /// Nothing is known.
    static let none = AuditBackground()

    /// The background of audits under the policies that were in force.
    static func read(
        _ store: Store, _ project: ProjectContext, policyVersions: Set<Int>
    ) throws -> AuditBackground {
        let policies = try policyVersions.sorted().map {
            try project.policy(version: $0, through: store)
        }
        // A mistake that a second person has to repeat is rare enough to be left alone.
        let skill =
            project.policy.audits.asksSecondLook ? nil : try store.goldSkill(project: project.id)
        return AuditBackground(
            names: AuditStrataNames(policies), skill: skill.map(ReviewerSkill.init))
    }
}

extension ReviewerSkill {
    fileprivate init(_ count: GoldSkill) {
        self.init(
            wrong: count.wrong, found: count.found, right: count.right, left: count.left)
    }
}

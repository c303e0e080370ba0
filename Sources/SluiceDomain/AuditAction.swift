/// What was changed, as the audit log names it; stable words.
public enum AuditAction: String, Sendable, CaseIterable {
    /// The project was made.
    case projectCreated = "project.created"
    /// Its tags were changed.
    case projectChanged = "project.changed"
    /// The project takes no predictions and gives out no work any more.
    case projectArchived = "project.archived"
    /// An archived project was taken up again.
    case projectUnarchived = "project.unarchived"
    /// A label was added.
    case labelAdded = "label.added"
    /// A label that was retired or merged may be given again.
    case labelRestored = "label.restored"
    /// A label got another name.
    case labelRenamed = "label.renamed"
    /// A label got another title, or none.
    case labelRetitled = "label.retitled"
    /// A label got another key, or none of its own.
    case labelRekeyed = "label.rekeyed"
    /// A label may not be given any more.
    case labelRetired = "label.retired"
    /// A label became another one.
    case labelMerged = "label.merged"
    /// A new version of its guidelines came into force.
    case guidelinesSet = "guidelines.set"
    /// A reviewer's proposal to change the guidelines was taken up.
    case proposalAccepted = "guidelines.proposal_accepted"
    /// A reviewer's proposal to change the guidelines was declined.
    case proposalRejected = "guidelines.proposal_rejected"
    /// Answers that people gave elsewhere were imported.
    case reviewsImported = "reviews.imported"
    /// Waiting items got the number of reviewers of the policy in force.
    case queueReasked = "queue.reasked"
    /// A new policy was stored and put in force.
    case policySet = "policy.set"
    /// An earlier policy was put in force.
    case policyActivated = "policy.activated"
    /// The policy before the one in force was put in force again.
    case policyRolledBack = "policy.rolled_back"
    /// The service took from a version what an alarm says it must not decide.
    case policyFellBack = "policy.fell_back"
    /// The service gave a part of that back, from a certified threshold on.
    case policyRaised = "policy.raised"
    /// What alarms had taken was given back.
    case policyResumed = "policy.resumed"
    /// A threshold was certified, or was looked for and not found.
    case certificateMade = "certificate.made"
    /// The autopilot certified a threshold that somebody may apply.
    case certificateProposed = "certificate.proposed"
    /// A certified threshold was put in force.
    case certificateApplied = "certificate.applied"
    /// A certificate holds no more.
    case certificateRevoked = "certificate.revoked"
    /// A candidate was put beside the serving version.
    case rolloutStarted = "rollout.started"
    /// A candidate that decided a share decides nothing any more.
    case rolloutShadowed = "rollout.shadowed"
    /// A candidate got a fixed share.
    case rolloutCanary = "rollout.canary"
    /// A candidate got a share that grows.
    case rolloutRamp = "rollout.ramp"
    /// A ramp took its next step.
    case rolloutAdvanced = "rollout.advanced"
    /// A candidate became the serving version.
    case rolloutSwitched = "rollout.switched"
    /// A candidate was taken away, or a switch was taken back.
    case rolloutRolledBack = "rollout.rolled_back"
    /// An item's decision was taken back after a complaint.
    case itemReopened = "item.reopened"
    /// Decisions were taken back together.
    case itemsReopened = "items.reopened"
    /// Decisions that were taken back together were restored.
    case itemsRestored = "items.restored"
    /// Items were marked as gold: their label is known.
    case goldAdded = "gold.added"
    /// An item is no longer used as gold.
    case goldRetired = "gold.retired"
    /// A reviewer is given no more work.
    case reviewerPaused = "reviewer.paused"
    /// A reviewer is given work again.
    case reviewerResumed = "reviewer.resumed"
    /// What is watched for drift was changed.
    case driftChanged = "drift.changed"
    /// Traffic has moved away from its reference.
    case driftAlarmed = "drift.alarmed"
    /// The model is wrong more often than its limit allows.
    case conceptAlarmed = "concept.alarmed"
    /// An episode of that is over.
    case conceptOver = "concept.over"
    /// The interval of a version's audited error lies above its limit.
    case errorLimitAlarmed = "error_limit.alarmed"
    /// The certificate in force has expired, and the grace is over.
    case certificateExpired = "certificate.expired"
    /// The serving version answers nothing any more.
    case versionFellSilent = "version.fell_silent"
    /// A calibration map was fitted on request.
    case calibrationFitted = "calibration.fitted"
    /// A candidate was taken away without a verdict, or the rollout as a whole was.
    case rolloutEnded = "rollout.ended"
}

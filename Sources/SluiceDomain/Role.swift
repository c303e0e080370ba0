/// What the holder of a token may do.
public enum Role: String, Sendable, CaseIterable {
    /// Everything in every project, or in the one project the token is bound to.
    case admin
    /// Sends predictions and reads what became of them.
    case producer
    /// Leases tasks and reviews them.
    case reviewer
    /// Reviews, and settles what reviewers could not.
    case adjudicator
    /// Reads reports, labels, items and policies; changes nothing.
    case analyst

    /// The things a call can need; each call names one.
    public enum Permission: Sendable, CaseIterable {
        /// Create and change projects and policies.
        case administer
        /// Send predictions.
        case ingest
        /// Lease, renew, release, review, undo.
        case review
        /// Settle what reviewers escalated.
        case adjudicate
        /// Read a project's description, label set, policy and queue figures.
        case inspect
        /// Read items, decisions, labels and reports.
        case analyse
    }

    /// Whether this role includes `permission`.
    public func allows(_ permission: Permission) -> Bool {
        switch (self, permission) {
        case (.admin, _): true
        case (_, .inspect): true
        case (.producer, .ingest), (.producer, .analyse): true
        case (.reviewer, .review): true
        case (.adjudicator, .review), (.adjudicator, .adjudicate): true
        case (.analyst, .analyse): true
        default: false
        }
    }
}

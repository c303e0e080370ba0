/// Which decisions are taken back together; a member that is nil matches everything.
public struct ReopeningFilter: Hashable, Sendable {
    /// The policy that routed the item.
    public var policyVersion: Int?
    /// The label decided.
    public var label: ExactText?
    /// The model whose route the item has.
    public var model: ExactText?
    /// Its version; nil for every version of the model.
    public var modelVersion: ExactText?
    /// Who decided.
    public var source: DecisionSource?
    /// Decisions from this moment on.
    public var since: Timestamp?
    /// Decisions before this moment.
    public var until: Timestamp?

    /// Matches everything.
    public init() {}

    /// Whether nothing is asked for: every decision of the project would match.
    public var matchesEverything: Bool { self == ReopeningFilter() }
}

/// How far a reopening is.
public enum ReopeningStatus: String, Sendable, CaseIterable {
    /// Batch after batch is reopened.
    case reopening
    /// Everything that matched is open.
    case reopened
    /// Batch after batch gets its decision back.
    case undoing
    /// Everything that nobody had taken up has its decision back.
    case undone

    /// Whether there is nothing left to do.
    public var isFinished: Bool { self == .reopened || self == .undone }
}

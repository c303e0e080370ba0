/// How a policy version came into force.
public enum PolicyChange: String, Sendable, CaseIterable {
    /// It was stored and put in force.
    case set
    /// A version that was stored before was put in force again.
    case activated
    /// The version in force was taken back, and this is what had been in force before it.
    case rolledBack = "rolled_back"
}

/// The policy versions of a project as a stack: what is in force, and what a rollback leads to.
///
/// Setting and activating push, rolling back pops. So two rollbacks after two changes lead to where
/// both began, and a rollback never leads to a version that was itself rolled back.
public struct PolicyStack: Hashable, Sendable {
    /// The versions, the one in force last; no version twice in a row.
    public private(set) var versions: [Int] = []

    /// Nothing in force.
    public init() {}

    /// Replays what happened, oldest first.
    public init(_ changes: some Sequence<(version: Int, change: PolicyChange)>) {
        for (version, change) in changes { take(change, of: version) }
    }

    /// The version in force; nil before the first.
    public var inForce: Int? { versions.last }

    /// The version a rollback puts in force; nil when nothing was in force before.
    public var beneath: Int? { versions.dropLast().last }

    /// Takes one change; activating what is in force changes nothing.
    public mutating func take(_ change: PolicyChange, of version: Int) {
        switch change {
        case .set, .activated:
            if inForce != version { versions.append(version) }
        case .rolledBack:
            if beneath != nil { versions.removeLast() }
        }
    }
}

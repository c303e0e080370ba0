/// Where a proposed change of the guidelines stands.
public enum ProposalStatus: String, Sendable, CaseIterable {
    /// Nobody has said anything to it.
    case open
    /// An admin took it up.
    case accepted
    /// An admin declined it.
    case rejected
}

/// Where a line says another thing of an item than what is stored.
///
/// An item is what the first line about it said: rules, slices and splits read that, so a line that
/// says otherwise is refused and never used.
public struct ItemDifference: Hashable, Sendable {
    /// A member of a line that is the item's, whatever model scored it.
    public enum Member: String, Sendable, CaseIterable {
        case payload, metadata, group, parents
    }

    /// The first member that differs.
    public let member: Member
    /// What is stored, shortened; nil for nothing, and of a payload.
    public let stored: String?
    /// What the line says, shortened; nil of a payload.
    public let sent: String?

    /// The most characters of what is stored or sent that an error repeats.
    public static let shownCharacters = 120

    /// Collects the facts; texts are shortened.
    public init(_ member: Member, stored: String? = nil, sent: String? = nil) {
        self.member = member
        self.stored = stored.map(Self.shortened)
        self.sent = sent.map(Self.shortened)
    }

    /// What was wrong, in one sentence.
    func detail(externalID id: String) -> String {
        if member == .payload {
            return "item \"\(id)\" was sent before with another payload; it was not changed"
        }
        let has = stored.map { "has the \(member.rawValue) \($0)" } ?? "has no \(member.rawValue)"
        return "item \"\(id)\" \(has), and this line says \(sent ?? "nothing"); it was not changed"
    }

    private static func shortened(_ text: String) -> String {
        let start = text.unicodeScalars.prefix(shownCharacters)
        return start.endIndex == text.endIndex ? text : String(start) + "..."
    }
}

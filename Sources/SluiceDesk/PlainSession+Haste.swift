import SluiceDomain

/// Lines that cannot have been meant for the item they meet.
extension PlainSession {
    /// Why a line is not used for the item; nil when it is, and for every line that is about no item.
    ///
    /// A line that was typed before the item was written out was typed for another one. A script may
    /// hold all its lines before the first item comes; there only an answer to an item that should
    /// have been taken back and was not is without its item.
    mutating func haste(of command: PlainCommand, for held: HeldLease) -> String? {
        let missed = missedUndo
        switch command {
        case .accept, .answer, .guess, .explained, .agree: missedUndo = false
        case .comment, .tags, .propose: break
        default: return nil
        }
        let name = PlainText.safe(held.externalID)
        if console.isTyped {
            return lineReadAt < shownAt
                ? "Typed before \(name) was here: the line was not used." : nil
        }
        return missed
            ? "Meant for an item that was not taken back: the line was not used for \(name)." : nil
    }
}

import SluiceDomain
import SluiceTerminal

/// Whether a key can have been meant for the item on the screen.
///
/// A key answers an item only if it was pressed after the item's first frame was written, by as much
/// as the project asks for, and not as the repeat of a key that is held down. An item that was taken
/// back was read before, so it is answered at once.
extension Desk {
    /// The item a frame shows, as the one who writes the frame tells it back.
    public struct ScreenItem: Hashable, Sendable {
        let name: ExactText
        let isPlaceholder: Bool
    }

    /// An item that stands on the screen, since when.
    struct DrawnItem: Hashable, Sendable {
        let item: ScreenItem
        let since: Duration
    }

    /// The item that `view` draws for the screen's size now; nil while it draws something else.
    public var screenItem: ScreenItem? {
        guard let held = leases.first, DeskLayout.fits(size) else { return nil }
        switch mode {
        case .help, .guidelines, .answers, .figures, .history: return nil
        case .review, .agree, .comment, .proposal, .reason, .search, .findInText, .tags, .paused,
            .confirmQuit:
            return ScreenItem(
                name: ExactText(held.externalID), isPlaceholder: held.isPlaceholder)
        }
    }

    /// A frame with this item was written; the first one counts.
    mutating func drew(_ item: ScreenItem?, at moment: Duration) {
        guard drawn?.item != item else { return }
        drawn = item.map { DrawnItem(item: $0, since: moment) }
    }

    /// Why the last key is not taken for an answer to the item on the screen; nil when it is.
    var haste: String? {
        guard let held = leases.first else { return nil }
        if keyRepeat.isRepeating { return "the key is held down: it answers once" }
        if held.wasRead { return nil }
        let name = held.externalID
        guard let drawn, drawn.item.name == ExactText(name), keyReadAt >= drawn.since else {
            return "typed before \(name) was on the screen: not used"
        }
        let early = keyReadAt - drawn.since
        guard early < dwell.duration else { return nil }
        let milliseconds = Int((early.seconds * 1_000).rounded(.down))
        return "typed \(milliseconds) ms after \(name) came: not used"
    }

    /// Notes a key, and takes the answer back that a key turns out to have given by being held down.
    mutating func note(_ key: Key) {
        guard let answered = keyRepeat.take(key, at: keyReadAt), let last = history.last,
            last.reviewID == answered
        else { return }
        history.removeLast()
        takeBack(last)
        flash = "the key was held down: \(last.held.externalID) is not answered"
    }
}

/// Tells a key that repeats by itself from one that is pressed again.
///
/// A terminal sends the same bytes for both. Held down, a key comes again after 200 to 1,000 ms and
/// then more than eight times a second; nobody presses one so fast on purpose.
struct KeyRepeat: Hashable, Sendable {
    /// From one repeat to the next it takes at most this.
    static let longestGap = Duration.milliseconds(120)
    /// From the press to the first repeat.
    static let delays = Duration.milliseconds(180)...Duration.milliseconds(1_100)

    private var key: Key?
    private var at: Duration = .zero
    private var repeats = 0
    /// What the last press of the key answered.
    private var answered: String?
    /// What the key answered at what may have been its first repeat.
    private var doubtful: String?
    /// Whether the key before was the same and answered, so long ago as a first repeat comes.
    private var mayBeFirst = false

    /// Whether the last key is a repeat.
    var isRepeating: Bool { repeats > 0 }

    /// Takes the next key.
    ///
    /// - Returns: the review that the first repeat gave, once two more in a row show that it was one.
    mutating func take(_ next: Key, at moment: Duration) -> String? {
        let gap = moment - at
        defer { at = moment }
        guard next == key else {
            self = KeyRepeat()
            key = next
            return nil
        }
        guard gap <= Self.longestGap else {
            mayBeFirst = answered != nil && Self.delays.contains(gap)
            repeats = 0
            answered = nil
            doubtful = nil
            return nil
        }
        repeats += 1
        guard repeats == 2 else { return nil }
        return doubtful
    }

    /// The last key answered.
    mutating func answered(_ reviewID: String) {
        answered = reviewID
        doubtful = mayBeFirst ? reviewID : nil
    }
}

import SluiceTerminal
import Synchronization

/// The lines of a payload as they were last laid out.
///
/// A view is drawn twice a second and at every key; breaking a long text into lines takes longer
/// than all the rest of it. Copies of a lease share one cache, which is right because they show the
/// same payload.
final class LineCache: Sendable {
    /// All that the lines depend on, beside the payload.
    struct Key: Hashable {
        let view: PayloadView
        let image: ImageRequest.Key?
        let isDrawn: Bool
    }

    private let kept = Mutex<(key: Key, lines: [Line])?>(nil)

    /// The lines for a key; made where the last ones were for another.
    func lines(_ key: Key, _ make: () -> [Line]) -> [Line] {
        kept.withLock { kept in
            if let kept, kept.key == key { return kept.lines }
            let lines = make()
            kept = (key, lines)
            return lines
        }
    }
}

import SluiceTerminal

/// A picture that is to be drawn in cells.
public struct ImageRequest: Hashable, Sendable {
    /// What a drawing is kept under: which item, and how large.
    struct Key: Hashable, Sendable {
        let lease: String
        let columns: Int
        let rows: Int
    }

    let key: Key
    let source: ImageSource

    /// The source belongs to the lease, and may be large.
    public static func == (one: ImageRequest, other: ImageRequest) -> Bool { one.key == other.key }

    /// By the key alone.
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// What became of a picture.
public struct DrawnImage: Sendable {
    /// The cells, line by line; empty when it could not be drawn.
    let lines: [Line]
    /// Nil when the file could not be read or is no image.
    let facts: ImageFacts?
    /// Why there is no drawing; nil when there is one.
    let failure: String?

    init(lines: [Line] = [], facts: ImageFacts? = nil, failure: String? = nil) {
        self.lines = lines
        self.facts = facts
        self.failure = failure
    }
}

/// Pictures drawn lately, a few of them.
struct ImageGallery: Sendable {
    /// Pictures kept; the oldest one goes first.
    private static let capacity = 12

    private enum Entry: Sendable {
        case drawing
        case drawn(DrawnImage)
    }

    private var entries: [ImageRequest.Key: Entry] = [:]
    private var order: [ImageRequest.Key] = []

    /// Notes that a picture is being drawn.
    ///
    /// - Returns: false when it is drawn already, or being drawn.
    mutating func begin(_ key: ImageRequest.Key) -> Bool {
        guard entries[key] == nil else { return false }
        entries[key] = .drawing
        order.append(key)
        if order.count > Self.capacity { entries[order.removeFirst()] = nil }
        return true
    }

    mutating func finish(_ key: ImageRequest.Key, _ image: DrawnImage) {
        if entries[key] != nil { entries[key] = .drawn(image) }
    }

    /// Nil while it is not drawn.
    func image(_ key: ImageRequest.Key) -> DrawnImage? {
        if case .drawn(let image)? = entries[key] { image } else { nil }
    }
}

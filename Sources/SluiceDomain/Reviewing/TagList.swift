/// Why a list of tags cannot be a project's.
public enum TagListError: Error, Hashable, Sendable {
    case tooMany(Int)
    case empty(index: Int)
    case tooLong(index: Int, bytes: Int)
    case controlCharacter(index: Int)
    case duplicate(String)

    /// The index of the tag at fault; nil when the list as a whole is.
    public var index: Int? {
        switch self {
        case .empty(let index), .tooLong(let index, _), .controlCharacter(let index): index
        case .tooMany, .duplicate: nil
        }
    }

    /// What is accepted instead.
    public var accepted: String {
        switch self {
        case .tooMany: "at most \(TagList.maximumCount) tags"
        case .empty, .tooLong: "a tag of 1 to \(TagList.maximumBytes) bytes"
        case .controlCharacter: "a tag without control characters"
        case .duplicate(let tag): "each tag once; \"\(tag)\" is listed twice"
        }
    }
}

/// The error tags a project offers to its reviewers: short words on what was wrong with an item.
///
/// At most 32 of 1 to 64 bytes without control characters, told apart byte by byte. An answer may
/// carry any tag of that form; these are the ones that need no typing.
public struct TagList: Hashable, Sendable {
    /// The most tags of a project or an answer.
    public static let maximumCount = 32
    /// The longest tag in UTF-8 bytes.
    public static let maximumBytes = 64
    /// No tags.
    public static let none = TagList()

    /// The tags in the order they were declared.
    public let tags: [String]

    private init() { tags = [] }

    /// Checks `tags` as a whole.
    ///
    /// - Throws: the first rule broken, with the place.
    public init(_ tags: [String]) throws(TagListError) {
        guard tags.count <= Self.maximumCount else { throw .tooMany(tags.count) }
        var seen: Set<ExactText> = []
        for (index, tag) in tags.enumerated() {
            let bytes = tag.utf8.count
            guard bytes > 0 else { throw .empty(index: index) }
            guard bytes <= Self.maximumBytes else { throw .tooLong(index: index, bytes: bytes) }
            guard tag.unicodeScalars.allSatisfy({ !$0.isControl }) else {
                throw .controlCharacter(index: index)
            }
            guard seen.insert(ExactText(tag)).inserted else { throw .duplicate(tag) }
        }
        self.tags = tags
    }
}

/// The members of a JSON object in the order they were written, no name twice.
///
/// Names are compared by their UTF-8 bytes: precomposed and decomposed "é" are two names, which
/// they would not be in a `Dictionary`. Two objects are equal when they hold the same members in the
/// same order.
public struct JSONObject: Sendable, Hashable {
    /// One name with its value.
    public struct Member: Sendable, Hashable {
        /// The name.
        public let key: String
        /// The value.
        public var value: JSONValue

        /// Pairs a name with a value.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }

        /// Whether name, byte for byte, and value are the same.
        public static func == (one: Member, other: Member) -> Bool {
            one.key.hasSameBytes(as: other.key) && one.value == other.value
        }

        /// Feeds the bytes of the name, and the value.
        public func hash(into hasher: inout Hasher) {
            key.hashBytes(into: &hasher)
            hasher.combine(value)
        }
    }

    /// The members, in order.
    public private(set) var members: [Member] = []

    /// Holds no member.
    public init() {}

    /// Holds members whose names are known to differ.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there is no member.
    public var isEmpty: Bool { members.isEmpty }

    /// The names, in order.
    public var keys: [String] { members.map(\.key) }

    /// The value of a member, nil if there is none.
    ///
    /// Setting replaces in place or adds at the end; setting nil removes.
    ///
    /// - Complexity: O(number of members).
    public subscript(key: String) -> JSONValue? {
        get { index(of: key).map { members[$0].value } }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key, value))
            case (nil, nil): break
            }
        }
    }

    private func index(of key: String) -> Int? {
        members.firstIndex { $0.key.hasSameBytes(as: key) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Holds the members in the order given; of two with one name the later value wins.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}

extension String {
    /// Whether both have the same UTF-8 bytes; `==` would also equate canonical equivalents.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }

    /// Feeds the UTF-8 bytes and their count.
    func hashBytes(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        for byte in utf8 { hasher.combine(byte) }
    }
}

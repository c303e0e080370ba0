/// A key a person pressed.
public struct Key: Sendable, Hashable {
    /// The key without its modifiers.
    public enum Code: Sendable, Hashable {
        /// A character key, in the case it was typed in; with control, always lower case.
        case character(Character)
        case enter
        case tab
        case backspace
        case escape
        case up
        case down
        case left
        case right
        case home
        case end
        case pageUp
        case pageDown
        case insert
        case delete
        /// A function key, 1...20.
        case function(Int)
    }

    /// The keys held down with it.
    public struct Modifiers: OptionSet, Sendable, Hashable {
        /// The bits of the set.
        public let rawValue: UInt8

        /// Makes a set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Shift; never set for characters, whose case tells.
        public static let shift = Modifiers(rawValue: 1)
        /// Alt or meta.
        public static let alt = Modifiers(rawValue: 2)
        /// Control.
        public static let control = Modifiers(rawValue: 4)
    }

    /// The key without its modifiers.
    public let code: Code
    /// The keys held down with it.
    public let modifiers: Modifiers

    /// Makes a key.
    public init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    /// A character key without modifiers.
    public static func character(_ character: Character) -> Key { Key(.character(character)) }

    /// A character key held with control.
    public static func control(_ character: Character) -> Key {
        Key(.character(character), .control)
    }

    /// The character if the key is a plain one, without control or alt.
    public var plainCharacter: Character? {
        guard case .character(let character) = code, modifiers.isEmpty else { return nil }
        return character
    }
}

/// What a keyboard sent.
public enum KeyboardEvent: Sendable, Equatable {
    /// One key.
    case key(Key)
    /// Text that was pasted, whole. Never to be read as keys: a paste must not decide anything.
    case paste(String)
}

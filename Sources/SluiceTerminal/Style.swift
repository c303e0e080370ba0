/// How a cell is drawn.
///
/// Colour is decoration: whatever a colour says must also be said by a word, a mark or an
/// attribute, because the renderer drops colours where `NO_COLOR` is set.
public struct Style: Sendable, Equatable {
    /// The attributes a terminal without colour can still show.
    public struct Attributes: OptionSet, Sendable, Equatable {
        /// The bits of the set.
        public let rawValue: UInt8

        /// Makes a set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Heavier strokes.
        public static let bold = Attributes(rawValue: 1)
        /// Fainter than the rest.
        public static let dim = Attributes(rawValue: 2)
        /// A line below the text.
        public static let underline = Attributes(rawValue: 4)
        /// Foreground and background exchanged.
        public static let reverse = Attributes(rawValue: 8)
    }

    /// The colour of the text; nil is the terminal's own.
    public var foreground: Color?
    /// The colour behind the text; nil is the terminal's own.
    public var background: Color?
    /// Bold, dim, underline, reverse.
    public var attributes: Attributes

    /// Makes a style; without arguments, the terminal's own look.
    public init(
        foreground: Color? = nil, background: Color? = nil, attributes: Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The terminal's own look.
    public static let plain = Style()
    /// Bold text.
    public static let bold = Style(attributes: .bold)
    /// Faint text.
    public static let dim = Style(attributes: .dim)
    /// Reverse video.
    public static let reverse = Style(attributes: .reverse)
    /// Underlined text.
    public static let underline = Style(attributes: .underline)

    /// Returns this style with more attributes.
    public func adding(_ more: Attributes) -> Style {
        var style = self
        style.attributes.formUnion(more)
        return style
    }

    /// Returns this style with another text colour.
    public func colored(_ color: Color?) -> Style {
        var style = self
        style.foreground = color
        return style
    }
}

/// What the terminal at the other end can do.
public struct TerminalCapabilities: Sendable, Equatable {
    /// Which colours are sent; attributes are sent either way.
    public var colors: ColorDepth
    /// Whether the terminal can place its cursor; without it there is no full screen.
    public var canMoveCursor: Bool

    /// Makes capabilities.
    public init(colors: ColorDepth = .sixteen, canMoveCursor: Bool = true) {
        self.colors = colors
        self.canMoveCursor = canMoveCursor
    }

    /// Reads `NO_COLOR`, `COLORTERM` and `TERM`.
    ///
    /// Colours are the sixteen of the terminal's theme, unless it says that it has more:
    /// `COLORTERM` is `truecolor` or `24bit`, or `TERM` ends in `-direct`, for any shade; `TERM`
    /// names `256color` for the palette of 256. Any value of `NO_COLOR` but the empty one turns
    /// colours off (see no-color.org), as do `dumb` and monochrome (`-m`) terminals.
    ///
    /// - Parameter environment: looks up a variable; nil if it is not set.
    public init(environment: (String) -> String?) {
        let term = environment("TERM") ?? ""
        let isDumb = term.isEmpty || term == "dumb" || term == "unknown"
        canMoveCursor = !isDumb
        if isDumb || term.hasSuffix("-m") || !(environment("NO_COLOR") ?? "").isEmpty {
            colors = .none
        } else if ["truecolor", "24bit"].contains(environment("COLORTERM") ?? "")
            || term.hasSuffix("-direct")
        {
            colors = .trueColor
        } else {
            colors = term.contains("256color") ? .indexed : .sixteen
        }
    }
}

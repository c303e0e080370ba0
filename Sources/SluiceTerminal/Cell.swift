/// One position of a frame: a grapheme, or the rest of a wide one to its left.
public struct Cell: Sendable, Equatable {
    /// What is drawn; meaningless in a continuation.
    public let grapheme: Character
    /// How it is drawn.
    public let style: Style
    /// Columns the grapheme takes, 1...8; 0 marks the continuation of a wider one to the left.
    public let width: Int

    /// Only `Frame` makes cells, from text that went through `visible`.
    init(grapheme: Character, style: Style, width: Int) {
        self.grapheme = grapheme
        self.style = style
        self.width = width
    }

    /// Tells whether the cell belongs to a wider grapheme to its left.
    public var isContinuation: Bool { width == 0 }

    /// An empty cell of the given style.
    static func blank(_ style: Style = .plain) -> Cell {
        Cell(grapheme: " ", style: style, width: 1)
    }

    /// The right part of a wide grapheme.
    static func continuation(_ style: Style) -> Cell {
        Cell(grapheme: " ", style: style, width: 0)
    }
}

/// The extent of a screen in character cells.
public struct Size: Sendable, Equatable {
    /// Columns, at least 0.
    public let columns: Int
    /// Rows, at least 0.
    public let rows: Int

    /// Makes a size; negative extents become 0.
    public init(columns: Int, rows: Int) {
        self.columns = max(0, columns)
        self.rows = max(0, rows)
    }
}

/// A cell's place, counted from 0 at the top left.
public struct Position: Sendable, Equatable {
    /// Rows from the top.
    public let row: Int
    /// Columns from the left.
    public let column: Int

    /// Makes a position.
    public init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }
}

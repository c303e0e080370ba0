/// Points with intervals over an axis, as lines of text that are readable without colour.
public struct PointPlot: Sendable {
    /// One point.
    public struct Point: Sendable, Equatable {
        /// Where it stands from left to right.
        public var x: Double
        /// Where it stands from bottom to top.
        public var y: Double
        /// The ends of its interval; nil for none.
        public var interval: ClosedRange<Double>?
        /// What marks it.
        public var mark: Character

        /// Makes a point.
        public init(
            x: Double, y: Double, interval: ClosedRange<Double>? = nil, mark: Character = "o"
        ) {
            self.x = x
            self.y = y
            self.interval = interval
            self.mark = mark
        }
    }

    /// What is measured along a side.
    public struct Axis: Sendable {
        /// The value where it begins.
        public var from: Double
        /// The value where it ends, above `from`.
        public var to: Double
        /// Into how many equal parts numbers divide it.
        public var parts: Int
        /// How a value is written.
        public var label: @Sendable (Double) -> String

        /// Makes an axis.
        public init(
            from: Double = 0, to: Double, parts: Int,
            label: @escaping @Sendable (Double) -> String
        ) {
            self.from = from
            self.to = to
            self.parts = parts
            self.label = label
        }

        /// From left or bottom, 0...1; values beyond the ends are at them.
        fileprivate func place(_ value: Double) -> Double {
            min(max((value - from) / (to - from), 0), 1)
        }

        fileprivate func value(_ part: Int) -> Double {
            from + (to - from) * Double(part) / Double(parts)
        }
    }

    /// The points; later ones are drawn over earlier ones.
    public var points: [Point]
    /// The axis below.
    public var x: Axis
    /// The axis at the left.
    public var y: Axis
    /// A line to compare with: for a place from left to right, the value there; nil for none.
    public var guide: (@Sendable (Double) -> Double)?
    /// A place from left to right to mark on the axis; nil for none.
    public var marked: Double?

    /// Makes a plot.
    public init(
        _ points: [Point], x: Axis, y: Axis, guide: (@Sendable (Double) -> Double)? = nil,
        marked: Double? = nil
    ) {
        self.points = points
        self.x = x
        self.y = y
        self.guide = guide
        self.marked = marked
    }

    /// The plot in exactly so many lines, two of them the axis below, each at most `columns` wide.
    ///
    /// - Parameters:
    ///   - columns: at least 20.
    ///   - rows: at least 5.
    public func lines(columns: Int, rows: Int, _ glyphs: PlotGlyphs) -> [String] {
        let height = max(rows, 5) - 2
        let labels = (0...y.parts).map { y.label(y.value($0)) }
        let margin = (labels.map { TextWidth.columns($0) }.max() ?? 0) + 1
        let width = max(columns, 20) - margin
        var grid = Array(repeating: [Character](repeating: " ", count: width), count: height)
        func row(_ value: Double) -> Int {
            height - 1 - Int((y.place(value) * Double(height - 1)).rounded())
        }
        func column(_ value: Double) -> Int {
            Int((x.place(value) * Double(width - 1)).rounded())
        }
        if let guide {
            for place in 0..<width {
                let at = x.from + (x.to - x.from) * Double(place) / Double(width - 1)
                grid[row(guide(at))][place] = glyphs.guide
            }
        }
        for point in points {
            guard let interval = point.interval else { continue }
            for line in row(interval.upperBound)...row(interval.lowerBound) {
                grid[line][column(point.x)] = glyphs.whisker
            }
        }
        for point in points { grid[row(point.y)][column(point.x)] = point.mark }
        var names: [Int: String] = [:]
        for (part, label) in labels.enumerated() { names[row(y.value(part))] = label }
        return grid.enumerated().map { index, cells in
            let name = names[index] ?? ""
            let space = String(repeating: " ", count: margin - 1 - TextWidth.columns(name))
            return Self.trimmed(space + name + " " + String(cells))
        } + axis(margin: margin, width: width, column: column, glyphs)
    }

    private func axis(
        margin: Int, width: Int, column: (Double) -> Int, _ glyphs: PlotGlyphs
    ) -> [String] {
        var line = [Character](repeating: glyphs.axis, count: width)
        var labels = [Character](repeating: " ", count: width)
        for part in 0...x.parts {
            let place = column(x.value(part))
            line[place] = glyphs.tick
            let text = Array(x.label(x.value(part)))
            let start = min(max(0, place - text.count / 2), max(width - text.count, 0))
            for (offset, letter) in text.prefix(width).enumerated() {
                labels[start + offset] = letter
            }
        }
        if let marked { line[column(marked)] = "@" }
        let space = String(repeating: " ", count: margin)
        return [space + String(line), Self.trimmed(space + String(labels))]
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Round numbers for the end of an axis.
public enum PlotScale {
    /// The next of 1, 2, 3, 4, 5, 6, 8 and 10 times a power of ten at or above a value above 0.
    ///
    /// 0.0231 gives 0.03, 41 gives 50. Without a value above 0 it gives `least`.
    public static func roundedUp(_ value: Double, atLeast least: Double) -> Double {
        guard value > least, value.isFinite else { return least }
        var unit = least
        while unit * 10 < value * (1 - 1e-12) { unit *= 10 }
        let step = [1.0, 2, 3, 4, 5, 6, 8, 10].first { $0 * unit >= value * (1 - 1e-12) } ?? 10
        return step * unit
    }
}

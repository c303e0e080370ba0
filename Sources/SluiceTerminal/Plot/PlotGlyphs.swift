/// The characters plots are drawn with: block elements, or ASCII where a terminal shows nothing else.
public struct PlotGlyphs: Sendable, Equatable {
    /// Columns of rising height, for a row of numbers.
    let heights: [Character]
    /// What ends a bar: an eighth of a cell, two, and so on up to a whole one.
    let eighths: [Character]
    /// What a bar is made of below the interval, up to the value, and from there to the upper end.
    let sure: Character
    let likely: Character
    let possible: Character
    /// A vertical interval, an axis from left to right, and where ticks are on it.
    let whisker: Character
    let axis: Character
    let tick: Character
    /// A line to compare with.
    let guide: Character
    /// What stands for something cut off.
    let ellipsis: Character

    /// Block elements and box drawings.
    public static let blocks = PlotGlyphs(
        heights: Array("▁▂▃▄▅▆▇█"), eighths: Array("▏▎▍▌▋▊▉█"), sure: "█", likely: "▓",
        possible: "░", whisker: "│", axis: "─", tick: "┴", guide: "·", ellipsis: "…")

    /// Nothing beyond ASCII.
    public static let ascii = PlotGlyphs(
        heights: Array("_,-=+*#@"), eighths: Array("#"), sure: "#", likely: "=", possible: "-",
        whisker: "|", axis: "-", tick: "+", guide: ".", ellipsis: "~")

    /// What the terminal shows, by the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
    ///
    /// ASCII if it names no UTF-8, as `C` does, and on `dumb` terminals; blocks if none is set, since
    /// everything else that is written is UTF-8 as well.
    ///
    /// - Parameter environment: looks up a variable; nil if it is not set.
    public init(environment: (String) -> String?) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment)
            .first { !$0.isEmpty }
        let letters = locale?.lowercased().filter { $0.isLetter || $0.isNumber }
        let isUnicode = letters.map { $0.contains("utf8") } ?? true
        self = isUnicode && environment("TERM") != "dumb" ? .blocks : .ascii
    }

    private init(
        heights: [Character], eighths: [Character], sure: Character, likely: Character,
        possible: Character, whisker: Character, axis: Character, tick: Character, guide: Character,
        ellipsis: Character
    ) {
        self.heights = heights
        self.eighths = eighths
        self.sure = sure
        self.likely = likely
        self.possible = possible
        self.whisker = whisker
        self.axis = axis
        self.tick = tick
        self.guide = guide
        self.ellipsis = ellipsis
    }

    /// What stands for an interval, to explain it.
    public var sample: String { String(whisker) }

    /// A row of numbers as a row of columns, one character a value.
    ///
    /// A space for none, a dot for 0, else a column, the highest for `top` and more.
    public func sparkline(_ values: [Double?], top: Double) -> String {
        String(
            values.map { value -> Character in
                guard let value else { return " " }
                guard value > 0, top > 0 else { return "." }
                let step = (value / top * Double(heights.count)).rounded(.up) - 1
                return heights[Int(min(max(step, 0), Double(heights.count - 1)))]
            })
    }

    /// A share of 0...1 as a bar of at most `columns` columns; anything above 0 leaves a mark.
    public func bar(_ share: Double, columns: Int) -> String {
        let steps = Double(columns * eighths.count)
        var left = Int((min(max(share, 0), 1) * steps).rounded())
        if left == 0, share > 0 { left = 1 }
        let whole = left / eighths.count
        let rest = left % eighths.count
        return String(repeating: sure, count: whole)
            + (rest > 0 ? String(eighths[rest - 1]) : "")
    }

    /// A value with its interval as a bar of exactly `columns` columns, `top` at its end.
    ///
    /// As far as it is sure, then up to the value, then as far as it may be: a long tail is a number
    /// that rests on little. An interval that goes on beyond the end is cut there.
    public func interval(
        _ value: Double, _ lo: Double, _ hi: Double, top: Double, columns: Int
    ) -> String {
        func column(_ value: Double) -> Int {
            guard top > 0 else { return 0 }
            return Int((min(max(value / top, 0), 1) * Double(columns)).rounded())
        }
        let (sureEnd, valueEnd, end) = (column(lo), column(value), column(hi))
        return String(repeating: sure, count: sureEnd)
            + String(repeating: likely, count: max(valueEnd - sureEnd, 0))
            + String(repeating: possible, count: max(end - max(valueEnd, sureEnd), 0))
            + String(repeating: " ", count: columns - max(end, valueEnd, sureEnd))
    }
}

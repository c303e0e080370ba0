import SluiceTerminal
import Testing

@Suite("Plots in text")
struct PlotTests {
    private func glyphs(_ variables: [String: String]) -> PlotGlyphs {
        PlotGlyphs { variables[$0] }
    }

    @Test("blocks unless the locale or the terminal says that it shows none")
    func environment() {
        #expect(glyphs([:]) == .blocks)
        #expect(glyphs(["LANG": "de_DE.UTF-8"]) == .blocks)
        #expect(glyphs(["LANG": "C.utf8"]) == .blocks)
        #expect(glyphs(["LANG": "C"]) == .ascii)
        #expect(glyphs(["LANG": "en_US.UTF-8", "LC_ALL": "POSIX"]) == .ascii)
        #expect(glyphs(["LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"]) == .blocks)
        #expect(glyphs(["LANG": "en_US.UTF-8", "TERM": "dumb"]) == .ascii)
    }

    @Test("a row of numbers: nothing, zero, and columns up to the top")
    func sparkline() {
        let values: [Double?] = [nil, 0, 0.01, 1, 4, 7.9, 8, 20]
        #expect(PlotGlyphs.blocks.sparkline(values, top: 8) == " .▁▁▄███")
        #expect(PlotGlyphs.ascii.sparkline(values, top: 8) == " .__=@@@")
        #expect(PlotGlyphs.blocks.sparkline([3, nil], top: 0) == ". ")
    }

    @Test("a bar is as long as its share, and whatever there is leaves a mark")
    func bar() {
        #expect(PlotGlyphs.blocks.bar(0.5, columns: 8) == "████")
        #expect(PlotGlyphs.blocks.bar(0.55, columns: 8) == "████▍")
        #expect(PlotGlyphs.blocks.bar(0.0001, columns: 8) == "▏")
        #expect(PlotGlyphs.blocks.bar(0, columns: 8) == "")
        #expect(PlotGlyphs.blocks.bar(3, columns: 8) == "████████")
        #expect(PlotGlyphs.ascii.bar(0.55, columns: 8) == "####")
        #expect(PlotGlyphs.ascii.bar(0.0001, columns: 8) == "#")
    }

    @Test("an interval is sure up to its lower end, likely up to the value, possible to the upper")
    func interval() {
        #expect(
            PlotGlyphs.blocks.interval(0.02, 0.01, 0.04, top: 0.05, columns: 10) == "██▓▓░░░░  ")
        #expect(
            PlotGlyphs.ascii.interval(0.02, 0.01, 0.09, top: 0.05, columns: 10) == "##==------")
        #expect(PlotGlyphs.blocks.interval(0, 0, 0.01, top: 0.05, columns: 10) == "░░        ")
        #expect(PlotGlyphs.blocks.interval(0.1, 0.1, 0.1, top: 0, columns: 4) == "    ")
    }

    @Test("points stand on their places, whiskers reach the ends, and the guide lies below both")
    func points() {
        let plot = PointPlot(
            [
                .init(x: 0, y: 0, interval: 0...0.5), .init(x: 0.5, y: 0.5),
                .init(x: 1, y: 1, interval: 0.75...1, mark: "@"),
            ], x: .init(to: 1, parts: 2) { "\(Int($0 * 100))" },
            y: .init(to: 1, parts: 2) { "\(Int($0 * 100)) %" }, guide: { $0 }, marked: 0.5)
        #expect(
            plot.lines(columns: 24, rows: 7, .ascii) == [
                "100 %                ..@",
                "                 ....  |",
                " 50 % |      ..o.",
                "      |  ....",
                "  0 % o..",
                "      +--------@-------+",
                "      0       50     100",
            ])
    }

    @Test("a plot has the lines asked for and is no wider than asked, in blocks as in ASCII")
    func size() {
        let plot = PointPlot(
            (0..<40).map {
                .init(x: Double($0) / 40, y: 0.002 * Double($0), interval: 0...Double($0))
            }, x: .init(to: 1, parts: 5) { "\(Int(($0 * 100).rounded()))" },
            y: .init(to: 0.08, parts: 4) { "\($0 * 100) %" })
        for (columns, rows) in [(80, 16), (40, 5), (20, 9)] {
            for glyphs in [PlotGlyphs.blocks, .ascii] {
                let lines = plot.lines(columns: columns, rows: rows, glyphs)
                #expect(lines.count == rows)
                #expect(lines.allSatisfy { TextWidth.columns($0) <= columns })
                #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
                if glyphs == .ascii {
                    #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } })
                }
            }
        }
    }

    @Test("axes end at round numbers")
    func scale() {
        for (value, expected) in [
            (0.0231, 0.03), (0.03, 0.03), (0.0301, 0.04), (0.7, 0.8), (41, 50), (0, 0.001),
            (0.0004, 0.001),
        ] {
            #expect(
                abs(PlotScale.roundedUp(value, atLeast: 0.001) - expected) < 1e-12 * expected,
                "\(value)")
        }
    }
}

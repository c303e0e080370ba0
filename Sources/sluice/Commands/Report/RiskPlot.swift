import SluiceJSON
import SluiceTerminal

/// How often the model would be wrong at every share it could decide, in 80 columns.
struct RiskPlot {
    private static let (columns, rows) = (80, 16)
    /// As many intervals as can be told apart.
    private static let shownPoints = 36

    private let answer: JSONValue
    private let glyphs: PlotGlyphs

    /// Takes the answer of `GET .../risk-coverage`.
    init(_ answer: JSONValue, glyphs: PlotGlyphs) {
        self.answer = answer
        self.glyphs = glyphs
    }

    func lines() -> [String] {
        let labelled = answer["labelled"]?.int ?? 0
        let waiting = answer["disputed"]?.int ?? 0
        let disputed = waiting > 0 ? ", \(waiting) disputed" : ""
        let title =
            "error of what would be accepted, over the share accepted (\(labelled) labels\(disputed))"
        let points = points
        guard points.count > 1, let curve = answer["points"]?.array else {
            let reason = answer["reason"]?.string ?? "there are not two different confidences"
            return ["", title] + AgreementText.wrapped("no curve: \(reason)")
        }
        // The first few items may be anything: their intervals must not press the rest flat.
        let largest = curve.compactMap { $0["risk"]?["value"]?.double }.max() ?? 1
        let last = curve.last?["risk"]?["hi"]?.double ?? 1
        let top = min(1, PlotScale.roundedUp(1.2 * max(largest, last), atLeast: 0.01))
        let share = answer["in_force"]?["coverage"]?.double
        let plot = PointPlot(
            points, x: .init(to: 1, parts: 5) { "\(Int(($0 * 100).rounded()))" },
            y: .init(to: top, parts: 4) { FigureText.percent($0) }, marked: share)
        return ["", title]
            + plot.lines(columns: Self.columns, rows: Self.rows, glyphs)
            + ["% of the traffic accepted; \(glyphs.sample) 95 %"] + inForce
    }

    /// The curve, thinned to what can be told apart, and what is in force over it.
    private var points: [PointPlot.Point] {
        let curve = answer["points"]?.array ?? []
        var kept: [PointPlot.Point] = []
        for (index, point) in curve.enumerated() {
            guard let coverage = point["coverage"]?.double, let risk = point["risk"] else {
                continue
            }
            let isLast = index == curve.count - 1
            let next = kept.last.map { $0.x + 1 / Double(Self.shownPoints) } ?? 0
            guard coverage >= next || isLast else { continue }
            guard let drawn = Self.point(coverage, risk, mark: "o") else { continue }
            kept.append(drawn)
        }
        if let coverage = answer["in_force"]?["coverage"]?.double,
            let risk = answer["in_force"]?["risk"],
            let drawn = Self.point(coverage, risk, mark: "@")
        {
            kept.append(drawn)
        }
        return kept
    }

    private static func point(
        _ x: Double, _ figure: JSONValue, mark: Character
    ) -> PointPlot.Point? {
        guard let value = figure["value"]?.double, let lo = figure["lo"]?.double,
            let hi = figure["hi"]?.double, lo <= hi
        else { return nil }
        return PointPlot.Point(x: x, y: value, interval: lo...hi, mark: mark)
    }

    private var inForce: [String] {
        let present = answer["in_force"]
        guard let coverage = present?["coverage"]?.double else { return [] }
        var text = "@ the thresholds in force: \(FigureText.percent(coverage)) accepted"
        if present?["risk"]?["value"]?.double != nil {
            text +=
                ", \(FigureText.value(present?["risk"])) of it wrong "
                + "(\(FigureText.interval(present?["risk"])))"
        }
        if let degree = present?["degree"]?.string, degree != "partial" {
            text += "; in degree \(degree) they decide nothing"
        }
        return AgreementText.wrapped(text + ".")
            + AgreementText.wrapped(
                "A threshold picked off this curve promises nothing: certify it.")
    }
}

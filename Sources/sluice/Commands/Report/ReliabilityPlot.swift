import SluiceJSON
import SluiceTerminal

/// How often the model is right by how sure it was, against what its confidence says, in 80 columns.
struct ReliabilityPlot {
    private static let (columns, rows) = (80, 16)

    private let answer: JSONValue
    private let glyphs: PlotGlyphs

    /// Takes the answer of `GET .../calibration`.
    init(_ answer: JSONValue, glyphs: PlotGlyphs) {
        self.answer = answer
        self.glyphs = glyphs
    }

    private struct Bin {
        let confidence: Double
        let accuracy: Double
        let interval: ClosedRange<Double>?
        let n: Int
    }

    private var bins: [Bin] {
        (answer["diagram"]?.array ?? []).compactMap { bin in
            let figure = bin["accuracy"]
            guard let confidence = bin["confidence"]?.double,
                let accuracy = figure?["value"]?.double ?? figure?.double
            else { return nil }
            var interval: ClosedRange<Double>?
            if let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double, lo <= hi {
                interval = lo...hi
            }
            return Bin(
                confidence: confidence, accuracy: accuracy, interval: interval,
                n: bin["n"]?.int ?? figure?["n"]?.int ?? 0)
        }
    }

    func lines() -> [String] {
        let bins = bins
        let title = "share that is right, over the confidence"
        guard !bins.isEmpty else {
            let reason = answer["reason"]?.string ?? answer["ece"]?["reason"]?.string
            return ["", title] + AgreementText.wrapped("no diagram: \(reason ?? "not known")")
        }
        let least = min(
            bins.map(\.confidence).min() ?? 0,
            bins.compactMap { $0.interval?.lowerBound ?? $0.accuracy }.min() ?? 0)
        // From a round number on: most models put little below a half.
        let from = max(0, (least * 5).rounded(.down) / 5)
        let axis = PointPlot.Axis(from: from, to: 1, parts: from < 0.5 ? 5 : 4) {
            FigureText.decimals($0)
        }
        let plot = PointPlot(
            bins.map { .init(x: $0.confidence, y: $0.accuracy, interval: $0.interval) }, x: axis,
            y: axis, guide: { $0 })
        return ["", title]
            + plot.lines(columns: Self.columns, rows: Self.rows, glyphs)
            + ["confidence; \(glyphs.sample) 95 %, on the dotted line it is calibrated"]
            + counts(bins)
            + figures
    }

    /// How many labels stand behind each bin.
    private func counts(_ bins: [Bin]) -> [String] {
        let top = Double(bins.map(\.n).max() ?? 0)
        return [
            "labels by bin, from \(FigureText.decimals(bins[0].confidence)) to "
                + "\(FigureText.decimals(bins[bins.count - 1].confidence)): "
                + glyphs.sparkline(bins.map { Double($0.n) }, top: top) + " to \(Int(top))"
        ]
    }

    /// The figures with their intervals, two on a line.
    private var figures: [String] {
        let named = [("ECE", "ece"), ("MCE", "mce"), ("Brier", "brier"), ("log loss", "log_loss")]
        let known = named.compactMap { name, key -> String? in
            let figure = answer[key]
            guard let value = figure?["value"]?.double ?? figure?.double else { return nil }
            guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else {
                return "\(name) \(FigureText.decimals(value))"
            }
            return "\(name) \(FigureText.decimals(value))"
                + " (\(FigureText.decimals(lo)) to \(FigureText.decimals(hi)))"
        }
        return stride(from: 0, to: known.count, by: 2).map {
            known[$0..<min($0 + 2, known.count)].joined(separator: ", ")
        }
    }
}

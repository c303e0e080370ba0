import SluiceJSON
import SluiceTerminal

/// Where the items of a report went, and how often what was accepted is wrong, as bars.
struct ReportBars {
    private static let (nameColumns, barColumns) = (24, 32)
    private static let shownGroups = 12

    private let report: JSONValue
    private let glyphs: PlotGlyphs

    init(_ report: JSONValue, glyphs: PlotGlyphs) {
        self.report = report
        self.glyphs = glyphs
    }

    func lines() -> [String] { routes() + errors() }

    // MARK: - Where items went

    private func routes() -> [String] {
        let metrics = report["metrics"]
        guard let received = metrics?["received"]?["value"]?.double, received > 0,
            let automated = metrics?["automation_rate"]?["value"]?.double
        else { return [] }
        let audited = automated * (metrics?["audit_rate"]?["value"]?.double ?? 0)
        var parts = [("accepted", automated - audited), ("accepted, audited", audited)]
        let deferred = (metrics?["deferral_by_reason"]?.object?.members ?? []).compactMap {
            member in member.value["value"]?.double.map { (member.key, $0) }
        }
        parts += deferred.sorted { $0.1 > $1.1 }.map { ("people: \($0.0)", $0.1) }
        return ["", "where \(Int(received)) items went"]
            + parts.filter { $0.1 > 0 }.map { name, share in
                line(name, glyphs.bar(share, columns: Self.barColumns), FigureText.percent(share))
            }
    }

    // MARK: - How often they are wrong

    private struct ErrorLine {
        let name: String
        let value: Double
        let interval: ClosedRange<Double>
        let n: Int
    }

    private func errors() -> [String] {
        var found: [ErrorLine] = []
        func add(_ name: String, _ figure: JSONValue?) {
            guard let value = figure?["value"]?.double, let lo = figure?["lo"]?.double,
                let hi = figure?["hi"]?.double, lo <= hi
            else { return }
            found.append(
                ErrorLine(name: name, value: value, interval: lo...hi, n: figure?["n"]?.int ?? 0))
        }
        add("all", report["metrics"]?["auto_accept_error"])
        guard !found.isEmpty else { return [] }
        let versions = report["by_model_version"]?.array ?? []
        if versions.count > 1 {
            for group in versions.prefix(Self.shownGroups) {
                add(
                    "\(group["model"]?.string ?? "")/\(group["model_version"]?.string ?? "")",
                    group["metrics"]?["auto_accept_error"])
            }
        }
        for group in (report["by_label"]?.array ?? []).prefix(Self.shownGroups) {
            add("label \(group["label"]?.string ?? "")", group["metrics"]?["auto_accept_error"])
        }
        // A group with a handful of audits may be anything: it must not press the others flat.
        let overall = found[0].interval.upperBound
        let top = min(
            1,
            PlotScale.roundedUp(
                min(found.map(\.interval.upperBound).max() ?? 1, 4 * overall), atLeast: 0.01))
        return [
            "",
            "error of what was accepted (\(mark(1, 1)) sure, \(mark(1, 0)) up to the value, "
                + "\(mark(0, 0)) possible, to \(FigureText.percent(top)))",
        ]
            + found.map { error in
                line(
                    error.name,
                    glyphs.interval(
                        error.value, error.interval.lowerBound, error.interval.upperBound,
                        top: top, columns: Self.barColumns),
                    "\(FigureText.percent(error.value)) "
                        + "(\(FigureText.points(error.interval.lowerBound)) to "
                        + "\(FigureText.points(error.interval.upperBound)))")
            }
    }

    /// One cell as an interval draws it.
    private func mark(_ value: Double, _ lo: Double) -> String {
        glyphs.interval(value, lo, 1, top: 1, columns: 1)
    }

    private func line(_ name: String, _ bar: String, _ text: String) -> String {
        let name = ErrorsText.fitted(name, Self.nameColumns)
        let space = String(repeating: " ", count: Self.nameColumns - TextWidth.columns(name))
        let rest = String(repeating: " ", count: Self.barColumns - TextWidth.columns(bar))
        return "\(name)\(space) \(bar)\(rest) \(text)"
    }
}

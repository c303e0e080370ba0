import SluiceJSON
import SluiceTerminal

/// An error analysis for people, 80 columns wide.
struct ErrorsText {
    private static let shownSlices = 20
    private static let shownLabels = 20
    private static let shownPairs = 6

    private let report: JSONValue
    private let glyphs: PlotGlyphs

    init(_ report: JSONValue, glyphs: PlotGlyphs) {
        self.report = report
        self.glyphs = glyphs
    }

    func lines() -> [String] {
        heading + overall + slices() + pairs() + labels() + confusion() + warnings()
    }

    private func count(_ key: String) -> Int { report[key]?.int ?? 0 }

    private var heading: [String] {
        let window = report["window"]
        return [
            safe(
                "\(report["project"]?.string ?? "")  "
                    + "\(window?["from"]?.string?.prefix(19) ?? "") to "
                    + "\(window?["to"]?.string?.prefix(19) ?? "") UTC"),
            safe(
                "\(count("items")) items, \(count("labelled")) labelled by people "
                    + "(\(count("labelled_by_audit")) by audit), \(count("errors")) of them wrong"),
            "",
        ]
    }

    private var overall: [String] {
        let error = report["error_rate"]
        guard error?["value"]?.double != nil else {
            return AgreementText.wrapped(
                "No error rate: \(error?["reason"]?.string ?? "not known").")
        }
        var text =
            "Of all traffic \(FigureText.value(error)) is predicted wrong "
            + "(\(FigureText.interval(error)))."
        if report["human_level"]?["value"]?.double != nil {
            text +=
                " One person agrees with the others on \(FigureText.value(report["human_level"]))."
        }
        return AgreementText.wrapped(text)
    }

    // MARK: - Slices

    private func slices() -> [String] {
        let by = report["by"]?.string ?? ""
        let all = report["slices"]?.array ?? []
        guard !all.isEmpty else {
            return count("labelled") > 0 ? ["", safe("nothing is sliced by \(by)")] : []
        }
        let top = scale(all.compactMap { $0["error_rate"]?["value"]?.double }.max() ?? 0)
        let hasGain = all.contains { $0["priority"]?["value"]?.double != nil }
        var header = [
            "", Self.fitted(by, 18), "items", "of errors", "of data", "wrong", "95 %", "",
        ]
        if hasGain { header.append("to gain") }
        var table = Columns(header, right: [2, 3, 4, 5, 8])
        for slice in all.prefix(Self.shownSlices) {
            var row = [
                Self.mark(slice), Self.fitted(slice["slice"]?.string ?? "", 18),
                "\(slice["items"]?.int ?? 0)", short(slice["share_of_errors"]),
                short(slice["share_of_data"]), short(slice["error_rate"]),
                range(slice["error_rate"]), bar(slice["error_rate"], top: top),
            ]
            if hasGain { row.append(FigureText.value(slice["priority"], points: true)) }
            table.add(row)
        }
        var lines = [""] + table.lines(atMost: 80)
        let left = max(0, all.count - Self.shownSlices) + count("slices_left_out")
        if left > 0 { lines.append("and \(left) more (--json has the first 100)") }
        if count("not_sliced") > 0 {
            lines.append(safe("\(count("not_sliced")) labelled items have no \(by)"))
        }
        return lines + legend(all, top: top, hasGain: hasGain)
    }

    /// `!` for worse than the rest, `?` for too few to say.
    private static func mark(_ slice: JSONValue) -> String {
        if slice["against_rest"]?["worse"]?.bool == true { return "!" }
        return slice["few"]?.bool == true ? "?" : ""
    }

    private func legend(_ slices: [JSONValue], top: Double, hasGain: Bool) -> [String] {
        var notes = [
            "bars to \(FigureText.percent(top)): \(glyphs.interval(1, 1, 1, top: 1, columns: 1)) sure, "
                + "\(glyphs.interval(1, 0, 1, top: 1, columns: 1)) up to the value, "
                + "\(glyphs.interval(0, 0, 1, top: 1, columns: 1)) possible (95 %)"
        ]
        if slices.contains(where: { Self.mark($0) == "!" }) {
            notes.append("! wrong more often than the rest (Fisher, Holm over all slices, 5 %)")
        }
        if slices.contains(where: { Self.mark($0) == "?" }) {
            notes.append("? fewer than 30 items: too few to say")
        }
        if hasGain {
            notes.append(
                "to gain: points of accuracy of everything, if it were as good here as people are")
            let borrowed = slices.filter { $0["human_level"]?["of_all"]?.bool == true }.count
            if borrowed > 0 {
                notes.append(
                    "people's level of all items is taken where a slice has none: \(borrowed) slices"
                )
            }
        } else if let reason = slices.first?["priority"]?["reason"]?.string {
            notes.append("no gain: \(reason)")
        }
        return notes.flatMap(AgreementText.wrapped)
    }

    // MARK: - Pairs

    private func pairs() -> [String] {
        let pairs = (report["pairs"]?.array ?? []).filter { $0["different"]?.bool == true }
        guard !pairs.isEmpty else { return [] }
        var table = Table(["wrong more often", "than", "points more", "95 %", "p"])
        for pair in pairs.prefix(Self.shownPairs) {
            table.add([
                Self.fitted(pair["one"]?.string ?? "", 22),
                Self.fitted(pair["other"]?.string ?? "", 22),
                FigureText.value(pair["difference"], points: true),
                FigureText.interval(pair["difference"], points: true),
                FigureText.decimals(pair["p_adjusted"]?.double ?? 1),
            ])
        }
        let left = pairs.count - Self.shownPairs
        return [""] + table.lines() + (left > 0 ? ["and \(left) more pairs that differ"] : [])
    }

    // MARK: - Labels

    private func labels() -> [String] {
        let labels = report["labels"]?.array ?? []
        guard count("labelled") > 0, !labels.isEmpty else { return [] }
        var table = Columns(
            [
                "label", "of data", "precision", "95 %", "recall", "95 %", "F1", "95 %",
            ], right: [1, 2, 4, 6])
        // The commonest first; rare ones are what it is for, so all of a usual set are shown.
        let shown = labels.enumerated().sorted {
            let one = $0.element["prevalence"]?["value"]?.double ?? 0
            let other = $1.element["prevalence"]?["value"]?.double ?? 0
            return one == other ? $0.offset < $1.offset : one > other
        }.prefix(Self.shownLabels).map(\.element)
        for label in shown {
            table.add(
                [Self.fitted(label["label"]?.string ?? "", 18), short(label["prevalence"])]
                    + ["precision", "recall", "f1"].flatMap {
                        [short(label[$0]), range(label[$0])]
                    })
        }
        let left = labels.count - shown.count
        return [""] + table.lines(atMost: 80)
            + (left > 0 ? ["and \(left) rarer ones (--json has them)"] : [])
    }

    private func confusion() -> [String] {
        let wrong = (report["confusion"]?.array ?? []).filter {
            $0["predicted"]?.string != $0["decided"]?.string
        }
        guard !wrong.isEmpty else { return [] }
        let all = wrong.reduce(0) { $0 + ($1["share"]?.double ?? 0) }
        let most = wrong.first?["share"]?.double ?? 1
        var table = Columns(
            ["predicted", "is", "items", "of data", "of errors", ""], right: [2, 3, 4])
        for pair in wrong.prefix(Self.shownPairs) {
            let share = pair["share"]?.double ?? 0
            table.add([
                Self.fitted(pair["predicted"]?.string ?? "", 20),
                Self.fitted(pair["decided"]?.string ?? "", 20), "\(pair["items"]?.int ?? 0)",
                FigureText.percent(share), FigureText.percent(share / all),
                glyphs.bar(share / most, columns: 10),
            ])
        }
        let left = wrong.count - Self.shownPairs
        return [""] + table.lines(atMost: 80) + (left > 0 ? ["and \(left) rarer mistakes"] : [])
    }

    private func warnings() -> [String] {
        let warnings = report["warnings"]?.array?.compactMap(\.string) ?? []
        return warnings.isEmpty
            ? [] : [""] + warnings.flatMap { AgreementText.wrapped("warning: " + $0) }
    }

    // MARK: - Cells

    private func scale(_ largest: Double) -> Double {
        min(1, PlotScale.roundedUp(1.5 * largest, atLeast: 0.01))
    }

    private func short(_ figure: JSONValue?) -> String {
        figure?["value"]?.double.map(FigureText.percent) ?? "-"
    }

    private func range(_ figure: JSONValue?) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else { return "" }
        return "\(FigureText.points(lo))-\(FigureText.points(hi))"
    }

    private func bar(_ figure: JSONValue?, top: Double) -> String {
        guard let value = figure?["value"]?.double, let lo = figure?["lo"]?.double,
            let hi = figure?["hi"]?.double
        else { return "" }
        return glyphs.interval(value, lo, hi, top: top, columns: 8)
    }

    /// Text of at most so many columns, cut with a mark.
    static func fitted(_ text: String, _ columns: Int) -> String {
        let text = safe(text)
        guard TextWidth.columns(text) > columns else { return text }
        var cut = ""
        for character in text {
            guard TextWidth.columns(cut + String(character)) < columns else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}

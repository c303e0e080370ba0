import SluiceJSON
import SluiceTerminal

/// A drift report for people, 80 columns wide.
struct DriftText {
    private static let columns = 56
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    func lines() -> [String] {
        (head() + signals() + history() + concept() + expectedError() + alarms()).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func head() -> [String] {
        var lines = [
            safe(
                "\(report["project"]?.string ?? ""), \(report["model"]?.string ?? "")"
                    + "/\(report["model_version"]?.string ?? "")")
        ]
        for (name, key) in [("reference", "reference"), ("last window", "current")] {
            let window = report[key]
            guard let items = window?["items"]?.int else {
                lines.append("\(name): \(safe(window?["reason"]?.string ?? "none yet"))")
                continue
            }
            lines.append(
                safe(
                    "\(name): \(items) items, \(Self.moment(window?["from"])) to "
                        + "\(Self.moment(window?["to"])) UTC"))
        }
        return lines
    }

    private func signals() -> [String] {
        let signals = report["signals"]?.array ?? []
        guard !signals.isEmpty else { return [] }
        var table = Table(["signal", "shift", "p", "was", "is", "now", "alarm"])
        var notes: [String] = []
        for signal in signals {
            let isRate = signal["kind"]?.string == "rate"
            table.add([
                Self.cut(signal["name"]?.string ?? "", to: 24), Self.effect(signal),
                signal["p_adjusted"]?.double.map(FigureText.decimals) ?? "",
                Self.amount(signal["reference"]?.double, isShare: isRate),
                Self.amount(signal["current"]?.double, isShare: isRate),
                Self.level(signal["level"]?.string), Self.level(signal["alarm"]?.string),
            ])
            if let reason = signal["reason"]?.string {
                notes.append("\(signal["name"]?.string ?? ""): \(reason)")
            }
            let unseen = (signal["unseen"]?.array ?? []).compactMap(\.string)
            if !unseen.isEmpty {
                notes.append(
                    "\(signal["name"]?.string ?? ""), never seen before: "
                        + unseen.joined(separator: ", "))
            }
        }
        return [""] + table.lines() + notes.flatMap { ComparisonText.wrapped("note: \($0)") }
    }

    /// The effect of each signal over the windows, one column a window.
    private func history() -> [String] {
        let windows = (report["windows"]?.array ?? []).suffix(Self.columns)
        guard windows.count > 2 else { return [] }
        var lines = [
            "", "\(windows.count) windows, one column each; a full column is enough to act on",
        ]
        for signal in report["signals"]?.array ?? [] {
            guard let name = signal["name"]?.string, let kind = signal["kind"]?.string,
                let top = Self.tops[kind]
            else { continue }
            let effects = windows.map { window in
                window["signals"]?.array?.first { $0["name"]?.string == name }?["effect"]?
                    .double.map(\.magnitude)
            }
            let title = Self.cut(name, to: 20)
            let padding = String(repeating: " ", count: max(20 - TextWidth.columns(title), 0))
            lines.append("\(safe(title))\(padding) \(Output.glyphs.sparkline(effects, top: top))")
        }
        return lines
    }

    /// The effect from which on one is to act; a rate has no such level, and 0.1 is drawn full.
    private static let tops = ["numeric": 0.25, "categorical": 0.2, "rate": 0.1]

    private func concept() -> [String] {
        let concept = report["concept"]
        guard let limit = concept?["error_limit"]?.double else {
            return [""]
                + ComparisonText.wrapped(
                    "audits are not watched: \(concept?["reason"]?.string ?? "")")
        }
        let evidence = concept?["evidence"]?.double ?? 0
        let level = concept?["alarm_at"]?.double ?? 0
        var text =
            "audits against an error of \(FigureText.percent(limit)): "
            + "\(concept?["audits"]?.int ?? 0) read since the last alarm or the beginning, "
            + "evidence \(Self.short(evidence)) of the \(Self.short(level)) that raise the alarm"
        if let waiting = concept?["audits_waiting"]?.int, waiting > 0 {
            text += "; \(waiting) wait for an answer or a second look"
        }
        return [""] + ComparisonText.wrapped(text) + ComparisonText.wrapped(present(concept))
            + episodes(concept)
    }

    /// The error of the last audits.
    private func present(_ concept: JSONValue?) -> String {
        let present = concept?["present"]
        var text = "error of the last \(present?["audits"]?.int ?? 0) audits: "
        if present?["value"]?.double == nil {
            text += present?["reason"]?.string ?? "not known"
        } else {
            text += "\(FigureText.value(present)) (\(FigureText.interval(present)))"
        }
        if let disputed = present?["audits_disputed"]?.int, disputed > 0 {
            text += ", \(disputed) of them disputed"
        }
        return text
    }

    /// The last alarm's episode, with what to do while it stands.
    private func episodes(_ concept: JSONValue?) -> [String] {
        guard let last = concept?["episodes"]?.array?.first else { return [] }
        let began =
            "alarm \(last["number"]?.int ?? 0), raised \(Self.moment(last["raised_at"])) UTC"
        guard last["state"]?.string == "standing" else {
            let reason =
                switch last["over_reason"]?.string {
                case "recovered": "the audits since are within the limit"
                case "limit_changed": "the limit was changed"
                default: "it was closed"
                }
            return ComparisonText.wrapped(
                "\(began), is over since \(Self.moment(last["over_at"])) UTC: \(reason)")
        }
        let advice =
            report["alarms"]?.array?.first { $0["episode"]?.int == last["number"]?.int }?[
                "detail"]?[
                "advice"]?.string
        return ComparisonText.wrapped(
            "\(began), stands; no other one until it is over "
                + "(or sluice drift close \(last["number"]?.int ?? 0))")
            + (advice.map { ComparisonText.wrapped("what to do: \($0)") } ?? [])
    }

    private func expectedError() -> [String] {
        let error = report["expected_error"]
        var table = Table(["error of what is accepted", "value", "95 % interval", "n"])
        var notes: [String] = []
        for (name, key) in [
            ("if still calibrated", "expected"), ("audited", "audited"), ("gap, points", "gap"),
        ] {
            let figure = error?[key]
            let isGap = key == "gap"
            table.add([
                name, FigureText.value(figure, points: isGap),
                FigureText.interval(figure, points: isGap), "\(figure?["n"]?.int ?? 0)",
            ])
            if let reason = figure?["reason"]?.string { notes.append("\(name): \(reason)") }
        }
        if notes.isEmpty, let sentence = error?["sentence"]?.string { notes.append(sentence) }
        return [""] + table.lines() + notes.flatMap { ComparisonText.wrapped($0) }
    }

    private func alarms() -> [String] {
        let alarms = report["alarms"]?.array ?? []
        guard !alarms.isEmpty else { return ["", "no alarms"] }
        return [""]
            + alarms.prefix(10).flatMap { alarm in
                ComparisonText.wrapped(
                    "\(Self.moment(alarm["at"])) \(alarm["kind"]?.string ?? ""): "
                        + (alarm["detail"]?["sentence"]?.string ?? ""))
            }
    }

    private static func effect(_ signal: JSONValue) -> String {
        guard let effect = signal["effect"]?.double else { return "" }
        switch signal["kind"]?.string {
        case "numeric": return "PSI \(short(effect))"
        case "categorical": return "JS \(short(effect))"
        default: return "\(effect >= 0 ? "+" : "")\(FigureText.points(effect)) pts"
        }
    }

    private static func amount(_ value: Double?, isShare: Bool) -> String {
        guard let value else { return "" }
        return isShare ? FigureText.percent(value) : short(value)
    }

    private static func level(_ level: String?) -> String {
        level == "none" ? "" : level ?? ""
    }

    /// A number in about four places.
    static func short(_ value: Double) -> String {
        if value.magnitude >= 1e6 { return ">1e6" }
        if value.magnitude >= 100 { return "\(Int(value.rounded()))" }
        let thousandths = Int((value.magnitude * 1000).rounded())
        let digits = String(thousandths % 1000)
        return (value < 0 ? "-" : "") + "\(thousandths / 1000)."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func moment(_ value: JSONValue?) -> String {
        String((value?.string ?? "").prefix(16).map { $0 == "T" ? " " : $0 })
    }

    private static func cut(_ name: String, to width: Int) -> String {
        let name = safe(name)
        return name.count > width ? String(name.prefix(width - 1)) + "…" : name
    }
}

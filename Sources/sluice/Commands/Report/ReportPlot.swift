import SluiceJSON
import SluiceTerminal

/// The figures of a report over time, one line each, with a mark under the pieces in which somebody
/// changed the policy or the rollout.
///
/// It says the same without colour, and fits 80 columns: the latest 56 pieces are drawn.
struct ReportPlot {
    private static let columns = 56
    private static let legendEntries = 20

    private let points: [JSONValue]
    private let changes: [JSONValue]
    private let by: String
    private let leftOut: Int
    private let glyphs: PlotGlyphs

    init(_ report: JSONValue, glyphs: PlotGlyphs) {
        self.glyphs = glyphs
        let all = report["series"]?["points"]?.array ?? []
        points = Array(all.suffix(Self.columns))
        leftOut = all.count - points.count
        by = report["series"]?["by"]?.string ?? ""
        changes = report["changes"]?.array ?? []
    }

    /// The lines, none for a report without a series.
    func lines() -> [String] {
        guard let first = points.first?["from"]?.string else { return [] }
        var lines = ["", safe("by \(by), from \(Self.moment(first)) UTC, one column a \(by)")]
        if leftOut > 0 { lines[1] += safe("; \(leftOut) earlier left out") }
        lines.append(counts("received", "received"))
        lines.append(rate("automated", "automation_rate", scale: 1))
        lines.append(counts("by people", "decided_by_people"))
        lines.append(rate("override", "override_rate", scale: nil))
        lines.append(rate("error", "auto_accept_error", scale: nil))
        return lines + marks()
    }

    private func counts(_ name: String, _ key: String) -> String {
        let values = points.map { $0[key]?.double }
        let top = values.compactMap(\.self).max() ?? 0
        return Self.line(name, glyphs.sparkline(values, top: top), "to \(Int(top))")
    }

    /// - Parameter scale: the value of a full column; nil for the largest there is.
    private func rate(_ name: String, _ key: String, scale: Double?) -> String {
        let values = points.map { $0[key]?["value"]?.double }
        guard let largest = values.compactMap(\.self).max() else {
            return Self.line(name, glyphs.sparkline(values, top: 1), "not known")
        }
        let top = scale ?? largest
        return Self.line(name, glyphs.sparkline(values, top: top), "to \(FigureText.percent(top))")
    }

    private static func line(_ name: String, _ spark: String, _ scale: String) -> String {
        let padded = name + String(repeating: " ", count: max(10 - name.count, 0))
        return "\(padded) \(spark) \(scale)"
    }

    /// The row of marks and what they stand for; nothing if nothing was changed.
    private func marks() -> [String] {
        let starts = points.compactMap { $0["from"]?.string }
        var row = Array(repeating: Character(" "), count: starts.count)
        var legend: [String] = []
        var marked: [Int: Character] = [:]
        for change in changes {
            // RFC 3339 in UTC with six decimals sorts as text.
            guard let at = change["at"]?.string,
                let column = starts.lastIndex(where: { $0 <= at })
            else { continue }
            let mark = marked[column] ?? Self.letter(marked.count)
            marked[column] = mark
            row[column] = mark
            legend += Self.legend(mark, at: at, change)
        }
        guard !legend.isEmpty else { return [] }
        var lines = [Self.line("changed", String(row), "see below")]
        let entries = changes.count
        if entries > Self.legendEntries {
            lines.append("the last \(Self.legendEntries) changes; the others: sluice audit-log")
            legend = legend.suffix(Self.legendEntries)
        }
        return lines + legend
    }

    /// A to Z, then a to z, then a plus for what is left.
    private static func letter(_ index: Int) -> Character {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return index < letters.count ? letters[index] : "+"
    }

    /// When, who, what and why, cut to one line.
    private static func legend(
        _ mark: Character, at: String, _ change: JSONValue
    ) -> [String] {
        var text = "\(mark) \(moment(at)) \(change["actor"]?.string ?? ""): "
        text += change["action"]?.string ?? ""
        if let after = describe(change["after"]) {
            text += " \(after)"
        }
        if let reason = change["reason"]?.string, !reason.isEmpty { text += " (\(reason))" }
        return [cut(safe(text))]
    }

    /// What came in force, in a few words; nil where the action says it all.
    private static func describe(_ after: JSONValue?) -> String? {
        if let version = after?["policy_version"]?.int {
            return "\(version), \(after?["degree"]?.string ?? "")"
        }
        guard let serving = after?["serving"]?.string else { return nil }
        guard let candidate = after?["candidate"]?.string else { return serving }
        guard let share = after?["share"]?.double, share > 0 else { return candidate }
        return "\(candidate) \(FigureText.percent(share))"
    }

    /// `2026-11-21 08:15` of an RFC 3339 moment.
    private static func moment(_ text: String) -> String {
        String(text.prefix(16).map { $0 == "T" ? " " : $0 })
    }

    private static func cut(_ text: String) -> String {
        var width = 0
        var cut = ""
        for character in text {
            width += TextWidth.columns(String(character))
            guard width <= 79 else { return cut + "…" }
            cut.append(character)
        }
        return cut
    }
}

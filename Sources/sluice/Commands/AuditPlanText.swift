import SluiceJSON

/// A plan of audits as lines that fit a terminal.
struct AuditPlanText {
    private let plan: JSONValue
    private let isStratified: Bool

    init(_ plan: JSONValue, isStratified: Bool) {
        self.plan = plan
        self.isStratified = isStratified
    }

    /// The sentence, the figures, and the strata where they are asked for.
    var lines: [String] {
        var table = Table(["", "planned", "now"])
        table.add(["audits needed", number("audits_needed", digits: 0)])
        if let least = plan["audits_if_no_error"]?.int {
            table.add(["  if no error is found", "\(least)"])
        }
        table.add(["audit rate", percent("rate"), percent("rate_now")])
        table.add([
            "audits a day", number("audits_per_day", digits: 1),
            number("audits_per_day_now", digits: 1),
        ])
        table.add([
            "days", number("days_needed", digits: 1), number("days_at_rate_now", digits: 1),
        ])
        table.add(["reviewer hours", number("reviewer_hours", digits: 1)])
        table.add(["reviewer hours a day", number("reviewer_hours_per_day", digits: 1)])
        return wrapped(safe(plan["sentence"]?.string ?? "")) + [""] + table.lines()
            + (isStratified ? [""] + strata : [])
    }

    private var strata: [String] {
        var table = Table(["labels", "confidence", "items", "error", "audits", "rate"])
        for stratum in plan["strata"]?.array ?? [] {
            let labels = stratum["labels"]?.array?.compactMap(\.string).joined(separator: ", ")
            let from = stratum["from"]?.double.map { "\($0)" } ?? ""
            let below = stratum["below"]?.double.map { "\($0)" } ?? ""
            table.add([
                labels ?? "others", "\(from)..<\(below)",
                Self.percent(stratum["share_of_items"]?.double),
                Self.percent(stratum["expected_error"]?.double),
                Self.fixed(stratum["audits_planned"]?.double, digits: 0),
                Self.percent(stratum["rate"]?.double),
            ])
        }
        return table.lines()
    }

    private func number(_ key: String, digits: Int) -> String {
        Self.fixed(plan[key]?["value"]?.double, digits: digits)
    }

    private func percent(_ key: String) -> String { Self.percent(plan[key]?["value"]?.double) }

    private static func percent(_ share: Double?) -> String {
        share.map { fixed($0 * 100, digits: 2) + " %" } ?? "-"
    }

    private static func fixed(_ value: Double?, digits: Int) -> String {
        guard let value, value.isFinite, abs(value) < 1e15 else { return "-" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let whole = Int((value * scale).rounded())
        guard digits > 0 else { return "\(whole)" }
        let fraction = "\(abs(whole) % Int(scale))"
        return "\(whole / Int(scale))."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// Lines of at most 80 columns, broken at spaces.
    private func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].isEmpty {
                lines[lines.count - 1] = String(word)
            } else if lines[lines.count - 1].count + word.count < 80 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

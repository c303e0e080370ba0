import SluiceJSON
import SluiceTerminal

/// The figures of a report as a table, 80 columns wide.
struct ReportFigures {
    /// What the widest name and "not known" leave of a line.
    private static let reasonColumns = 40

    private let metrics: JSONValue?
    private var table = Table(["figure", "value", "95 % interval", "n", "method"])

    /// How a value is written.
    private enum Kind {
        case share, number, seconds
    }

    init(_ metrics: JSONValue?) {
        self.metrics = metrics
        addRoutes()
        addErrors()
        addTimes()
        addQueues()
    }

    func lines() -> [String] { table.lines() }

    private mutating func addRoutes() {
        add("received", "received", .number)
        add("automation rate", "automation_rate")
        add("  at the mix before", "standardised_automation_rate")
        add("deferral rate", "deferral_rate")
        for member in metrics?["deferral_by_reason"]?.object?.members ?? [] {
            add("  \(member.key)", figure: member.value)
        }
        add("straight-through rate", "straight_through_rate")
        add("  audited or not", "straight_through_rate_nonblocking")
    }

    private mutating func addErrors() {
        add("auto-accept error", "auto_accept_error")
        add("known errors", "known_errors", .number)
        add("error, people included", "system_error_rate")
        add("override rate", "override_rate")
        add("  queue, shown", "override_rate_queue_shown")
        add("  queue, blind", "override_rate_queue_blind")
        add("  audit", "override_rate_audit")
        add("anchoring effect", "anchoring_effect")
    }

    private mutating func addTimes() {
        let people = metrics?["time_to_decision"]?["people"]
        for (name, key) in [("half", "p50"), ("9 in 10", "p90"), ("99 in 100", "p99")] {
            add("people decide \(name) in", figure: people?[key], .seconds)
        }
        add("decided in time", "sla_attainment")
        add("arrivals an hour", "arrivals_per_hour", .number)
        add("reviewers on shift", "reviewers_on_shift", .number)
        add("utilisation", "utilisation")
        add("queue cleared in", "clear_time_seconds", .seconds)
    }

    private mutating func addQueues() {
        add("queue depth", "queue_depth", .number)
        add("leased", "leased", .number)
        add("adjudication depth", "adjudication_depth", .number)
        add("oldest waiting", "oldest_waiting_seconds", .seconds)
        guard (metrics?["awaiting_version"]?["value"]?.double ?? 0) > 0 else { return }
        add("awaiting a version", "awaiting_version", .number)
        add("oldest awaiting", "oldest_awaiting_version_seconds", .seconds)
    }

    private mutating func add(_ name: String, _ key: String, _ kind: Kind = .share) {
        add(name, figure: metrics?[key], kind)
    }

    /// A row of a figure; nothing for one that the report does not have.
    private mutating func add(_ name: String, figure: JSONValue?, _ kind: Kind = .share) {
        guard let figure else { return }
        guard let value = figure["value"]?.double else {
            let reason = TextWrap.lines(
                figure["reason"]?.string ?? "", width: Self.reasonColumns
            ).map(\.text)
            table.add([name, "not known", reason.first ?? ""])
            for line in reason.dropFirst() { table.add(["", "", line]) }
            return
        }
        var interval = ""
        if let lo = figure["lo"]?.double, let hi = figure["hi"]?.double {
            interval = "\(Self.text(lo, kind)) to \(Self.text(hi, kind))"
        }
        table.add([
            name, Self.text(value, kind), interval, figure["n"]?.int.map(String.init) ?? "",
            figure["method"]?.string ?? "",
        ])
    }

    private static func text(_ value: Double, _ kind: Kind) -> String {
        switch kind {
        case .share: FigureText.percent(value)
        case .number: number(value)
        case .seconds: duration(value)
        }
    }

    /// A number with at most one decimal.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// A time in the unit that suits it: 42 s, 3.5 min, 2.1 h, 4 d.
    static func duration(_ seconds: Double) -> String {
        if seconds < 120 { return "\(number(seconds)) s" }
        if seconds < 7200 { return "\(number(seconds / 60)) min" }
        return seconds < 172_800
            ? "\(number(seconds / 3600)) h" : "\(number(seconds / 86_400)) d"
    }
}

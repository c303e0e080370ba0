import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say how automated the work is and how often people disagree.")

    @Option(help: "Start of the window, RFC 3339; the project's creation without it.")
    var from: String?

    @Option(help: "End of the window, RFC 3339; now without it.")
    var to: String?

    @Option(help: "The pieces of the figures over time: hour, day, week, auto.")
    var by = "auto"

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("reporting") {
            let client = try service.client()
            var query: [(String, String)] = []
            if let from { query.append(("from", from)) }
            if let to { query.append(("to", to)) }
            query.append(("by", by))
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.report)
                .path(["project": try await project.name(client)])
            let report = try await client.document(path, query: query)
            if json {
                try Output.write(report.bytes + [10])
            } else {
                for line in ReportText(report).lines() { try Output.print(line) }
            }
        }
    }
}

/// A report for people, 80 columns wide.
struct ReportText {
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    func lines() -> [String] {
        var lines: [String] = [
            safe(
                "\(report["project"]?.string ?? "")  policy \(report["policy_version"]?.int ?? 0)  "
                    + "\(report["from"]?.string?.prefix(19) ?? "") to \(report["to"]?.string?.prefix(19) ?? "") UTC"
            ),
            "",
        ]
        lines += metrics()
        lines += warnings()
        lines += group("by_model_version", "model version") {
            "\($0["model"]?.string ?? "")/\($0["model_version"]?.string ?? "")"
        }
        lines += group("by_label", "predicted label") { $0["label"]?.string ?? "" }
        lines += shadow()
        lines += reviewers()
        lines += notServing()
        lines += ReportPlot(report).lines()
        return lines
    }

    private func metrics() -> [String] {
        let metrics = report["metrics"]
        var table = Table(["figure", "value", "95 % interval", "n", "method"])
        func add(_ name: String, _ figure: JSONValue?, percent: Bool = true) {
            guard let figure else { return }
            guard let value = figure["value"]?.double else {
                table.add([name, "not known", figure["reason"]?.string ?? ""])
                return
            }
            table.add([
                name, percent ? Self.percent(value) : Self.number(value),
                Self.interval(figure, percent: percent), "\(figure["n"]?.int ?? 0)",
                figure["method"]?.string ?? "",
            ])
        }
        add("received", metrics?["received"], percent: false)
        add("automation rate", metrics?["automation_rate"])
        add("deferral rate", metrics?["deferral_rate"])
        for member in metrics?["deferral_by_reason"]?.object?.members ?? [] {
            add("  \(member.key)", member.value)
        }
        add("straight-through rate", metrics?["straight_through_rate"])
        add("auto-accept error", metrics?["auto_accept_error"])
        add("override rate", metrics?["override_rate"])
        add("  queue, shown", metrics?["override_rate_queue_shown"])
        add("  queue, blind", metrics?["override_rate_queue_blind"])
        add("  audit", metrics?["override_rate_audit"])
        add("anchoring effect", metrics?["anchoring_effect"])
        add("queue depth", metrics?["queue_depth"], percent: false)
        add("leased", metrics?["leased"], percent: false)
        add("adjudication depth", metrics?["adjudication_depth"], percent: false)
        add("oldest waiting, seconds", metrics?["oldest_waiting_seconds"], percent: false)
        if let waiting = metrics?["awaiting_version"], (waiting["value"]?.double ?? 0) > 0 {
            add("awaiting a version", waiting, percent: false)
            add(
                "oldest awaiting, seconds", metrics?["oldest_awaiting_version_seconds"],
                percent: false)
        }
        return table.lines()
    }

    /// What to be careful about.
    private func warnings() -> [String] {
        let warnings = report["warnings"]?.array?.compactMap(\.string) ?? []
        guard !warnings.isEmpty else { return [] }
        return [""]
            + warnings.flatMap { warning in
                TextWrap.lines("warning: " + warning, width: 80)
                    .map { $0.spans.map(\.text).joined() }
            }
    }

    /// Versions whose predictions had no say by then.
    private func notServing() -> [String] {
        let versions = report["not_serving"]?.array ?? []
        guard !versions.isEmpty else { return [] }
        var table = Table(["not serving", "late", "unknown", "latest"])
        for version in versions {
            table.add([
                "\(version["model"]?.string ?? "")/\(version["model_version"]?.string ?? "")",
                "\(version["late"]?.int ?? 0)", "\(version["unknown"]?.int ?? 0)",
                version["last_at"]?.string ?? "",
            ])
        }
        return [""] + table.lines()
    }

    private func group(
        _ key: String, _ title: String, _ name: (JSONValue) -> String
    ) -> [String] {
        let groups = report[key]?.array ?? []
        guard !groups.isEmpty else { return [] }
        var table = Table([title, "received", "automated", "error of accepted", "override"])
        for group in groups {
            let metrics = group["metrics"]
            table.add([
                name(group), Self.number(metrics?["received"]?["value"]?.double ?? 0),
                Self.rate(metrics?["automation_rate"]), Self.rate(metrics?["auto_accept_error"]),
                Self.rate(metrics?["override_rate"]),
            ])
        }
        return [""] + table.lines()
    }

    /// What versions that decided nothing would have done.
    private func shadow() -> [String] {
        let shadow = report["shadow"]?.array ?? []
        guard !shadow.isEmpty else { return [] }
        var table = Table([
            "in the shadow", "received", "automates", "error of those", "labelled",
        ])
        for entry in shadow {
            let name = "\(entry["model"]?.string ?? "")/\(entry["model_version"]?.string ?? "")"
            table.add([
                entry["as"]?.string == "degree" ? name : name + ", recorded",
                "\(entry["received"]?.int ?? 0)", Self.rate(entry["would_be_automation_rate"]),
                Self.rate(entry["would_be_error"]), "\(entry["would_be_error"]?["n"]?.int ?? 0)",
            ])
        }
        return [""] + table.lines()
    }

    private func reviewers() -> [String] {
        let reviewers = report["reviewers"]?.array ?? []
        guard !reviewers.isEmpty else { return [] }
        var table = Table([
            "reviewer", "reviews", "an hour", "override", "p50 s", "p90 s", "skips", "escal.",
        ])
        for reviewer in reviewers {
            table.add([
                reviewer["reviewer"]?.string ?? "", "\(reviewer["reviews"]?.int ?? 0)",
                reviewer["reviews_per_hour"]?.double.map(Self.number) ?? "not known",
                Self.rate(reviewer["override_rate"]),
                reviewer["handling_seconds_p50"]?["value"]?.double.map(Self.number) ?? "-",
                reviewer["handling_seconds_p90"]?["value"]?.double.map(Self.number) ?? "-",
                "\(reviewer["skips"]?.int ?? 0)", "\(reviewer["escalations"]?.int ?? 0)",
            ])
        }
        return [""] + table.lines()
    }

    private static func rate(_ figure: JSONValue?) -> String {
        guard let figure, let value = figure["value"]?.double else { return "not known" }
        guard let lo = figure["lo"]?.double, let hi = figure["hi"]?.double else {
            return percent(value)
        }
        return "\(percent(value)) (\(FigureText.points(lo)) to \(FigureText.points(hi)))"
    }

    private static func interval(_ figure: JSONValue, percent isPercent: Bool) -> String {
        guard let lo = figure["lo"]?.double, let hi = figure["hi"]?.double else { return "" }
        return isPercent ? "\(percent(lo)) to \(percent(hi))" : "\(number(lo)) to \(number(hi))"
    }

    /// A share in per cent with one decimal: 0.0413 is 4.1 %.
    private static func percent(_ value: Double) -> String {
        let tenths = Int((value * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// A number with at most one decimal.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

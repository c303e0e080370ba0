import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say how automated the work is and how often people disagree.",
        discussion: """
            --plot risk draws how often the model would be wrong at every share it could decide; \
            --plot calibration, whether it is right as often as it says.
            """)

    @Option(help: "Start of the window, RFC 3339; the project's creation without it.")
    var from: String?

    @Option(help: "End of the window, RFC 3339; now without it.")
    var to: String?

    @Option(
        help: """
            The time up to now, or to --to: 1h or 1d back from there, or 7d or 28d, so many days before \
            that one and what there is of it, in UTC.
            """)
    var window: String?

    @Option(help: "Only items this model was responsible for.")
    var model: String?

    @Option(help: "Only items this version of a model was responsible for.")
    var modelVersion: String?

    @Option(help: "Only items with this predicted label.")
    var label: String?

    @Option(help: "Only items of a slice of the project, as metadata.source=web.")
    var slice: String?

    @Option(help: "Of reviews, only this person's.")
    var reviewer: String?

    @Option(help: "The pieces of the figures over time: hour, day, week, auto.")
    var by = "auto"

    @Option(help: "Draw as well: risk, calibration, or both with a comma.")
    var plot: String?

    @Flag(help: "Draw with ASCII alone.")
    var ascii = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        if plot != nil, label != nil || slice != nil || reviewer != nil {
            throw ValidationError(
                "--plot draws the items of all labels, slices and reviewers; leave --label, --slice "
                    + "and --reviewer out")
        }
    }

    func run() async throws {
        try await Failure.explain("reporting") {
            let client = try service.client()
            var query: [(String, String)] = []
            if let from { query.append(("from", from)) }
            if let to { query.append(("to", to)) }
            for (name, value) in [
                ("window", window), ("model", model), ("version", modelVersion), ("label", label),
                ("slice", slice), ("reviewer", reviewer),
            ] {
                if let value { query.append((name, value)) }
            }
            query.append(("by", by))
            let plots = try ReportPlots(plot)
            let place = ["project": try await project.name(client)]
            func answer(_ path: String, _ query: [(String, String)]) async throws -> JSONValue {
                try await client.document(
                    Endpoint<Nothing, Nothing>("GET", path).path(place), query: query)
            }
            let report = try await answer(StreamingPath.report, query)
            if json { return try Output.write(report.bytes + [10]) }
            let glyphs = ascii ? PlotGlyphs.ascii : Output.glyphs
            var lines = ReportText(report, glyphs: glyphs).lines()
            // Of the very window that the report is of, however it was asked for.
            let sameItems = [
                ("from", report["from"]?.string), ("to", report["to"]?.string), ("model", model),
                ("version", modelVersion),
            ].compactMap { name, value in value.map { (name, $0) } }
            if plots.drawsRisk {
                lines += RiskPlot(
                    try await answer(StreamingPath.riskCoverage, sameItems), glyphs: glyphs
                )
                .lines()
            }
            if plots.drawsCalibration {
                lines += ReliabilityPlot(
                    try await answer(StreamingPath.calibration, sameItems), glyphs: glyphs
                ).lines()
            }
            let paint = Output.paint
            for line in lines { try Output.print(paint.line(line)) }
        }
    }
}

/// Which plots are drawn below a report.
struct ReportPlots {
    private(set) var drawsRisk = false
    private(set) var drawsCalibration = false

    /// Reads `risk`, `calibration`, or both.
    init(_ text: String?) throws {
        for word in (text ?? "").split(separator: ",") {
            switch word {
            case "risk": drawsRisk = true
            case "calibration": drawsCalibration = true
            default:
                throw Failure(
                    "reading --plot", why: "\"\(word)\" is no plot", hint: "risk, calibration")
            }
        }
    }
}

/// A report for people, 80 columns wide.
struct ReportText {
    private let report: JSONValue
    private let glyphs: PlotGlyphs

    init(_ report: JSONValue, glyphs: PlotGlyphs) {
        self.report = report
        self.glyphs = glyphs
    }

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
        lines += ReportBars(report, glyphs: glyphs).lines()
        lines += ReportCosts(report)?.lines() ?? []
        lines += group("by_model_version", "model version") {
            "\($0["model"]?.string ?? "")/\($0["model_version"]?.string ?? "")"
        }
        lines += group("by_label", "predicted label") { $0["label"]?.string ?? "" }
        lines += shadow()
        lines += reviewers()
        lines += notServing()
        lines += ReportPlot(report, glyphs: glyphs).lines()
        return lines
    }

    private func metrics() -> [String] { ReportFigures(report["metrics"]).lines() }

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
        let header = ["received", "automated", "error of accepted", "override"]
        let rows = groups.map { group in
            let metrics = group["metrics"]
            return [
                ReportFigures.number(metrics?["received"]?["value"]?.double ?? 0),
                Self.rate(metrics?["automation_rate"]), Self.rate(metrics?["auto_accept_error"]),
                Self.rate(metrics?["override_rate"]),
            ]
        }
        // The name takes what the figures leave.
        let taken = header.indices.reduce(0) { sum, column in
            sum + 1 + ([header] + rows).reduce(0) { max($0, $1[column].count) }
        }
        var table = Columns([title] + header, right: [1, 2])
        for (group, row) in zip(groups, rows) {
            table.add([ErrorsText.fitted(name(group), max(80 - taken, title.count))] + row)
        }
        return [""] + table.lines(atMost: 80)
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
                reviewer["reviews_per_hour"]?.double.map(ReportFigures.number) ?? "not known",
                Self.rate(reviewer["override_rate"]),
                reviewer["handling_seconds_p50"]?["value"]?.double.map(ReportFigures.number) ?? "-",
                reviewer["handling_seconds_p90"]?["value"]?.double.map(ReportFigures.number) ?? "-",
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

    /// A share in per cent with one decimal: 0.0413 is 4.1 %.
    private static func percent(_ value: Double) -> String {
        let tenths = Int((value * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

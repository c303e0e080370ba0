import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice calibration`.
struct CalibrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibration",
        abstract: "Say how far a model's confidences can be believed.",
        discussion: """
            By the labels people gave, weighted to all traffic. The service fits a map each night \
            and scores it on the labels that come after; it serves what is shown and estimated, and \
            puts what is likeliest wrong first in the queue. Routing goes by the model's own \
            confidence.
            """,
        subcommands: [Show.self, Fit.self], defaultSubcommand: Show.self)

    /// `sluice calibration show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show errors, the reliability diagram and the map.")

        @OptionGroup var question: WatchedVersionOptions

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("reporting calibration") {
                let client = try service.client()
                let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.calibration)
                    .path(["project": try await project.name(client)])
                let report = try await client.document(path, query: question.query)
                if json { return try Output.write(report.bytes + [10]) }
                for line in CalibrationText(report).lines() { try Output.print(line) }
            }
        }
    }

    /// `sluice calibration fit`.
    struct Fit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fit a map to the labels given in a window, now, and keep it.")

        @OptionGroup var question: WatchedVersionOptions

        @Option(
            help: """
                The kind of map: platt, isotonic or temperature; without it, the one that suits the \
                number of labels.
                """)
        var kind: String?

        @OptionGroup var service: ServiceOptions
        @OptionGroup var project: ProjectOption

        func run() async throws {
            try await Failure.explain("fitting a calibration map") {
                var writer = JSONWriter()
                writer.beginObject()
                for (name, value) in question.query + (kind.map { [("kind", $0)] } ?? []) {
                    writer.key(name)
                    writer.string(value)
                }
                writer.endObject()
                let client = try service.client()
                let map = try await client.call(
                    Endpoint<AnyDocument, AnyDocument>("POST", StreamingPath.calibration),
                    at: ["project": try await project.name(client)],
                    AnyDocument(parsing: writer.bytes))
                try Output.write(map.json + [10])
            }
        }
    }
}

/// A calibration report for people, 80 columns wide.
struct CalibrationText {
    private static let columns = 40
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    func lines() -> [String] { head() + errors() + diagram() }

    private func head() -> [String] {
        [
            safe(
                "\(report["project"]?.string ?? ""), \(report["model"]?.string ?? "")"
                    + "/\(report["model_version"]?.string ?? "")"),
            "\(report["labels"]?.int ?? 0) labels, worth "
                + "\(Int((report["n_eff"]?.double ?? 0).rounded())) of equal weight", "",
        ]
    }

    private func errors() -> [String] {
        if let reason = report["ece"]?["reason"]?.string {
            return ComparisonText.wrapped(reason) + queue()
        }
        var table = Table(["", "value", "95 %", "method"])
        for (name, key) in Self.figures {
            let figure = report[key]
            let bins = figure?["bins"]?.int.map { ", \($0) bins" } ?? ""
            table.add([
                name, Self.value(figure), Self.interval(figure),
                (figure?["method"]?.string ?? "") + bins,
            ])
        }
        var lines = table.lines()
        if let z = report["spiegelhalter"]?["z"]?.double,
            let p = report["spiegelhalter"]?["p"]?.double
        {
            lines.append(
                "test of calibration: z \(DriftText.short(z)), p \(p < 0.0001 ? "<0.0001" : FigureText.decimals(p))"
            )
        }
        return lines + [""] + map() + queue() + [""]
    }

    /// What new items are ranked by, where no rule sets their priority.
    private func queue() -> [String] {
        guard let order = report["queue_order"] else { return [] }
        return ComparisonText.wrapped(
            order["map"]?.int.map {
                "queue: likeliest wrong first, by what map \($0) makes of the confidence"
            } ?? "queue: least confident first, by the confidence as it is")
    }

    private static let losses = [("Brier score", "brier"), ("log loss", "log_loss")]
    private static let figures =
        [("calibration error", "ece"), ("largest gap", "mce")] + losses

    /// What the map made of labels it was not fitted to.
    private func map() -> [String] {
        guard let map = report["map"], let kind = map["kind"]?.string else {
            return ComparisonText.wrapped(
                "no map: \(report["map"]?["reason"]?.string ?? "not known")")
        }
        let fitted = map["fitted_on"]?["labels"]?.int ?? 0
        let scored = map["scored_on"]?["labels"]?.int ?? 0
        let worth = map["before"]?["ece"]?["n_eff"]?.double.map {
            ", worth \(Int($0.rounded()))"
        }
        let head =
            "map: \(safe(kind)), fitted to \(fitted) labels, scored on \(scored) given later"
            + (worth ?? "")
        if let reason = map["before"]?["ece"]?["reason"]?.string {
            return [head] + ComparisonText.wrapped(reason)
        }
        var table = Table(["", "as it is", "with the map"])
        for (name, key) in Self.figures {
            table.add([name] + ["before", "after"].map { Self.both(map[$0]?[key]) })
        }
        return [head] + table.lines()
            + Self.losses.map { Self.change(of: $0, map["change"]?[$1]) }
    }

    /// Whether the map lowers a loss, as far as can be told.
    private static func change(of name: String, _ figure: JSONValue?) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else {
            return "\(name): what the map changes is not known"
        }
        let verdict = hi < 0 ? "it helps" : lo > 0 ? "it does harm" : "it may be chance"
        return "the map changes the \(name) by \(both(figure)): \(verdict)"
    }

    private static func value(_ figure: JSONValue?) -> String {
        figure?["value"]?.double.map(DriftText.short) ?? "not known"
    }

    private static func interval(_ figure: JSONValue?) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else { return "" }
        return "\(DriftText.short(lo)) to \(DriftText.short(hi))"
    }

    /// A value with its interval.
    private static func both(_ figure: JSONValue?) -> String {
        let interval = interval(figure)
        return interval.isEmpty ? value(figure) : "\(value(figure)) (\(interval))"
    }

    /// One line a bin: a bar as long as the share that is right, and a mark where the confidence is.
    private func diagram() -> [String] {
        let bins = report["diagram"]?.array ?? []
        guard !bins.isEmpty else { return [] }
        let rows = bins.map { bin -> String in
            let accuracy = bin["accuracy"]?["value"]?.double ?? 0
            let confidence = bin["confidence"]?.double ?? 0
            var bar = Array(repeating: Character(" "), count: Self.columns + 1)
            let filled = Int((accuracy * Double(Self.columns)).rounded())
            for column in 0..<min(max(filled, 0), Self.columns) { bar[column] = "█" }
            let mark = min(max(Int((confidence * Double(Self.columns)).rounded()), 0), Self.columns)
            bar[mark] = "│"
            let range =
                "\(Self.tenth(bin["from"]?.double))-\(Self.tenth(bin["to"]?.double))"
            let right = FigureText.percent(accuracy)
            let padding = String(repeating: " ", count: max(8 - right.count, 0))
            return "\(range) \(String(bar)) \(padding)\(right)  n \(bin["n"]?.int ?? 0)"
        }
        return ["confidence: share that is right (bar), mean confidence (│)"] + rows
    }

    private static func tenth(_ value: Double?) -> String {
        let tenths = Int(((value ?? 0) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

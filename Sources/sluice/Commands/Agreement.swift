import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice agreement`.
struct AgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement",
        abstract: "Say how far people agree, and which labels they mix up.",
        discussion: """
            What counts are labels reviewers gave on their own, here or imported: no adjudications, \
            no gold items. --blind leaves out what was answered with a prediction in sight.
            """)

    @Option(help: "Also by slice: tag, or a place such as metadata.site.")
    var by: String?

    @Option(help: "Answers from this moment on, RFC 3339.")
    var from: String?

    @Option(help: "Answers before this moment, RFC 3339.")
    var to: String?

    @Flag(help: "Only answers given without a prediction in sight.")
    var blind = false

    @Option(help: "Labels as a map names them: the name of a stored one, or a file.")
    var map: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("reporting agreement") {
            let client = try service.client()
            var query: [(String, String)] = []
            for (name, value) in [("by", by), ("from", from), ("to", to)] {
                if let value { query.append((name, value)) }
            }
            if blind { query.append(("blind", "true")) }
            if let map { query.append(("map", try LabelMapArgument.parameter(map))) }
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.agreement)
                .path(["project": try await project.name(client)])
            let report = try await client.document(path, query: query)
            if json {
                try Output.write(report.bytes + [10])
            } else {
                for line in AgreementText(report).lines() { try Output.print(line) }
            }
        }
    }
}

/// An agreement report for people, 80 columns wide.
struct AgreementText {
    private static let columns = 80
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    func lines() -> [String] {
        [safe(report["project"]?.string ?? ""), safe(basis), ""] + coefficients() + humanLevel()
            + byLabel() + confusion() + slices()
    }

    /// What the figures rest on, in one line.
    private var basis: String {
        func count(_ key: String) -> Int { report[key]?.int ?? 0 }
        var text =
            "\(count("answers")) answers to \(count("items")) items, "
            + "\(count("items_with_several")) of them with several"
        if count("reviewers") > 0 { text += ", by \(count("reviewers")) people" }
        if count("answers_anonymous") > 0 {
            text += ", \(count("answers_anonymous")) of nobody in particular"
        }
        return text
    }

    private func coefficients() -> [String] {
        var table = Table(["agreement", "value", "95 % interval"])
        for (name, key) in [
            ("Krippendorff's alpha", "krippendorff_alpha"), ("percent", "percent"),
            ("Gwet's AC1", "gwet_ac1"), ("Fleiss' kappa", "fleiss_kappa"),
            ("Cohen's kappa", "cohen_kappa"),
        ] {
            let figure = report["agreement"]?[key]
            guard let value = figure?["value"]?.double else {
                // Two people are the exception; that it is for them needs no line every time.
                if key == "cohen_kappa" { continue }
                table.add([name, figure?["reason"]?.string ?? "not known"])
                continue
            }
            let isShare = key == "percent"
            let interval = isShare ? FigureText.interval(figure) : Self.interval(figure)
            table.add([
                name, isShare ? FigureText.percent(value) : Self.coefficient(value),
                interval.isEmpty ? figure?["reason"]?.string ?? "" : interval,
            ])
        }
        var lines = table.lines()
        if let reading = report["agreement"]?["krippendorff_alpha"]?["reading"]?.string {
            lines += Self.wrapped("What alpha says of the labels: \(reading).")
        }
        let shown = report["answers_with_prediction_shown"]?.int ?? 0
        if shown > 0 {
            lines += Self.wrapped(
                "\(shown) answers were given with a prediction in sight: people may agree with the "
                    + "model and not with each other (--blind leaves them out).")
        }
        return lines
    }

    private func humanLevel() -> [String] {
        guard let level = report["human_level"] else { return [] }
        var lines = [""]
        lines += Self.wrapped(
            "One person agrees with what the others agree on: \(FigureText.value(level))"
                + (level["value"]?.double == nil
                    ? "" : " (\(FigureText.interval(level)), \(level["n"]?.int ?? 0) answers)."))
        if let two = level["habit_two_people"]?.double,
            let model = level["habit_constant_model"]?.double
        {
            lines += Self.wrapped(
                "Without looking at all, two people who give labels as often as these would agree on "
                    + "\(FigureText.percent(two)), and a model that always gives the commonest one "
                    + "agrees with one on \(FigureText.percent(model)): a model \"above human level\" "
                    + "may only have learned the habit.")
        }
        return lines
    }

    private func byLabel() -> [String] {
        let labels = report["by_label"]?.array ?? []
        guard !labels.isEmpty else { return [] }
        var table = Table(["label", "given", "others agree on it", "95 % interval", "n"])
        for label in labels {
            let level = label["human_level"]
            table.add([
                label["label"]?.string ?? "", "\(label["given"]?.int ?? 0)",
                FigureText.value(level), FigureText.interval(level),
                "\(level?["n"]?.int ?? 0)",
            ])
        }
        return [""] + table.lines()
    }

    private func confusion() -> [String] {
        let pairs = report["confusion"]?.array ?? []
        guard !pairs.isEmpty else { return [] }
        var table = Table(["mixed up", "", "pairs", "share", "for example"])
        for pair in pairs.prefix(10) {
            table.add([
                pair["one"]?.string ?? "", pair["other"]?.string ?? "",
                "\(pair["disagreements"]?.int ?? 0)",
                FigureText.percent(pair["share"]?.double ?? 0),
                pair["examples"]?.array?.first?.string ?? "",
            ])
        }
        var lines = [""] + table.lines()
        if pairs.count > 10 { lines.append("and \(pairs.count - 10) rarer ones (--json has them)") }
        if let sentence = report["clarify"]?.string { lines += Self.wrapped(sentence) }
        return lines
    }

    private func slices() -> [String] {
        guard let by = report["by"]?.string else { return [] }
        let slices = report["by_slice"]?.array ?? []
        guard !slices.isEmpty else { return ["", safe("nothing stands at \(by)")] }
        var table = Table([by, "items", "alpha", "95 % interval", "human level", "interval"])
        for slice in slices {
            let alpha = slice["krippendorff_alpha"]
            table.add([
                slice["slice"]?.string ?? "", "\(slice["items"]?.int ?? 0)",
                alpha?["value"]?.double.map(Self.coefficient) ?? "undefined",
                Self.interval(alpha), FigureText.value(slice["human_level"]),
                FigureText.interval(slice["human_level"]),
            ])
        }
        let leftOut = report["slices_left_out"]?.int ?? 0
        return [""] + table.lines() + (leftOut > 0 ? ["and \(leftOut) smaller ones"] : [])
    }

    /// A coefficient of -1...1 with three decimals.
    private static func coefficient(_ value: Double) -> String {
        let digits = Int((abs(value) * 1000).rounded())
        let fraction = String(digits % 1000)
        return (value < 0 && digits > 0 ? "-" : "") + "\(digits / 1000)."
            + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private static func interval(_ figure: JSONValue?) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else { return "" }
        return "\(coefficient(lo)) to \(coefficient(hi))"
    }

    /// A sentence over as many lines as it takes.
    static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in safe(text).split(separator: " ") {
            if !line.isEmpty, TextWidth.columns(line + " " + word) > columns {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        return lines + [line]
    }
}

import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON
import SluiceTerminal

/// `sluice reviewer show`.
struct ReviewerShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say how one reviewer's answers stand to what the others agree on.",
        discussion: """
            An answer is compared with the majority of the others' answers to the item; where they tie, \
            it is left out. Rates of few answers are also shown drawn towards everybody's.
            """)

    @Argument(help: "The reviewer's name.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("showing the reviewer") {
            let client = try service.client()
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.reviewer)
                .path(["project": try await project.name(client), "name": name])
            let report = try await client.document(path)
            if json { return try Output.write(report.bytes + [10]) }
            for line in ReviewerText(report).lines() { try Output.print(line) }
        }
    }
}

/// A report about one reviewer for people, 80 columns wide.
struct ReviewerText {
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    func lines() -> [String] {
        var head = "\(report["reviewer"]?.string ?? "")  \(report["reviews"]?.int ?? 0) answers"
        let imported = report["imported"]?.int ?? 0
        if imported > 0 { head += ", \(imported) of them imported" }
        if let seconds = speed { head += "; \(seconds)" }
        return [safe(head)] + haste() + [""] + overall() + byLabel()
    }

    private var speed: String? {
        let seconds = report["seconds"]
        guard let half = seconds?["p50"]?.double, let most = seconds?["p90"]?.double else {
            return nil
        }
        return "half take \(Self.number(half)) s, nine in ten \(Self.number(most)) s"
    }

    /// How many answers took less than it takes to read an item.
    private func haste() -> [String] {
        let fast = report["fast_answers"]
        guard fast?["value"]?.double != nil, let bound = fast?["faster_than_seconds"]?.double
        else { return [] }
        return [
            "took less than \(Self.number(bound)) s: \(FigureText.value(fast)) of "
                + "\(fast?["n"]?.int ?? 0) answers (\(FigureText.interval(fast)))"
        ]
    }

    private func overall() -> [String] {
        let agreement = report["agreement"]
        guard agreement?["value"]?.double != nil else {
            return ["nobody else has answered the same items"]
        }
        var table = Table(["agrees with the others", "95 % interval", "n", "drawn", "everybody"])
        table.add([
            FigureText.value(agreement), FigureText.interval(agreement),
            "\(agreement?["n"]?.int ?? 0)", Self.percent(agreement?["shrunk"]),
            Self.percent(agreement?["everybody"]),
        ])
        var lines = table.lines()
        let ties = agreement?["ties"]?.int ?? 0
        if ties > 0 { lines.append("left out, because the others tie: \(ties)") }
        let alone = agreement?["alone"]?.int ?? 0
        if alone > 0 { lines.append("left out, because nobody else has answered: \(alone)") }
        switch report["standing"]?.string {
        case "below_the_others": lines.append("agrees less than the others do")
        case "above_the_others": lines.append("agrees more than the others do")
        default: lines.append("cannot be told apart from the others")
        }
        return lines
    }

    private func byLabel() -> [String] {
        let labels = report["by_label"]?.array ?? []
        guard !labels.isEmpty else { return [] }
        var table = Table([
            "the others say", "n", "differs", "interval", "drawn", "everybody", "says instead",
        ])
        for label in labels {
            let figure = label["disagreement"]
            let said = label["said_instead"]?.array?.first
            table.add([
                label["label"]?.string ?? "", "\(label["n"]?.int ?? 0)", FigureText.value(figure),
                Self.interval(figure), Self.percent(figure?["shrunk"]),
                Self.percent(figure?["everybody"]),
                said.map { "\($0["label"]?.string ?? "") \($0["answers"]?.int ?? 0)" } ?? "",
            ])
        }
        return [""] + table.lines()
    }

    /// In points, because seven columns are to fit.
    private static func interval(_ figure: JSONValue?) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else { return "" }
        return "\(FigureText.points(lo)) to \(FigureText.points(hi))"
    }

    private static func percent(_ share: JSONValue?) -> String {
        share?.double.map(FigureText.percent) ?? ""
    }

    /// Seconds with one decimal.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

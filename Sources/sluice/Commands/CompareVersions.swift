import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON

/// `sluice rollout compare`.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two model versions on the items both scored and people labelled.",
        discussion: """
            The last line says whether the candidate may advance, and what evidence is missing if \
            not. Errors are weighted to all traffic where items were not equally likely to be \
            labelled; counts are of the items as labelled.
            """)

    @Option(help: "The version in service; the rollout's without it.")
    var serving: String?

    @Option(help: "The version on trial; the rollout's without it.")
    var candidate: String?

    @Option(help: "Compare for each value of a place too, such as metadata.site.")
    var by: String?

    @Option(
        help: "The error at which automation is compared; the serving version's without it.",
        transform: DecimalArgument.read)
    var error: Double?

    @Option(help: "Only labels given from then on, RFC 3339.")
    var from: String?

    @Option(help: "Only labels given before, RFC 3339.")
    var to: String?

    @Flag(help: "Print the comparison as JSON.")
    var json = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func run() async throws {
        try await Failure.explain("comparing") {
            let client = try service.client()
            let query: [(String, String?)] = [
                ("serving", serving), ("candidate", candidate), ("by", by),
                ("error", error.map { "\($0)" }), ("from", from), ("to", to),
            ]
            let path = Endpoint<Nothing, Nothing>("GET", StreamingPath.comparison)
                .path(["project": try await project.name(client)])
            let comparison = try await client.document(
                path, query: query.compactMap { name, value in value.map { (name, $0) } })
            if json { return try Output.write(comparison.bytes + [10]) }
            for line in ComparisonText(comparison).lines() { try Output.print(line) }
        }
    }
}

/// A comparison for people, 80 columns wide.
struct ComparisonText {
    private static let width = 80

    private let comparison: JSONValue

    init(_ comparison: JSONValue) { self.comparison = comparison }

    /// Every line: the figures first, the verdict last.
    func lines() -> [String] {
        var lines = [
            safe("\(name("serving")) (serving) and \(name("candidate")) (candidate)"), "",
        ]
        lines += traffic()
        lines += outcomes() + errors() + automation()
        lines += group("by_label", title: "label") { $0["label"]?.string ?? "" }
        if let by = comparison["by"]?.string {
            lines += group("by_slice", title: by) { $0["value"]?.string ?? "(none)" }
            if let left = comparison["slices_left_out"]?.int, left > 0 {
                lines.append("and \(left) smaller ones")
            }
        }
        for note in comparison["selection"]?["notes"]?.array ?? [] {
            lines += [""] + Self.wrapped(note.string ?? "")
        }
        return lines + verdict()
    }

    private func name(_ key: String) -> String { comparison[key]?.string ?? "" }

    private func traffic() -> [String] {
        let traffic = comparison["traffic"]
        let selection = comparison["selection"]
        let agreement =
            traffic?["agreement"]?["value"]?.double
            .map { ", agreeing on \(FigureText.percent($0))" } ?? ""
        return [
            "\(traffic?["scored_by_both"]?.int ?? 0) items scored by both\(agreement)",
            "\(selection?["labelled"]?.int ?? 0) of them labelled by people: "
                + "\(selection?["queued"]?.int ?? 0) from the queue, "
                + "\(selection?["audited"]?.int ?? 0) audits",
        ]
    }

    private func outcomes() -> [String] {
        let overall = comparison["overall"]
        guard let n = overall?["n"]?.int, n > 0 else { return [] }
        var table = Table(["", "candidate right", "candidate wrong"])
        func count(_ key: String) -> String { "\(overall?[key]?.int ?? 0)" }
        table.add(["serving right", count("both_right"), count("broken") + " broken"])
        table.add(["serving wrong", count("fixed") + " fixed", count("both_wrong")])
        return [""] + table.lines()
    }

    private func errors() -> [String] {
        let overall = comparison["overall"]
        guard let n = overall?["n"]?.int, n > 0 else { return [] }
        var table = Table(["error", "value", "95 % interval", "method"])
        func add(_ name: String, _ figure: JSONValue?, points: Bool = false) {
            table.add([
                name, FigureText.value(figure, points: points),
                FigureText.interval(figure, points: points), figure?["method"]?.string ?? "",
            ])
        }
        add("serving", overall?["serving_error"])
        add("candidate", overall?["candidate_error"])
        add("difference, points", overall?["error_difference"], points: true)
        return [""] + table.lines()
    }

    private func automation() -> [String] {
        let automation = comparison["automation"]
        guard let error = automation?["error"]?.double, automation?["serving"]?["value"] != nil
        else { return [] }
        var table = Table([
            "automated at \(FigureText.percent(error)) error", "share", "95 % interval",
            "confidence from",
        ])
        func add(_ name: String, _ figure: JSONValue?, points: Bool = false) {
            table.add([
                name, FigureText.value(figure, points: points),
                FigureText.interval(figure, points: points),
                figure?["threshold"]?.double.map { FigureText.decimals($0) } ?? "",
            ])
        }
        add("serving", automation?["serving"])
        add("candidate", automation?["candidate"])
        add("difference, points", automation?["difference"], points: true)
        return [""] + table.lines()
    }

    private func group(
        _ key: String, title: String, _ name: (JSONValue) -> String
    ) -> [String] {
        let groups = comparison[key]?.array ?? []
        guard !groups.isEmpty else { return [] }
        var table = Table([
            Self.cut(title), "n", "fixed", "broken", "p", "serving err", "candidate err",
        ])
        for group in groups {
            table.add([
                Self.cut(name(group)), "\(group["n"]?.int ?? 0)", "\(group["fixed"]?.int ?? 0)",
                "\(group["broken"]?.int ?? 0)",
                group["mcnemar_p"]?.double.map { FigureText.decimals($0) } ?? "",
                FigureText.value(group["serving_error"]),
                FigureText.value(group["candidate_error"]),
            ])
        }
        return [""] + table.lines()
    }

    private func verdict() -> [String] {
        let verdict = comparison["verdict"]
        var lines = [""] + Self.wrapped(verdict?["sentence"]?.string ?? "")
        for missing in verdict?["missing"]?.array ?? [] {
            lines += Self.wrapped("missing: \(missing.string ?? "")")
        }
        return lines
    }

    /// A name that leaves room for the numbers beside it.
    private static func cut(_ name: String) -> String {
        let name = safe(name)
        return name.count > 24 ? String(name.prefix(23)) + "…" : name
    }

    /// A sentence in lines of 80 columns.
    static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in safe(text).split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}

/// Figures of a report or a comparison as tables have them.
enum FigureText {
    /// The value in per cent, or "not known"; a difference in points without the sign of per cent.
    static func value(_ figure: JSONValue?, points isPoints: Bool = false) -> String {
        guard let value = figure?["value"]?.double else { return "not known" }
        return isPoints ? points(value) : percent(value)
    }

    /// The interval, empty where there is none.
    static func interval(_ figure: JSONValue?, points isPoints: Bool = false) -> String {
        guard let lo = figure?["lo"]?.double, let hi = figure?["hi"]?.double else { return "" }
        return isPoints ? "\(points(lo)) to \(points(hi))" : "\(percent(lo)) to \(percent(hi))"
    }

    /// A share in per cent with one decimal: 0.0413 is "4.1 %".
    static func percent(_ share: Double) -> String { "\(points(share)) %" }

    /// A share times 100 with one decimal: -0.0413 is "-4.1".
    static func points(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// A number of 0...1 with four decimals at most: 0.05 is "0.05".
    static func decimals(_ value: Double) -> String {
        let digits = Int((value * 10_000).rounded())
        guard digits > 0 else { return value > 0 ? "<0.0001" : "0" }
        guard digits < 10_000 else { return "1" }
        var text = String(digits)
        text = String(repeating: "0", count: 4 - text.count) + text
        while text.hasSuffix("0") { text.removeLast() }
        return "0.\(text)"
    }
}

import ArgumentParser
import SluiceAPI
import SluiceClient
import SluiceJSON

/// `sluice consensus`.
struct ConsensusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consensus",
        abstract: "Estimate what items are from all answers, and how good reviewers are.",
        discussion: """
            Answers weigh by how reliable their reviewers prove to be. map estimates for every \
            reviewer what they answer for each label, one-coin only how often they are right: \
            better with few answers. majority counts heads, and ml is map without its prior. \
            Without a method the one is taken that suits how much everybody answered. Decisions \
            stay as they are.
            """)

    @Option(help: "map, one-coin, majority or ml.")
    var method: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Print every item as a line of JSON, with the probabilities of its labels.")
    var items = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var project: ProjectOption

    func validate() throws {
        guard !(json && items) else {
            throw ValidationError("--items are JSON already; leave out --json")
        }
    }

    func run() async throws {
        try await Failure.explain("estimating") {
            let client = try service.client()
            let path = Endpoint<Nothing, Nothing>(
                "GET", items ? StreamingPath.consensusItems : StreamingPath.consensus
            ).path(["project": try await project.name(client)])
            let query = method.map { [("method", $0)] } ?? []
            if items {
                return try await client.download(path, query: query) { try Output.write($0) }
            }
            let report = try await client.document(path, query: query)
            if json { return try Output.write(report.bytes + [10]) }
            for line in ConsensusText(report).lines() { try Output.print(line) }
        }
    }
}

/// The report of an estimate for people, 80 columns wide.
struct ConsensusText {
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    /// Every line: items first, reviewers last.
    func lines() -> [String] {
        guard count("items") > 0 else { return ["nobody has answered anything yet"] }
        return summary() + labels() + reviewers()
    }

    private func count(_ key: String) -> Int { report[key]?.int ?? 0 }

    private func summary() -> [String] {
        let method = report["method"]?.string ?? ""
        let rounds = count("rounds")
        let settled = report["settled"]?.bool == true ? "" : ", not settled"
        var lines = [
            "\(count("answers")) answers to \(count("items")) items by \(method)"
                + (rounds > 0 ? ", \(rounds) rounds\(settled)" : "")
        ]
        let majority = report["majority"]
        lines.append(
            "\(count("decided")) decided, \(count("undecided")) tied; majority vote ties on "
                + "\(majority?["ties"]?.int ?? 0) and says otherwise on "
                + "\(majority?["differs"]?.int ?? 0)")
        if let decisions = report["decisions"], let compared = decisions["compared"]?.int,
            compared > 0
        {
            lines.append(
                "\(decisions["differs"]?.int ?? 0) of \(compared) standing decisions are another "
                    + "label")
        }
        if let accuracy = report["expected_accuracy"]?["value"]?.double {
            lines.append("\(FigureText.percent(accuracy)) of the decided expected to be right")
        }
        let calibration = report["calibration"]
        if let error = calibration?["expected_error"]?.double {
            lines.append(
                "expected calibration error \(FigureText.percent(error)) on "
                    + "\(calibration?["n"]?.int ?? 0) adjudicated items")
        } else if let reason = calibration?["reason"]?.string {
            lines.append("calibration not known: \(safe(reason))")
        }
        if let power = report["power"]?.double, power < 1 {
            lines += ComparisonText.wrapped(
                "Answers to an item are wrong together more often than by chance: posteriors are "
                    + "tempered to the power \(FigureText.decimals(power)).")
        }
        return lines
    }

    private func labels() -> [String] {
        var table = Table(["label", "share"])
        for label in report["labels"]?.array ?? [] {
            table.add([
                cut(label["label"]?.string), FigureText.percent(label["share"]?.double ?? 0),
            ])
        }
        return [""] + table.lines()
    }

    private func reviewers() -> [String] {
        var table = Table(["reviewer", "answers", "accuracy", "most common mistake"])
        for reviewer in report["reviewers"]?.array ?? [] {
            let mistake = reviewer["mistakes"]?[0]
            let isAnonymous = reviewer["anonymous"]?.bool == true
            table.add([
                isAnonymous ? "(anonymous)" : cut(reviewer["reviewer"]?.string),
                "\(reviewer["answers"]?.int ?? 0)",
                FigureText.percent(reviewer["accuracy"]?.double ?? 0),
                mistake.map {
                    "\(cut($0["truth"]?.string)) as \(cut($0["given"]?.string)), "
                        + FigureText.percent($0["probability"]?.double ?? 0)
                } ?? "",
            ])
        }
        let left = count("reviewers_left_out")
        return [""] + table.lines() + (left > 0 ? ["and \(left) with fewer answers"] : [])
    }

    /// A name that leaves room for what stands beside it.
    private func cut(_ name: String?) -> String {
        let name = safe(name ?? "")
        return name.count > 18 ? String(name.prefix(17)) + "…" : name
    }
}

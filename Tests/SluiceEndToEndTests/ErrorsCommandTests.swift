import Foundation
import SluiceJSON
import TestSupport
import Testing

/// `sluice errors`, the plots of `sluice report`, costs, and the most surprising labels, on a project
/// whose people have answered by a known truth.
@Suite(.inTurns) struct ErrorsCommandTests {
    private static let policy = """
        {"degree":"partial","accept":{"default":0.7},"audit_rate":1,\
        "audits":{"second_look":false},\
        "costs":{"review":0.5,"error":20,"labels":{"dog":100},"currency":"EUR"}}
        """

    /// 120 items from 0.40 to 0.99, half of them audited, or the first of them; at night every second
    /// prediction is wrong, by day every tenth.
    private func answered(_ home: Home, items: Int = 120) async throws -> String {
        let admin = try await home.makeProject(policy: Self.policy)
        let lines = (0..<items).map { number in
            """
            {"external_id":"i\(number)","model":"m","model_version":"1",\
            "label":"\(number % 3 == 0 ? "dog" : "cat")","confidence":0.\(40 + number / 2),\
            "payload":{"text":"meow"},\
            "metadata":{"time":"\(number % 2 == 0 ? "night" : "day")"}}
            """
        }
        let sent = try await home.sluice(
            "import", "-", token: admin, input: lines.joined(separator: "\n") + "\n")
        #expect(sent.status == 0, "\(sent.error)")
        for _ in 0..<3 {
            let leases = try await request(
                "POST", "/v1/projects/pets/leases", port: home.port, token: admin,
                headers: ["Content-Type": "application/json"], body: Array(#"{"count":50}"#.utf8))
            for lease in try leases.json["leases"]?.array ?? [] {
                let id = lease["item"]?["external_id"]?.string ?? ""
                let number = Int(id.dropFirst()) ?? 0
                let predicted = number % 3 == 0 ? "dog" : "cat"
                let isWrong = number % 2 == 0 ? number % 8 < 4 : number % 20 == 5
                let label = isWrong ? (predicted == "dog" ? "cat" : "dog") : predicted
                let reply = try await request(
                    "POST", "/v1/projects/pets/leases/\(lease["lease"]?.string ?? "")/review",
                    port: home.port, token: admin, headers: ["Content-Type": "application/json"],
                    body: Array(
                        #"{"review_id":"\#(id)","verdict":"label","label":"\#(label)","tags":["\#(isWrong ? "blurred" : "clear")"],"seconds":6}"#
                            .utf8))
                #expect(reply.status == 200, "\(reply.text)")
            }
        }
        return admin
    }

    @Test(
        "where errors are, what automation saved, and the plots, in 80 columns with and without blocks"
    )
    func screens() async throws {
        try await Home.served { home, _ in
            let admin = try await answered(home)
            let night = try await home.sluice("errors", "--by", "metadata.time", token: admin)
            try #require(night.status == 0, "\(night.error)")
            #expect(night.output.contains("!  night"), "\(night.output)")
            #expect(night.output.contains("wrong more often than the rest"))
            #expect(night.output.contains("no gain: no item has answers of two people"))
            let json = try await home.sluice(
                "errors", "--by", "label", "--model", "m", "--json", token: admin)
            let value = try JSONValue(parsing: Array(json.output.utf8))
            #expect(value["labelled"]?.int == 120 && value["labels"]?.array?.count == 2)
            let refused = try await home.sluice("errors", "--by", "colour", token: admin)
            #expect(refused.status == 1 && refused.error.contains("SLU-113"))

            let report = try await home.sluice("report", "--plot", "risk", token: admin)
            try #require(report.status == 0, "\(report.error)")
            #expect(report.output.contains("where 120 items went"))
            #expect(report.output.contains("error of what was accepted"))
            #expect(report.output.contains("Saved: "))
            #expect(report.output.contains("EUR"))
            #expect(report.output.contains("At these costs accepting of dog pays"))
            #expect(report.output.contains("@ the thresholds in force: 50.0 % accepted"))
            let plain = try await home.sluice(
                "report", "--plot", "risk", token: admin, with: ["LC_ALL": "C"])
            #expect(plain.output.utf8.allSatisfy { $0 < 128 }, "\(plain.output)")
            let ascii = try await home.sluice("errors", "--ascii", token: admin)
            #expect(ascii.output.utf8.allSatisfy { $0 < 128 })
            for output in [night.output, report.output, plain.output, ascii.output] {
                let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
                for line in lines where line.count > 80 { Issue.record("\(line)") }
                #expect(!output.contains("\u{1b}"), "no colours where it is no terminal")
            }
            let plot = try await home.sluice("report", "--plot", "pie", token: admin)
            #expect(plot.status == 1 && plot.error.contains("risk, calibration"))

            let loss = try await home.sluice(
                "export", "--sort", "loss", "--limit", "5", token: admin)
            let rows = try loss.output.split(separator: "\n").map {
                try JSONValue(parsing: String($0))
            }
            #expect(rows.count == 5)
            #expect(rows.allSatisfy { $0["outcome"]?.string == "corrected" })
            let losses = rows.compactMap { $0["loss"]?.double }
            #expect(losses.count == 5 && losses == losses.sorted(by: >))
            for arguments in [["--limit", "5"], ["--sort", "size"]] {
                let refused = try await home.sluice(
                    "export", arguments[0], arguments[1], token: admin)
                #expect(refused.status == 1 && refused.error.contains("SLU-113"))
            }

            let tried = try await home.sluice(
                "policy", "what-if", "--threshold", "0.4,0.7", token: admin)
            #expect(tried.output.contains("saved"), "\(tried.output)")
            #expect(tried.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        }
    }

    @Test("with too few labels for a map, costs and the queue take confidences at their word")
    func uncalibrated() async throws {
        try await Home.served { home, _ in
            let admin = try await answered(home, items: 90)
            for ran in [
                try await home.sluice("report", token: admin),
                try await home.sluice("policy", "what-if", token: admin),
            ] {
                #expect(
                    try text(of: ran).contains(
                        "accepting of dog pays from a confidence of 0.995 on, confidences taken at "
                            + "their word: there is no calibration map (in force 0.7: less should "
                            + "be accepted)"))
            }
            let calibration = try await home.sluice("calibration", token: admin)
            #expect(
                try text(of: calibration).contains(
                    "queue: least confident first, by the confidence as it is"))
        }
    }

    @Test("once a calibration map is fitted, costs and the order of the queue go by it and say so")
    func calibrated() async throws {
        try await Home.served { home, _ in
            let admin = try await answered(home)
            // The service may have fitted one by itself before.
            let fitted = try await home.sluice("calibration", "fit", token: admin)
            try #require(fitted.status == 0, "\(fitted.error)")
            let map = try JSONValue(parsing: Array(fitted.output.utf8))
            let number = try #require(map["number"]?.int)
            for ran in [
                try await home.sluice("report", token: admin),
                try await home.sluice("policy", "what-if", token: admin),
            ] {
                let text = try text(of: ran)
                #expect(!text.contains("at their word"))
                // 1 - 0.5 / 20 and 1 - 0.5 / 100.
                #expect(text.contains("accepting pays where 97.5 % are right: "))
                #expect(text.contains("accepting of dog pays where 99.5 % are right: "))
                #expect(text.contains("no confidence of m/1 is enough for that"))
                #expect(text.contains("(calibration map \(number) of 20"))
                #expect(text.contains(", 120 labels; in force 0.7)"))
            }
            let calibration = try await home.sluice("calibration", token: admin)
            #expect(
                try text(of: calibration).contains(
                    "queue: likeliest wrong first, by what map \(number) makes of the confidence"))
        }
    }

    /// What a command printed, on one line.
    private func text(of ran: CommandResult) throws -> String {
        try #require(ran.status == 0, "\(ran.error)")
        #expect(ran.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        return ran.output.split { $0.isWhitespace }.joined(separator: " ")
    }
}

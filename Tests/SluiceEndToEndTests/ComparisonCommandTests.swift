import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ComparisonCommandTests {
    @Test("rollout compare and report fit 80 columns, and say what is missing and who changed what")
    func screens() async throws {
        try await Home.served { home, _ in
            let token = try await home.token("admin", "me")
            let document = try home.file(
                "project.json", #"{"name":"p","labels":[{"name":"a"},{"name":"b"}]}"#)
            _ = try await home.sluice("project", "create", document, token: token)
            for version in ["1", "2"] {
                let lines = (0..<20).map {
                    #"{"external_id":"i\#($0)","model":"m","model_version":"\#(version)","label":"a","confidence":0.5,"payload":1}"#
                }
                _ = try await home.sluice(
                    "import", "-", token: token, input: lines.joined(separator: "\n"))
            }
            let compared = try await home.sluice(
                "rollout", "compare", "--serving", "m/1", "--candidate", "m/2", token: token)
            #expect(
                compared.output == """
                    m/1 (serving) and m/2 (candidate)

                    20 items scored by both, agreeing on 100.0 %
                    0 of them labelled by people: 0 from the queue, 0 audits

                    Nothing can be said yet: no item has been scored by both and labelled; about 100
                    are needed.
                    missing: 100 more items scored by both and labelled

                    """)
            let json = try await home.sluice(
                "rollout", "compare", "--json", "--serving", "m/1", "--candidate", "m/2",
                token: token)
            #expect(
                try JSONValue(parsing: json.output)["verdict"]?["may_advance"]?.bool == false)
            let report = try await home.sluice("report", "--by", "day", token: token).output
            #expect(report.contains("received   █ to 20\n"))
            #expect(report.contains("changed    A see below\n"))
            #expect(report.contains(" me: project.created 1, assist\n"))
            for line in report.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
    }
}

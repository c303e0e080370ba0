import Foundation
import SluiceJSON
import TestSupport
import Testing

/// `sluice policy what-if` on a project whose people have answered by a known truth.
@Suite(.inTurns) struct WhatIfCommandTests {
    /// 60 items from 0.40 to 0.99, all of them people's; every tenth prediction is wrong.
    private func answered(_ home: Home) async throws -> String {
        let admin = try await home.makeProject(policy: #"{"degree":"assist","audit_rate":0}"#)
        let lines = (0..<60).map { prediction("i\($0)", confidence: "0.\(40 + $0)") }
        let sent = try await home.sluice(
            "import", "-", token: admin, input: lines.joined(separator: "\n") + "\n")
        #expect(sent.status == 0, "\(sent.error)")
        let leases = try await request(
            "POST", "/v1/projects/pets/leases", port: home.port, token: admin,
            headers: ["Content-Type": "application/json"], body: Array(#"{"count":60}"#.utf8))
        for lease in try leases.json["leases"]?.array ?? [] {
            let id = lease["item"]?["external_id"]?.string ?? ""
            let label = id.hasSuffix("0") ? "dog" : "cat"
            let reply = try await request(
                "POST", "/v1/projects/pets/leases/\(lease["lease"]?.string ?? "")/review",
                port: home.port, token: admin, headers: ["Content-Type": "application/json"],
                body: Array(
                    #"{"review_id":"\#(id)","verdict":"label","label":"\#(label)","seconds":60}"#
                        .utf8))
            #expect(reply.status == 200)
        }
        return admin
    }

    @Test("a table and a plot of at most 80 columns, gaps explained; the whole as JSON")
    func whatIf() async throws {
        try await Home.served { home, _ in
            let admin = try await answered(home)
            let tried = try await home.sluice(
                "policy", "what-if", "--threshold", "0.4,0.6,0.65,0.95", token: admin)
            #expect(tried.status == 0 && tried.error.isEmpty, "\(tried.error)")
            let lines = tried.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 80 })
            #expect(lines[0].hasPrefix("pets  60 items  20"))
            #expect(
                lines[2...7].map(String.init) == [
                    "   threshold    model  people  hours  change   error      95 %   n",
                    "@  0.95 now     0.0 %      60   1.00               -              ",
                    "o  0.4        100.0 %       0   0.00     +60  10.0 %  4.7-20.1  60",
                    "o  0.6         66.7 %      20   0.33     +40  10.0 %  4.0-23.1  40",
                    "o  0.65        58.3 %      25   0.42     +35   8.6 %  3.0-22.4  35",
                    "o  0.95         8.3 %      55   0.92      +5       -              ",
                ])
            #expect(tried.output.contains("now in degree assist: the model's threshold decides"))
            #expect(tried.output.contains("a review takes 60.0 s, the mean of 60"))
            #expect(
                tried.output.contains("no error at 0.95: only 5 labels by people; 30 are needed"))
            #expect(tried.output.contains("no error at 0.95 now: nothing would be accepted"))
            #expect(tried.output.contains("estimated error (| 95 %)"))
            #expect(lines.count { $0.contains("| ") && $0.contains("o") && $0.contains("%") } >= 1)
            #expect(tried.output.contains("@-----"), "the present is marked on the axis")

            let json = try await home.sluice(
                "policy", "what-if", "--thresholds-for", "cat", "--json", token: admin)
            let reply = try JSONValue(parsing: json.output)
            #expect(reply["label"]?.string == "cat" && reply["items"]?.int == 60)
            #expect((15...20).contains((reply["candidates"]?.array?.count ?? 0) - 1))
            let file = try home.file("p.json", #"{"degree":"full","audit_rate":0}"#)
            let document = try await home.sluice("policy", "what-if", file, token: admin)
            #expect(document.output.contains("#  0.95 file"))
            #expect(document.output.contains("100.0 %"))
            let refused = try await home.sluice(
                "policy", "what-if", "--threshold", "2", token: admin)
            #expect(refused.status == 1 && refused.error.contains("SLU-113"))
        }
    }
}

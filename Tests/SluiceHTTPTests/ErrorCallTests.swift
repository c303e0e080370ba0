import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ErrorCallTests {
    /// Ten items asked about, nine answered, every third against the model.
    private func answered() async throws -> TestProject {
        let project = try await TestProject()
        for number in 0..<10 {
            _ = try await project.post(
                prediction(
                    "i\(number)",
                    ["confidence": "0.\(11 + number)", "metadata": #"{"site":"F\#(number % 2)"}"#]))
        }
        for _ in 0..<9 {
            let lease = try #require(try await project.lease().first)
            let number = Int(lease.item.externalID.dropFirst()) ?? 0
            _ = try await project.review(
                lease,
                Answer(reviewID: "r\(number)", verdict: .label(number % 3 == 0 ? "dog" : "cat"))
            )
        }
        return project
    }

    @Test("errors by tag, label and place are read by analysts, and anything else is refused")
    func errors() async throws {
        let project = try await answered()
        for (by, slices) in [("tag", 0), ("label", 1), ("metadata.site", 2)] {
            let report = try await project.send("GET", "/errors?by=\(by)", as: .analyst).json
            #expect(report["labelled"]?.int == 9 && report["by"]?.string == by)
            #expect(report["slices"]?.array?.count == slices, "\(by)")
            #expect(report["window"]?["from"]?.string != nil && report["as_of"]?.string != nil)
            #expect(report["open"]?.int == 1)
        }
        let usual = try await project.send("GET", "/errors", as: .analyst).json
        #expect(usual["by"]?.string == "tag")
        for query in [
            "by=colour", "by=payload", "from=now", "colour=red", "version=1", "model=nobody",
            "from=2030-01-01T00:00:00Z",
        ] {
            try expectProblem(
                .invalidParameter, try await project.send("GET", "/errors?\(query)", as: .analyst))
        }
        try expectProblem(.notAllowed, try await project.send("GET", "/errors", as: .reviewer))
    }

    @Test("the curve of risk and coverage is read by analysts")
    func riskCoverage() async throws {
        let project = try await answered()
        let curve = try await project.send("GET", "/risk-coverage", as: .analyst).json
        #expect(curve["labelled"]?.int == 9 && curve["points"]?.array?.count == 9)
        let last = try #require(curve["points"]?.array?.last)
        #expect(last["coverage"]?.double == 1)
        #expect(last["risk"]?["n"]?.int == 9 && last["risk"]?["hi"]?.double != nil)
        let empty = try await project.send(
            "GET", "/risk-coverage?to=2020-01-01T00:00:00Z&from=2019-01-01T00:00:00Z", as: .analyst
        ).json
        #expect(empty["points"]?.array?.isEmpty == true && empty["reason"]?.string != nil)
        try expectProblem(
            .invalidParameter,
            try await project.send("GET", "/risk-coverage?by=tag", as: .analyst))
        try expectProblem(
            .notAllowed, try await project.send("GET", "/risk-coverage", as: .reviewer))
    }

    @Test("labels by loss come with it, and only in ways that make sense")
    func loss() async throws {
        let project = try await answered()
        let rows = try await project.send("GET", "/labels?sort=loss&limit=2", as: .analyst).text
            .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(rows.count == 2)
        let first = try #require(rows[0]["loss"]?.double)
        #expect(first >= rows[1]["loss"]?.double ?? .infinity)
        let plain = try await project.send("GET", "/labels?sort=item", as: .analyst).text
        #expect(!plain.contains("\"loss\""))
        for query in [
            "sort=size", "limit=3", "sort=loss&limit=0", "sort=loss&consensus=map",
            "sort=item&limit=2",
        ] {
            try expectProblem(
                .invalidParameter, try await project.send("GET", "/labels?\(query)", as: .analyst))
        }
    }
}

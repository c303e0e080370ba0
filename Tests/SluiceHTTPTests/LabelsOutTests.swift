import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct LabelsOutTests {
    @Test(
        "an external id is found by its exact bytes, whatever is in it",
        arguments: [
            "a/b", "100%", "%2F", "a b", "ü", "u\u{308}", "🐈", "a?b#c&d=e", "..", "a+b",
            "\u{202E}x",
            "'; DROP TABLE item; --", "a\nb",
        ])
    func externalID(id: String) async throws {
        let project = try await TestProject()
        let json = JSONValue(stringLiteral: id)
        let reply = try await project.post(
            prediction("x", ["external_id": String(decoding: json.bytes, as: UTF8.self)]))
        #expect(reply.status == 200)
        let found = try await project.send(
            "GET", "/items/\(PercentEncoding.encode(id))", as: .analyst)
        #expect(found.status == 200)
        let item = try found.json
        #expect(item["external_id"]?.string.map { Array($0.utf8) } == Array(id.utf8))
        #expect(item["payload"]?["text"]?.string == "meow")
    }

    @Test("two ids that look the same and differ in bytes are two items")
    func canonicalEquivalence() async throws {
        let project = try await TestProject()
        _ = try await project.stream(Array("\(prediction("é"))\n\(prediction("e\u{301}"))\n".utf8))
        #expect(try await project.storedItems() == 2)
    }

    @Test(
        "a path that is not percent-encoded UTF-8 is refused",
        arguments: [
            "%FF", "%00", "%", "%4", "%GG", "%C3",
        ])
    func brokenPath(segment: String) async throws {
        let project = try await TestProject()
        try expectProblem(
            .invalidParameter, try await project.send("GET", "/items/\(segment)", as: .analyst))
    }

    @Test("an item tells its whole story")
    func item() async throws {
        let project = try await TestProject()
        _ = try await project.post(
            prediction(
                "a",
                [
                    "confidence": "0.3", "group": "\"g1\"", "metadata": #"{"site":"F9"}"#,
                    "payload": #"{"b":1.50,"a":[1e2,"\u00e9"]}"#,
                ]))
        let lease = try #require(try await project.lease().first)
        _ = try await project.review(
            lease,
            Answer(
                reviewID: project.name, verdict: .label("dog"), tags: ["odd"], comment: "hm",
                seconds: 3))
        let reply = try await project.send("GET", "/items/a", as: .producer)
        #expect(
            reply.text.contains(#"{"b":1.50,"a":[1e2,"\u00e9"]}"#), "the payload is byte for byte")
        let item = try reply.json
        #expect(item["group"]?.string == "g1")
        #expect(item["metadata"]?["site"]?.string == "F9")
        let predicted = try #require(item["predictions"]?.array?.first)
        #expect(predicted["route"]?.string == "queued")
        #expect(predicted["confidence"]?.double == 0.3)
        #expect(predicted["propensity"]?.double == 1)
        let review = try #require(item["reviews"]?.array?.first)
        #expect(review["verdict"]?.string == "label" && review["label"]?.string == "dog")
        #expect(review["tags"]?.array?.first?.string == "odd")
        #expect(review["prediction_shown"]?.bool == true)
        #expect(item["decision"]?["outcome"]?.string == "corrected")
        try expectProblem(.unknownItem, try await project.send("GET", "/items/b", as: .analyst))
    }

    /// Three items: one corrected by a reviewer, one accepted by the model, one waiting.
    private func decided() async throws -> TestProject {
        let project = try await TestProject()
        _ = try await project.post(prediction("=1+1", ["confidence": "0.3"]))
        _ = try await project.post(prediction("sure"))
        let lease = try #require(try await project.lease().first)
        _ = try await project.review(
            lease, Answer(reviewID: project.name, verdict: .label("dog")))
        _ = try await project.post(prediction("waits", ["confidence": "0.3"]))
        return project
    }

    @Test("labels leave as JSON lines with where they come from")
    func jsonLines() async throws {
        let project = try await decided()
        let reply = try await project.send("GET", "/labels", as: .analyst)
        #expect(reply.status == 200 && reply.isWhole)
        #expect(reply.headers["content-type"] == "application/x-ndjson")
        let rows = try reply.jsonLines
        try #require(rows.count == 1)
        let row = rows[0]
        #expect(row["external_id"]?.string == "=1+1")
        #expect(row["label"]?.string == "dog")
        #expect(row["predicted"]?.string == "cat")
        #expect(row["confidence"]?.double == 0.3)
        for key in [
            "label_source", "model_version", "propensity", "weight", "policy_version",
            "split", "decided_at", "payload",
        ] {
            #expect(row[key] != nil && row[key] != .null, "\(key)")
        }
        let all = try await project.send("GET", "/labels?include_pseudo=true", as: .analyst)
        #expect(
            Set(try all.jsonLines.compactMap { $0["external_id"]?.string }) == ["=1+1", "sure"])
        let model = try await project.send("GET", "/labels?source=model", as: .analyst)
        #expect(try model.jsonLines.compactMap { $0["external_id"]?.string } == ["sure"])
        let none = try await project.send("GET", "/labels?label=cat", as: .analyst)
        #expect(none.body.isEmpty && none.isWhole)
        let later = try await project.send(
            "GET", "/labels?since=2100-01-01T00:00:00%2B01:00", as: .analyst)
        #expect(later.body.isEmpty)
    }

    @Test("labels leave as CSV, their names unchanged")
    func csv() async throws {
        let project = try await decided()
        let reply = try await project.send("GET", "/labels?format=csv", as: .analyst)
        #expect(reply.headers["content-type"] == "text/csv; charset=utf-8")
        let lines = reply.body.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        try #require(lines.count == 2)
        #expect(lines[0].hasPrefix("external_id,") || lines[0].contains("external_id"))
        #expect(lines[1].hasPrefix("=1+1,"))
        let raw = try await project.send("GET", "/labels?format=csv-raw", as: .analyst)
        #expect(!raw.text.contains("'=1+1") && raw.text.contains("=1+1"))
    }

    @Test("the report has the figures, and says of what it cannot know why")
    func report() async throws {
        let project = try await decided()
        let report = try await project.send("GET", "/report", as: .analyst).json
        let metrics = try #require(report["metrics"])
        #expect(metrics["received"]?["value"]?.int == 3)
        let rate = try #require(metrics["automation_rate"]?["value"]?.double)
        #expect(abs(rate - 1.0 / 3) < 1e-9)
        #expect(metrics["automation_rate"]?["n"]?.int == 3)
        #expect(metrics["override_rate"]?["value"]?.double == 1)
        #expect(metrics["queue_depth"]?["value"]?.int == 1)
        #expect(metrics["auto_accept_error"]?["value"] == .null)
        #expect(metrics["auto_accept_error"]?["reason"]?.string?.isEmpty == false)
        let before = try await project.send(
            "GET", "/report?to=2020-01-01T00:00:00Z", as: .analyst
        ).json
        #expect(before["metrics"]?["received"]?["value"]?.int == 0)
    }

    @Test("a whole export says at its end how many rows it had")
    func trailer() async throws {
        let project = try await decided()
        for path in ["/labels", "/labels?format=csv", "/labels?sort=loss"] {
            let reply = try await project.send("GET", path, as: .analyst)
            let rows = reply.body.count { $0 == 10 } - (path.contains("csv") ? 1 : 0)
            #expect(reply.headers["trailer"] == "Sluice-Rows")
            #expect(reply.isWhole && reply.trailer.contains("Sluice-Rows: \(rows)"), "\(reply)")
        }
    }
}

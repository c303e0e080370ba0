import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite("Items without a prediction over HTTP")
struct UnpredictedItemCallTests {
    private static let humanOnly = #"{"degree":"human_only"}"#

    @Test("an object, an array and lines take them, and each can be sent again")
    func forms() async throws {
        let project = try await TestProject(policy: Self.humanOnly)
        for isRepeat in [false, true] {
            let object = try await project.post(SentItem("one").line)
            #expect(object.status == 200)
            let reply = try object.json
            #expect(reply["route"]?.string == "queued" && reply["label"] == nil)
            #expect(reply["reason"]?.string == "no_prediction")
            #expect(reply["duplicate"] == .bool(isRepeat))
            let array = try await project.post(
                "[\(SentItem("two").line),\(SentItem("three").line)]")
            let results = try #require(try array.json["results"]?.array)
            #expect(results.map { $0["external_id"]?.string } == ["two", "three"])
            #expect(results.allSatisfy { $0["duplicate"] == .bool(isRepeat) })
            let lines = (0..<200).map { SentItem("line-\($0)").line }.joined(separator: "\n")
            let stream = try await project.stream(Array(lines.utf8))
            let replies = stream.text.split(separator: "\n")
            #expect(replies.count == 200)
            #expect(replies.allSatisfy { $0.contains(#""duplicate":\#(isRepeat)"#) })
        }
        #expect(try await project.storedItems() == 203)
    }

    @Test("a lease of one has no prediction, and nothing is withheld; its label is the decision")
    func review() async throws {
        let project = try await TestProject(policy: Self.humanOnly)
        _ = try await project.post(SentItem("x").line)
        let leases = try await project.send("POST", "/leases", as: .reviewer, "{}").json
        let lease = try #require(leases["leases"]?.array?.first)
        #expect(lease["prediction"] == nil || lease["prediction"] == .null)
        #expect(lease["blind"] != .bool(true))
        let id = try #require(lease["lease"]?.string)
        let answer = try await project.send(
            "POST", "/leases/\(id)/review", as: .reviewer,
            #"{"review_id":"\#(project.name)-r","verdict":"label","label":"dog"}"#)
        #expect(try answer.json["decision"]?["outcome"]?.string == "labelled")
        let past = try await project.send("GET", "/reviews", as: .reviewer).json
        #expect(past["reviews"]?.array?.first?["predicted"] == .null)
        let item = try await project.send("GET", "/items/x", as: .analyst).json
        #expect(item["decision"]?["label"]?.string == "dog")
        #expect(item["predictions"]?.array?.first?["reason"]?.string == "no_prediction")
        #expect(item["reroutes"]?.array?.isEmpty == true)
        let labels = try await project.send("GET", "/labels", as: .analyst)
        #expect(labels.text.contains(#""predicted":null"#))
        let report = try await project.send("GET", "/report", as: .analyst).json
        #expect(report["metrics"]?["received"]?["value"]?.double == 1)
    }

    @Test("where the model has a say, what is missing is named with the degree")
    func refused() async throws {
        let project = try await TestProject()
        let reply = try await project.post(SentItem("x").line)
        #expect(reply.status == 422)
        let problem = try reply.json
        #expect(problem["code"]?.string == ErrorCode.missingField.rawValue)
        let detail = try #require(problem["detail"]?.string)
        #expect(detail.contains("model, model_version, label and confidence are missing"))
        #expect(detail.contains("human_only") && detail.contains("partial"))
        #expect(try await project.storedItems() == 0)
    }
}

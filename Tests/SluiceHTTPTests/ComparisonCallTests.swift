import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ComparisonCallTests {
    @Test("a comparison names its versions, counts its items and ends in a verdict")
    func comparison() async throws {
        let project = try await TestProject()
        for version in ["1", "2"] {
            _ = try await project.post(
                prediction(
                    "a/b", ["model_version": "\"\(version)\"", "metadata": #"{"site":"F9"}"#]))
        }
        let path = "/comparison?serving=m/1&candidate=m%2F2&by=metadata.site&error=0.05"
        let reply = try await project.send("GET", path, as: .analyst)
        #expect(reply.status == 200, "\(reply.text)")
        let comparison = try reply.json
        #expect(comparison["serving"]?.string?.hasSuffix("/1") == true)
        #expect(comparison["candidate"]?.string?.hasSuffix("/2") == true)
        #expect(comparison["traffic"]?["scored_by_both"]?.int == 1)
        #expect(comparison["overall"]?["n"]?.int == 0)
        #expect(comparison["by"]?.string == "metadata.site")
        #expect(comparison["verdict"]?["may_advance"]?.bool == false)
        #expect(
            comparison["verdict"]?["sentence"]?.string
                == "Nothing can be said yet: no item has been scored by both and labelled; about 100 are needed."
        )
    }

    @Test("a candidate that has sent nothing yet can be compared, and has nothing to show")
    func silentCandidate() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a", ["model_version": "\"1\""]))
        let start = try await project.send(
            "POST", "/rollout", as: .admin,
            #"{"action":"start","serving":"m/1","candidate":"m/2"}"#)
        #expect(start.status == 200, "\(start.text)")
        let comparison = try await project.send("GET", "/comparison", as: .analyst).json
        #expect(comparison["traffic"]?["scored_by_both"]?.int == 0)
        #expect(comparison["verdict"]?["may_advance"]?.bool == false)
    }

    @Test(
        "a question that cannot be answered is refused with what would be accepted",
        arguments: [
            "", "?serving=m/1", "?serving=m&candidate=m/2",
            "?serving=m/1&candidate=m/3", "?serving=m/1&candidate=m/1",
            "?serving=m/1&candidate=m/2&by=site",
            "?serving=m/1&candidate=m/2&error=1", "?serving=m/1&candidate=m/2&error=x",
            "?serving=m/1&candidate=m/2&from=yesterday", "?version=1",
        ])
    func refused(query: String) async throws {
        let project = try await TestProject()
        for version in ["1", "2"] {
            _ = try await project.post(prediction("a", ["model_version": "\"\(version)\""]))
        }
        try expectProblem(
            .invalidParameter, try await project.send("GET", "/comparison\(query)", as: .analyst))
    }

    @Test("the report has its series by the pieces asked for, its changes and its shadow")
    func report() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("a"))
        let plain = try await project.send("GET", "/report", as: .analyst).json
        #expect(plain["series"] == nil && plain["shadow"]?.array?.isEmpty == true)
        #expect(plain["changes"]?[0]?["action"]?.string == "project.created")
        for by in ["hour", "day", "week", "auto"] {
            let report = try await project.send("GET", "/report?by=\(by)", as: .analyst).json
            let points = try #require(report["series"]?["points"]?.array)
            #expect(points.last?["received"]?.int == 1 || points.count > 1)
            #expect(points.reduce(0) { $0 + ($1["received"]?.int ?? 0) } == 1)
        }
        try expectProblem(
            .invalidParameter, try await project.send("GET", "/report?by=month", as: .analyst))
    }
}

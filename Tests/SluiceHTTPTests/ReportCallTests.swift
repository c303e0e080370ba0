import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ReportCallTests {
    @Test("slices are set with the project and asked for in reports, with the other filters")
    func filters() async throws {
        let project = try await TestProject(
            policy: #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0}"#)
        for (index, source) in ["web", "web", "shop"].enumerated() {
            let reply = try await project.post(
                prediction(
                    "i\(index)",
                    [
                        "metadata": #"{"source":"\#(source)"}"#,
                        "confidence": index == 0 ? "0.99" : "0.2",
                    ]))
            #expect(reply.status == 200, "\(reply.text)")
        }
        let before = try await project.send(
            "GET", "/report?slice=metadata.source%3Dweb", as: .analyst)
        let problem = try expectProblem(.invalidParameter, before)
        #expect(problem.detail.contains("the project has no slices"))
        let set = try await project.send(
            "PATCH", "", as: .admin, #"{"slices":["metadata.source","metadata.lang"]}"#)
        #expect(set.status == 200, "\(set.text)")
        let slices = try set.json["slices"]?.array?.compactMap(\.string)
        #expect(slices == ["metadata.lang", "metadata.source"])
        let shown = try await project.send("GET", "", as: .analyst).json
        #expect(shown["slices"]?.array?.count == 2)
        _ = try await project.reviewer("\(project.name)-someone")
        for (query, received) in [
            ("slice=metadata.source%3Dweb", 2), ("slice=metadata.lang%3D", 3),
            ("label=dog", 0), ("window=1d", 3), ("window=1h&reviewer=\(project.name)-someone", 3),
        ] {
            let reply = try await project.send("GET", "/report?" + query, as: .analyst)
            #expect(reply.status == 200, "\(reply.text)")
            let figure = try reply.json["metrics"]?["received"]?["value"]?.int
            #expect(figure == received, "\(query)")
        }
        for query in [
            "window=2h", "window=1d&from=2026-01-01T00:00:00Z", "slice=source%3Dweb", "slice=",
        ] {
            try expectProblem(
                .invalidParameter, try await project.send("GET", "/report?" + query, as: .analyst))
        }
        for slices in [
            #"["source"]"#, #"["metadata."]"#, #"["metadata.a","metadata.a"]"#, "[7]",
            #""metadata.a""#,
        ] {
            try expectProblem(
                .invalidField,
                try await project.send("PATCH", "", as: .admin, #"{"slices":\#(slices)}"#))
        }
    }
}

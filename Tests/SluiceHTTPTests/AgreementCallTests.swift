import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct AgreementCallTests {
    /// Five items; ana and ben agree on four of them.
    private func answered() async throws -> TestProject {
        let project = try await TestProject()
        var lines: [String] = []
        for (number, labels) in [
            ("cat", "cat"), ("dog", "dog"), ("cat", "cat"), ("dog", "dog"), ("cat", "dog"),
        ].enumerated() {
            for (person, label) in zip(["ana", "ben"], [labels.0, labels.1]) {
                lines.append(
                    """
                    {"external_id":"i\(number)","reviewer":"\(person)-\(project.name)",\
                    "label":"\(label)","metadata":{"site":"F\(number % 2)"}}
                    """)
            }
        }
        let reply = try await project.send(
            "POST", "/reviews?decide=true&create_items=true", as: .admin,
            type: "application/x-ndjson",
            lines.joined(separator: "\n"))
        #expect(reply.status == 200 && reply.text.contains(#""imported":10"#), "\(reply.text)")
        return project
    }

    @Test("the report is read with what it rests on, by slice where one is named")
    func report() async throws {
        let project = try await answered()
        let report = try await project.send(
            "GET", "/agreement?by=metadata.site", as: .analyst
        ).json
        #expect(report["answers"]?.int == 10 && report["reviewers"]?.int == 2)
        #expect(report["agreement"]?["percent"]?["value"]?.double == 0.8)
        #expect(report["agreement"]?["cohen_kappa"]?["n"]?.int == 5)
        #expect(report["by_slice"]?.array?.compactMap { $0["slice"]?.string } == ["F0", "F1"])
        let window = try await project.send(
            "GET", "/agreement?to=2020-01-01T00:00:00Z", as: .analyst
        ).json
        #expect(window["answers"]?.int == 0)
        for path in ["by=colour", "blind=perhaps", "from=now", "colour=red"] {
            try expectProblem(
                .invalidParameter, try await project.send("GET", "/agreement?\(path)", as: .analyst)
            )
        }
    }

    @Test("a map is kept under a name, and reports and exports use it or one sent along")
    func maps() async throws {
        let project = try await answered()
        let document = #"{"dog":"cat"}"#
        #expect(
            try await project.send("PUT", "/label-maps/one", as: .admin, document).text == document)
        let list = try await project.send("GET", "/label-maps", as: .reviewer).json
        #expect(list["label_maps"]?.array?[0]["name"]?.string == "one")
        #expect(list["label_maps"]?.array?[0]["map"]?["dog"]?.string == "cat")
        for map in ["one", PercentEncoding.encode(document)] {
            let report = try await project.send("GET", "/agreement?map=\(map)", as: .analyst).json
            #expect(report["agreement"]?["percent"]?["value"]?.double == 1)
            let rows = try await project.send("GET", "/labels?map=\(map)", as: .analyst).text
                .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(rows.count == 4)
            #expect(rows.allSatisfy { $0["label"]?.string == "cat" })
            #expect(
                rows.map { $0["label_original"]?.string } == ["cat", "dog", "cat", "dog"])
        }
        let csv = try await project.send("GET", "/labels?map=one&format=csv", as: .analyst).text
        let lines = csv.split(separator: "\n")
        #expect(lines[0].hasSuffix(",metadata,label_original,predicted_original"))
        #expect(lines[2].hasSuffix(",dog,"))
        let plain = try await project.send("GET", "/labels", as: .analyst).text
        #expect(!plain.contains("label_original") && plain.contains(#""label":"dog""#))

        for (body, code) in [
            (#"{"bird":"cat"}"#, ErrorCode.unknownLabel), (#"{"dog":""}"#, .invalidField),
            (#"{"dog":3}"#, .invalidField), ("[]", .invalidField), ("{", .malformedJSON),
            ("", .emptyBody),
        ] {
            try expectProblem(
                code, try await project.send("PUT", "/label-maps/two", as: .admin, body))
        }
        try expectProblem(
            .invalidParameter,
            try await project.send("PUT", "/label-maps/A%20b", as: .admin, document))
        #expect(try await project.send("DELETE", "/label-maps/one", as: .admin).status == 200)
        for path in ["/labels?map=one", "/agreement?map=one"] {
            try expectProblem(
                .unknownLabelMap, try await project.send("GET", path, as: .analyst))
        }
        try expectProblem(
            .unknownLabelMap, try await project.send("DELETE", "/label-maps/one", as: .admin))
    }

    @Test("a reviewer is shown to analysts, and not to other reviewers")
    func reviewer() async throws {
        let project = try await answered()
        let path = "/reviewers/ana-\(project.name)"
        let report = try await project.send("GET", path, as: .analyst).json
        #expect(report["reviews"]?.int == 5 && report["imported"]?.int == 5)
        #expect(report["agreement"]?["value"]?.double == 0.8)
        #expect(report["standing"]?.string == "not_told_apart")
        #expect(report["seconds"]?["n"]?.int == 0)
        try expectProblem(.notAllowed, try await project.send("GET", path, as: .reviewer))
        // Ana sees how she does, and nothing about anybody else.
        let token = try await project.reviewer("ana-\(project.name)")
        let own = try await request(
            "GET", project.path("/reviewers/me"), port: project.live.port, token: token
        ).json
        #expect(own["reviewer"]?.string == "ana-\(project.name)")
        #expect(own["agreement"]?["value"]?.double == 0.8 && own["agreement"]?["n"]?.int == 5)
        try expectProblem(
            .unknownReviewer, try await project.send("GET", "/reviewers/nobody", as: .analyst))
    }
}

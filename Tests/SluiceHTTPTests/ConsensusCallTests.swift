import SluiceAPI
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ConsensusCallTests {
    /// Imports what careful Ana and four careless others said of 80 cats and dogs, and decides by it.
    ///
    /// The others are wrong by turns, three of them together on every eighth item: then the majority
    /// is wrong, and only who knows the reviewers is right.
    private func crowd() async throws -> TestProject {
        let project = try await TestProject(
            policy: #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":5}"#)
        var lines: [String] = []
        for item in 0..<80 {
            let (truth, other) = item % 2 == 0 ? ("cat", "dog") : ("dog", "cat")
            for reviewer in 0..<5 {
                let isWrong =
                    reviewer > 0
                    && (item % 8 == 3 ? reviewer != 1 + item / 8 % 4 : reviewer == 1 + item % 4)
                lines.append(
                    #"{"external_id":"i\#(item)","reviewer":"\#(project.name)-\#(reviewer)","#
                        + #""label":"\#(isWrong ? other : truth)"}"#)
            }
        }
        let reply = try await project.send(
            "POST", "/reviews?decide=true&create_items=true", as: .admin,
            type: "application/x-ndjson",
            lines.joined(separator: "\n"))
        #expect(reply.status == 200, "\(reply.text)")
        return project
    }

    private func lines(_ project: TestProject, _ path: String) async throws -> [JSONValue] {
        let reply = try await project.send("GET", path, as: .analyst)
        #expect(reply.status == 200, "\(reply.text)")
        return try reply.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test("who is careful outvotes who is careless, and the report says on how many items")
    func report() async throws {
        let project = try await crowd()
        let report = try await project.send("GET", "/consensus?method=one-coin", as: .analyst).json
        #expect(report["method"]?.string == "one-coin")
        #expect(report["method_from"]?.string == "asked")
        #expect(report["items"]?.int == 80 && report["answers"]?.int == 400)
        #expect(report["decided"]?.int == 80 && report["undecided"]?.int == 0)
        #expect(report["settled"]?.bool == true)
        #expect(report["majority"]?["ties"]?.int == 0)
        #expect(report["majority"]?["differs"]?.int == 10)
        #expect(report["decisions"]?["compared"]?.int == 80)
        #expect(report["decisions"]?["differs"]?.int == 10)
        #expect(report["calibration"]?["expected_error"] == .null)
        #expect(report["calibration"]?["reason"]?.string?.isEmpty == false)
        #expect(report["labels"]?.array?.map { $0["label"]?.string } == ["cat", "dog"])
        let reviewers = try #require(report["reviewers"]?.array)
        #expect(reviewers.count == 5 && report["reviewers_left_out"]?.int == 0)
        let ana = try #require(reviewers.first { $0["reviewer"]?.string == "\(project.name)-0" })
        #expect(ana["answers"]?.int == 80 && (ana["accuracy"]?.double ?? 0) > 0.9)
        #expect(reviewers.allSatisfy { $0["anonymous"]?.bool == false })
        #expect(
            reviewers.allSatisfy {
                $0 == ana || ($0["accuracy"]?.double ?? 1) < ana["accuracy"]?.double ?? 0
            })
        #expect(ana["confusion"] == nil && ana["mistakes"]?.array?.isEmpty == true)

        let suited = try await project.send("GET", "/consensus", as: .analyst).json
        #expect(suited["method"]?.string == "map", "80 answers each are enough for two labels")
        #expect(suited["method_from"]?.string == "what suits the answers")
        for reviewer in try #require(suited["reviewers"]?.array) {
            let confusion = try #require(reviewer["confusion"]?.array)
            for row in confusion {
                let sum = (row.array ?? []).reduce(0) { $0 + ($1.double ?? 0) }
                #expect(row.array?.count == 2 && abs(sum - 1) < 1e-9)
            }
            let mistake = try #require(reviewer["mistakes"]?[0])
            let (truth, given) = mistake["truth"]?.string == "cat" ? (0, 1) : (1, 0)
            #expect(mistake["probability"] == confusion[truth][given])
        }
    }

    @Test("every item has its posteriors, and the truth that only reviewers' records tell")
    func items() async throws {
        let project = try await crowd()
        let items = try await lines(project, "/consensus/items?method=one-coin")
        #expect(items.count == 80)
        for (index, item) in items.enumerated() {
            #expect(item["external_id"]?.string == "i\(index)")
            #expect(item["label"]?.string == (index % 2 == 0 ? "cat" : "dog"))
            let posteriors = try #require(item["posteriors"]?.object)
            let cat = try #require(item["posteriors"]?["cat"]?.double)
            let dog = try #require(item["posteriors"]?["dog"]?.double)
            #expect(posteriors.keys == ["cat", "dog"] && abs(cat + dog - 1) < 1e-9)
            #expect(item["posterior"]?.double == max(cat, dog))
            #expect(item["answers"]?.int == 5)
            #expect((item["majority"]?.string == item["label"]?.string) == (index % 8 != 3))
            #expect(item["decision"]?.string == item["majority"]?.string)
        }
    }

    @Test("an export may take its labels from the consensus, and no decision changes by it")
    func export() async throws {
        let project = try await crowd()
        let decided = try await lines(project, "/labels")
        let items = try await lines(project, "/consensus/items?method=one-coin")
        let labels = try await lines(project, "/labels?consensus=one-coin")
        #expect(decided.count == 80 && labels.count == 80)
        for index in 0..<80 {
            #expect(labels[index]["external_id"] == items[index]["external_id"])
            #expect(labels[index]["label"] == items[index]["label"])
            #expect(labels[index]["label_confidence"] == items[index]["posterior"])
            #expect(labels[index]["label_source"]?.string == "consensus")
            #expect(labels[index]["lineage"] == decided[index]["lineage"])
            #expect(decided[index]["label_confidence"] == .null)
        }
        #expect((0..<80).count { labels[$0]["label"] != decided[$0]["label"] } == 10)
        #expect(try await lines(project, "/labels") == decided)
    }

    @Test("a tie is no label by any method, and an export leaves the decision as it is")
    func tie() async throws {
        let project = try await TestProject(
            policy: #"{"degree":"partial","accept":{"default":0.9},"audit_rate":0,"reviewers":1}"#)
        _ = try await project.post(prediction("a", ["confidence": "0.3"]))
        let lease = try #require(try await project.lease().first)
        _ = try await project.review(
            lease, Answer(reviewID: project.name, verdict: .label("dog")))
        let import_ = try await project.send(
            "POST", "/reviews?create_items=true", as: .admin, type: "application/x-ndjson",
            #"{"external_id":"a","reviewer":"\#(project.name)-2","label":"cat"}"#)
        #expect(import_.status == 200, "\(import_.text)")
        for method in ["map", "one-coin", "majority", "ml"] {
            let items = try await lines(project, "/consensus/items?method=\(method)")
            #expect(items.count == 1 && items[0]["label"] == .null)
            #expect(items[0]["majority"] == .null && items[0]["decision"]?.string == "dog")
            let row = try #require(
                try await lines(project, "/labels?consensus=\(method)").first)
            #expect(row["label"]?.string == "dog" && row["label_source"]?.string == "single")
            #expect(abs((row["label_confidence"]?.double ?? 0) - 0.5) < 1e-9)
        }
        let report = try await project.send("GET", "/consensus", as: .analyst).json
        #expect(report["undecided"]?.int == 1 && report["majority"]?["ties"]?.int == 1)
        #expect(report["expected_accuracy"]?["value"] == .null)
    }

    @Test("answers that were taken back do not count, and without any there is nothing to say")
    func undone() async throws {
        let project = try await TestProject()
        let empty = try await project.send("GET", "/consensus", as: .analyst).json
        #expect(empty["items"]?.int == 0 && empty["reviewers"]?.array?.isEmpty == true)
        _ = try await project.post(prediction("a", ["confidence": "0.3"]))
        let lease = try #require(try await project.lease().first)
        _ = try await project.review(
            lease, Answer(reviewID: project.name, verdict: .label("dog")))
        #expect(try await lines(project, "/consensus/items").count == 1)
        let undo = try await project.send(
            "POST", "/reviews/\(project.name)/undo", as: .reviewer)
        #expect(undo.status == 200, "\(undo.text)")
        #expect(try await lines(project, "/consensus/items").isEmpty)
    }

    @Test(
        "a method that is none is refused with those there are",
        arguments: [
            "/consensus?method=best", "/consensus/items?method=", "/labels?consensus=MAP",
            "/consensus?by=label",
        ])
    func refused(path: String) async throws {
        let project = try await TestProject()
        try expectProblem(.invalidParameter, try await project.send("GET", path, as: .analyst))
        let forbidden = try await project.send("GET", "/consensus", as: .reviewer)
        #expect(forbidden.status == 403)
    }
}

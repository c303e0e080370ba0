import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ReviewImportCallTests {
    private func send(
        _ lines: [String], to project: TestProject, decide: Bool = false
    ) async throws -> (lines: [JSONValue], summary: JSONValue) {
        let reply = try await project.send(
            "POST", "/reviews?create_items=true" + (decide ? "&decide=true" : ""), as: .admin,
            type: "application/x-ndjson", lines.joined(separator: "\n"))
        #expect(reply.status == 200, "\(reply.text)")
        var parsed = try reply.text.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8))
        }
        let last = try #require(parsed.popLast()?["summary"])
        return (lines: parsed, summary: last)
    }

    private func answer(
        _ item: String, _ reviewer: String, _ label: String, _ more: String = ""
    ) -> String {
        #"{"external_id":"\#(item)","reviewer":"\#(reviewer)","label":"\#(label)"\#(more)}"#
    }

    @Test("answers from elsewhere make items and people, once, and queue nothing")
    func once() async throws {
        let project = try await TestProject()
        let lines = [
            answer("a", "ana-\(project.name)", "cat", #","seconds":3.5,"tags":["hard"]"#),
            answer("a", "ben-\(project.name)", "dog", #","reviewed_at":"2020-02-03T04:05:06Z""#),
            answer("b", "ana-\(project.name)", "dog", #","payload":{"text":"woof"},"shown":true"#),
            #"{"external_id":"b","reviewer":"ben-\#(project.name)","verdict":"unusable"}"#,
        ]
        let first = try await send(lines, to: project)
        #expect(first.lines.map { $0["duplicate"]?.bool } == [false, false, false, false])
        #expect(first.summary["imported"]?.int == 4)
        let again = try await send(lines, to: project)
        #expect(again.lines.allSatisfy { $0["duplicate"]?.bool == true })
        #expect(again.summary["imported"]?.int == 0 && again.summary["duplicates"]?.int == 4)
        #expect(try await project.storedItems() == 2)

        let item = try await project.send("GET", "/items/a", as: .analyst).json
        #expect(item["payload"]?["type"]?.string == "ref" && item["payload"]?["ref"]?.string == "a")
        #expect(item["decision"] == .null)
        let reviews = try #require(item["reviews"]?.array)
        #expect(
            reviews.map { $0["reviewer"]?.string }
                == ["ben", "ana"].map { "\($0)-\(project.name)" })
        #expect(reviews.allSatisfy { $0["status"]?.string == "imported" })
        #expect(reviews[0]["reviewed_at"]?.string?.hasPrefix("2020-02-03T04:05:06") == true)
        #expect(reviews[1]["seconds"]?.double == 3.5)
        #expect(reviews[1]["tags"]?.array?.compactMap(\.string) == ["hard"])
        let other = try await project.send("GET", "/items/b", as: .analyst).json
        #expect(other["payload"]?["text"]?.string == "woof")
        #expect(other["reviews"]?.array?.contains { $0["verdict"]?.string == "unusable" } == true)

        #expect(try await project.lease(5).isEmpty, "nothing is queued")
        let log = try await project.client(.admin).call(
            Endpoints.auditLog, at: ["project": project.name], Nothing())
        #expect(log.entries.count { $0.action == "reviews.imported" } == 1)
    }

    @Test("a line that cannot be is refused by its number, and the others go in")
    func refusals() async throws {
        let project = try await TestProject()
        let ana = "ana-\(project.name)"
        _ = try await project.post(prediction("known"))
        let lines = [
            answer("a", ana, "cat"),
            answer("a", ana, "bird"),
            "not json",
            "",
            #"{"external_id":"a","label":"cat"}"#,
            #"{"external_id":"a","reviewer":"x","anonymous":"1","label":"cat"}"#,
            #"{"reviewer":"x","label":"cat"}"#,
            answer("a", ana, "dog"),
            answer("a", ana, "dog", #","review_id":"another""#),
            answer("a", "cy-\(project.name)", "dog", #","seconds":-1"#),
            answer("a", "cy-\(project.name)", "dog", #","colour":"red""#),
            answer("known", ana, "dog", #","payload":{"text":"other"}"#),
            answer("known", ana, "dog"),
            #"{"external_id":"a","reviewer":"x\u0000y","label":"cat"}"#,
            #"{"external_id":"a","reviewer":"x","verdict":"skip","label":"cat"}"#,
        ]
        let reply = try await send(lines, to: project)
        let codes = reply.lines.map { $0["error"]?["code"]?.string ?? "" }
        #expect(
            codes == [
                "", ErrorCode.unknownLabel.rawValue, ErrorCode.malformedJSON.rawValue,
                ErrorCode.missingField.rawValue, ErrorCode.invalidField.rawValue,
                ErrorCode.missingField.rawValue, ErrorCode.reviewConflict.rawValue,
                ErrorCode.alreadyReviewed.rawValue, ErrorCode.invalidField.rawValue,
                ErrorCode.unknownField.rawValue, ErrorCode.itemConflict.rawValue, "",
                ErrorCode.malformedJSON.rawValue, ErrorCode.invalidField.rawValue,
            ])
        #expect(
            reply.lines.compactMap { $0["line"]?.int } == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15])
        #expect(reply.summary["imported"]?.int == 2 && reply.summary["refused"]?.int == 12)
    }

    @Test("answers to items that nobody knows are refused, unless they are to be made")
    func unknownItems() async throws {
        let project = try await TestProject()
        let ana = "ana-\(project.name)"
        #expect(try await project.post(prediction("known")).status == 200)
        let lines = [
            answer("known", ana, "cat"), answer("00123 ", ana, "cat"),
            answer("own", ana, "cat", #","payload":{"text":"woof"}"#),
            #"{"external_id":"known","reviewer":"ben-\#(project.name)","verdict":"skip"}"#,
        ]
        func post(_ query: String) async throws -> [JSONValue] {
            let reply = try await project.send(
                "POST", "/reviews" + query, as: .admin, type: "application/x-ndjson",
                lines.joined(separator: "\n"))
            return try reply.jsonLines
        }
        let refused = try await post("")
        #expect(refused[1]["error"]?["code"]?.string == ErrorCode.unknownItem.rawValue)
        #expect(refused[1]["error"]?["detail"]?.string?.contains("00123 ") == true)
        func counts(_ replies: [JSONValue]) -> [Int?] {
            ["imported", "duplicates", "refused", "skips", "new_items"].map {
                replies.last?["summary"]?[$0]?.int
            }
        }
        #expect(counts(refused) == [3, 0, 1, 1, 1])
        #expect(try await project.storedItems() == 2)
        let made = try await post("?create_items=true")
        #expect(counts(made) == [1, 3, 0, 0, 1])
        #expect(try await project.storedItems() == 3)
        try expectProblem(
            .unknownItem,
            try await project.send("POST", "/reviews", as: .admin, answer("none", ana, "cat")))
    }

    @Test("an array is answered with results and their sum, an object as itself")
    func documents() async throws {
        let project = try await TestProject()
        let ana = "ana-\(project.name)"
        let array = try await project.send(
            "POST", "/reviews?create_items=true", as: .admin,
            "[\(answer("a", ana, "cat")),\(answer("a", ana, "bird"))]")
        #expect(try array.json["results"]?.array?.count == 2)
        #expect(try array.json["results"]?.array?[1]["line"]?.int == 2)
        #expect(try array.json["summary"]?["refused"]?.int == 1)
        let object = try await project.send(
            "POST", "/reviews?create_items=true", as: .admin, answer("b", ana, "cat"))
        #expect(try object.json["external_id"]?.string == "b")
        #expect(try object.json["review_id"]?.string?.hasPrefix("import-") == true)
        try expectProblem(
            .unknownLabel,
            try await project.send(
                "POST", "/reviews?create_items=true", as: .admin, answer("b", ana, "bird")))
        try expectProblem(
            .emptyBody, try await project.send("POST", "/reviews?create_items=true", as: .admin, "")
        )
        for role in [Role.producer, .reviewer, .analyst] {
            try expectProblem(
                .notAllowed,
                try await project.send("POST", "/reviews", as: role, answer("b", ana, "cat")))
        }
    }

    @Test("asked to, answers decide their items at the end, and ties decide nothing")
    func decide() async throws {
        let project = try await TestProject(
            policy: #"{"degree":"assist","reviewers":2,"consensus":{"agree":2,"at_most":3}}"#)
        for id in ["queued", "in-hand"] {
            _ = try await project.post(prediction(id, ["confidence": "0.4"]))
        }
        // Somebody has one of the two in hand.
        let lease = try #require(try await project.lease(1).first)
        let (held, free) =
            lease.item.externalID == "queued" ? ("queued", "in-hand") : ("in-hand", "queued")
        let people = ["ana", "ben", "cy"].map { "\($0)-\(project.name)" }
        var lines: [String] = []
        // The answers of an item are spread over the file.
        for (person, label) in zip(people, ["dog", "cat", "dog"]) {
            for item in ["new", held, free] { lines.append(answer(item, person, label)) }
        }
        lines += [answer("tied", people[0], "cat"), answer("tied", people[1], "dog")]
        let none = try await send(lines, to: project)
        #expect(none.summary["decisions"] == nil)
        #expect(try await project.send("GET", "/items/new", as: .analyst).json["decision"] == .null)

        let reply = try await send(lines, to: project, decide: true)
        #expect(reply.summary["decisions"]?["decided"]?.int == 2)
        #expect(reply.summary["decisions"]?["undecided"]?.int == 1)
        #expect(reply.summary["decisions"]?["left_to_reviewers"]?.int == 1)
        let decision = try await project.send("GET", "/items/new", as: .analyst).json["decision"]
        #expect(decision?["label"]?.string == "dog" && decision?["source"]?.string == "consensus")
        #expect(decision?["outcome"]?.string == "labelled" && decision?["reviews"]?.int == 3)
        #expect(abs((decision?["agreement"]?.double ?? 0) - 2.0 / 3) < 1e-9)
        let queued = try await project.send("GET", "/items/\(free)", as: .analyst).json["decision"]
        #expect(queued?["outcome"]?.string == "corrected", "the model had said cat")
        #expect(
            try await project.send("GET", "/items/\(held)", as: .analyst).json["decision"] == .null)

        // What was decided is not offered to anybody any more; what is in hand has a second slot.
        let other = try await project.reviewer("other-\(project.name)")
        let offered = try await project.live.client(other).call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest(count: 5))
        #expect(offered.leases.map(\.item.externalID) == [held])
        // Whose answer was imported is not asked again.
        let ana = try await project.reviewer(people[0])
        let asked = try await project.live.client(ana).call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest(count: 5))
        #expect(asked.leases.isEmpty)

        let again = try await send(lines, to: project, decide: true)
        #expect(again.summary["decisions"]?["decided"]?.int == 0)
        #expect(again.summary["decisions"]?["kept"]?.int == 2)
        // More answers turn a decision that an import made.
        let more = try await send(
            (0..<3).map { answer("new", "more-\($0)-\(project.name)", "cat") }, to: project,
            decide: true)
        #expect(more.summary["decisions"]?["decided"]?.int == 1)
        let history = try await project.send("GET", "/items/new", as: .analyst).json["history"]
        #expect(history?.array?.compactMap { $0["label"]?.string } == ["dog", "cat"])
        let labels = try await project.send("GET", "/labels", as: .analyst).text
        #expect(labels.contains(#""external_id":"new""#) && labels.contains("more-2"))
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct GoldCallTests {
    private static let policy = #"{"degree":"assist","gold_rate":0.5,"blind_share":0.5}"#

    /// The keys of a value and of everything in it, as paths.
    private func shape(_ value: JSONValue?, _ path: String = "") -> Set<String> {
        guard let object = value?.object else { return [path] }
        return object.members.reduce(into: [path]) { paths, member in
            // What the producer sent is its own.
            let isSent = ["payload", "metadata"].contains(member.key)
            paths.formUnion(
                isSent ? ["\(path).\(member.key)"] : shape(member.value, "\(path).\(member.key)"))
        }
    }

    @Test("to the reviewer a gold item is like any: lease, renewal, reply, own reviews, refusals")
    func disguise() async throws {
        let project = try await TestProject(policy: Self.policy)
        for number in 0..<40 { _ = try await project.post(prediction("i\(number)")) }
        let lines = (0..<40).map {
            #"{"external_id":"g\#($0)","label":"cat","payload":{"text":"meow"}}"#
        }
        let added = try await project.send(
            "POST", "/gold", as: .admin, type: "application/x-ndjson",
            lines.joined(separator: "\n"))
        #expect(added.text == #"{"added":40,"new_items":40,"filled_items":0,"refused":[]}"#)
        var shapes: [Bool: Set<Set<String>>] = [:]
        var lengths: Set<Int> = []
        var seen: Set<Bool> = []
        for round in 0..<40 {
            let reply = try await project.send("POST", "/leases", as: .reviewer, "{}")
            let lease = try #require(try reply.json["leases"]?[0])
            let isGold = lease["item"]?["external_id"]?.string?.hasPrefix("g") == true
            seen.insert(isGold)
            let id = try #require(lease["lease"]?.string)
            lengths.insert(id.utf8.count)
            let isBlind = lease["blind"]?.bool == true
            let renewal = try await project.send("POST", "/leases/\(id)/renew", as: .reviewer, "{}")
            #expect(renewal.status == 200)
            let item = lease["item"]?["external_id"]?.string ?? ""
            #expect(try await project.send("GET", "/items/\(item)", as: .reviewer).status == 403)
            #expect(try await project.send("GET", "/gold", as: .reviewer).status == 403)
            let answer = try await project.send(
                "POST", "/leases/\(id)/review", as: .reviewer,
                #"{"review_id":"r\#(round)","verdict":"label","label":"cat"}"#)
            let own = try await project.send("GET", "/reviews?limit=1", as: .reviewer)
            // A gold item without a prediction is blind; so compare with blind tasks.
            if isBlind {
                shapes[isGold, default: []].insert(
                    shape(lease).union(shape(try renewal.json, "renewal"))
                        .union(shape(try answer.json, "answer"))
                        .union(shape(try own.json["reviews"]?[0], "own")))
            }
            let figures = try await project.send("GET", "/reviewers/me", as: .reviewer)
            #expect(try figures.json["gold"]?.isNull == true)
        }
        #expect(seen == [true, false])
        #expect(lengths.count == 1)
        #expect(shapes[true] == shapes[false])
        let list = try await project.client(.admin).call(
            Endpoints.gold, at: ["project": project.name], Nothing())
        #expect(list.items.count == 40 && list.warnings.isEmpty)
        #expect(list.items.reduce(0) { $0 + $1.answers } > 0)
        let reviewers = try await project.send("GET", "/reviewers", as: .analyst)
        #expect(try reviewers.json["reviewers"]?[0]?["gold"]?["value"]?.double == 1)
    }

    @Test("marks are taken as an object, an array or lines, and refused one by one")
    func marks() async throws {
        let project = try await TestProject(policy: #"{"degree":"assist"}"#)
        _ = try await project.post(prediction("there"))
        let object = try await project.send(
            "POST", "/gold", as: .admin, #"{"external_id":"there","label":"cat","note":"ears"}"#)
        #expect(object.text == #"{"added":1,"new_items":0,"filled_items":0,"refused":[]}"#)
        let array = try await project.send(
            "POST", "/gold", as: .admin,
            #"[{"external_id":"a","label":"cat","payload":1},{"external_id":"b","label":"cow","payload":1},{"external_id":"c","label":"cat"},{"external_id":"d"},{"external_id":"e","label":"dog","payload":{}}]"#
        )
        let summary = try GoldSummary(parsing: Array(array.text.utf8))
        #expect(summary.added == 2)
        #expect(summary.refused.map(\.line) == [2, 3, 4])
        #expect(summary.refused.map(\.code) == ["SLU-105", "SLU-204", "SLU-103"])
        let list = try await project.send("GET", "/gold", as: .admin)
        #expect(
            try list.json["warnings"]?.array?.compactMap(\.string) == [
                "gold_rate of the policy is 0: no gold item is given out",
                "2 gold items have no prediction to show, and the policy shows all others in the queue: they are given blind and may be told by it; with a blind_share they are not",
            ])
        #expect(try await project.send("DELETE", "/gold/a", as: .admin).status == 200)
        try expectProblem(.unknownGold, try await project.send("DELETE", "/gold/a", as: .admin))
        try expectProblem(
            .unsupportedContentType,
            try await project.send("POST", "/gold", as: .admin, type: "text/csv", "a,b"))
    }

    @Test("a paused reviewer gets no work and is told so, until resumed")
    func pause() async throws {
        let project = try await TestProject()
        _ = try await project.post(prediction("x", ["confidence": "0.1"]))
        let first = try await project.send("POST", "/leases", as: .reviewer, "{}")
        let id = try #require(try first.json["leases"]?[0]?["lease"]?.string)
        let name = try #require(
            try await project.send("GET", "/reviewers/me", as: .reviewer).json["reviewer"]?.string)
        let pause = try await project.send(
            "POST", "/reviewers/\(name)/pause", as: .admin, #"{"reason":"on leave"}"#)
        #expect(pause.status == 200)
        try expectProblem(
            .reviewerPaused, try await project.send("POST", "/leases", as: .reviewer, "{}"))
        let own = try await project.send("GET", "/reviewers/me", as: .reviewer)
        #expect(try own.json["paused"]?["why"]?.string == "on leave")
        #expect(
            try await project.send(
                "POST", "/leases/\(id)/review", as: .reviewer,
                #"{"review_id":"r","verdict":"label","label":"cat"}"#
            ).status == 200, "what is held may be answered")
        #expect(
            try await project.send("POST", "/reviewers/\(name)/resume", as: .admin, "{}").status
                == 200)
        #expect(try await project.send("POST", "/leases", as: .reviewer, "{}").status == 200)
        try expectProblem(
            .unknownReviewer,
            try await project.send("POST", "/reviewers/nobody-at-all/pause", as: .admin, "{}"))
    }

    @Test("corrections are read on from where one left, and strange places are refused")
    func corrections() async throws {
        let project = try await TestProject(
            policy: #"{"degree":"full","audit_rate":1,"audits":{"second_look":false}}"#)
        _ = try await project.post(prediction("x"))
        let leases = try await project.send("POST", "/leases", as: .reviewer, "{}")
        let id = try #require(try leases.json["leases"]?[0]?["lease"]?.string)
        _ = try await project.send(
            "POST", "/leases/\(id)/review", as: .reviewer,
            #"{"review_id":"r","verdict":"label","label":"dog"}"#)
        let reply = try await project.send("GET", "/corrections?wait=30", as: .producer)
        #expect(try reply.json["corrections"]?[0]?["external_id"]?.string == "x")
        #expect(try reply.json["corrections"]?[0]?["label"]?.string == "dog")
        let next = try #require(try reply.json["next"]?.string)
        let rest = try await project.send("GET", "/corrections?after=\(next)", as: .analyst)
        #expect(try rest.json["corrections"]?.array?.isEmpty == true)
        for query in ["after=x", "limit=0", "wait=31", "since=1"] {
            try expectProblem(
                .invalidParameter,
                try await project.send("GET", "/corrections?\(query)", as: .analyst))
        }
    }
}

import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct AdjudicatorCallTests {
    @Test("an adjudicator gets the answers under letters, and only an admin who asks gets names")
    func answers() async throws {
        let project = try await TestProject(policy: #"{"degree":"assist","reviewers":2}"#)
        _ = try await project.post(prediction("a"))
        let at = ["project": project.name]
        for (name, label) in [("one", "cat"), ("two", "dog")] {
            let client = project.live.client(try await project.reviewer("\(name) \(project.name)"))
            let lease = try #require(
                try await client.call(Endpoints.lease, at: at, LeaseRequest()).leases.first)
            #expect(lease.adjudication == nil)
            _ = try await client.call(
                Endpoints.review, at: ["project": project.name, "lease": lease.lease],
                Answer(reviewID: name + project.name, verdict: .label(label)))
        }
        let body = #"{"queue":"adjudication"}"#
        try expectProblem(
            .notAllowed, try await project.send("POST", "/leases", as: .reviewer, body))
        try expectProblem(
            .notAllowed,
            try await project.send("POST", "/leases?names=true", as: .adjudicator, body))
        let reply = try await project.send("POST", "/leases", as: .adjudicator, body).json
        let given = try #require(reply["leases"]?.array?.first)
        #expect(given["why"]?.string == "disagreement")
        let answers = try #require(given["answers"]?.array)
        #expect(answers.compactMap { $0["by"]?.string } == ["A", "B"])
        #expect(Set(answers.compactMap { $0["label"]?.string }) == ["cat", "dog"])
        #expect(answers.allSatisfy { $0["reviewer"] == nil && $0["shown"]?.bool == true })
        let lease = try #require(given["lease"]?.string)
        _ = try await project.send("DELETE", "/leases/\(lease)", as: .adjudicator)
        let named = try await project.send("POST", "/leases?names=true", as: .admin, body).json
        let names = named["leases"]?.array?.first?["answers"]?.array?.compactMap {
            $0["reviewer"]?.string
        }
        #expect(Set(names ?? []) == ["one \(project.name)", "two \(project.name)"])
    }

    @Test("waiting items are asked about anew, and the audit log says so")
    func reask() async throws {
        let project = try await TestProject(policy: #"{"degree":"assist"}"#)
        _ = try await project.post(prediction("a"))
        let admin = project.client(.admin)
        let at = ["project": project.name]
        _ = try await admin.call(
            Endpoints.putPolicy, at: at,
            PolicyDocument(parsing: Array(#"{"degree":"assist","reviewers":3}"#.utf8)))
        let reply = try await admin.call(
            Endpoints.reask, at: at, query: [("reason", "more eyes")], Nothing())
        #expect(reply.reasked == 1 && reply.left == 0)
        #expect(try await admin.call(Endpoints.reask, at: at, Nothing()).reasked == 0)
        #expect(try await admin.call(Endpoints.queue, at: at, Nothing()).waiting == 1)
        let log = try await project.send("GET", "/audit-log", as: .analyst).text
        #expect(log.contains("queue.reasked") && log.contains("more eyes"))
    }
}

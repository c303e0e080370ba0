import SluiceAPI
import SluiceClient
import SluiceDomain
import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct GuidelineCallTests {
    private func set(
        _ text: String, _ summary: String? = nil, of project: TestProject
    ) async throws -> Int {
        try await project.client(.admin).call(
            Endpoints.patchProject, at: ["project": project.name],
            ProjectPatch(guidelines: text, guidelinesSummary: summary)
        ).guidelinesVersion
    }

    private func lease(
        _ project: TestProject, token: String? = nil
    ) async throws -> LeaseReply {
        try await project.live.client(token ?? project.token(.reviewer)).call(
            Endpoints.lease, at: ["project": project.name], LeaseRequest())
    }

    private func read(
        _ version: Int, _ project: TestProject, token: String? = nil
    ) async throws {
        _ = try await project.live.client(token ?? project.token(.reviewer)).call(
            Endpoints.readGuidelines, at: ["project": project.name, "version": "\(version)"],
            Nothing())
    }

    @Test("every change of the guidelines is a version that can be read again")
    func versions() async throws {
        let project = try await TestProject()
        #expect(try await set("Two.", "half-grown cats are cats", of: project) == 2)
        #expect(try await set("Two.", "nothing", of: project) == 2, "the same text is no change")
        #expect(try await set("Three.", of: project) == 3)
        let reply = try await project.client(.reviewer).call(
            Endpoints.guidelines, at: ["project": project.name], Nothing())
        #expect(reply.version == 3 && reply.text == "Three.")
        #expect(reply.versions.map(\.version) == [3, 2, 1])
        #expect(reply.versions.map(\.summary) == ["", "half-grown cats are cats", ""])
        #expect(reply.versions[1].createdBy == "admin-\(project.name.dropFirst())")
        let first = try await project.client(.reviewer).call(
            Endpoints.guidelinesVersion, at: ["project": project.name, "version": "1"], Nothing())
        #expect(first.text == "Whiskers: cat." && first.version.version == 1)
        for version in ["0", "4", "99999999999", "x"] {
            try expectProblem(
                .unknownGuidelines,
                try await project.send("GET", "/guidelines/\(version)", as: .reviewer))
            try expectProblem(
                .unknownGuidelines,
                try await project.send("POST", "/guidelines/\(version)/read", as: .reviewer))
        }
        try expectProblem(
            .invalidField,
            try await project.send("PATCH", "", as: .admin, #"{"guidelines_summary":"x"}"#))
    }

    @Test("a reviewer is told what changed until they say that they have read it")
    func news() async throws {
        let project = try await TestProject()
        let first = try await lease(project)
        #expect(first.guidelinesVersion == 1 && first.guidelinesChanged == nil)
        try await read(1, project)
        _ = try await set("Two.", "the first change", of: project)
        _ = try await set("Three.", of: project)
        _ = try await set("Four.", "the third change", of: project)
        for _ in 0..<2 {
            let reply = try await lease(project)
            #expect(reply.guidelinesVersion == 4)
            #expect(
                reply.guidelinesChanged
                    == GuidelinesChanged(since: 1, summary: "the first change; the third change"))
        }
        try await read(3, project)
        #expect(
            try await lease(project).guidelinesChanged
                == GuidelinesChanged(since: 3, summary: "the third change"))
        try await read(4, project)
        try await read(4, project)
        let after = try await lease(project)
        #expect(after.guidelinesVersion == 4 && after.guidelinesChanged == nil)
        // Reading an old version again does not make the newest one unread.
        try await read(2, project)
        #expect(try await lease(project).guidelinesChanged == nil)
        // Somebody who never read any is told everything since the beginning.
        let other = try await project.reviewer("late-\(project.name)")
        #expect(
            try await lease(project, token: other).guidelinesChanged
                == GuidelinesChanged(since: nil, summary: "the first change; the third change"))
    }

    /// Answers an item as the reviewer, and keeps a note to the answer.
    private func propose(
        _ notes: [String], _ project: TestProject
    ) async throws {
        for (number, note) in notes.enumerated() {
            let review = "\(project.name)-\(number)"
            _ = try await project.post(
                prediction("item-\(number)", ["confidence": "0.4", "label": #""dog""#]))
            let lease = try #require(try await project.lease(1).first)
            _ = try await project.review(
                lease, Answer(reviewID: review, verdict: .label("cat")))
            try await TestServer.shared().execute(
                """
                INSERT INTO guideline_proposal (project_id, item_id, review_id, actor_id, note)
                SELECT project_id, item_id, id, actor_id, '\(note)' FROM review WHERE id = '\(review)'
                """, database: "live_http")
        }
    }

    @Test("proposals are listed, settled once, and the settling is in the audit log")
    func proposals() async throws {
        let project = try await TestProject()
        try await propose(["one", "two", "three", "taken back"], project)
        let admin = project.client(.admin)
        let at = ["project": project.name]
        _ = try await project.client(.reviewer).call(
            Endpoints.undo, at: ["project": project.name, "review_id": "\(project.name)-3"],
            Nothing())
        let open = try await admin.call(
            Endpoints.proposals, at: at, query: [("status", "open")], Nothing())
        #expect(open.proposals.map(\.note) == ["one", "two", "three"])
        let first = try #require(open.proposals.first)
        #expect(first.externalID == "item-0" && first.label == "cat" && first.status == .open)
        #expect(first.reviewer == "reviewer-\(project.name.dropFirst())")
        #expect(first.settledAt == nil && first.settledBy == nil)
        let page = try await admin.call(
            Endpoints.proposals, at: at, query: [("after", first.id), ("limit", "1")], Nothing())
        #expect(page.proposals.map(\.note) == ["two"] && page.next == page.proposals.first?.id)

        let path = "/guideline-proposals/\(first.id)"
        let accept = #"{"status":"accepted"}"#
        for role in [Role.producer, .reviewer, .analyst] {
            try expectProblem(
                .notAllowed, try await project.send("POST", path, as: role, accept))
        }
        #expect(try await project.send("POST", path, as: .admin, accept).status == 200)
        #expect(try await project.send("POST", path, as: .admin, accept).status == 200)
        let reject = #"{"status":"rejected"}"#
        try expectProblem(
            .proposalSettled, try await project.send("POST", path, as: .admin, reject))
        let second = "/guideline-proposals/\(open.proposals[1].id)"
        #expect(try await project.send("POST", second, as: .admin, reject).status == 200)
        for id in ["0", "x", "9999999"] {
            try expectProblem(
                .unknownProposal,
                try await project.send("POST", "/guideline-proposals/\(id)", as: .admin, accept))
        }
        for body in ["{}", #"{"status":"open"}"#, #"{"status":"maybe"}"#] {
            let reply = try await project.send("POST", path, as: .admin, body)
            #expect(reply.status == 400 || reply.status == 422, "\(reply.text)")
        }
        let accepted = try await admin.call(
            Endpoints.proposals, at: at, query: [("status", "accepted")], Nothing())
        #expect(accepted.proposals.map(\.id) == [first.id])
        #expect(accepted.proposals.first?.settledBy == "admin-\(project.name.dropFirst())")
        let log = try await admin.call(Endpoints.auditLog, at: at, Nothing())
        #expect(
            log.entries.suffix(2).map(\.action)
                == ["guidelines.proposal_accepted", "guidelines.proposal_rejected"])
        #expect(log.entries.last?.after?.value?["note"]?.string == "two")
        try expectProblem(
            .invalidParameter,
            try await project.send("GET", "/guideline-proposals?status=odd", as: .admin))
    }
}

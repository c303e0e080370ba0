import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct AdjudicationCommandTests {
    @Test("a dispute is settled with both answers in sight, and what it taught is proposed")
    func dispute() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let policy = try home.file(
                "two.json", #"{"reviewers":2,"consensus":{"agree":2,"at_most":2}}"#)
            #expect(try await home.sluice("policy", "set", policy, token: admin).status == 0)
            let line = #"""
                {"external_id":"a","model":"m","model_version":"1","label":"cat","confidence":0.4,"payload":{"text":"furry"}}

                """#
            #expect(try await home.sluice("import", "-", token: admin, input: line).status == 0)
            for (name, input) in [
                ("rita", ":comment it barks\ndog\n"), ("sam", ":tags hard\ncat\n"),
            ] {
                let reviewer = try await home.token("reviewer", name, project: "pets")
                let review = try await home.sluice(
                    "review", "--plain", token: reviewer, input: input + ":quit\n")
                #expect(review.status == 0, "\(review.error)")
            }
            let adjudicator = try await home.token("adjudicator", "judy", project: "pets")
            let settled = try await home.sluice(
                "review", "--adjudicate", "--plain", token: adjudicator,
                input: ":propose say what barks\n:quit\n")
            #expect(settled.status == 0, "\(settled.error)")
            #expect(settled.output.contains("Adjudication: the answers differ."))
            #expect(settled.output.contains(": dog, "))
            #expect(settled.output.contains("  it barks\n"))
            #expect(settled.output.contains("tags hard"))
            #expect(!settled.output.contains("rita"))
            let letter = settled.output.contains("Answer A: dog") ? "A" : "B"
            let again = try await home.sluice(
                "review", "--adjudicate", "--plain", token: adjudicator,
                input: ":propose say what barks\n=\(letter)\n:quit\n")
            #expect(again.output.contains("a: dog\n"), "\(again.output)")
            let proposals = try await home.sluice("guidelines", "proposals", token: admin)
            #expect(proposals.output.contains("say what barks"), "\(proposals.output)")
            let labels = try await home.sluice("export", token: admin)
            let row = try JSONValue(parsing: Array(labels.output.utf8))
            #expect(row["label"]?.string == "dog")
            #expect(row["label_source"]?.string == "adjudicated")
        }
    }

    @Test("names are for admins, and only when adjudicating")
    func names() async throws {
        try await Home.served { home, _ in
            _ = try await home.makeProject()
            let adjudicator = try await home.token("adjudicator", "judy", project: "pets")
            let refused = try await home.sluice(
                "review", "--adjudicate", "--names", "--plain", token: adjudicator,
                input: ":quit\n")
            #expect(refused.status == 1 && refused.error.contains("SLU-403"))
            let misused = try await home.sluice("review", "--names", token: adjudicator)
            #expect(misused.status == 64)
        }
    }
}

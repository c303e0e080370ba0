import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct AgreementCommandTests {
    /// Ana, ben and cy agree on 40 pets; dora calls every dog a cat.
    private static let table: String = {
        var lines = ["item,worker,label,seconds"]
        for number in 0..<40 {
            let label = number % 4 > 0 ? "cat" : "dog"
            for name in ["ana", "ben", "cy"] {
                lines.append("i\(number),\(name),\(label),\(2 + number % 5)")
            }
            lines.append("i\(number),dora,cat,9")
        }
        return (lines + ["lone,dora,dog,9", ""]).joined(separator: "\n")
    }()

    @Test("agreement, a reviewer and a map of labels are read in 80 columns")
    func screens() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let file = try home.file("answers.csv", Self.table)
            let sent = try await home.sluice(
                "import", "--reviews", "--create-items", file, token: admin)
            try #require(sent.status == 0, "\(sent.error)")

            let report = try await home.sluice("agreement", token: admin)
            try #require(report.status == 0, "\(report.error)")
            let lines = report.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(report.output)")
            #expect(lines[0] == "pets")
            #expect(lines[1] == "161 answers to 41 items, 40 of them with several, by 4 people")
            #expect(lines[4].hasPrefix("Krippendorff's alpha  0.592   "))
            #expect(lines[8].hasPrefix("What alpha says of the labels: not fit for use"))
            #expect(report.output.contains("93.8 % (88.9 % to 96.6 %, 160"))
            #expect(lines.contains("cat       dog  30     100.0 %  i0"))
            #expect(report.output.contains("Clarify what tells cat from dog: 100 %"))
            let json = try await home.sluice("agreement", "--json", token: admin)
            let value = try JSONValue(parsing: Array(json.output.utf8))
            #expect(value["human_level"]?["n"]?.int == 160)

            let dora = try await home.sluice("reviewer", "show", "dora", token: admin)
            #expect(
                dora.output == """
                    dora  41 answers, 41 of them imported; half take 9 s, nine in ten 9 s
                    took less than 1 s: 0.0 % of 41 answers (0.0 % to 8.6 %)

                    agrees with the others  95 % interval     n   drawn   everybody
                    75.0 %                  59.8 % to 85.8 %  40  81.3 %  93.8 %
                    left out, because nobody else has answered: 1
                    agrees less than the others do

                    the others say  n   differs  interval       drawn   everybody  says instead
                    cat             30  0.0 %    0.0 to 11.4    0.0 %   0.0 %      \("")
                    dog             10  100.0 %  72.2 to 100.0  50.0 %  25.0 %     cat 10

                    """, "\(dora.error)")
            let nobody = try await home.sluice("reviewer", "show", "zoe", token: admin)
            #expect(nobody.status == 1 && nobody.error.contains("SLU-232"))

            let map = try home.file("map.json", #"{"dog": "cat"}"#)
            for argument in [map, "merged"] {
                if argument == "merged" {
                    let stored = try await home.sluice(
                        "label-map", "set", "merged", map, token: admin)
                    #expect(stored.status == 0 && stored.error == "stored merged\n")
                }
                let mapped = try await home.sluice(
                    "agreement", "--map", argument, token: admin)
                #expect(
                    mapped.output.contains(
                        "Krippendorff's alpha  undefined: all answers are the same label"))
            }
            let list = try await home.sluice("label-map", "list", token: admin)
            #expect(list.output.contains("dog    cat"))
            let removed = try await home.sluice("label-map", "remove", "merged", token: admin)
            #expect(removed.status == 0)
            let gone = try await home.sluice("agreement", "--map", "merged", token: admin)
            #expect(gone.status == 1 && gone.error.contains("SLU-224"))
        }
    }

    @Test("guidelines are set, read again and told apart by version")
    func guidelines() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let file = try home.file("guide.md", "Kittens are cats.\nPuppies are dogs.\n")
            let set = try await home.sluice(
                "guidelines", "set", file, "--summary", "the young count", token: admin)
            #expect(set.status == 0 && set.error == "version 2 is in force\n")
            let same = try await home.sluice("guidelines", "set", file, token: admin)
            #expect(same.error == "version 2 reads like this already\n")
            let shown = try await home.sluice("guidelines", token: admin)
            #expect(shown.output == "Kittens are cats.\nPuppies are dogs.\n\n")
            let first = try await home.sluice("guidelines", "show", "1", token: admin)
            #expect(first.output == "Whiskers: cat.\n")
            let history = try await home.sluice("guidelines", "history", token: admin)
            let lines = history.output.split(separator: "\n")
            #expect(lines.count == 3 && lines[1].hasSuffix("root  the young count"))
            let none = try await home.sluice("guidelines", "proposals", token: admin)
            #expect(none.status == 0 && none.output.isEmpty)
            let unknown = try await home.sluice("guidelines", "accept", "7", token: admin)
            #expect(unknown.status == 1 && unknown.error.contains("SLU-222"))
        }
    }
}

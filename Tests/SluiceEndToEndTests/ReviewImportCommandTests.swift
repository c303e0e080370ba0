import SluiceJSON
import TestSupport
import Testing

@Suite(.inTurns) struct ReviewImportCommandTests {
    @Test("tables and JSON lines of past answers go in, and what does not is named by its line")
    func tables() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let table = try home.file(
                "answers.csv",
                """
                \u{FEFF}item,worker,label,seconds,comment\r
                one,ana,cat,3.5,"a ""cat"",
                surely"\r
                one,"ben, the second",dog,,\r
                two,ana,bird,1,\r
                two,ana\r
                \r
                three,cy,dog,soon,\r
                three,cy,dog,2.25,
                """)
            let first = try await home.sluice(
                "import", "--reviews", "--create-items", table, token: admin)
            #expect(first.status == 1 && first.output.isEmpty)
            #expect(
                Set(first.error.split(separator: "\n")) == [
                    "line 6: it has 2 fields; the first line has 5",
                    #"line 5: SLU-105 "bird" is not a label of the project"#,
                    #"line 8: SLU-102 seconds is "soon"; accepted: a number"#,
                    "6 lines: 3 imported, 3 refused, 2 new items made",
                ])
            let item = try await home.ask(
                """
                SELECT a.name, v.label, v.seconds, v.comment, v.status FROM review v
                JOIN actor a ON a.id = v.actor_id ORDER BY a.name, v.label
                """)
            #expect(
                item
                    == "ana|cat|3.5|a \"cat\",\nsurely|imported\nben, the second|dog|||imported\ncy|dog|2.25||imported"
            )
            let lines = """
                {"external_id":"one","reviewer":"cy","label":"cat"}
                {"external_id":"one","reviewer":"ana","label":"cat"}

                """
            let second = try await home.sluice(
                "import", "--reviews", "--decide", "-", token: admin, input: lines)
            #expect(second.status == 0)
            #expect(
                second.error == """
                    2 lines: 1 imported, 0 refused (1 had been imported before)
                    1 decided, 0 without consensus

                    """)
        }
    }

    @Test("answers of nobody need to be said to be so, and columns must be known")
    func columns() async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let slots = try home.file("slots.csv", "item,slot,label\na,v1,cat\na,v2,dog\n")
            let refused = try await home.sluice("import", "--reviews", slots, token: admin)
            #expect(refused.status == 1 && refused.error.contains("--anonymous takes each"))
            let none = try await home.sluice(
                "import", "--reviews", "--anonymous", slots, token: admin)
            #expect(none.status == 1 && none.error.contains("2 lines: 0 imported, 2 refused"))
            #expect(none.error.contains(#"line 2: SLU-204 there is no item with external_id "a""#))
            #expect(none.error.contains("--create-items makes them"))
            let taken = try await home.sluice(
                "import", "--reviews", "--anonymous", "--create-items", slots, token: admin)
            #expect(
                taken.status == 0
                    && taken.error == "2 lines: 2 imported, 0 refused, 1 new item made\n")
            let odd = try home.file("odd.csv", "item,worker,label,colour\n")
            let unknown = try await home.sluice("import", "--reviews", odd, token: admin)
            #expect(unknown.status == 1 && unknown.error.contains("no column \"colour\""))
            let usage = try await home.sluice("import", "--decide", slots, token: admin)
            #expect(usage.status == 64)
        }
    }
}

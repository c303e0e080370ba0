import Glibc
import TerminalProbe
import TestSupport
import Testing

/// Which item a key answers: the one that was on the screen.
@Suite(.inTurns) struct AnsweredItemTests {
    private func reviewing(
        _ body: (Home, String, _ admin: String) async throws -> Void
    ) async throws {
        try await Home.served { home, _ in
            let admin = try await home.makeProject()
            let lines = (1...9).map { prediction("item-\($0)", confidence: "0.4") + "\n" }.joined()
            #expect(try await home.sluice("import", "-", token: admin, input: lines).status == 0)
            try await body(home, try await home.token("reviewer", "rita", project: "pets"), admin)
        }
    }

    /// The answers that stand, by item.
    private func standing(_ home: Home) async throws -> String {
        try await home.ask(
            """
            SELECT string_agg(i.external_id || ' ' || r.label, ', ' ORDER BY i.external_id)
            FROM review r JOIN item i ON i.project_id = r.project_id AND i.id = r.item_id
            WHERE r.undone_at IS NULL
            """)
    }

    /// The name of the item on the screen.
    private func item(_ sitting: Sitting) -> String {
        let title = String(sitting.look().rows[1])
        return title.split(separator: " ").first { $0.hasPrefix("item-") }.map(String.init) ?? ""
    }

    @Test("u and a label in one packet answer the item that was taken back")
    func onePacket() async throws {
        try await reviewing { home, token, _ in
            let sitting = try Sitting(home, token: token)
            try await sitting.see("meow item-")
            var names: [String] = []
            for _ in 0..<5 {
                let name = item(sitting)
                names.append(name)
                sitting.terminal.type("d")
                try await sitting.see("\(name): dog")
                sitting.terminal.type("u\r")
                try await sitting.see("\(name): cat")
            }
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            let expected = names.sorted().map { "\($0) cat" }.joined(separator: ", ")
            #expect(try await standing(home) == expected)
        }
    }

    @Test("a burst answers one item of a project with a dwell, and the rest is told")
    func burst() async throws {
        try await reviewing { home, token, admin in
            let set = try await home.sluice(
                "project", "set", "--dwell-ms", "1000", token: admin,
                with: ["SLUICE_PROJECT": "pets"])
            #expect(set.status == 0)
            let sitting = try Sitting(home, token: token)
            try await sitting.see("meow item-")
            let name = item(sitting)
            sitting.terminal.type("\r")
            try await sitting.see("came: not used")
            try await Task.sleep(for: .milliseconds(1_100))
            sitting.terminal.type("\rd\rd")
            try await sitting.see("came: not used")
            sitting.terminal.type("q")
            #expect(try await sitting.left() == 0)
            #expect(try await standing(home) == "\(name) cat")
        }
    }
}

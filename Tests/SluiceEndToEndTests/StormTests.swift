import Foundation
import Glibc
import TerminalProbe
import TestSupport
import Testing

/// Reviews through a real terminal while everything around the reviewer breaks.
///
/// The small dose runs with all tests. `SLUICE_STORM=full` reviews 10,000 items with the service
/// killed 20 times, the connection cut 50 times and the client killed 10 times; that takes minutes:
///
///     SLUICE_STORM=full swift test --filter StormTests
@Suite(.inTurns) struct StormTests {
    /// How much is done to the reviewer.
    struct Dose {
        var reviews: Int
        var serviceKills: Int
        var cuts: Int
        var clientKills: Int

        static var asked: Dose {
            ProcessInfo.processInfo.environment["SLUICE_STORM"] == "full"
                ? Dose(reviews: 10_000, serviceKills: 20, cuts: 50, clientKills: 10)
                : Dose(reviews: 300, serviceKills: 3, cuts: 8, clientKills: 1)
        }
    }

    @Test(
        "whatever is killed or cut, every answer typed counts exactly once",
        .timeLimit(.minutes(30)))
    func storm() async throws {
        let dose = Dose.asked
        try await Home.use { home in
            var storm = try await Storm(home, dose)
            do {
                try await storm.review()
                try await check(dose, home)
            } catch {
                await storm.end()
                throw error
            }
            await storm.end()
            // Only what was typed in the milliseconds before a client was killed, on its way to the
            // disk, has to be typed again: of these five keys at most, as many as there are leases. And
            // what the screen said was lost: a key only puts it away.
            #expect(
                storm.typedAgain <= 5 * dose.clientKills + storm.refusals + storm.lostLeases
                    + storm.lostKeys)
            print(storm.summary)
        }
    }

    /// Each item has one review, and it says what the script says.
    private func check(_ dose: Dose, _ home: Home) async throws {
        let rows = try await home.ask(
            """
            SELECT external_id, label, status FROM review
            JOIN item ON (item.project_id, item.id) = (review.project_id, review.item_id)
            WHERE status IN ('counted', 'late')
            """)
        var answers: [String: [String]] = [:]
        for row in rows.split(separator: "\n") {
            let fields = row.split(separator: "|", omittingEmptySubsequences: false)
            answers[String(fields[0]), default: []].append("\(fields[1]) \(fields[2])")
        }
        #expect(answers.count == dose.reviews)
        for number in 0..<dose.reviews {
            let found = answers["storm-\(number)"] ?? []
            let label = Storm.script(number).label
            #expect(
                found == ["\(label) counted"] || found == ["\(label) late"], "\(number)")
        }
        #expect(
            try await home.ask("SELECT count(*) FROM decision WHERE source = 'reviewer'")
                == "\(dose.reviews)")
    }
}

/// A reviewer who types what the script says, and the accidents.
private struct Storm {
    enum Accident { case killService, cut, killClient }

    private let home: Home
    private let dose: StormTests.Dose
    private let token: String
    private let proxy: CutProxy
    private var service: ServiceProcess
    private var sitting: Sitting
    private var generator = SystemRandomNumberGenerator()
    private var typed: [Int: Int] = [:]
    /// The item whose answer was typed last; nil once it has left the screen.
    private var leaving: Int?
    /// The last key, and when it was typed.
    private var pressed: (key: String, at: ContinuousClock.Instant) = ("", .now)
    private var cutNumber = 0
    private(set) var refusals = 0
    /// Items whose lease had ended before their key was typed, as the screen said.
    private(set) var lostLeases = 0
    /// Keys of which the screen said that they answered nothing.
    private(set) var lostKeys = 0
    private let start = ContinuousClock.now

    /// The key and the label of an item; the model says cat of all.
    static func script(_ number: Int) -> (key: String, label: String) {
        switch number % 3 {
        case 0: ("d", "dog")
        case 1: ("c", "cat")
        default: ("\r", "cat")
        }
    }

    init(_ home: Home, _ dose: StormTests.Dose) async throws {
        self.home = home
        self.dose = dose
        service = try await home.serve()
        let admin = try await home.makeProject(
            policy: """
                {"degree":"partial","accept":{"default":0.9},"audit_rate":0,"blind_share":0,\
                "lease_seconds":10}
                """)
        let lines = (0..<dose.reviews).map { number in
            """
            {"external_id":"storm-\(number)","model":"m","model_version":"1","label":"cat",\
            "confidence":0.4,"payload":{"text":"look at <<\(number)>>"}}

            """
        }
        let sent = try await home.sluice("import", "-", token: admin, input: lines.joined())
        try #require(sent.status == 0, "\(sent.error)")
        token = try await home.token("reviewer", "rita", project: "pets")
        proxy = try CutProxy(to: .port(home.port))
        sitting = try Self.sit(home, token, proxy)
    }

    private static func sit(
        _ home: Home, _ token: String, _ proxy: CutProxy
    ) throws -> Sitting {
        try Sitting(
            home, token: token,
            environment: [
                "SLUICE_URL": "http://127.0.0.1:\(proxy.port)", "SLUICE_PROJECT": "pets",
            ])
    }

    /// How often an item had to be answered again.
    var typedAgain: Int { typed.values.reduce(0) { $0 + $1 - 1 } }

    var summary: String {
        let seconds = Int(start.duration(to: .now) / .seconds(1))
        return """
            storm: \(dose.reviews) reviews in \(seconds) s; service killed \(dose.serviceKills) times, \
            connection cut \(dose.cuts) times, client killed \(dose.clientKills) times; \
            \(typedAgain) typed again, \(refusals) refusals, \(lostLeases) lost leases and \(lostKeys) \
            lost keys shown
            """
    }

    /// Reviews until every item is decided.
    mutating func review() async throws {
        var accidents = plan()
        while true {
            try #require(
                sitting.child.status == nil, "the client ended: \(sitting.raw.suffix(500))")
            let moved = try await step()
            while let next = accidents.last, typed.count >= next.at {
                accidents.removeLast()
                try await happen(next.accident)
            }
            if !moved {
                if typed.count == dose.reviews, try await isDone() { break }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        sitting.terminal.type("q")
        #expect(try await sitting.left() == 0)
        #expect(sitting.terminal.settings == sitting.before)
    }

    mutating func end() async {
        await sitting.kill()
        proxy.close()
        await service.terminate()
    }

    /// All accidents at random moments of the work, the last one first.
    private mutating func plan() -> [(at: Int, accident: Accident)] {
        let accidents =
            Array(repeating: Accident.killService, count: dose.serviceKills)
            + Array(repeating: .cut, count: dose.cuts)
            + Array(repeating: .killClient, count: dose.clientKills)
        return accidents.map { accident in
            (at: Int.random(in: 1..<dose.reviews - 10, using: &generator), accident: accident)
        }.sorted { $0.at > $1.at }
    }

    /// Looks at the screen and types what is to be typed; false when there is nothing to do.
    private mutating func step() async throws -> Bool {
        var seen: [Int?] = []
        let screen = sitting.look { seen.append(Self.item(on: $0)) }.text
        if screen.contains("Esc puts this away") {
            refusals += 1
            sitting.terminal.type("\u{1B}")
            // An escape with a key behind it would be another key.
            let notice = screen.split(separator: "\n").first { $0.hasPrefix(" !") } ?? ""
            try await sitting.seeNoMore(String(notice))
            return true
        }
        if seen.contains(where: { $0 != leaving }) { leaving = nil }
        if !seen.isEmpty, let number = leaving, let unused = Self.unused(on: screen) {
            // A busy machine: the client had not noted the frame yet, and says that the key is lost.
            lostKeys += 1
            typed[number, default: 0] += 1
            // The same key sooner would be one that is held down.
            try await Task.sleep(for: .milliseconds(400))
            pressed = (Self.script(number).key, .now)
            sitting.terminal.type(pressed.key)
            try await sitting.seeNoMore(unused)
            return true
        }
        guard let number = Self.item(on: sitting.grid), number != leaving else { return false }
        leaving = number
        typed[number, default: 0] += 1
        if screen.contains("LEASE LOST") { lostLeases += 1 }
        let key = Self.script(number).key
        // The same key sooner would be one that is held down.
        let pause = Duration.milliseconds(400) - pressed.at.duration(to: .now)
        if pressed.key == key, pause > .zero { try await Task.sleep(for: pause) }
        pressed = (key, .now)
        sitting.terminal.type(key)
        return true
    }

    /// The line that says that a key answered nothing.
    private static func unused(on screen: String) -> String? {
        screen.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.contains(": not used") || $0.contains("the key is held down") }
    }

    private static func item(on screen: ScreenGrid) -> Int? {
        guard screen.isFullScreen else { return nil }
        let text = screen.text
        guard let start = text.range(of: "look at <<")?.upperBound,
            let end = text.range(of: ">>", range: start..<text.endIndex)?.lowerBound
        else { return nil }
        return Int(text[start..<end])
    }

    private mutating func happen(_ accident: Accident) async throws {
        switch accident {
        case .killService:
            await service.kill()
            // The reviewer goes on with what is there until there is no more.
            try await eventually("the screen says so") { sitting.look().text.contains("OFFLINE") }
            while try await step() {}
            service = try await home.serve()
        case .cut:
            cutNumber += 1
            let bytes = Int.random(in: 0...700, using: &generator)
            switch cutNumber % 4 {
            case 0: proxy.reset()
            case 1: proxy.set(.cut(.client, afterBytes: bytes))
            // The answer is stored, and its reply is lost.
            default: proxy.set(.cut(.server, afterBytes: bytes))
            }
        case .killClient:
            await sitting.kill()
            leaving = nil
            sitting = try Self.sit(home, token, proxy)
        }
    }

    /// Whether all is decided; what a killed client held comes back when its leases lapse.
    private func isDone() async throws -> Bool {
        try await home.ask(
            "SELECT count(*) FROM review WHERE status IN ('counted', 'late')")
            == "\(dose.reviews)"
    }
}

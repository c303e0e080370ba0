import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// Guidelines with a history.
enum Guide {
    static let reply = GuidelinesReply(
        version: 3, text: "1. Read the whole item.\n2. A new account with a deadline is fraud.",
        versions: [
            version(3, "a new account with a deadline is fraud", "ana"), version(2, "", "ben"),
            version(1, "", "ana"),
        ])

    static func version(_ number: Int, _ summary: String, _ name: String) -> GuidelineVersion {
        GuidelineVersion(
            version: number, summary: summary, createdAt: Sample.received, createdBy: name)
    }

    static let former = GuidelineReply(
        version: version(1, "", "ana"), text: "1. Read the item.\n3. In doubt, escalate.")

    static let news = GuidelinesChanged(
        since: 1, summary: "a new account with a deadline is fraud")

    static func leased(
        _ names: [String] = ["invoice-1", "invoice-2"], version: Int? = 3,
        _ news: GuidelinesChanged? = news
    ) -> Message {
        .leased(
            .success(
                LeaseReply(
                    leases: names.map { Sample.lease($0) }, guidelinesVersion: version,
                    guidelinesChanged: news)))
    }
}

@Suite("Changed guidelines")
struct GuidelineNewsTests {
    @Test("a change is said above the item, and the work goes on")
    func notice() throws {
        var desk = Sample.desk([])
        let effects = desk.update(Guide.leased())
        #expect(effects.contains(.loadGuidelines))
        try expectScreen("guidelines-changed", desk)
        #expect(desk.press("f").answers.first?.request.verdict == .label("fraud"))
        #expect(desk.notices.count == 1)
    }

    @Test("the page says what changed in each version since, and marks the newest read, once")
    func page() throws {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased())
        #expect(!desk.press("g").contains(.readGuidelines(version: 3)))
        #expect(desk.screen().contains("Fetching the text in force"))
        #expect(
            desk.update(.guidelinesLoaded(.success(Guide.reply)))
                == [.readGuidelines(version: 3)])
        try expectScreen("guidelines-news", desk)
        #expect(desk.update(.guidelinesRead(version: 3, .success(()))).isEmpty)
        desk.press("g")
        #expect(desk.notices.isEmpty)
        #expect(desk.press("g") == [.loadGuidelines])
    }

    @Test("a reply that was on its way while they were read announces nothing")
    func late() {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased())
        _ = desk.update(.guidelinesLoaded(.success(Guide.reply)))
        #expect(
            desk.press("g") == [
                .loadGuidelines, .loadFormerGuidelines(version: 1), .readGuidelines(version: 3),
            ])
        desk.press("g")
        _ = desk.update(Guide.leased(["invoice-3"]))
        #expect(desk.notices.isEmpty)
    }

    @Test("put away unread it is not said again in this session, a newer version is")
    func putAway() {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased())
        desk.press(Key(.escape))
        #expect(desk.notices.isEmpty)
        _ = desk.update(Guide.leased(["invoice-3"]))
        #expect(desk.notices.isEmpty)
        let newer = GuidelinesChanged(since: 1, summary: "")
        let effects = desk.update(Guide.leased(["invoice-4"], version: 4, newer))
        #expect(
            desk.notices.map(\.title) == ["The guidelines changed: version 4"])
        #expect(desk.notices.map(\.detail) == ["g shows them"])
        // The first reading of them is still under way.
        #expect(!effects.contains(.loadGuidelines))
        #expect(
            desk.update(.guidelinesLoaded(.success(Guide.reply))).contains(.loadGuidelines))
    }

    @Test("who has read none is told of a later version, and that nobody said what changed")
    func neverRead() {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased(version: 2, GuidelinesChanged(since: nil, summary: "")))
        #expect(
            desk.notices.map(\.title)
                == ["Unread guidelines: version 2"])
        desk.press("g")
        #expect(desk.screen().contains("Changed since they were first written:\n nobody said what"))
    }

    @Test("the page shows what was taken out and put in since the version that was read")
    func difference() throws {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased())
        _ = desk.update(.guidelinesLoaded(.success(Guide.reply)))
        #expect(desk.press("g").contains(.loadFormerGuidelines(version: 1)))
        let down = ServiceFailure.unreachable(reason: "down")
        _ = desk.update(.formerGuidelinesLoaded(version: 1, .failure(down)))
        #expect(desk.update(.clock(.seconds(10))).contains(.loadFormerGuidelines(version: 1)))
        _ = desk.update(.formerGuidelinesLoaded(version: 1, .success(Guide.former)))
        try expectScreen("guidelines-difference", desk)
        // It is there as long as the session is, and is asked for once.
        desk.press("g")
        #expect(!desk.press("g").contains(.loadFormerGuidelines(version: 1)))
        #expect(desk.screen().contains("- 3. In doubt, escalate."))
        // A newer version is compared with what was read by then.
        _ = desk.update(
            Guide.leased(["x"], version: 4, GuidelinesChanged(since: 3, summary: "")))
        #expect(!desk.screen().contains("- 3. In doubt, escalate."))
        var other = Sample.desk([])
        _ = other.update(Guide.leased())
        _ = other.update(.guidelinesLoaded(.success(Guide.reply)))
        other.press("g")
        let gone = Sample.problem(.unknownGuidelines(version: "1"))
        _ = other.update(.formerGuidelinesLoaded(version: 1, .failure(gone)))
        #expect(!other.update(.clock(.seconds(40))).contains(.loadFormerGuidelines(version: 1)))
        #expect(other.screen().contains("2. A new account with a deadline is fraud."))
    }

    @Test("without a change nothing is said, and a service without versions is asked nothing")
    func nothing() {
        var desk = Sample.desk([])
        let effects = desk.update(Guide.leased(version: 1, nil))
        #expect(!effects.contains(.loadGuidelines))
        #expect(desk.notices.isEmpty)
        #expect(
            desk.press("g") == [.loadGuidelines, .readGuidelines(version: 1)],
            "the newest text is asked for whenever they are opened")
        var old = Sample.desk()
        #expect(old.press("g").isEmpty)
        #expect(old.screen().contains("── Guidelines ──"))
    }

    @Test("the text in force replaces the one the session began with, read or not")
    func newText() {
        var desk = Sample.desk([], size: Size(columns: 120, rows: 30))
        #expect(desk.update(Guide.leased(version: 3, nil)).contains(.loadGuidelines))
        _ = desk.update(.guidelinesLoaded(.success(Guide.reply)))
        #expect(desk.screen(120, 30).contains("Read the whole item"))
        #expect(desk.screen(120, 30).contains("Guidelines, version 3"))
    }

    @Test("without an answer it is tried again, refused it is not")
    func failures() {
        var desk = Sample.desk([])
        _ = desk.update(Guide.leased())
        let down = ServiceFailure.unreachable(reason: "down")
        _ = desk.update(.guidelinesLoaded(.failure(down)))
        #expect(desk.update(.clock(.seconds(10))).contains(.loadGuidelines))
        _ = desk.update(.guidelinesLoaded(.success(Guide.reply)))
        desk.press("g")
        _ = desk.update(.guidelinesRead(version: 3, .failure(down)))
        #expect(desk.update(.clock(.seconds(20))).contains(.readGuidelines(version: 3)))
        _ = desk.update(
            .guidelinesRead(version: 3, .failure(Sample.problem(.unknownGuidelines(version: "3")))))
        #expect(!desk.update(.clock(.seconds(40))).contains(.readGuidelines(version: 3)))
        var other = Sample.desk([])
        _ = other.update(Guide.leased())
        _ = other.update(
            .guidelinesLoaded(.failure(Sample.problem(.unknownGuidelines(version: "3")))))
        #expect(!other.update(.clock(.seconds(40))).contains(.loadGuidelines))
        other.press("g")
        #expect(other.screen().contains("a new account with a deadline is fraud"))
    }

    @Test("the notice and the page fit the smallest screen")
    func small() throws {
        var desk = Sample.desk([], size: Size(columns: 40, rows: 12))
        _ = desk.update(Guide.leased())
        _ = desk.update(.guidelinesLoaded(.success(Guide.reply)))
        try expectScreen("guidelines-changed-40x12", desk, columns: 40, rows: 12)
        desk.press("g")
        try expectScreen("guidelines-news-40x12", desk, columns: 40, rows: 12)
    }
}

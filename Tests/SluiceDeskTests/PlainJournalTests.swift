import Foundation
import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Synchronization
import Testing

@testable import SluiceDesk

/// Plays lines into plain mode with a journal and returns what it wrote.
private func play(
    _ service: FakeService, _ journal: Journal, _ lines: [String]
) async -> (text: String, outcome: PlainOutcome) {
    let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
    for line in lines { continuation.yield(.line(line)) }
    continuation.finish()
    let written = Mutex("")
    let review = PlainReview(
        service: service,
        console: PlainConsole(events: events) { text in written.withLock { $0 += text } },
        journal: journal)
    let outcome = await review.run()
    return (written.withLock { $0 }, outcome)
}

@Suite("Plain mode with a journal", .timeLimit(.minutes(1)))
struct PlainJournalTests {
    private let directory: StateDirectory

    init() throws { directory = try StateDirectory() }

    private var journal: Journal { Journal(directory.location()) }

    /// What a client left that died.
    private func leave(_ records: JournalRecord...) async throws {
        let journal = self.journal
        _ = try await journal.open()
        try await journal.write(records)
        await journal.close()
    }

    @Test("a session that is confirmed leaves no journal behind")
    func session() async throws {
        let service = FakeService([Sample.lease("a"), Sample.lease("b")])
        let (_, outcome) = await play(service, journal, ["fraud", "ok", ":undo"])
        #expect(outcome.done == 1)
        #expect(outcome.unsent.isEmpty)
        #expect(try directory.files.isEmpty)
    }

    @Test("what an earlier session left is sent in order before the first item is shown")
    func replay() async throws {
        try await leave(.done(answer("1")), .done(answer("2")))
        let service = FakeService([Sample.lease("a")])
        let (text, outcome) = await play(service, journal, ["ok"])
        #expect(await Array(service.reviewIDs.prefix(2)) == ["1", "2"])
        let said = try #require(
            text.range(of: "Sending 2 answers of an earlier session.\nSent.\n"))
        let shown = try #require(text.range(of: "Item a"))
        #expect(said.upperBound < shown.lowerBound)
        #expect(outcome.done == 1, "not of this session")
        #expect(try directory.files.isEmpty)
    }

    @Test("a refusal is told at every start until it is put away")
    func refused() async throws {
        try await leave(.done(answer("1")))
        let refusing = FakeService(
            [], failures: [Sample.problem(.leaseLost(decided: true))])
        let first = await play(refusing, journal, [])
        #expect(first.text.contains("item-1: fraud was refused: "))
        #expect(first.outcome.unsent.isEmpty)
        let second = await play(FakeService([]), journal, [":ok", ":ok"])
        #expect(second.text.contains("item-1: fraud was refused: "))
        #expect(second.text.contains("Put away.\nNothing was refused.\n"))
        let third = await play(FakeService([]), journal, [])
        #expect(!third.text.contains("refused"))
        #expect(try directory.files.isEmpty)
    }

    @Test("a journal that cannot be written is told once, and the answers are sent all the same")
    func unwritable() async throws {
        try Data().write(to: URL(fileURLWithPath: directory.path + "/sluice"))
        let service = FakeService([Sample.lease("a"), Sample.lease("b")])
        let (text, outcome) = await play(service, journal, ["ok", "ok"])
        #expect(outcome.done == 2)
        #expect(text.components(separatedBy: "Answers are not kept on this machine").count == 2)
    }
}

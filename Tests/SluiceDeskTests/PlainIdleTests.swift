import Foundation
import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Synchronization
import Testing

@testable import SluiceDesk

/// A session in plain mode whose time a test tells, and whose lines come as answers to what it says.
private final class PlainStage: Sendable {
    typealias Step = (cue: String, now: Duration, event: PlainEvent)

    private struct State {
        var now = Duration.zero
        var text = ""
        var steps: [Step]
    }

    private let state: Mutex<State>

    /// - Parameter steps: each waits for its cue to be written, then tells the time and an event.
    init(_ steps: [Step]) { state = Mutex(State(steps: steps)) }

    /// Plays the steps, then ends the lines.
    ///
    /// - Returns: what was written.
    func play(_ service: FakeService) async -> (text: String, outcome: PlainOutcome) {
        let (events, mailbox) = AsyncStream.makeStream(of: PlainEvent.self)
        let console = PlainConsole(events: AsyncStream { $0.finish() }) { text in
            self.state.withLock { state in
                state.text += text
                if let step = state.steps.first, text.contains(step.cue) {
                    state.now = step.now
                    mailbox.yield(step.event)
                    state.steps.removeFirst()
                }
                if state.steps.isEmpty { mailbox.yield(.end) }
            }
        }
        var session = PlainSession(
            service: service, console: console, inbox: events,
            time: { self.state.withLock { $0.now } })
        let outcome = await session.run()
        return (state.withLock { $0.text }, outcome)
    }
}

@Suite("Nobody there in plain mode", .timeLimit(.minutes(1)))
struct PlainIdleTests {
    private static let gone =
        "Nobody here for 5 min: your item went back to the queue; the next line goes on.\n"

    @Test("until five minutes have passed the lease is renewed, then it is given back")
    func limit() async {
        let service = FakeService([Sample.lease("a")])
        let early = await PlainStage([("Answer,", .seconds(299), .tick)]).play(service)
        #expect(!early.text.contains("Nobody here"))
        #expect(await service.calls == [.renew("lease-a")])

        let later = FakeService([Sample.lease("a")])
        let late = await PlainStage([("Answer,", .seconds(300), .tick)]).play(later)
        #expect(late.text.contains(Self.gone))
        #expect(late.text.components(separatedBy: "Item a").count == 2, "nothing is leased anew")
        #expect(await later.calls == [.release("lease-a")])
    }

    @Test("each line begins the five minutes anew")
    func busy() async {
        let service = FakeService([Sample.lease("a")])
        let played = await PlainStage([
            ("Answer,", .seconds(200), .line(":comment odd")),
            ("The comment goes", .seconds(499), .tick),
        ]).play(service)
        #expect(!played.text.contains("Nobody here"))
    }

    @Test("the next line leases anew, and answers the item it was meant for")
    func sameItem() async {
        let service = FakeService([Sample.lease("a"), Sample.lease("b")])
        let played = await PlainStage([
            ("Answer,", .seconds(100), .line(":comment looks odd")),
            ("Answer,", .seconds(400), .tick),
            ("Nobody here", .seconds(900), .line("ok")),
        ]).play(service)
        #expect(
            await service.calls.prefix(2) == [
                .release("lease-a"), .review("lease-a", .label("ok"), comment: "looks odd"),
            ])
        #expect(played.text.contains(Self.gone + "\nItem a\n"))
        #expect(played.outcome.done == 1)
    }

    @Test("an empty line brings the item back and accepts nothing")
    func empty() async {
        let service = FakeService([Sample.lease("a")])
        let played = await PlainStage([
            ("Answer,", .seconds(300), .tick), ("Nobody here", .seconds(900), .line("")),
        ]).play(service)
        #expect(played.text.contains(Self.gone + "\nItem a\n"))
        #expect(played.outcome.done == 0)
        #expect(await service.calls == [.release("lease-a")])
    }

    @Test("a line is not used for another item than the one it was meant for")
    func otherItem() async {
        let service = FakeService(
            [Sample.lease("a"), Sample.lease("b")], takesReleased: true)
        let played = await PlainStage([
            ("Answer,", .seconds(300), .tick), ("Nobody here", .seconds(900), .line("ok")),
        ]).play(service)
        #expect(played.text.contains("\nItem b\n"))
        #expect(played.text.contains("a is no longer yours; the line was not used.\n"))
        #expect(played.outcome.done == 0)

        let last = FakeService([Sample.lease("a")], takesReleased: true)
        let text = await PlainStage([
            ("Answer,", .seconds(300), .tick), ("Nobody here", .seconds(900), .line("ok")),
        ]).play(last).text
        #expect(text.contains("a is no longer yours; the line was not used.\nThe queue is empty."))
    }

    @Test(":quit leaves without leasing again")
    func quit() async {
        let service = FakeService([Sample.lease("a")])
        let played = await PlainStage([
            ("Answer,", .seconds(300), .tick), ("Nobody here", .seconds(900), .line(":quit")),
        ]).play(service)
        #expect(played.text.hasSuffix(Self.gone + "Done: 0.\n"))
    }
}

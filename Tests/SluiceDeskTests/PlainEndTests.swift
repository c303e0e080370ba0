import SluiceAPI
import SluiceDomain
import SluiceTerminal
import Testing

@testable import SluiceDesk

/// How plain mode ends while the service is away.
@Suite("The end of plain mode during an outage", .timeLimit(.minutes(1)))
struct PlainEndTests {
    private func play(
        _ lines: [LineEvent], isTyped: Bool, _ write: @escaping @Sendable (String) throws -> Void
    ) async -> PlainOutcome {
        let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
        for line in lines { continuation.yield(line) }
        let service = FakeService(
            [], projectFailure: .unreachable(reason: "the connection was refused"))
        let console = PlainConsole(events: events, isTyped: isTyped, write: write)
        return await PlainReview(service: service, console: console).run()
    }

    @Test("the end of what is typed ends it at once, with the reason")
    func inputEnds() async {
        let outcome = await play([.end], isTyped: true) { _ in }
        #expect(outcome.unreachable == "the connection was refused")
    }

    @Test("a script that has ended waits a few seconds for the service")
    func scriptEnds() async {
        let start = ContinuousClock.now
        let outcome = await play([.end], isTyped: false) { _ in }
        #expect(outcome.unreachable != nil)
        #expect(ContinuousClock.now - start >= .seconds(5))
    }

    @Test("a signal that comes after the end of the input ends it", arguments: [1, 2, 15])
    func signalAfterEnd(signal: Int32) async {
        let outcome = await play([.end, .terminate(signal: signal)], isTyped: false) { _ in }
        #expect(outcome.signal == signal && outcome.unreachable == nil)
    }

    @Test("an output that nobody reads any more ends it")
    func outputEnds() async {
        let outcome = await play([], isTyped: true) { _ in
            throw TerminalError.system(call: "write", errno: 5)
        }
        #expect(outcome.signal == nil)
    }
}

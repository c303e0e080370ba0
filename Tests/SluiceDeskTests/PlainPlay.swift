import SluiceTerminal
import Synchronization

@testable import SluiceDesk

/// Plays lines into plain mode and returns what it wrote.
func playPlain(
    _ service: FakeService, _ lines: [String]
) async -> (text: String, outcome: PlainOutcome) {
    let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
    for line in lines { continuation.yield(.line(line)) }
    continuation.finish()
    let written = Transcript()
    let review = PlainReview(
        service: service, console: PlainConsole(events: events) { written.append($0) })
    let outcome = await review.run()
    return (written.text, outcome)
}

private final class Transcript: Sendable {
    private let content = Mutex("")

    var text: String { content.withLock { $0 } }

    func append(_ text: String) { content.withLock { $0 += text } }
}

import SluiceAPI
import SluiceTerminal
import Synchronization

/// Where plain mode reads from and writes to.
public struct PlainConsole: Sendable {
    /// Lines and signals, in order.
    public let events: AsyncStream<LineEvent>
    /// Whether somebody types the lines who reads what is written; else they are a script, all of
    /// which may be there before the first item is.
    public let isTyped: Bool
    /// Writes text; each call is one or more whole lines.
    public let write: @Sendable (String) throws -> Void

    /// Makes a console.
    public init(
        events: AsyncStream<LineEvent>, isTyped: Bool = false,
        write: @escaping @Sendable (String) throws -> Void
    ) {
        self.isTyped = isTyped
        self.events = events
        self.write = write
    }
}

/// What a session in plain mode came to.
public struct PlainOutcome: Sendable {
    /// Answers the service took and that were not taken back.
    public internal(set) var done = 0
    /// What the service has not confirmed.
    public internal(set) var unsent: [PendingOperation] = []
    /// Whether the journal holds them, for the next session to send.
    public internal(set) var isKept = false
    /// Why the service would not have the client at all.
    public internal(set) var refusal: Problem?
    /// The signal that ended the session; nil when the lines ended or the reviewer left.
    public internal(set) var signal: Int32?
    /// Why the service could not be reached when the lines had ended; nil when it was not missed.
    public internal(set) var unreachable: String?
}

/// Whether the lines have ended, as far as they are read.
final class PlainInput: Sendable {
    private let flag = Atomic(false)

    /// Whether no line comes any more.
    var hasEnded: Bool { flag.load(ordering: .acquiring) }

    /// No line comes any more.
    func end() { flag.store(true, ordering: .releasing) }
}

/// Reviews line by line, for screen readers, pipes and terminals that cannot place a cursor.
///
/// One item at a time is leased, written out and answered by a line; the answer is confirmed before
/// the next item comes. All text from outside goes through `visible`.
public struct PlainReview: Sendable {
    /// How often leases and an empty queue are looked at.
    static let tick = Duration.milliseconds(500)
    /// How long giving leases back may take.
    private static let leavingLimit = Duration.seconds(2)

    private let service: any DeskService
    private let console: PlainConsole
    private let journal: Journal?
    private let keymap: Keymap

    /// Makes a session.
    ///
    /// - Parameters:
    ///   - journal: where answers are kept until the service has them; nil keeps them nowhere.
    ///   - keymap: the keys of full screen: labels have the same ones here.
    public init(
        service: any DeskService, console: PlainConsole, journal: Journal? = nil,
        keymap: Keymap = .standard
    ) {
        self.service = service
        self.console = console
        self.journal = journal
        self.keymap = keymap
    }

    /// Reviews on standard input and output until the input ends.
    ///
    /// - Throws: `TerminalError` when the input cannot be read.
    public static func run(
        service: any DeskService, journal: Journal? = nil, keymap: Keymap = .standard
    ) async throws(TerminalError) -> PlainOutcome {
        let input = try LineInput()
        let review = PlainReview(
            service: service,
            console: PlainConsole(events: input.events, isTyped: LineInput.isTerminal) {
                try LineInput.write($0)
            },
            journal: journal, keymap: keymap)
        let outcome = await review.run()
        input.stop()
        return outcome
    }

    /// Reviews until the lines end, the reviewer leaves, or a signal asks to end.
    ///
    /// Leases still held are given back, within two seconds.
    public func run() async -> PlainOutcome {
        let (inbox, mailbox) = AsyncStream.makeStream(of: PlainEvent.self)
        var outcome = PlainOutcome()
        let service = self.service
        let console = self.console
        let journal = self.journal
        let keymap = self.keymap
        let input = PlainInput()
        let held = await withTaskGroup(of: PlainEnd.self, returning: [String].self) { group in
            group.addTask {
                var session = PlainSession(
                    service: service, console: console, inbox: inbox, input: input,
                    journal: journal, keymap: keymap)
                return .session(await session.run(), held: session.held.map(\.id))
            }
            group.addTask {
                for await event in console.events {
                    switch event {
                    case .line(let line, let readAt):
                        mailbox.yield(.line(line, readAt: readAt))
                    case .terminate(let signal): return .signal(signal)
                    case .end:
                        input.end()
                        mailbox.yield(.end)
                    }
                }
                input.end()
                mailbox.yield(.end)
                return .inputEnded
            }
            group.addTask {
                do {
                    while true {
                        try await Task.sleep(for: Self.tick)
                        mailbox.yield(.tick)
                    }
                } catch {
                    return .inputEnded
                }
            }
            var held: [String] = []
            var signal: Int32?
            for await end in group {
                switch end {
                case .signal(let number):
                    signal = number
                    group.cancelAll()
                case .session(let result, let left):
                    outcome = result
                    held = left
                    group.cancelAll()
                case .inputEnded: break
                }
            }
            outcome.signal = signal
            return held
        }
        await release(held)
        await journal?.close()
        return outcome
    }

    private func release(_ leases: [String]) async {
        let service = self.service
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for lease in leases {
                    do throws(ServiceFailure) {
                        try await service.release(lease: lease)
                    } catch {
                        // Not given back: it expires by itself.
                        continue
                    }
                }
                return true
            }
            group.addTask {
                do { try await Task.sleep(for: Self.leavingLimit) } catch { return false }
                return false
            }
            _ = await group.next()
            group.cancelAll()
        }
    }
}

/// How one of the tasks of plain mode ended.
private enum PlainEnd: Sendable {
    case session(PlainOutcome, held: [String])
    case signal(Int32)
    case inputEnded
}

/// What the session waits for.
enum PlainEvent: Sendable {
    case line(String, readAt: ContinuousClock.Instant = .now)
    case tick
    case end
}

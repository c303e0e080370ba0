import Glibc

/// What comes from an input read line by line.
public enum LineEvent: Sendable, Equatable {
    /// A line, without its end, and when it was read.
    case line(String, readAt: ContinuousClock.Instant = .now)
    /// The process was asked to end; the signal's number. May come after the end of the input.
    case terminate(signal: Int32)
    /// No line comes any more.
    case end
}

/// Reads lines from a descriptor, and SIGTERM, SIGHUP and SIGINT as events.
///
/// While it reads, writing to a pipe nobody reads is an error and not the end of the process.
public final class LineInput: Sendable {
    /// Lines and signals in order; ends once reading is stopped.
    public let events: AsyncStream<LineEvent>
    private let thread: PollThread
    private let signals: SignalPipe
    private let previousPipeHandler: sighandler_t?

    /// Starts to read.
    ///
    /// - Throws: `TerminalError` when the system has no pipe or thread left.
    public init(descriptor: Int32 = STDIN_FILENO) throws(TerminalError) {
        let (events, continuation) = AsyncStream.makeStream(of: LineEvent.self)
        let signals = try SignalPipe([SIGTERM, SIGHUP, SIGINT])
        do throws(TerminalError) {
            thread = try PollThread(
                LineReader(
                    input: descriptor, signals: signals.readEnd, continuation: continuation))
        } catch {
            signals.close()
            throw error
        }
        self.signals = signals
        self.events = events
        previousPipeHandler = signal(SIGPIPE, SIG_IGN)
    }

    /// Stops to read and puts the signals' handlers back; to be called once.
    public func stop() {
        thread.stop()
        signals.close()
        signal(SIGPIPE, previousPipeHandler)
    }

    /// Whether standard input is a terminal.
    public static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Writes text to standard output at once.
    ///
    /// - Throws: `TerminalError` when nobody reads it any more.
    public static func write(_ text: String) throws(TerminalError) {
        try Descriptor.write(Array(text.utf8), to: STDOUT_FILENO)
    }
}

private final class LineReader: PollHandler {
    private let input: Int32
    private let signals: Int32
    private let continuation: AsyncStream<LineEvent>.Continuation
    private var splitter = LineSplitter()
    private var isInputOpen = true

    init(input: Int32, signals: Int32, continuation: AsyncStream<LineEvent>.Continuation) {
        self.input = input
        self.signals = signals
        self.continuation = continuation
    }

    var descriptors: [Int32] { [signals, isInputOpen ? input : -1] }

    var timeout: Int32 { -1 }

    func readable(_ index: Int) {
        if index == 0 {
            for signal in Descriptor.read(signals) ?? [] {
                continuation.yield(.terminate(signal: Int32(signal)))
            }
            return
        }
        if let bytes = Descriptor.read(input) {
            for line in splitter.feed(bytes) { continuation.yield(.line(line)) }
        } else {
            isInputOpen = false
            if let line = splitter.finish() { continuation.yield(.line(line)) }
            continuation.yield(.end)
        }
    }

    func timedOut() {}

    func finished() { continuation.finish() }
}
